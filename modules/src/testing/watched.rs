//! A simulated machine that writes down what it is asked for, and whose shell knows `echo $NAME`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use ziron_runtime::io::{Command, DirEntry, FileKind, Identity, Io, Output, Simulated, User};

/// A simulated machine that writes down what it is asked for.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) io: Simulated,
    /// Where programs are found, if not where the simulated machine has them.
    pub(crate) programs: Option<PathBuf>,
    seen: Mutex<Seen>,
}

/// What a machine was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) variables: BTreeSet<String>,
    pub(crate) programs: BTreeSet<String>,
    /// The files whose contents were read.
    pub(crate) files: BTreeSet<PathBuf>,
}

impl Watched {
    pub(crate) fn new(io: Simulated) -> Watched {
        Watched { io, programs: None, seen: Mutex::default() }
    }

    /// What it was asked for.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().expect("not poisoned").clone()
    }

    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().expect("not poisoned"));
    }
}

impl Io for Watched {
    fn env(&self, name: &str) -> Option<OsString> {
        self.note(|seen| _ = seen.variables.insert(name.to_owned()));
        self.io.env(name)
    }

    fn now(&self) -> SystemTime {
        self.io.now()
    }

    fn instant(&self) -> Instant {
        self.io.instant()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        self.io.identity(path).await
    }

    async fn kind(&self, path: &Path) -> Option<FileKind> {
        self.io.kind(path).await
    }

    async fn is_writable(&self, path: &Path) -> bool {
        self.io.is_writable(path).await
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.note(|seen| _ = seen.files.insert(path.to_owned()));
        self.io.read(path).await
    }

    async fn list(&self, path: &Path, follow: bool, patience: Duration) -> io::Result<Vec<DirEntry>> {
        self.io.list(path, follow, patience).await
    }

    async fn find_program_behind(&self, name: &str, found: Option<&Path>) -> Option<PathBuf> {
        self.note(|seen| {
            seen.variables.insert("PATH".to_owned());
            seen.programs.insert(name.to_owned());
        });
        let found = self.io.find_program_behind(name, found).await?;
        Some(self.programs.as_ref().map_or(found, |folder| folder.join(name)))
    }

    async fn run(&self, command: Command) -> io::Result<Output> {
        let input = String::from_utf8_lossy(&command.input);
        if let Some(name) = input.strip_prefix("echo $") {
            let said = self.io.env(name).unwrap_or_default().into_encoded_bytes();
            return Ok(Output { status: Some(0), stdout: said, stderr: Vec::new() });
        }
        self.io.run(command).await
    }

    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        self.io.unblock(work)
    }

    fn user(&self) -> User {
        self.io.user()
    }

    fn hostname(&self) -> String {
        self.io.hostname()
    }
}
