//! The exit status of the last command.
//!
//! Shows: the status, what it means, and those of the other commands of a pipeline.
//! Hidden when: all succeeded, unless `success_symbol` is set.
//! Costs: nothing.
//!
//! Sources: sysexits.h for 64 to 78, POSIX.1 "Exit Status for Commands" for 126 and above, signal(7) for the numbers on Linux.

use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::pen::{Datum, Pen};
use ziron_runtime::request::Request;
use ziron_runtime::segment::{Few, Segment};
use ziron_runtime::spec::{Format, StyleText};

/// Shows the exit status of the last command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "status", position = 96, facts(request), root = "$layout")]
pub struct Status {
    /// The format of the module.
    #[option(default = "[$symbol$status]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "bold red")]
    pub style: StyleText,
    /// The symbol of a command that failed.
    #[option(default = "❌")]
    pub symbol: Format,
    /// The symbol of a command that succeeded; empty to hide the module then.
    #[option(default = "")]
    pub success_symbol: Format,
    /// The symbol of a command that could not be executed, with `map_symbol`.
    #[option(default = "🚫")]
    pub not_executable_symbol: Format,
    /// The symbol of a command that was not found, with `map_symbol`.
    #[option(default = "🔍")]
    pub not_found_symbol: Format,
    /// The symbol of a command that Ctrl-C ended, with `map_symbol`.
    #[option(default = "🧱")]
    pub sigint_symbol: Format,
    /// The symbol of a command that another signal ended, with `map_symbol`.
    #[option(default = "⚡")]
    pub signal_symbol: Format,
    /// Chooses the symbol by what the status means.
    #[option(default = false)]
    pub map_symbol: bool,
    /// Takes a status above 128 for a signal.
    #[option(default = true)]
    pub recognize_signal_code: bool,
    /// Shows the statuses of all commands of a pipeline.
    #[option(default = false)]
    pub pipestatus: bool,
    /// What stands between the commands of a pipeline.
    #[option(default = "|")]
    pub pipestatus_separator: Format,
    /// The format of the module after a pipeline of several commands.
    #[option(default = "\\[$pipestatus\\] => [$symbol$common_meaning$signal_name$maybe_int]($style) ")]
    pub pipestatus_format: Format,
    /// The format of each command of a pipeline; the same as `format` if nothing is said.
    #[option(default = "", fallback = "format")]
    pub pipestatus_segment_format: Format,
    /// Leaves the module out.
    #[option(default = true)]
    pub disabled: bool,
}

/// The format of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Layout {
    /// After one command.
    #[choice("format")]
    One,
    /// After a pipeline of several.
    #[choice("pipestatus_format")]
    Pipeline,
}

/// Which symbol is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Choice)]
pub enum Symbol {
    /// The command succeeded.
    #[default]
    #[choice("success_symbol")]
    Success,
    /// The command failed.
    #[choice("symbol")]
    Failure,
    /// The command could not be executed.
    #[choice("not_executable_symbol")]
    NotExecutable,
    /// There is no such command.
    #[choice("not_found_symbol")]
    NotFound,
    /// Ctrl-C ended the command.
    #[choice("sigint_symbol")]
    Interrupt,
    /// Another signal ended the command.
    #[choice("signal_symbol")]
    Signal,
}

/// A number in hexadecimal, as 32 bits: `0xFF`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hex(u32);

impl Datum for Hex {
    fn is_empty(&self) -> bool {
        false
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut text = [b'0'; 8];
        let mut rest = self.0;
        let mut start = text.len();
        while rest > 0 || start == text.len() {
            start -= 1;
            text[start] = DIGITS[(rest % 16) as usize];
            rest /= 16;
        }
        pen.put_str("0x");
        pen.put_str(std::str::from_utf8(&text[start..]).unwrap_or_default());
    }
}

/// A signal, by its name if it has one, else by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalName(i32);

impl SignalName {
    /// The names on Linux from signal 1 on.
    const NAMES: [&'static str; 22] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "IOT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
        "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
    ];

    fn name(self) -> Option<&'static str> {
        usize::try_from(self.0).ok()?.checked_sub(1).and_then(|index| Self::NAMES.get(index).copied())
    }
}

impl Datum for SignalName {
    fn is_empty(&self) -> bool {
        false
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        match self.name() {
            Some(name) => pen.put_str(name),
            None => self.0.draw(pen),
        }
    }
}

