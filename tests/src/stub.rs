//! A prompt program that shows nothing but that it was called, and remembers what it was told.
//!
//! Its prompt is `#N data`, where N counts the calls, and below it `> `; on the right `rN`. Its transient prompts are
//! `T> ` and `tN`. Its prelude calls the window `N data`.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use ziron_runtime::pen::{Color, Linked, Pen, Style, Terminal};
use ziron_runtime::prompt::PART_END;
use ziron_runtime::shell::{self, Shell};

use crate::stub_daemon;

/// Names the variable with the path of the file in which the program remembers.
pub const LOG: &str = "ZIRON_STUB_LOG";
/// Names the variable with the text that the prompt shows as data.
pub const DATA: &str = "ZIRON_STUB_DATA";
/// Names the variable that is `1` when `init` turns the transient prompt on.
pub const TRANSIENT: &str = "ZIRON_STUB_TRANSIENT";
/// Names the variable that is there when the shell is to report events.
pub const EVENTS: &str = "ZIRON_STUB_EVENTS";

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

    /// Whether it was the daemon that was told, and no program.
    pub fn is_by_daemon(&self) -> bool {
        self.arguments.ends_with(&["--by".to_owned(), "daemon".to_owned()])
    }

    /// Whether an option was given.
    pub fn has(&self, option: &str) -> bool {
        self.arguments.contains(&format!("--{option}"))
    }

    /// All arguments.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }
}

/// Reads all calls so far.
pub fn read_log(log: &Path) -> Vec<Told> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let call = |call: &str| Told { arguments: call.split(ARGUMENT_END).map(stub_daemon::unescape).collect() };
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
        let background = background();
        let client = background.as_deref().map(|folder| shell::Client {
            folder,
            anchors: &[],
            variables: stub_daemon::VARIABLES,
            events: std::env::var(EVENTS).is_ok(),
        });
        let script = shell::Script {
            binary: program,
            continuation: &continuation,
            transient: is_transient,
            marks: true,
            title: true,
            build: stub_daemon::BUILD,
            environment: &[("VIRTUAL_ENV_DISABLE_PROMPT", "1")],
            client,
        };
        let script = shell::script(shell, &script);
        return out.write_all(script.ok_or_else(|| io::Error::other("no such shell"))?.as_bytes());
    }
    let background = background();
    if let (Some(folder), [_, _, _, pid, ..], "session") = (&background, arguments, command.as_str()) {
        return session(folder, pid);
    }
    let told = Told { arguments: arguments[1..].iter().flat_map(|argument| apart(argument)).collect() };
    remember(log, &told.arguments)?;
    let call = read_log(log).len();
    for part in picture(Shell::from_name(told.value("shell")), call, data) {
        out.write_all(part.as_bytes())?;
        out.write_all(&[PART_END])?;
    }
    Ok(())
}

/// An option and its value: some shells lose arguments that are empty, so that they write both as one.
fn apart(argument: &str) -> Vec<String> {
    let pair = argument.split_once('=').filter(|(option, _)| option.starts_with("--"));
    pair.map_or_else(|| vec![argument.to_owned()], |(option, value)| vec![option.into(), value.into()])
}

/// The daemon's folder, where there is one.
#[allow(clippy::disallowed_methods, reason = "a program of the tests")]
fn background() -> Option<String> {
    std::env::var(stub_daemon::FOLDER).ok()
}

/// Makes the FIFOs of a shell, and tells the daemon of it. Fails when there is none.
fn session(folder: &str, pid: &str) -> io::Result<()> {
    let mode = Mode::RUSR | Mode::WUSR;
    for name in ["request", "token"] {
        let path = Path::new(folder).join(format!("s.{pid}.{name}"));
        if !path.exists() {
            mknodat(CWD, &path, FileType::Fifo, mode, 0)?;
        }
    }
    let mut stream = UnixStream::connect(Path::new(folder).join("socket"))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let build = stub_daemon::BUILD;
    write!(
        stream,
        "hello\x1fv=1\x1fbuild={build}\x1fshell=bash\x1fpid={pid}\x1fanswer=file\x1fredraw=0\x1e"
    )?;
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer[..length]);
    let is_known = answer.starts_with("hello") && !answer.contains("state=refused");
    if is_known { Ok(()) } else { Err(io::Error::other("the daemon does not take us")) }
}

/// Writes down what was told in one call.
///
/// # Errors
/// When the log cannot be written.
pub fn remember(log: &Path, told: &[String]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(log)?;
    let told: Vec<String> = told.iter().map(|text| stub_daemon::escape(text)).collect();
    file.write_all(format!("{}{CALL_END}", told.join(ARGUMENT_END)).as_bytes())
}

/// The parts of the prompt: left, right, both once a command runs, and what is printed before.
pub fn picture(shell: Shell, call: usize, data: &str) -> [String; 5] {
    let left = draw(shell, &format!("#{call} "), Color::Ansi(2)) + &draw(shell, data, Color::Ansi(4));
    [
        format!("{left}{}{}", line_break(shell), draw(shell, "> ", Color::Ansi(1))),
        draw(shell, &format!("r{call}"), Color::Ansi(3)),
        draw(shell, "T> ", Color::Ansi(5)),
        draw(shell, &format!("t{call}"), Color::Ansi(3)),
        // For the terminal as it is: shells may not read anything into it.
        format!("\x1b]0;{call} {data}\x1b\\"),
    ]
}

/// Where all that is drawn leads: a shell that read it once too often would show or do something else.
pub const LINK: &str = "file://box/%20%n\\u$HOME$(touch,pwned)`touch,pwned`!";

/// Draws data as a compiled prompt does.
fn draw(shell: Shell, data: &str, color: Color) -> String {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, shell, 80).on(&Terminal::default());
    pen.set_style(Style::new().fg(color));
    pen.put(&Linked { text: data, url: LINK });
    pen.reset_style();
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
