//! The prelude: what goes to the terminal once before a prompt, and is no part of it.
//!
//! A shell prints it as it is, without reading prompt escapes into it. It holds operating system commands (OSC): the
//! mark that ends a command's output, the directory, the title, a notification; and the footer of a finished command.
//! Each is there only if the configuration asks for it.
//!
//! Sources: ECMA-48, 8.3.89; xterm's `ctlseqs`; the "semantic prompts" proposal of Per Bothner (OSC 133); freedesktop's
//! terminal working group (OSC 7).

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use crate::gather::Facts;
use crate::io::Io;
use crate::pen::{ADDRESS_BYTES, COMMAND_END, HumanDuration, Notification, Pen, Profile, Terminal};
use crate::request::Request;
use crate::segment::Draw;
use crate::shell::Shell;

/// What a configuration wants sent to the terminal besides the prompt.
#[allow(clippy::struct_excessive_bools, reason = "each is an option that is on or off")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extras {
    /// The profile, if the configuration chooses one.
    pub profile: Option<Profile>,
    /// Whether the terminal is told the directory (OSC 7).
    pub report_directory: bool,
    /// Whether prompts, commands and their output are marked (OSC 133).
    pub marks: bool,
    /// When the user is notified that a command has ended, and how.
    pub notify: Option<Notify>,
}

/// When the user is notified that a command has ended, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notify {
    /// After commands that ran for so long.
    pub after: Duration,
    /// How; `None` for what suits the terminal.
    pub with: Option<Notification>,
}

impl Extras {
    /// Nothing.
    pub const NONE: Extras = Extras { profile: None, report_directory: false, marks: false, notify: None };
}

/// Variables that every prompt depends on, besides those of its sources and its terminal: where programs and the user's
/// files are.
const ALWAYS: [&str; 2] = ["HOME", "PATH"];

/// Shells say it with every request.
const SAID: &str = "PWD";

/// The variables of a prompt whose sources read some: those, and what it learns about the terminal from. Sorted.
///
/// ```
/// use ziron_runtime::prelude::variables;
/// let names = variables(["EDITOR", "PWD", "HOME"], None);
/// assert!(names.is_sorted() && names.contains(&"EDITOR") && !names.contains(&"PWD"));
/// assert_eq!(names.iter().filter(|name| **name == "HOME").count(), 1);
/// ```
pub fn variables<'n>(of_sources: impl IntoIterator<Item = &'n str>, notify: Option<Notify>) -> Vec<&'n str> {
    // How it notifies only if it has to find that out.
    let asks = matches!(notify, Some(Notify { with: None, .. }));
    let more = if asks { Terminal::NOTIFICATION_VARIABLES } else { &[] };
    let mut names: Vec<&str> = of_sources.into_iter().collect();
    names.extend(Terminal::VARIABLES.iter().chain(more).chain(&ALWAYS));
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != SAID);
    names
}

/// Learns about the terminal, as far as a prompt has to know, from the environment of the shell.
pub fn terminal<I: Io>(extras: Extras, io: &I) -> Terminal {
    let variable = |name: &str| io.env(name);
    let mut terminal = Terminal::from_environment(extras.profile, variable);
    if let Some(Notify { with: None, .. }) = extras.notify {
        terminal = terminal.notifying(variable);
    }
    if extras.report_directory {
        terminal.host = io.hostname();
    }
    terminal
}

/// What a prompt has of a prelude.
#[derive(Clone, Copy)]
pub struct Prelude {
    /// What is sent to the terminal.
    pub extras: Extras,
    /// Draws what the terminal's window is called.
    pub title: Option<&'static Draw>,
    /// Draws what is said about the finished command.
    pub footer: Option<&'static Draw>,
}

impl fmt::Debug for Prelude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prelude").field("extras", &self.extras).finish_non_exhaustive()
    }
}

