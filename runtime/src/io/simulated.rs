//! A simulated operating system for tests: files, variables, programs and a clock that stand still unless told.
#![allow(clippy::missing_panics_doc, reason = "a poisoned lock means that the test has failed already")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use super::{Command, DirEntry, FileKind, Identity, Io, Output, User};

/// A simulated operating system.
///
/// ```
/// use ziron_runtime::io::{Io, Simulated};
/// let io = Simulated::new().file("/w/zig.zon", "").env_var("HOME", "/home/me").program("zig", "0.13.0\n");
/// assert_eq!(io.env_text("HOME").as_deref(), Some("/home/me"));
/// ```
#[derive(Debug, Default)]
pub struct Simulated {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    locked: BTreeSet<PathBuf>,
    variables: HashMap<String, OsString>,
    programs: HashMap<String, Output>,
    user: User,
    hostname: String,
    now: Option<SystemTime>,
    links: BTreeMap<PathBuf, PathBuf>,
    ran: Mutex<Vec<Command>>,
}

impl Simulated {
    /// An empty machine.
    pub fn new() -> Simulated {
        Simulated::default()
    }

    /// Adds a file and the folders above it.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>, contents: impl Into<Vec<u8>>) -> Simulated {
        let path = path.as_ref();
        for folder in path.ancestors().skip(1) {
            self.folders.insert(folder.to_owned());
        }
        self.files.insert(path.to_owned(), contents.into());
        self
    }

    /// Adds a symbolic link to a file that is there.
    #[must_use]
    pub fn link(mut self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> Simulated {
        let contents = self.files.get(target.as_ref()).cloned().unwrap_or_default();
        self.links.insert(path.as_ref().to_owned(), target.as_ref().to_owned());
        self.file(path, contents)
    }

    /// Adds a folder and those above it.
    #[must_use]
    pub fn folder(mut self, path: impl AsRef<Path>) -> Simulated {
        for folder in path.as_ref().ancestors() {
            self.folders.insert(folder.to_owned());
        }
        self
    }

    /// Adds a folder that cannot be written to.
    #[must_use]
    pub fn locked_folder(mut self, path: impl AsRef<Path>) -> Simulated {
        self.locked.insert(path.as_ref().to_owned());
        self.folder(path)
    }

    /// Sets a variable.
    #[must_use]
    pub fn env_var(mut self, name: &str, value: impl Into<OsString>) -> Simulated {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Installs a program that writes `stdout` and succeeds, whatever its arguments.
    #[must_use]
    pub fn program(self, name: &str, stdout: &str) -> Simulated {
        self.program_output(name, Output { status: Some(0), stdout: stdout.into(), stderr: Vec::new() })
    }

    /// Installs a program. `name` may hold arguments (`"python3 --version"`), which then have to match.
    #[must_use]
    pub fn program_output(mut self, name: &str, output: Output) -> Simulated {
        let file = name.split(' ').next().unwrap_or(name);
        self.programs.insert(name.to_owned(), output);
        self.file(format!("/bin/{file}"), format!("program {name}"))
    }

    /// Sets the user.
    #[must_use]
    pub fn user_named(mut self, name: &str, is_root: bool) -> Simulated {
        self.user = User { name: Some(name.to_owned()), is_root };
        self
    }

    /// Sets the machine's name.
    #[must_use]
    pub fn host(mut self, name: &str) -> Simulated {
        name.clone_into(&mut self.hostname);
        self
    }

    /// Sets the clock (seconds since 1970).
    #[must_use]
    pub fn at(mut self, seconds: u64) -> Simulated {
        self.now = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        self
    }

    /// The command lines that were run, in order.
    pub fn ran(&self) -> Vec<String> {
        self.commands().iter().map(line).collect()
    }

    /// The commands that were run, in order.
    pub fn commands(&self) -> Vec<Command> {
        self.ran.lock().expect("not poisoned").clone()
    }
}

/// A command line, without the folder of its program.
fn line(command: &Command) -> String {
    let mut line = command.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for argument in &command.arguments {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

impl Io for Simulated {
    fn env(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }

    fn now(&self) -> SystemTime {
        self.now.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    #[allow(clippy::disallowed_methods, reason = "an instant can only be had from the real clock")]
    fn instant(&self) -> Instant {
        static EPOCH: OnceLock<Instant> = OnceLock::new();
        let epoch = *EPOCH.get_or_init(Instant::now);
        epoch + self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        let contents = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        let size_bytes = contents.len() as u64;
        let path = self.links.get(path).map_or(path, |target| target);
        Ok(Identity {
            path: path.to_owned(),
            inode: (crc32fast::hash(path.as_os_str().as_encoded_bytes()).into(), 0),
            size_bytes,
            modified: (0, crc32fast::hash(contents)),
        })
    }

    async fn kind(&self, path: &Path) -> Option<FileKind> {
        if self.files.contains_key(path) {
            return Some(FileKind::File);
        }
        self.folders.contains(path).then_some(FileKind::Folder)
    }

    async fn is_writable(&self, path: &Path) -> bool {
        !self.locked.contains(path)
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    async fn list(&self, path: &Path, _follow_links: bool, _patience: Duration) -> io::Result<Vec<DirEntry>> {
        if !self.folders.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let below = |file: &PathBuf, is_folder: bool| {
            (file.parent() == Some(path)).then(|| DirEntry {
                name: file.file_name().map(ToOwned::to_owned).unwrap_or_default(),
                is_folder,
                is_link: false,
            })
        };
        let files = self.files.keys().filter_map(|file| below(file, false));
        Ok(files.chain(self.folders.iter().filter_map(|folder| below(folder, true))).collect())
    }

    async fn find_program_behind(&self, name: &str, found: Option<&Path>) -> Option<PathBuf> {
        let file = PathBuf::from(name);
        if name.contains('/') {
            return (found.is_none() && file.is_absolute()).then_some(file);
        }
        // Where no `PATH` is set, programs are in one folder.
        let search = self.variables.get("PATH").cloned().unwrap_or_else(|| "/bin".into());
        let folders = std::env::split_paths(&search).filter(|folder| folder.is_absolute());
        let mut files = folders.map(|folder| folder.join(name)).filter(|file| self.files.contains_key(file));
        match found {
            None => files.next(),
            Some(found) => files.skip_while(|file| file != found).find(|file| file != found),
        }
    }

    async fn run(&self, command: Command) -> io::Result<Output> {
        let name = command.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = line(&command);
        self.ran.lock().expect("not poisoned").push(command);
        self.programs
            .get(&line)
            .or_else(|| self.programs.get(&name))
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        std::future::ready(work())
    }

    fn user(&self) -> User {
        self.user.clone()
    }

    fn hostname(&self) -> String {
        self.hostname.clone()
    }
}
