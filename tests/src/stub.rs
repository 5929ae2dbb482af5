//! A prompt program that shows nothing but that it was called, and remembers what it was told.
//!
//! Its prompt is `#N data`, where N counts the calls, and below it `> `; on the right `rN`. Its transient prompts are `T> ` and `tN`.
//! Its prelude calls the window `N data`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use ziron_runtime::pen::{Color, Linked, Pen, Style, Terminal};
use ziron_runtime::prompt::PART_END;
use ziron_runtime::shell::{self, Shell};

/// Names the variable with the path of the file in which the program remembers.
pub const LOG: &str = "ZIRON_STUB_LOG";
/// Names the variable with the text that the prompt shows as data.
pub const DATA: &str = "ZIRON_STUB_DATA";
/// Names the variable that is `1` when `init` turns the transient prompt on.
pub const TRANSIENT: &str = "ZIRON_STUB_TRANSIENT";

const ARGUMENT_END: &str = "\x1f";
const CALL_END: &str = "\x1e";

/// What the program was told in one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    arguments: Vec<String>,
}

impl Told {
    /// The value of an option, given without its dashes.
    ///
    /// # Panics
    /// When the option was not given.
    pub fn value(&self, option: &str) -> &str {
        let flag = format!("--{option}");
        let position = self.arguments.iter().position(|argument| *argument == flag);
        let value = position.and_then(|position| self.arguments.get(position + 1));
        value.unwrap_or_else(|| panic!("no {flag} in {:?}", self.arguments))
    }

    /// The status, and the status of each command in the pipe.
    pub fn codes(&self) -> (&str, &str) {
        (self.value("status"), self.value("pipestatus"))
    }

    /// The duration in milliseconds, if there was a command.
    ///
    /// # Panics
    /// When it is no number.
    pub fn duration(&self) -> Option<u64> {
        let text = self.value("cmd-duration");
        (!text.is_empty()).then(|| text.parse().expect("a number of milliseconds"))
    }

    /// All arguments.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

/// Reads all calls so far.
pub fn read_log(log: &Path) -> Vec<Told> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let call = |call: &str| Told { arguments: call.split(ARGUMENT_END).map(ToOwned::to_owned).collect() };
    text.split_terminator(CALL_END).map(call).collect()
}

/// Runs the program.
///
/// # Errors
/// When it cannot remember, or write its answer.
pub fn main(
    arguments: &[String],
    log: &Path,
    data: &str,
    is_transient: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let [program, command, ..] = arguments else { return Err(io::Error::other("no command")) };
    if command == "init" {
        let shell = Shell::from_name(arguments.get(2).map_or("", String::as_str));
        let continuation = draw(shell, ":> ", Color::Ansi(6));
        let script = shell::Script {
            binary: program,
            continuation: &continuation,
            transient: is_transient,
            marks: true,
            title: true,
            build: "stub",
        };
        let script = shell::script(shell, &script);
        return out.write_all(script.ok_or_else(|| io::Error::other("no such shell"))?.as_bytes());
    }
    let told = Told { arguments: arguments[1..].to_vec() };
    let mut file = OpenOptions::new().append(true).create(true).open(log)?;
    file.write_all(format!("{}{CALL_END}", told.arguments.join(ARGUMENT_END)).as_bytes())?;
    let call = read_log(log).len();

    let shell = Shell::from_name(told.value("shell"));
    let left = draw(shell, &format!("#{call} "), Color::Ansi(2)) + &draw(shell, data, Color::Ansi(4));
    let parts = [
        format!("{left}{}{}", line_break(shell), draw(shell, "> ", Color::Ansi(1))),
        draw(shell, &format!("r{call}"), Color::Ansi(3)),
        draw(shell, "T> ", Color::Ansi(5)),
        draw(shell, &format!("t{call}"), Color::Ansi(3)),
        // For the terminal as it is: shells may not read anything into it.
        format!("\x1b]0;{call} {data}\x1b\\"),
    ];
    for part in parts {
        out.write_all(part.as_bytes())?;
        out.write_all(&[PART_END])?;
    }
    Ok(())
}

/// Where all that is drawn leads: a shell that read it once too often would show or do something else.
pub const LINK: &str = "file://box/%20%n\\u$HOME$(touch,pwned)`touch,pwned`!";

/// Draws data as a compiled prompt does.
fn draw(shell: Shell, data: &str, color: Color) -> String {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, shell, 80).on(&Terminal::default());
    pen.begin(Style::new().fg(color));
    pen.put(&Linked { text: data, url: LINK });
    pen.end();
    pen.finish();
    String::from_utf8(out).expect("the pen writes text")
}

/// The end of a line, as a compiled prompt writes it.
fn line_break(shell: Shell) -> String {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, shell, 80);
    pen.newline();
    pen.finish();
    String::from_utf8(out).expect("the pen writes text")
}