/// Draws the prelude; nothing where the configuration asks for none of it.
pub fn draw(
    Prelude { extras, title, footer }: Prelude,
    facts: &Facts<'_>,
    request: &Request,
    terminal: &Terminal,
    out: &mut Vec<u8>,
) {
    let Extras { report_directory, marks, notify, .. } = extras;
    if marks && terminal.sequences && request.duration.is_some() {
        command(out, "133;D", terminal.profile, |out| end_of_output(request, out));
    }
    if let Some(footer) = footer
        && request.duration.is_some()
    {
        let start = out.len();
        let mut pen = Pen::new(out, Shell::Plain, request.terminal_columns).on(terminal);
        footer(facts, &mut pen);
        pen.finish();
        trim(out, start);
        if out.len() > start {
            out.push(b'\n');
        }
    }
    if !terminal.sequences {
        return;
    }
    if let (true, Some(path)) = (report_directory, &request.logical_path) {
        let address = file_url(&terminal.host, path);
        // A part of it is another directory.
        if address.len() <= ADDRESS_BYTES {
            let start = begin_command(out, "7;");
            out.extend_from_slice(address.as_bytes());
            end_command(out, start);
        }
    }
    if let Some(title) = title {
        command(out, "0;", terminal.profile, |out| {
            let start = out.len();
            let pen = Pen::new(out, Shell::Plain, 0).in_profile(terminal.profile);
            let mut pen = pen.colored(false).on_one_line();
            title(facts, &mut pen);
            pen.finish();
            trim(out, start);
        });
    }
    if let Some(Notify { after, with }) = notify {
        notification(request, after, with.unwrap_or(terminal.notification), terminal.profile, out);
    }
}

/// Takes spaces away from the end: most formats of modules end in one.
fn trim(out: &mut Vec<u8>, start: usize) {
    while out.len() > start && out.last() == Some(&b' ') {
        out.pop();
    }
}

/// The longest text in an operating system command (bytes): terminals have limits of their own, and behind those it is
/// shown as text.
const LONGEST_COMMAND: usize = 1000;

/// Writes one operating system command, whose text is cut if it is too long.
fn command(out: &mut Vec<u8>, name: &str, profile: Profile, write: impl FnOnce(&mut Vec<u8>)) {
    let start = begin_command(out, name);
    write(out);
    clean(out, start);
    cut(out, start, profile.cut());
    end_command(out, start);
}

/// Begins an operating system command, and says where its text begins.
fn begin_command(out: &mut Vec<u8>, name: &str) -> usize {
    out.extend_from_slice(b"\x1b]");
    out.extend_from_slice(name.as_bytes());
    out.len()
}

/// Ends it. Control characters in its text are taken out, so that nothing ends it early.
fn end_command(out: &mut Vec<u8>, start: usize) {
    clean(out, start);
    out.push(COMMAND_END);
}

/// Takes control characters (C0, DEL, C1) out of the text from `start` on.
fn clean(out: &mut Vec<u8>, start: usize) {
    let mut kept = start;
    let mut at = start;
    while at < out.len() {
        let is_c1 = out[at] == 0xc2 && out.get(at + 1).is_some_and(|next| (0x80..0xa0).contains(next));
        if is_c1 {
            at += 2;
            continue;
        }
        if !out[at].is_ascii_control() {
            out[kept] = out[at];
            kept += 1;
        }
        at += 1;
    }
    out.truncate(kept);
}

/// Cuts the text from `start` on where it is too long, and puts a sign there.
fn cut(out: &mut Vec<u8>, start: usize, sign: &str) {
    if out.len() - start > LONGEST_COMMAND {
        let mut end = start + LONGEST_COMMAND - sign.len();
        while end > start && out[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        out.truncate(end);
        out.extend_from_slice(sign.as_bytes());
    }
}

/// The mark with which a prompt begins. bash and tcsh do not draw the upper lines of a prompt again when the window
/// changes its size, so the terminal must not take them away. Source: kitty's "Shell integration".
pub(crate) fn prompt_begins(shell: Shell) -> &'static str {
    if matches!(shell, Shell::Bash | Shell::Tcsh) { "133;A;redraw=0" } else { "133;A" }
}

