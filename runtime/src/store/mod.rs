//! The store: facts that are expensive to find, kept between processes.
//!
//! An entry's name is made of the source's name and a hash of the key; its bytes are the same in every back end, with a
//! checksum and the key itself. What is damaged, or was written by another version, is dropped. The folder of the store
//! holds the entries where the back end is files, and what only a folder can hold otherwise: that a refresh is running,
//! and what was counted.
//!
//! Besides: [`source_cache`]s, which are the memory of a process that draws more than once, and the policies of
//! [`eviction`] on them; and the [`state`]s of plugins.
#![allow(
    clippy::disallowed_methods,
    reason = "the store is a back end of its own beside `Io`, which sources are handed; it opens files as all do"
)]

#[cfg(not(all(feature = "redis", feature = "sqlite")))]
mod absent;
mod address;
mod any_cache;
mod backend;
mod cache_limits;
pub(crate) mod entry;
pub mod eviction;
mod fact_cache;
mod files;
mod limits;
#[cfg(test)]
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod write_behind;
#[cfg(all(fuzzing, feature = "redis"))]
pub(crate) use redis::read_answer as read_redis_answer;
mod refresh;
mod report;
#[cfg_attr(not(feature = "background"), path = "source_cache_off.rs")]
pub mod source_cache;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod state;
mod survey;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use backend::Backend;
pub use backend::{BackendChoice, RedisChoice};
pub use cache_limits::CacheLimits;
use entry::{Decoded, Flaw, decode, encode};
pub use fact_cache::{AnyFact, CacheOutcome, CachedFact, FactCache, NewFact, NoCache, Show};
pub use limits::Limits;
use limits::Tally;
pub(crate) use refresh::REFRESH_BUDGET;
pub use report::{CACHE_USAGE, Now, answer_cache};
pub use survey::{SourceStatistics, StoreStatistics, StoredEntry};
use write_behind::WriteBehind;

use crate::source::{Fact, Key};

/// Where facts are kept between processes.
///
/// # Examples
/// ```
/// use std::time::{Duration, SystemTime};
/// use ziron_runtime::store::Store;
///
/// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
/// let store = Store::new(folder.path().join("facts"));
/// let stored_at = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
/// store.save("node", &"/usr/bin/node".to_owned(), &"v22.1.0".to_owned(), stored_at);
/// let stored = store.load::<String, String>("node", &"/usr/bin/node".to_owned(), stored_at + Duration::from_secs(5));
/// assert_eq!(stored.map(|stored| (stored.fact, stored.age)), Some(("v22.1.0".to_owned(), Duration::from_secs(5))));
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    backend: Backend,
    limits: Limits,
    /// Where writes wait, if nobody is to wait for them.
    aside: Option<Arc<WriteBehind>>,
}

/// A fact and its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<F> {
    /// The fact.
    pub fact: F,
    /// How long ago it was stored; nothing if the clock was set back since.
    pub age: Duration,
    /// Whether it was invalidated since. [`Store::load`] leaves such facts alone.
    pub is_invalidated: bool,
}

/// An entry with the right key, before its fact has a type.
pub(crate) struct Found {
    bytes: Vec<u8>,
    fact_at: usize,
    pub(crate) age: Duration,
    /// Whether it was invalidated.
    pub(crate) is_invalidated: bool,
}

impl Found {
    /// The fact as it is stored.
    pub(crate) fn fact(&self) -> &[u8] {
        &self.bytes[self.fact_at..]
    }
}

impl Store {
    /// Keeps facts in files of a folder, which is made when the first fact is stored.
    pub fn new(folder: impl Into<PathBuf>) -> Store {
        Store::open(BackendChoice::Files, folder)
    }

    /// Keeps facts where a configuration says. Nothing is opened and nobody is asked before the first fact is.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::store::{BackendChoice, RedisChoice, Store};
    ///
    /// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    /// let choice = RedisChoice { url: "unix:///run/user/1000/redis.sock", ..RedisChoice::DEFAULT };
    /// let store = Store::open(BackendChoice::Redis(choice), folder.path());
    /// ```
    pub fn open(choice: BackendChoice, folder: impl Into<PathBuf>) -> Store {
        let folder = folder.into();
        let backend = Backend::new(choice, &folder);
        Store { folder, backend, limits: Limits::DEFAULT, aside: None }
    }

