//! What can go wrong, one type per operation.

use std::path::PathBuf;
use std::{error, fmt};

/// The reason why a repository cannot be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// It belongs to somebody else and `safe.directory` does not name it, or it is a bare one that
    /// `safe.bareRepository` forbids. Git refuses it as well.
    NotTrusted {
        /// The directory the search began at.
        path: PathBuf,
    },
    /// Something has the name of one of its files and is none: a pipe, at which reading would wait for ever.
    NotAFile {
        /// What it is.
        path: PathBuf,
    },
    /// One of its files, or what that leads to, is larger than any that git writes, or is more than a prompt could
    /// read.
    TooMuch {
        /// The file.
        path: PathBuf,
    },
    /// A variable of the environment holds settings, and is not as it has to be. Git gives up as well.
    Settings {
        /// Its name.
        variable: String,
    },
    /// What names a repository, a `.git` file or a variable, leads to none.
    Nowhere {
        /// The file, or what the variable says.
        path: PathBuf,
    },
    /// Its configuration says what git does not take: a format that it does not know, or a value that is none.
    Refused {
        /// Its own directory.
        path: PathBuf,
        /// The setting.
        key: String,
        /// Its value.
        value: String,
    },
    /// It is there, but cannot be read.
    Unreadable {
        /// The directory the search began at.
        path: PathBuf,
        /// The reader's message.
        source: gix::Error,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTrusted { path } => {
                write!(out, "the repository at `{}` is not trusted by git", path.display())
            }
            Self::NotAFile { path } => write!(out, "`{}` is not a file", path.display()),
            Self::TooMuch { path } => write!(out, "`{}` is more than a prompt can read", path.display()),
            Self::Settings { variable } => write!(out, "git does not take what `{variable}` says"),
            Self::Nowhere { path } => write!(out, "`{}` leads to no repository", path.display()),
            Self::Refused { path, key, value } => {
                write!(out, "git does not take `{key} = {value}` of the repository at `{}`", path.display())
            }
            Self::Unreadable { path, .. } => {
                write!(out, "the repository at `{}` cannot be opened", path.display())
            }
        }
    }
}

impl error::Error for OpenError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::NotTrusted { .. }
            | Self::NotAFile { .. }
            | Self::TooMuch { .. }
            | Self::Settings { .. }
            | Self::Nowhere { .. }
            | Self::Refused { .. } => None,
            Self::Unreadable { source, .. } => Some(source),
        }
    }
}

/// The reason why something inside an opened repository could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReadError {
    what: &'static str,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

impl ReadError {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, source: None }
    }

    /// Names what was being read when `source` happened.
    pub(super) fn at<E: error::Error + Send + Sync + 'static>(what: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self { what, source: Some(Box::new(source)) }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot read {}", self.what)
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}

/// The reason why there is no status.
#[derive(Debug)]
#[non_exhaustive]
pub enum StatusError {
    /// The caller asked to stop.
    Interrupted,
    /// The repository has no work tree to compare with.
    Bare,
    /// Something needed for it cannot be read.
    Read(ReadError),
}

impl fmt::Display for StatusError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => out.write_str("interrupted"),
            Self::Bare => out.write_str("the repository has no work tree"),
            Self::Read(_) => out.write_str("the status cannot be computed"),
        }
    }
}

impl error::Error for StatusError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Interrupted | Self::Bare => None,
        }
    }
}

impl From<ReadError> for StatusError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}