/// The status of the finished command, if it is a number.
fn end_of_output(request: &Request, out: &mut Vec<u8>) {
    if let Some(status) = numeric_status(request) {
        out.push(b';');
        out.extend_from_slice(status.as_bytes());
    }
}

fn numeric_status(request: &Request) -> Option<&str> {
    // 32 bits have ten digits at most.
    let is_number =
        |status: &&str| (1..=10).contains(&status.len()) && status.bytes().all(|byte| byte.is_ascii_digit());
    request.status.as_deref().filter(is_number)
}

/// The address of a file on this machine: `file://host/path`, with all but unreserved characters as `%XX`. Source: RFC
/// 8089, RFC 3986.
///
/// ```
/// use std::path::Path;
/// use ziron_runtime::prelude::file_url;
/// assert_eq!(file_url("box", Path::new("/home/me/a b")), "file://box/home/me/a%20b");
/// ```
pub fn file_url(host: &str, path: &Path) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let path = path.as_os_str().as_bytes();
    let mut url = String::with_capacity(path.len() + host.len() + 16);
    url.push_str("file://");
    url.extend(host.chars().filter(|c| c.is_ascii() && is_unreserved(*c as u8)));
    for &byte in path {
        if byte == b'/' || is_unreserved(byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push(char::from(DIGITS[usize::from(byte >> 4)]));
            url.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    url
}

/// The statuses of a command that its user has interrupted, quit or suspended, who is therefore there: 128 and the
/// signal, on Linux and elsewhere. Source: signal(7).
const GIVEN_UP: [&str; 4] = ["130", "131", "146", "148"];

/// Says that a long command has ended.
fn notification(request: &Request, after: Duration, with: Notification, profile: Profile, out: &mut Vec<u8>) {
    let Some(duration) = request.duration.filter(|duration| *duration >= after) else { return };
    let status = numeric_status(request);
    if status.is_some_and(|status| GIVEN_UP.contains(&status)) {
        return;
    }
    let path = request.logical_path.as_deref().unwrap_or(Path::new("/"));
    let folder = path.file_name().unwrap_or(path.as_os_str());
    let title = |out: &mut Vec<u8>| say(out, |pen| pen.put(folder.to_string_lossy().as_ref()));
    let text = |out: &mut Vec<u8>| {
        say(out, |pen| {
            match status {
                None | Some("0") => pen.text("finished in "),
                Some(status) => {
                    pen.text("failed with ");
                    pen.put(status);
                    pen.text(" after ");
                }
            }
            pen.put(&HumanDuration { duration, milliseconds: false });
        });
    };
    match with {
        Notification::Bell => out.push(b'\x07'),
        Notification::Osc9 => command(out, "9;", profile, |out| {
            title(out);
            out.extend_from_slice(b": ");
            text(out);
        }),
        Notification::Osc777 => command(out, "777;notify;", profile, |out| {
            title(out);
            out.push(b';');
            text(out);
        }),
        // Source: kitty's "Desktop notifications".
        Notification::Osc99 => {
            command(out, "99;i=ziron:d=0:o=unfocused;", profile, title);
            command(out, "99;i=ziron:p=body:o=unfocused;", profile, text);
        }
    }
}

/// Draws text for a field of an operating system command: a semicolon, which would end the field, becomes a comma.
fn say(out: &mut Vec<u8>, draw: impl FnOnce(&mut Pen<'_>)) {
    let start = out.len();
    let mut pen = Pen::new(out, Shell::Plain, 0).colored(false);
    draw(&mut pen);
    pen.finish();
    out[start..].iter_mut().filter(|byte| **byte == b';').for_each(|byte| *byte = b',');
}

#[cfg(test)]
mod tests;
