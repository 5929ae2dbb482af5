//! What can go wrong, as the user is told it.
//!
//! An error has a kind, which decides the exit code; a message; the chain of what caused it; and hints, which say what to do
//! and are kept apart from the message.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

/// Whose matter an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The configuration has errors.
    Config,
    /// What was asked for cannot be done.
    Usage,
    /// The Rust toolchain is missing, too old or incomplete.
    Toolchain,
    /// Crates have to be downloaded and cannot be.
    Network,
    /// The operating system refused something: a full disk, a missing permission.
    Io,
    /// `ziron-build` is wrong, not the user.
    Internal,
    /// A signal ended the build; its number.
    Interrupted(i32),
}

impl Kind {
    /// The exit code of the process: 1 configuration, 2 usage, 3 toolchain, 4 network, 5 input and output, 70 internal, 128 + signal.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Config => 1,
            Self::Usage => 2,
            Self::Toolchain => 3,
            Self::Network => 4,
            Self::Io => 5,
            Self::Internal => 70,
            Self::Interrupted(signal) => 128_u8.saturating_add(u8::try_from(signal).unwrap_or(0)),
        }
    }
}

/// An error that ends a command.
#[derive(Debug)]
pub struct CommandError {
    /// Whose matter it is.
    pub kind: Kind,
    /// What happened: lower-case, no full stop, without its cause.
    pub message: String,
    /// Why it happened.
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// What to do about it, a sentence each.
    pub hints: Vec<String>,
}

impl CommandError {
    /// An error without a cause and without hints.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None, hints: Vec::new() }
    }

    /// An input or output error while doing `what`; a full disk and a missing permission get their hints.
    pub fn io(what: impl Into<String>, source: io::Error) -> Self {
        let hint = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Some("Free some space, then run the same command again.")
            }
            io::ErrorKind::PermissionDenied => {
                Some("Change its permissions, then run the same command again.")
            }
            _ => None,
        };
        let error = Self::new(Kind::Io, what).because(source);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// The build was stopped by a signal.
    pub fn interrupted(signal: i32) -> Self {
        Self::new(Kind::Interrupted(signal), "interrupted")
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds a hint, a full sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says that the installed prompt was not touched, where there is one.
    #[must_use]
    pub fn old_prompt_in_place(self, installed: &Path) -> Self {
        if installed.exists() { self.hint("The old prompt is still in place.") } else { self }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Gives an `io::Result` the sentence that says what was being done.
pub(crate) trait IoContext<T> {
    /// Turns the error into a [`CommandError`] of kind [`Kind::Io`].
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, CommandError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, CommandError> {
        self.map_err(|source| CommandError::io(what(), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_exit_code() {
        let kinds = [Kind::Config, Kind::Usage, Kind::Toolchain, Kind::Network, Kind::Io, Kind::Internal];
        let mut codes = kinds.map(Kind::exit_code).to_vec();
        codes.extend([Kind::Interrupted(2).exit_code(), Kind::Interrupted(15).exit_code()]);
        assert_eq!(codes, [1, 2, 3, 4, 5, 70, 130, 143]);
    }

    #[test]
    fn a_full_disk_says_what_to_do() {
        let error = CommandError::io("could not write `x`", io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(error.kind, Kind::Io);
        assert_eq!(error.hints, ["Free some space, then run the same command again."]);
        assert!(error.source().is_some());
    }
}