/// The variables of one command of a pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Vars)]
pub struct Member<'a> {
    /// The symbol for the status.
    #[var(choice)]
    pub symbol: Symbol,
    /// The status, as the shell wrote it.
    pub status: &'a str,
    /// The same as `status`.
    pub int: &'a str,
    /// The status in hexadecimal.
    pub hex_status: Hex,
    /// What the status means by convention.
    pub common_meaning: &'static str,
    /// The number of the signal, if one ended the command.
    pub signal_number: Option<i32>,
    /// The name of that signal.
    pub signal_name: Option<SignalName>,
    /// The status, if it has no meaning and is no signal.
    pub maybe_int: &'a str,
    /// Nothing: a command of a pipeline is no pipeline.
    pub pipestatus: &'static str,
}

/// How many commands of a pipeline are shown.
const MEMBERS: usize = 16;

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct StatusVars<'a> {
    /// The format, which depends on whether there was a pipeline.
    #[var(choice)]
    pub layout: Layout,
    /// The symbol for the status.
    #[var(choice)]
    pub symbol: Symbol,
    /// The status, as the shell wrote it.
    pub status: &'a str,
    /// The same as `status`.
    pub int: &'a str,
    /// The status in hexadecimal.
    pub hex_status: Hex,
    /// What the status means by convention.
    pub common_meaning: &'static str,
    /// The number of the signal, if one ended the command.
    pub signal_number: Option<i32>,
    /// The name of that signal.
    pub signal_name: Option<SignalName>,
    /// The status, if it has no meaning and is no signal.
    pub maybe_int: &'a str,
    /// The commands of a pipeline; the first 16 of them.
    #[var(each = "pipestatus_segment_format", separator = "pipestatus_separator")]
    pub pipestatus: Few<Member<'a>, MEMBERS>,
}

impl Segment for Status {
    type Facts<'a> = &'a Request;
    type Vars<'a> = StatusVars<'a>;

    fn vars<'a>(&'a self, request: &'a Request) -> Option<StatusVars<'a>> {
        let last = self.member(request.status.as_deref().unwrap_or("0"))?;
        let is_pipeline = self.pipestatus && request.pipe_status.len() > 1;
        let commands = if is_pipeline { request.pipe_status.as_slice() } else { &[] };
        let succeeded = last.hex_status.0 == 0 && commands.iter().all(|status| status == "0");
        if succeeded && self.success_symbol.0.is_empty() {
            return None;
        }
        let Member {
            symbol,
            status,
            int,
            hex_status,
            common_meaning,
            signal_number,
            signal_name,
            maybe_int,
            ..
        } = last;
        Some(StatusVars {
            layout: if is_pipeline { Layout::Pipeline } else { Layout::One },
            symbol,
            status,
            int,
            hex_status,
            common_meaning,
            signal_number,
            signal_name,
            maybe_int,
            pipestatus: commands.iter().filter_map(|status| self.member(status)).collect(),
        })
    }
}

impl Status {
    /// What there is to say about one status; `None` if it is no number.
    fn member<'a>(&self, text: &'a str) -> Option<Member<'a>> {
        // PowerShell has statuses of 32 bits, which some shells write without their sign.
        let code = text.parse::<i64>().ok()? as i32;
        let signal_number = (self.recognize_signal_code && code > 128).then(|| code - 128);
        let meaning = common_meaning(code);
        Some(Member {
            symbol: self.symbol(code),
            status: text,
            int: text,
            hex_status: Hex(code.cast_unsigned()),
            common_meaning: meaning.unwrap_or_default(),
            signal_number,
            signal_name: signal_number.map(SignalName),
            maybe_int: if meaning.is_none() && signal_number.is_none() { text } else { "" },
            pipestatus: "",
        })
    }

    fn symbol(&self, code: i32) -> Symbol {
        match code {
            0 => Symbol::Success,
            126 if self.map_symbol => Symbol::NotExecutable,
            127 if self.map_symbol => Symbol::NotFound,
            130 if self.map_symbol && self.recognize_signal_code => Symbol::Interrupt,
            129..=255 if self.map_symbol && self.recognize_signal_code => Symbol::Signal,
            _ => Symbol::Failure,
        }
    }
}

