//! The one place that prints.
//!
//! Everything a person reads goes to standard error; only what a command was asked for (`expand`, `explain`) goes to
//! standard output. Colours only on a terminal, and not where `NO_COLOR` is set.

use std::error::Error;
use std::io::{self, IsTerminal, Write};

use crate::env::Env;
use crate::error::{CommandError, IoContext, Kind};

/// How to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    quiet: bool,
    color: bool,
    terminal: bool,
}

/// A part of a line that may be coloured.
#[derive(Clone, Copy)]
enum Tone {
    Good,
    Bad,
    Help,
}

impl Ui {
    /// What standard error and the environment allow.
    pub(crate) fn new(env: &Env, quiet: bool) -> Self {
        let terminal = io::stderr().is_terminal();
        let dumb = env.var("TERM").is_some_and(|term| term == "dumb");
        Self { quiet, color: terminal && !dumb && env.var("NO_COLOR").is_none(), terminal: terminal && !dumb }
    }

    /// Whether a progress bar can be drawn.
    pub(crate) fn bar(self) -> bool {
        self.terminal && !self.quiet
    }

    /// Whether colours may be used on standard error.
    pub(crate) fn color(self) -> bool {
        self.color
    }

    /// Says what was done: `Installed ~/.local/bin/ziron-prompt`.
    pub(crate) fn done(self, verb: &str, what: &str) {
        if !self.quiet {
            line(&format!("{} {what}", self.paint(Tone::Good, verb)));
        }
    }

    /// Says something in passing.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            line(text);
        }
    }

    /// Prints an error: its message, what caused it, and the hints.
    pub(crate) fn error(self, error: &CommandError) {
        let label = match error.kind {
            Kind::Internal => "internal error:",
            _ => "error:",
        };
        line(&format!("{} {}", self.paint(Tone::Bad, label), error.message));
        let mut cause = error.source();
        while let Some(source) = cause {
            let text = source.to_string();
            line(&format!("  caused by: {}", text.trim_end().replace('\n', "\n    ")));
            cause = source.source();
        }
        for hint in &error.hints {
            line(&format!("{} {hint}", self.paint(Tone::Help, "hint:")));
        }
    }

    fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Help => 36,
        };
        if self.color { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Prints rendered diagnostics as they are.
pub(crate) fn diagnostics(rendered: &str) {
    if !rendered.is_empty() {
        line(rendered.trim_end());
    }
}

/// Writes what the command was asked for to standard output. A closed pipe is not an error.
pub(crate) fn output(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.doing(|| "could not write to standard output".into()),
    }
}

/// Standard error may be closed or full; there is nobody left to tell.
fn line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
