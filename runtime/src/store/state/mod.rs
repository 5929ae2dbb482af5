//! What a plugin or a source knows that cannot be read again: how often a command failed, which directories were visited, when something was last said.
//!
//! A fact can always be read again, a state cannot. It has a version, is shared by all shells, survives crashes, and is changed by one process
//! at a time. One that cannot be used is put aside, never thrown away, and a notice says so.
//!
//! ```text
//! offset  bytes  what
//! 0       4      "ZIRS"
//! 4       4      version of the state, little endian
//! 8       4      CRC-32 of all the rest
//! 12      …      the state, in postcard's format
//! ```

mod notices;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use notices::{Notice, Reason, notices};
use rustix::fs::FlockOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::files;
use crate::io::Io;
use crate::io::open::{self, Begin};
use crate::safe_path;

const MAGIC: &[u8; 4] = b"ZIRS";
const HEADER_BYTES: usize = 12;
/// No state of a prompt should come near this (bytes).
const SIZE_LIMIT: u64 = 4 << 20;

/// The state of one plugin or source.
///
/// # Examples
/// ```
/// use serde::{Deserialize, Serialize};
/// use ziron_runtime::store::state::State;
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Visits {
///     count: u64,
///     last: String,
/// }
///
/// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
/// // Version 1 was a bare number.
/// let visits: State<Visits> = State::new(folder.path(), "visits", 2).migrating(|version, bytes| match version {
///     1 => Some(Visits { count: postcard::from_bytes(bytes).ok()?, ..Visits::default() }),
///     _ => None,
/// });
/// visits.update(|visits| {
///     visits.count += 1;
///     visits.last = "/srv".to_owned();
/// })?;
/// assert_eq!(visits.load().value.count, 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct State<T> {
    folder: PathBuf,
    name: &'static str,
    version: u32,
    migrate: Migrate<T>,
    kind: PhantomData<fn() -> T>,
}

/// Makes a state of one that another version has written; `None` if it cannot.
pub type Migrate<T> = fn(version: u32, bytes: &[u8]) -> Option<T>;

/// A state as it was found.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The state; its default if there was none that could be used.
    pub value: T,
    /// Why the one that was there could not be used.
    pub notice: Option<Notice>,
}

/// Why a state could not be changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum StateError {
    /// Another process is changing it at this moment. Only [`State::try_update`] says so, the other waits.
    Busy,
    /// The file could not be written.
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state cannot be put into bytes, or is too large.
    Unfit,
}

impl<T: Default + Serialize + DeserializeOwned> State<T> {
    /// A state in a folder of states. `name` is that of the plugin or source; `version` counts up when the type changes.
    pub fn new(folder: impl Into<PathBuf>, name: &'static str, version: u32) -> State<T> {
        State { folder: folder.into(), name, version, migrate: |_, _| None, kind: PhantomData }
    }

    /// Says how to go on with what another version has written. What this cannot use is put aside.
    #[must_use]
    pub fn migrating(self, migrate: Migrate<T>) -> State<T> {
        State { migrate, ..self }
    }

    /// Loads the state. Waits for nobody: a state is replaced as a whole, so that there is always one that is right.
    pub fn load(&self) -> Loaded<T> {
        match self.read() {
            Ok(value) => Loaded { value: value.unwrap_or_default(), notice: None },
            Err(reason) => {
                let notice = Notice { name: self.name.to_owned(), at: SystemTime::now(), reason };
                Loaded { value: T::default(), notice: Some(notice) }
            }
        }
    }

    /// Stores the state, whatever is there. To change it, [`update`](State::update) is safer.
    pub fn save(&self, value: &T) -> Result<(), StateError> {
        let lock = self.lock(FlockOperation::LockExclusive)?;
        self.put_aside_if_unusable();
        let saved = self.write(value);
        drop(lock);
        saved
    }

