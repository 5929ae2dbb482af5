//! Why a path is not safe.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A path that somebody else could lead elsewhere, or that cannot be looked at.
#[derive(Debug)]
pub struct UnsafePath {
    /// The folder or link on the path that makes it so.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with a folder or link.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The path is not absolute.
    Relative,
    /// It could not be looked at or made.
    Io(io::Error),
    /// It is neither a folder nor a link to one.
    NotAFolder,
    /// It belongs to somebody else.
    Owner {
        /// Whose it is.
        owner: u32,
    },
    /// Others may write to it.
    Mode {
        /// What its mode is.
        mode: u32,
    },
    /// It is in a folder that everybody can write to, and is not this user's with mode 0700.
    NotPrivate {
        /// Whose it is.
        owner: u32,
        /// What its mode is.
        mode: u32,
    },
    /// It is a link that somebody else made, or that stands where everybody can make one.
    Link {
        /// Whose it is.
        owner: u32,
    },
    /// It is a folder that everybody writes to.
    Shared,
}

impl UnsafePath {
    /// Whether it is only that there is nothing.
    pub fn is_missing(&self) -> bool {
        matches!(&self.cause, Cause::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// What is wrong, why, and what to do about it, in one line.
    pub fn in_full(&self) -> String {
        let cause = std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{self}{cause}; {}", self.remedy())
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        let path = self.path.display();
        match &self.cause {
            Cause::Relative => String::from("name it by an absolute path"),
            Cause::Io(_) => {
                let above = self.path.parent().unwrap_or(&self.path).display();
                format!("make sure that you can write to {above}")
            }
            Cause::NotAFolder | Cause::Link { .. } => format!("look at {path}, and remove it"),
            Cause::Owner { .. } => String::from("find out who made it; use a folder of yours"),
            Cause::Mode { .. } => format!("chmod go-w {path}"),
            Cause::NotPrivate { .. } => format!("chmod 700 {path}, if it is yours; else use another"),
            Cause::Shared => String::from("use a folder of yours in it, with mode 0700"),
        }
    }
}

impl fmt::Display for UnsafePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Relative => write!(out, "`{path}` is not an absolute path"),
            Cause::Io(_) => write!(out, "{path} cannot be used"),
            Cause::NotAFolder => write!(out, "{path} is not a folder"),
            Cause::Owner { owner } => write!(out, "{path} belongs to user {owner}"),
            Cause::Mode { mode } => write!(out, "{path} has mode {mode:03o}, so that others may write to it"),
            Cause::NotPrivate { owner, mode } => {
                write!(
                    out,
                    "{path} is where everybody can write, belongs to user {owner} and has mode {mode:03o}"
                )
            }
            Cause::Link { owner } => {
                write!(out, "{path} is a link of user {owner}, which others could change")
            }
            Cause::Shared => write!(out, "{path} is a folder that everybody can write to"),
        }
    }
}

impl std::error::Error for UnsafePath {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Io(source) => Some(source),
            _ => None,
        }
    }
}
