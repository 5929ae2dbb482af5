//! The operating system, as it is handed to sources.
//!
//! A source never touches files, environment, programs or the clock itself: it asks the [`Io`] it was given. The
//! product has [`Real`], tests have [`Simulated`]. Both are chosen statically.

mod environment;
pub(crate) mod far;
pub(crate) mod mounts;
pub mod open;
mod passwd;
#[cfg(feature = "background")]
pub(crate) mod probe;
mod process;
mod real;
mod simulated;
mod users;

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub use environment::Sent;
pub use passwd::field as password_field;
pub(crate) use process::kill_all;
pub use real::Real;
pub use simulated::Simulated;
pub(crate) use users::by_name as user_by_name;

use serde::{Deserialize, Serialize};

/// What identifies the contents of a file without reading it: equal identities, equal contents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Where it is; where the path asked for is a symbolic link, what that leads to.
    pub path: PathBuf,
    /// The number of its inode, and of the device.
    pub inode: (u64, u64),
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was modified last (seconds and nanoseconds since 1970).
    pub modified: (i64, u32),
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Its name.
    pub name: OsString,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Whether it is a symbolic link that counts as what it leads to, which nobody has looked at.
    pub is_link: bool,
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program's file, already found.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where it runs, and what it sees there.
    pub scope: Scope,
    /// What it reads from its standard input.
    pub input: Vec<u8>,
    /// Variables it gets besides those of its scope.
    pub environment: Vec<(OsString, OsString)>,
    /// After how long it is killed.
    pub timeout: Duration,
}

/// Where a program runs, and what it sees of the shell's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In this folder, with the variables of the shell: what the user has written. Its `PATH` has absolute folders
    /// only.
    Folder(PathBuf),
    /// In a folder that no project reaches, without any variable: a tool, which could otherwise be steered by a
    /// project's files.
    Isolated,
}

impl Command {
    /// A program of the user's own in a folder, with nothing on its standard input.
    pub fn new(program: impl Into<PathBuf>, folder: impl Into<PathBuf>, timeout: Duration) -> Command {
        Command::scoped(program.into(), Scope::Folder(folder.into()), timeout)
    }

    /// A tool that sees nothing of the directory and of the environment.
    pub fn isolated(program: impl Into<PathBuf>, timeout: Duration) -> Command {
        Command::scoped(program.into(), Scope::Isolated, timeout)
    }

    fn scoped(program: PathBuf, scope: Scope, timeout: Duration) -> Command {
        Command { program, arguments: Vec::new(), scope, input: Vec::new(), environment: Vec::new(), timeout }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Command {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }
}

/// What a program left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Whether it said that it succeeded.
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }
}

/// The operating system.
///
/// The futures of the file methods are ready at once in the inline model; those of [`Io::run`] and [`Io::unblock`] wait
/// on another thread. Dropping any of them abandons the answer; a program already started is killed at its timeout.
pub trait Io: Send + Sync + 'static {
    /// Reads a variable of the environment that the shell sent.
    fn env(&self, name: &str) -> Option<OsString>;

    /// What tells the environment that scripts of the user's are given from that of others. Whoever draws for one
    /// request only has no others.
    fn environment_of_scripts(&self) -> u64 {
        0
    }

    /// The time of day.
    fn now(&self) -> SystemTime;

    /// The time on a clock that nobody sets.
    fn instant(&self) -> Instant;

    /// The file system's own identity of a file, following symbolic links.
    fn identity(&self, path: &Path) -> impl Future<Output = io::Result<Identity>> + Send;

    /// Whether something exists at a path, and if so whether it is a folder, following symbolic links.
    fn kind(&self, path: &Path) -> impl Future<Output = Option<FileKind>> + Send;

    /// Whether the user may write to a file or a folder.
    fn is_writable(&self, path: &Path) -> impl Future<Output = bool> + Send;

    /// Reads a whole file.
    fn read(&self, path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send;

    /// Lists a directory, in no order; stops with what it has when `patience` runs out. What links lead to is not
    /// looked at: it may be on a file system that does not answer.
    fn list(
        &self,
        path: &Path,
        follow_links: bool,
        patience: Duration,
    ) -> impl Future<Output = io::Result<Vec<DirEntry>>> + Send;

    /// Finds a program on the `PATH` that the shell sent, in its absolute folders. A name with a slash is an absolute
    /// path, or there is no such program.
    fn find_program(&self, name: &str) -> impl Future<Output = Option<PathBuf>> + Send {
        self.find_program_behind(name, None)
    }

    /// Finds a program on the `PATH` behind one that was found before.
    fn find_program_behind(
        &self,
        name: &str,
        found: Option<&Path>,
    ) -> impl Future<Output = Option<PathBuf>> + Send;

    /// Runs a program to its end and collects what it says.
    fn run(&self, command: Command) -> impl Future<Output = io::Result<Output>> + Send;

    /// Runs a function that waits or computes for long, off this thread.
    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;

    /// The user who runs the shell.
    fn user(&self) -> User;

    /// The name of this machine.
    fn hostname(&self) -> String;

    /// Reads a text file, replacing what is not UTF-8.
    fn read_text(&self, path: &Path) -> impl Future<Output = io::Result<String>> + Send {
        async move {
            let bytes = self.read(path).await?;
            Ok(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            })
        }
    }

    /// Reads a variable as text, replacing what is not UTF-8.
    fn env_text(&self, name: &str) -> Option<String> {
        self.env(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// Waits until the file system answers that a path leads to; at once where none may hang.
    fn wait_for(&self, path: &Path) -> impl Future<Output = ()> + Send {
        let _ = path;
        std::future::ready(())
    }

    /// Whether [`Io::wait_for`] may have to wait.
    fn may_wait(&self) -> bool {
        false
    }

    /// Whether something was left to another process, since the file system it is on may not answer.
    fn was_left(&self) -> bool {
        false
    }

    /// Whether a variable is set, be it to nothing.
    fn has_env(&self, name: &str) -> bool {
        self.env(name).is_some()
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A folder.
    Folder,
    /// Anything else.
    File,
}

/// The user who runs the shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name in the password file, if it is there.
    pub name: Option<String>,
    /// Whether it is root.
    pub is_root: bool,
}
