//! Where a store keeps its entries: one shape, several back ends, matched statically. A back end whose feature is off
//! cannot be made, and the compiler drops its arms.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

#[cfg(not(feature = "redis"))]
use super::absent::Absent as Redis;
#[cfg(not(feature = "sqlite"))]
use super::absent::Absent as Sqlite;
use super::files::{self, Content};
use super::limits::{Limits, Tally};
#[cfg(test)]
use super::memory::Memory;
#[cfg(feature = "redis")]
use super::redis::Redis;
#[cfg(feature = "sqlite")]
use super::sqlite::Sqlite;

/// Which back end a configuration asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackendChoice {
    /// A file for each entry.
    #[default]
    Files,
    /// One SQLite database. Needs the feature `sqlite`; files without it.
    Sqlite,
    /// A Redis server, which several hosts may share; files while it does not answer. Needs the feature `redis`; files
    /// without it.
    Redis(RedisChoice),
    /// The memory of this process.
    #[cfg(test)]
    Memory,
}

/// Which Redis server, and how it is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RedisChoice {
    /// `unix:///run/redis.sock`, `redis://127.0.0.1:6379/0`, with `user:password@` before the host where one is needed.
    pub url: &'static str,
    /// What the names of all entries begin with.
    pub prefix: &'static str,
    /// The server forgets an entry so long after it was stored.
    pub expire: Duration,
    /// The longest that one question may take, connecting included.
    pub timeout: Duration,
}

impl RedisChoice {
    /// A server on this machine; entries are forgotten after 30 days, and no question takes longer than 20 ms.
    pub const DEFAULT: RedisChoice = RedisChoice {
        url: "redis://127.0.0.1:6379/0",
        prefix: "ziron",
        expire: Duration::from_secs(30 * 24 * 3600),
        timeout: Duration::from_millis(20),
    };
}

impl RedisChoice {
    /// Whether an address makes sense; the error says what does not, for people. A store with one that does not keeps
    /// its entries in files.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::store::RedisChoice;
    ///
    /// assert_eq!(RedisChoice::check("redis://127.0.0.1:6379/0"), Ok(()));
    /// assert!(RedisChoice::check("localhost").is_err());
    /// ```
    pub fn check(url: &str) -> Result<(), &'static str> {
        super::address::parse(url).map(|_| ())
    }
}

impl fmt::Debug for RedisChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the address, which may hold a password.
        f.debug_struct("RedisChoice").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// What all back ends do. Names are those of [`entry::name`](super::entry::name); the bytes are an entry, and are
/// checked by who reads them.
pub(super) trait Back {
    /// The bytes of an entry.
    fn read(&self, name: &str) -> Option<Vec<u8>>;
    /// Replaces an entry, or adds it.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Whether there is such an entry, as far as that matters for making room.
    fn has(&self, name: &str) -> bool;
    /// Removes an entry; false if it was not there.
    fn remove(&self, name: &str) -> bool;
    /// Shows all entries, those that are being written meanwhile perhaps not.
    fn each(&self, visit: &mut dyn FnMut(&str, &[u8]));
    /// Removes the oldest entries where there is too much; says how many went.
    fn make_room(&self, limits: Limits) -> usize;
    /// Tries whether an entry could be stored.
    fn probe(&self) -> io::Result<()>;
}

/// A back end that a configuration may ask for.
pub(super) trait OptionalBack: Back + Sized {
    /// Opens it; `None` if it cannot be what the configuration asks for.
    fn open(choice: BackendChoice, folder: &Path) -> Option<Self>;

    /// Whether it can be asked now.
    fn is_there(&self) -> bool {
        true
    }

    /// Says that others wait for whoever asks it.
    #[cfg(feature = "background")]
    fn hurry(&self) {}
}

/// The back end that a store uses besides its files.
#[derive(Clone, Debug)]
pub(super) enum Backend {
    Files,
    Sqlite(Sqlite),
    Redis(Redis),
    #[cfg(test)]
    Memory(Memory),
}

impl Backend {
    pub(super) fn new(choice: BackendChoice, folder: &Path) -> Backend {
        let chosen = match choice {
            BackendChoice::Files => None,
            BackendChoice::Sqlite => Sqlite::open(choice, folder).map(Backend::Sqlite),
            BackendChoice::Redis(_) => Redis::open(choice, folder).map(Backend::Redis),
            #[cfg(test)]
            BackendChoice::Memory => Some(Backend::Memory(Memory::default())),
        };
        chosen.unwrap_or(Backend::Files)
    }

    /// What people call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Backend::Files => "files",
            Backend::Sqlite(_) => "SQLite",
            Backend::Redis(_) => "Redis",
            #[cfg(test)]
            Backend::Memory(_) => "memory",
        }
    }

    /// Says that others wait for whoever asks it. What can keep them waiting is to be written to on another thread: to
    /// this one beside it.
    #[cfg(feature = "background")]
    pub(super) fn hurry(&self, folder: &Path) -> Option<Backend> {
        match self {
            Backend::Sqlite(_) => Sqlite::open(BackendChoice::Sqlite, folder).map(Backend::Sqlite),
            Backend::Redis(back) => {
                back.hurry();
                Some(self.clone())
            }
            Backend::Files => None,
            #[cfg(test)]
            Backend::Memory(_) => None,
        }
    }

    pub(super) fn read(&self, folder: &Path, name: &str) -> Option<Vec<u8>> {
        match self {
            Backend::Sqlite(back) => back.read(name),
            Backend::Redis(back) if back.is_there() => back.read(name),
            Backend::Files | Backend::Redis(_) => read_file(folder, name),
            #[cfg(test)]
            Backend::Memory(back) => back.read(name),
        }
    }

    /// The back end as those see it who are in no hurry.
    pub(super) fn with<R>(&self, folder: &Path, ask: impl FnOnce(&dyn Back) -> R) -> R {
        match self {
            Backend::Sqlite(back) => ask(back),
            Backend::Redis(back) if back.is_there() => ask(back),
            Backend::Files | Backend::Redis(_) => ask(&Files(folder)),
            #[cfg(test)]
            Backend::Memory(back) => ask(back),
        }
    }
}

/// Files broken beyond reading are dropped here; the others are judged by who decodes them.
fn read_file(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let file = folder.join(name);
    match files::read(&file) {
        Content::Whole(bytes) => Some(bytes),
        Content::Nothing => None,
        Content::Broken => {
            Tally::Damaged.add(folder, usize::from(std::fs::remove_file(&file).is_ok()));
            None
        }
    }
}

/// The files of a folder.
struct Files<'f>(&'f Path);

impl Back for Files<'_> {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_file(self.0, name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        files::write(self.0, name, bytes)
    }

    fn has(&self, name: &str) -> bool {
        std::fs::symlink_metadata(self.0.join(name)).is_ok()
    }

    fn remove(&self, name: &str) -> bool {
        std::fs::remove_file(self.0.join(name)).is_ok()
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        for (name, _) in files::names(self.0) {
            if let Some(bytes) = read_file(self.0, &name) {
                visit(&name, &bytes);
            }
        }
    }

    fn make_room(&self, limits: Limits) -> usize {
        files::make_room(self.0, limits)
    }

    fn probe(&self) -> io::Result<()> {
        files::write(self.0, "probe", b"")?;
        std::fs::remove_file(self.0.join("probe"))
    }
}