    /// Keeps more, or less. A Redis server keeps as much as it is told to by its own configuration.
    #[must_use]
    pub fn limited(self, limits: Limits) -> Store {
        Store { limits, ..self }
    }

    /// Lets nobody wait for writes to a database or a server, which may be locked or gone: another thread sees to them.
    /// Files are written at once.
    #[cfg(feature = "background")]
    #[must_use]
    pub(crate) fn in_a_hurry(self) -> Store {
        let aside = self.backend.hurry(&self.folder).map(|backend| Arc::new(WriteBehind::new(backend)));
        Store { aside, ..self }
    }

    /// Waits until what was put is written.
    fn settle(&self) {
        if let Some(aside) = &self.aside {
            aside.settle(self);
        }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What its back end is called.
    pub fn backend(&self) -> &'static str {
        self.backend.name()
    }

    /// Loads the fact of a source for a key, whatever its age, unless it was invalidated.
    pub fn load<K: Key, F: Fact>(&self, source: &str, key: &K, now: SystemTime) -> Option<Stored<F>> {
        self.load_last(source, key, now).filter(|stored| !stored.is_invalidated)
    }

    /// Loads the last fact of a source for a key, whatever happened since: to be drawn as stale while a new one is
    /// read.
    pub fn load_last<K: Key, F: Fact>(&self, source: &str, key: &K, now: SystemTime) -> Option<Stored<F>> {
        let found = self.find(source, &postcard::to_stdvec(key).ok()?, now)?;
        let fact = postcard::from_bytes(found.fact()).ok()?;
        Some(Stored { fact, age: found.age, is_invalidated: found.is_invalidated })
    }

    /// Stores a fact. Fails silently: a prompt goes on without a store, and `doctor` says why.
    pub fn save<K: Key, F: Fact>(&self, source: &str, key: &K, fact: &F, now: SystemTime) {
        let (Ok(key), Ok(fact)) = (postcard::to_stdvec(key), postcard::to_stdvec(fact)) else { return };
        self.put(source, &key, &fact, now);
    }

    /// Tries whether a fact could be stored; the error says why not.
    pub fn probe(&self) -> std::io::Result<()> {
        files::make_folder(&self.folder)?;
        self.backend.with(&self.folder, |back| back.probe())
    }

    pub(crate) fn find(&self, source: &str, key: &[u8], now: SystemTime) -> Option<Found> {
        let name = entry::name(source, key);
        let bytes = self.backend.read(&self.folder, &name)?;
        let decoded = match decode(&bytes) {
            Ok(decoded) => decoded,
            Err(flaw) => {
                self.drop_flawed(&name, flaw);
                return None;
            }
        };
        // Two keys with one hash are told apart here.
        if decoded.key != key {
            return None;
        }
        let (fact_at, age, is_invalidated) =
            (bytes.len() - decoded.fact.len(), age_of(&decoded, now), decoded.is_invalidated);
        Some(Found { bytes, fact_at, age, is_invalidated })
    }

    pub(crate) fn put(&self, source: &str, key: &[u8], fact: &[u8], now: SystemTime) {
        let stored_at = millis(now);
        let Some(bytes) = encode(Decoded { stored_at, is_invalidated: false, key, fact }) else { return };
        if bytes.len() as u64 > limits::ENTRY_LIMIT {
            return;
        }
        let name = entry::name(source, key);
        match &self.aside {
            Some(aside) => aside.write(self, name, bytes),
            None => self.write(&name, &bytes),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let evicted = self.backend.with(&self.folder, |back| {
            let evicted = if back.has(name) { 0 } else { back.make_room(self.limits) };
            // A full disk, a folder that is read only, a server that is gone: the prompt goes on without.
            let _ = back.write(name, bytes);
            evicted
        });
        Tally::Evicted.add(&self.folder, evicted);
    }

    fn drop_flawed(&self, name: &str, flaw: Flaw) {
        let removed = self.backend.with(&self.folder, |back| back.remove(name));
        // An entry of another version is no damage.
        if removed && flaw == Flaw::Damaged {
            Tally::Damaged.add(&self.folder, 1);
        }
    }
}

/// How old an entry is; nothing if the clock was set back since.
fn age_of(entry: &Decoded<'_>, now: SystemTime) -> Duration {
    Duration::from_millis(millis(now).saturating_sub(entry.stored_at))
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}
