//! Why a command ends without having done what it was asked for.

/// Exit status of a command that could not do it.
const FAILED: u8 = 1;
/// Exit status of a wrong call, the same as `ziron-build`'s and most programs'.
const USAGE: u8 = 2;

/// What is said, and the exit status.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) status: u8,
}

impl Failure {
    /// The call itself is wrong: there is no such command, or it takes other words.
    pub(super) fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), status: USAGE }
    }
}

impl From<String> for Failure {
    /// Something kept the command from being done.
    fn from(message: String) -> Failure {
        Failure { message, status: FAILED }
    }
}

impl From<&str> for Failure {
    /// The same.
    fn from(message: &str) -> Failure {
        Failure::from(String::from(message))
    }
}