/// What a status means by convention; success means something, but is not worth a word.
fn common_meaning(code: i32) -> Option<&'static str> {
    Some(match code {
        0 => "",
        1 => "ERROR",
        2 | 64 => "USAGE",
        65 => "DATAERR",
        66 => "NOINPUT",
        67 => "NOUSER",
        68 => "NOHOST",
        69 => "UNAVAILABLE",
        70 => "SOFTWARE",
        71 => "OSERR",
        72 => "OSFILE",
        73 => "CANTCREAT",
        74 => "IOERR",
        75 => "TEMPFAIL",
        76 => "PROTOCOL",
        77 | 126 => "NOPERM",
        78 => "CONFIG",
        127 => "NOTFOUND",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ziron_runtime::shell::Shell;

    use super::*;

    fn drawn(datum: &impl Datum) -> String {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, Shell::Plain, 80);
        pen.put(datum);
        pen.finish();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_status_means() {
        let mapped = Status { map_symbol: true, ..Status::DEFAULT };
        for (text, hex, signal, meaning, maybe, symbol) in [
            ("0", "0x0", "", "", "", Symbol::Success),
            ("1", "0x1", "", "ERROR", "", Symbol::Failure),
            ("3", "0x3", "", "", "3", Symbol::Failure),
            ("78", "0x4E", "", "CONFIG", "", Symbol::Failure),
            ("126", "0x7E", "", "NOPERM", "", Symbol::NotExecutable),
            ("127", "0x7F", "", "NOTFOUND", "", Symbol::NotFound),
            ("128", "0x80", "", "", "128", Symbol::Failure),
            ("129", "0x81", "HUP", "", "", Symbol::Signal),
            ("130", "0x82", "INT", "", "", Symbol::Interrupt),
            ("150", "0x96", "TTOU", "", "", Symbol::Signal),
            ("151", "0x97", "23", "", "", Symbol::Signal),
            ("256", "0x100", "128", "", "", Symbol::Failure),
            ("-1", "0xFFFFFFFF", "", "", "-1", Symbol::Failure),
            ("3000000000", "0xB2D05E00", "", "", "3000000000", Symbol::Failure),
        ] {
            let member = mapped.member(text).unwrap();
            let found = (
                drawn(&member.hex_status),
                drawn(&member.signal_name),
                member.common_meaning,
                member.maybe_int,
            );
            assert_eq!(found, (hex.to_owned(), signal.to_owned(), meaning, maybe), "{text}");
            assert_eq!(member.symbol, symbol, "{text}");
        }
        let plain = Status { recognize_signal_code: false, ..mapped };
        let member = plain.member("130").unwrap();
        assert_eq!((member.signal_number, member.maybe_int, member.symbol), (None, "130", Symbol::Failure));
        assert_eq!(plain.member("abc"), None);
    }

    /// What is shown: the layout, the status and those of the pipeline.
    fn shown(module: Status, status: &str, pipe: &[&str]) -> Option<String> {
        let pipe_status = pipe.iter().map(ToString::to_string).collect();
        let request = Request { status: Some(status.into()), pipe_status, ..Request::default() };
        let vars = module.vars(&request)?;
        let members: Vec<&str> = vars.pipestatus.iter().map(|member| member.status).collect();
        Some(format!("{:?} {} {}", vars.layout, vars.status, members.join("|")))
    }

    #[test]
    fn pipelines() {
        let one = Status::DEFAULT;
        let all = Status { pipestatus: true, ..one };
        let cheerful = Status { success_symbol: Format("ok"), ..all };
        for (module, status, pipe, expected) in [
            (one, "0", &[][..], None),
            (one, "0", &["1", "0"], None),
            (one, "1", &["0", "1"], Some("One 1 ")),
            (all, "1", &["1"], Some("One 1 ")),
            (all, "0", &["0", "0"], None),
            (all, "0", &["1", "0"], Some("Pipeline 0 1|0")),
            (all, "1", &["0", "abc", "1"], Some("Pipeline 1 0|1")),
            (cheerful, "0", &["0", "0"], Some("Pipeline 0 0|0")),
        ] {
            assert_eq!(shown(module, status, pipe).as_deref(), expected, "{status} {pipe:?}");
        }
        assert!(one.vars(&Request::default()).is_none(), "no status is success");
    }
}