    /// Changes the state; returns what the change returns. Other processes that want the same wait, each for its turn: not to be called where a prompt waits.
    ///
    /// # Examples
    /// ```
    /// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    /// let count = ziron_runtime::store::state::State::<u32>::new(folder.path(), "count", 1);
    /// assert_eq!(count.update(|count| { *count += 1; *count })?, 1);
    /// assert_eq!(count.update(|count| { *count += 1; *count })?, 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, StateError> {
        self.update_with(FlockOperation::LockExclusive, change)
    }

    /// Changes the state unless another process is doing so at this moment.
    pub fn try_update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, StateError> {
        self.update_with(FlockOperation::NonBlockingLockExclusive, change)
    }

    fn update_with<R>(
        &self,
        operation: FlockOperation,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, StateError> {
        let lock = self.lock(operation)?;
        self.put_aside_if_unusable();
        let mut value = self.load().value;
        let result = change(&mut value);
        let saved = self.write(&value);
        drop(lock);
        saved.map(|()| result)
    }

    /// Keeps what cannot be used for somebody who may want it, and notes that it was dropped. The lock is held.
    fn put_aside_if_unusable(&self) {
        if let Some(notice) = self.load().notice {
            // If it cannot be renamed, it cannot be replaced either, and the caller hears of that.
            let _ = std::fs::rename(self.file(), self.folder.join(format!("{}.dropped", self.name)));
            notices::add(&self.folder, &notice);
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.state", self.name))
    }

    /// The state that is there: nothing if there is none, an error if it cannot be used.
    fn read(&self) -> Result<Option<T>, Reason> {
        let safe = safe_path::check(&self.folder, rustix::process::geteuid().as_raw());
        if !safe.map_err(|_| Reason::Unreadable)?.exists() {
            return Ok(None);
        }
        let Some(bytes) = read_own(&self.file())? else { return Ok(None) };
        let (header, inside) = bytes.split_at_checked(HEADER_BYTES).ok_or(Reason::Damaged)?;
        if header[..4] != *MAGIC || header[8..] != checksum(&bytes).to_le_bytes() {
            return Err(Reason::Damaged);
        }
        let version = u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
        if version == self.version {
            return postcard::from_bytes(inside).map(Some).map_err(|_| Reason::Damaged);
        }
        (self.migrate)(version, inside).map(Some).ok_or(Reason::OtherVersion { version })
    }

    fn write(&self, value: &T) -> Result<(), StateError> {
        let inside = postcard::to_stdvec(value).map_err(|_| StateError::Unfit)?;
        if inside.len() as u64 + HEADER_BYTES as u64 > SIZE_LIMIT {
            return Err(StateError::Unfit);
        }
        let mut bytes = Vec::with_capacity(HEADER_BYTES + inside.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&inside);
        let checksum = checksum(&bytes);
        bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
        let file = self.file();
        replace(&self.folder, &file, &bytes).map_err(|source| StateError::Io { file, source })
    }

    /// Takes the lock of the state, which is a file of its own: that of the state is replaced.
    fn lock(&self, operation: FlockOperation) -> Result<File, StateError> {
        let file = self.folder.join(format!("{}.lock", self.name));
        let failed = |source| StateError::Io { file: file.clone(), source };
        files::make_folder(&self.folder).map_err(failed)?;
        let open = open::for_writing(&file, Begin::AtEnd).map_err(failed)?;
        loop {
            match rustix::fs::flock(&open, operation) {
                Ok(()) => return Ok(open),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => return Err(StateError::Busy),
                Err(error) => return Err(failed(error.into())),
            }
        }
    }
}

/// The folder of the user's states: `$ZIRON_STATE`, else `$XDG_STATE_HOME/ziron`, else `~/.local/state/ziron`; only an absolute path counts.
///
/// # Examples
/// ```
/// use ziron_runtime::io::Simulated;
/// use ziron_runtime::store::state;
///
/// let io = Simulated::new().env_var("HOME", "/home/me");
/// assert_eq!(state::folder(&io), Some("/home/me/.local/state/ziron".into()));
/// ```
pub fn folder(io: &impl Io) -> Option<PathBuf> {
    folder_by(|name| io.env(name))
}

/// The same by a look-up of variables.
pub(crate) fn folder_by(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("ZIRON_STATE")
        .or_else(|| absolute("XDG_STATE_HOME").map(|folder| folder.join("ziron")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state/ziron")))
}

/// The checksum of a state: of all but itself.
fn checksum(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..8]);
    hasher.update(&bytes[HEADER_BYTES..]);
    hasher.finalize()
}

/// Reads a plain file of this user's own; nothing if there is none.
fn read_own(file: &Path) -> Result<Option<Vec<u8>>, Reason> {
    let open = match open::own(file) {
        Ok((open, _)) => open,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(Reason::Unreadable),
    };
    let mut bytes = Vec::new();
    open.take(SIZE_LIMIT).read_to_end(&mut bytes).map_err(|_| Reason::Unreadable)?;
    Ok(Some(bytes))
}

/// Replaces a file such that it is there as a whole, before or after, even when the machine loses its power meanwhile.
fn replace(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let (mut open, temporary) = files::temporary(folder, &name)?;
    let written = open
        .write_all(bytes)
        .and_then(|()| open.sync_data())
        .and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

impl<T> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateError::Busy => f.write_str("another process is changing the state"),
            StateError::Io { file, .. } => write!(f, "could not write {}", file.display()),
            StateError::Unfit => f.write_str("the state cannot be put into a file"),
        }
    }
}

impl std::error::Error for StateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StateError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<StateError> for io::Error {
    fn from(error: StateError) -> io::Error {
        match error {
            StateError::Busy => io::ErrorKind::WouldBlock.into(),
            StateError::Io { source, .. } => source,
            StateError::Unfit => io::ErrorKind::InvalidData.into(),
        }
    }
}
