//! Start and end of the daemon: one instance at a time, a socket to find it, and a limit on crashes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{AtFlags, FileType, OFlags};

use super::stale_daemon::StaleDaemon;
use crate::ipc::address::{Address, AddressError, Surroundings};
use crate::ipc::client::{Client, ClientError};
use crate::ipc::folder::{Folder, FolderError};
use crate::ipc::message::{Hello, ReplyMode};
use crate::ipc::peer;
use crate::ipc::version::VERSION;

/// Maximum number of starts that did not end well …
const CRASHES: usize = 5;
/// … within this time; the next start has to wait until one of them is older.
const CRASH_WINDOW: Duration = Duration::from_secs(60);

/// A daemon that does not answer within this time is killed: a healthy one answers within milliseconds.
const HEALTH_PATIENCE: Duration = Duration::from_secs(2);

/// Size at which the log is rotated (bytes); one old log is kept.
const LOG_BYTES: u64 = 128 << 10;

/// The only daemon of its binary.
#[derive(Debug)]
pub(super) struct Life {
    address: Address,
    folder: Arc<Folder>,
    build: &'static str,
    /// Held until the process ends, however it ends.
    _lock: OwnedFd,
}

/// Why a program cannot be the daemon.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum LifeError {
    /// Where it would be has no name.
    Address(AddressError),
    /// Its folder cannot be used.
    Folder(FolderError),
    /// There is one already.
    Another,
    /// It has crashed too often.
    Crashes,
    /// The system refused something.
    Io {
        /// What was tried, in words.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Life {
    /// Becomes the only daemon of this binary.
    pub(super) fn begin(build: &'static str) -> Result<Life, LifeError> {
        let address = address().map_err(LifeError::Address)?;
        let folder = Arc::new(address.prepare().map_err(LifeError::Folder)?);
        put_away(&folder, "lock", FileType::RegularFile);
        let lock = match folder.lock("lock").map_err(io("lock its folder"))? {
            Some(lock) => lock,
            None => take_over(&address, &folder)?,
        };
        let life = Life { address, folder, build, _lock: lock };
        for name in ["log", "log.old", "crash", "pid"] {
            put_away(&life.folder, name, FileType::RegularFile);
        }
        put_away(&life.folder, "socket", FileType::Socket);
        if life.has_crashed_often() {
            life.log("it has not ended well five times within a minute: it waits");
            return Err(LifeError::Crashes);
        }
        // Whatever directory it was started in can be unmounted.
        let _ = rustix::process::chdir("/");
        Ok(life)
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Arc<Folder> {
        &self.folder
    }

    /// Creates the socket and the pid file. Also returns the inode of the socket.
    pub(super) fn listen(&mut self) -> Result<(UnixListener, u64), LifeError> {
        let listening = peer::listen(&self.address, &self.folder).map_err(io("make its socket"))?;
        let line = format!("{} {} {} {VERSION}\n", std::process::id(), self.build, now_ms());
        self.folder.replace("pid", line.as_bytes()).map_err(io("write who it is"))?;
        self.log("begins");
        Ok(listening)
    }

    /// Removes what a daemon that ends well leaves no trace of.
    pub(super) fn end(self) {
        // Who cleans up the folder may have been quicker.
        let _ = self.folder.remove("crash", FileType::RegularFile);
        self.fail();
    }

    /// Ends, but not well: this start counts.
    pub(super) fn fail(self) {
        self.log("ends");
        for (name, kind) in [("socket", FileType::Socket), ("pid", FileType::RegularFile)] {
            let _ = self.folder.remove(name, kind);
        }
    }

    /// Writes a line into the log: when (ms since 1970), and what.
    pub(super) fn log(&self, what: &str) {
        let _ = append(&self.folder, what);
    }

    /// Records this start, and returns whether there were too many.
    fn has_crashed_often(&self) -> bool {
        let now = now_ms();
        let mut text = String::new();
        if let Ok(file) = self.folder.file("crash", OFlags::RDONLY | OFlags::NONBLOCK) {
            // What cannot be read counts as none.
            let _ = File::from(file).take(4096).read_to_string(&mut text);
        }
        let window = CRASH_WINDOW.as_millis() as u64;
        let mut starts: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        starts.retain(|start| *start <= now && now - start < window);
        if starts.len() >= CRASHES {
            return true;
        }
        starts.push(now);
        let words: Vec<String> = starts.iter().map(ToString::to_string).collect();
        let _ = self.folder.replace("crash", words.join(" ").as_bytes());
        false
    }
}

/// Makes room for something of ours: nobody else's can be in a folder that is this user's alone, so that what has its
/// name and is of another kind is there by mistake. It is removed, a folder with something in it gets another name.
fn put_away(folder: &Folder, name: &str, kind: FileType) {
    let Ok(stat) = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else { return };
    if FileType::from_raw_mode(stat.st_mode) == kind || stat.st_uid != rustix::process::geteuid().as_raw() {
        return;
    }
    // What cannot be put away is in the way, and whoever needs its place says so.
    let _ = rustix::fs::unlinkat(folder, name, AtFlags::empty())
        .or_else(|_| rustix::fs::unlinkat(folder, name, AtFlags::REMOVEDIR))
        .or_else(|_| {
            let other = format!("{name}.{}.{}", std::process::id(), now_ms());
            rustix::fs::renameat(folder, name, folder, other)
        });
}

/// Kills a daemon that does not answer, and takes its lock. A daemon that answers stays.
#[allow(clippy::disallowed_methods, reason = "another process lives in real time")]
fn take_over(address: &Address, folder: &Folder) -> Result<OwnedFd, LifeError> {
    let deadline = Instant::now() + HEALTH_PATIENCE;
    let hello = Hello { version: Some(VERSION), answer: ReplyMode::Once, ..Hello::default() };
    let greeted =
        Client::connect(&address.socket(), deadline).and_then(|mut client| client.greet(&hello, deadline));
    // One that has just begun, or is just ending, does not listen, and will be well.
    if !matches!(greeted, Err(ClientError::TimedOut | ClientError::Busy)) {
        return Err(LifeError::Another);
    }
    let other = StaleDaemon::find(address, folder).map_err(io("look at a daemon that hangs"))?;
    other.ok_or(LifeError::Another)?.end().map_err(io("end a daemon that hangs"))?;
    let deadline = Instant::now() + HEALTH_PATIENCE;
    loop {
        match folder.lock("lock").map_err(io("lock its folder"))? {
            Some(lock) => {
                let _ = append(folder, "the daemon before did not answer and was ended");
                return Ok(lock);
            }
            None if Instant::now() > deadline => return Err(LifeError::Another),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// The folder of the daemon that whoever called this program means.
static MEANT: OnceLock<PathBuf> = OnceLock::new();

/// Says which folder of a daemon is meant. One that is not this user's alone, or not this binary's, is left out of
/// account.
pub(crate) fn mean(folder: PathBuf) {
    // A program is called once.
    let _ = MEANT.set(folder);
}

/// Where the daemon of this binary is.
pub(crate) fn address() -> Result<Address, AddressError> {
    let binary = std::env::current_exe().unwrap_or_default();
    let surroundings = Surroundings { meant: MEANT.get().cloned(), ..Surroundings::of_process() };
    // Linux says it without symbolic links.
    if cfg!(target_os = "linux") {
        Address::of_canonical(&binary, &surroundings)
    } else {
        Address::of(&binary, &surroundings)
    }
}

#[allow(clippy::disallowed_methods, reason = "a log is about the real clock")]
fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_millis() as u64
}

fn append(folder: &Folder, what: &str) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NONBLOCK;
    let mut file = folder.file("log", flags)?;
    if rustix::fs::fstat(&file)?.st_size.cast_unsigned() > LOG_BYTES {
        let log = folder.path().join("log");
        rustix::fs::rename(&log, log.with_extension("old"))?;
        file = folder.file("log", flags)?;
    }
    rustix::io::write(&file, format!("{} {what}\n", now_ms()).as_bytes())?;
    Ok(())
}

fn io(action: &'static str) -> impl FnOnce(io::Error) -> LifeError {
    move |source| LifeError::Io { action, source }
}

impl fmt::Display for LifeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LifeError::Address(error) => write!(f, "{error}"),
            LifeError::Folder(error) => write!(f, "{error}"),
            LifeError::Another => f.write_str("a daemon of this prompt is running already"),
            LifeError::Crashes => f.write_str(
                "the daemon has not ended well five times within a minute; `daemon logs` may say why",
            ),
            LifeError::Io { action, source } => write!(f, "the daemon could not {action}: {source}"),
        }
    }
}

impl std::error::Error for LifeError {}
