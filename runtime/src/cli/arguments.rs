//! The arguments of a generated binary. Their names are starship's, so that scripts written for it go on working.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Error, Parser, ValueExt};

use super::report::Form;
use crate::gather::Parts;
use crate::request::Request;
use crate::shell::Shell;

/// What a call asks for.
#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) command: Command,
    pub(super) request: Request,
    /// The folder of the daemon that a shell's script means.
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug)]
pub(super) enum Command {
    Prompt(Parts, Way),
    Continuation,
    Module(String),
    /// Not for people: reads what came too late for a prompt, and stores it.
    Refresh,
    Timings(Form),
    Explain,
    Doctor,
    /// Where it keeps what.
    Paths,
    /// The script of a shell, and the file to keep it in.
    Init(Shell, Script, Option<PathBuf>),
    /// A command of the background mode, in its words.
    Background(Vec<String>),
    Version,
    Help,
}

/// Which of a shell's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// The one that connects it.
    Prompt,
    /// The one that shows a saved prompt until then.
    Instant,
}

/// How a prompt comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// With the daemon, if there is one.
    Asking,
    /// In this process, because the daemon did not answer the shell.
    Direct,
    /// The same, and nothing is left behind: for another process of this program, which waits for it.
    Alone,
}

/// Commands of the background mode.
const BACKGROUND: &[&str] = &["cache", "daemon", "event", "events", "metrics", "session", "why"];

impl Arguments {
    pub(super) fn parse(mut parser: Parser) -> Result<Arguments, Error> {
        let mut words: Vec<String> = Vec::new();
        let mut request = Request { terminal_columns: 0, ..Request::default() };
        let mut parts = Parts::LEFT;
        let mut continuation = false;
        let mut way = Way::Asking;
        let mut form = Form::Table;
        let mut script = Script::Prompt;
        let mut keep = None;
        let mut folder = None;
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(word) => words.push(word.string()?),
                Arg::Long("help") | Arg::Short('h') => {
                    return Ok(Arguments { command: Command::Help, request, folder });
                }
                Arg::Long("version") | Arg::Short('V') => {
                    return Ok(Arguments { command: Command::Version, request, folder });
                }
                Arg::Long("right") => parts = Parts::RIGHT,
                Arg::Long("all") => parts = Parts::ALL,
                Arg::Long("continuation") => continuation = true,
                Arg::Long("direct") => way = Way::Direct,
                Arg::Long("folded") => form = Form::Folded,
                Arg::Long("svg") => form = Form::Picture,
                Arg::Long("otlp") if words.first().is_some_and(|word| word == "metrics") => {
                    words.push(String::from("otlp"));
                }
                Arg::Long("otlp") => form = Form::Trace,
                Arg::Long("filter") => words.push(parser.value()?.string()?),
                Arg::Long("instant") => script = Script::Instant,
                Arg::Long("keep") => keep = Some(parser.value()?.into()),
                Arg::Long("folder") => folder = Some(parser.value()?.into()),
                Arg::Long("alone") => way = Way::Alone,
                Arg::Long("full") => words.push(String::from("full")),
                Arg::Long("detached") => words.push(String::from("detached")),
                Arg::Long("shell") => request.shell = Shell::from_name(&parser.value()?.string()?),
                Arg::Long("status") | Arg::Short('s') => {
                    request.status = Some(parser.value()?.string()?).filter(|status| !status.is_empty());
                }
                Arg::Long("pipestatus") => {
                    request.pipe_status =
                        parser.value()?.string()?.split_whitespace().map(ToOwned::to_owned).collect();
                }
                Arg::Long("cmd-duration") | Arg::Short('d') => {
                    let text = parser.value()?.string()?;
                    request.duration = text.trim().parse().ok().map(Duration::from_millis);
                }
                Arg::Long("jobs") | Arg::Short('j') => {
                    request.jobs = number(&parser.value()?.string()?, "jobs")?.unwrap_or(0);
                }
                Arg::Long("shlvl") => request.shlvl = number(&parser.value()?.string()?, "shlvl")?,
                Arg::Long("keymap") | Arg::Short('k') => request.keymap = parser.value()?.string()?,
                Arg::Long("terminal-width") | Arg::Short('w') => {
                    request.terminal_columns =
                        number(&parser.value()?.string()?, "terminal-width")?.unwrap_or(0);
                }
                Arg::Long("path") | Arg::Short('p') => request.path = Some(parser.value()?.into()),
                Arg::Long("logical-path") | Arg::Short('P') => {
                    request.logical_path = Some(parser.value()?.into());
                }
                other => return Err(other.unexpected()),
            }
        }
        if words.first().is_some_and(|word| BACKGROUND.contains(&word.as_str())) {
            return Ok(Arguments { command: Command::Background(words), request, folder });
        }
        let mut words = words.into_iter();
        let command = match words.next().as_deref() {
            Some("prompt") if continuation => Command::Continuation,
            Some("prompt") => Command::Prompt(parts, way),
            Some("module") => Command::Module(words.next().ok_or("`module` takes the name of a module")?),
            Some("refresh") => Command::Refresh,
            Some("timings") => Command::Timings(form),
            Some("explain") => Command::Explain,
            Some("doctor") => Command::Doctor,
            Some("paths") => Command::Paths,
            Some("init") => {
                let shell = Shell::from_name(&words.next().ok_or("`init` takes the name of a shell")?);
                Command::Init(shell, script, keep)
            }
            Some(other) => return Err(format!("there is no command `{other}`").into()),
            None => Command::Help,
        };
        match words.next() {
            Some(extra) => Err(format!("`{extra}` is one word too many").into()),
            None => Ok(Arguments { command, request, folder }),
        }
    }
}

/// Reads a number; shells pass an empty text for one that they do not know.
fn number<N: std::str::FromStr>(text: &str, option: &str) -> Result<Option<N>, Error> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| format!("--{option} takes a number, not `{text}`").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(Parser::from_args(line.split('|').filter(|word| *word != "_")))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn empty_values_mean_unknown() {
        let got = parse("prompt|--status=|--pipestatus=|--cmd-duration=|--jobs=|--shlvl=|--terminal-width=")
            .unwrap();
        assert_eq!(got.request, Request { terminal_columns: 0, ..Request::default() });
    }

    #[test]
    fn a_full_request() {
        let got = parse(
            "prompt|--all|--shell|zsh|--status|1|--pipestatus|0 1|--cmd-duration|1500|--jobs|2|--shlvl|3",
        )
        .unwrap();
        assert!(matches!(got.command, Command::Prompt(Parts::ALL, Way::Asking)));
        assert_eq!(got.request.pipe_status, ["0", "1"]);
        assert_eq!(got.request.duration, Some(Duration::from_millis(1500)));
        assert_eq!((got.request.jobs, got.request.shlvl, got.request.shell), (2, Some(3), Shell::Zsh));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parse("promt").unwrap_err(), "there is no command `promt`");
        assert_eq!(parse("prompt|--jobs|many").unwrap_err(), "--jobs takes a number, not `many`");
        assert_eq!(parse("init").unwrap_err(), "`init` takes the name of a shell");
    }
}
