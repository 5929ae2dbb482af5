//! Caches as those see them who ask for nothing in particular: lists, statistics, events. Also where there is no cache,
//! so that there is one `cache` command.

use std::fmt;
use std::time::{Duration, Instant};

use super::cache_limits::CacheLimits;
use crate::store::{AnyFact, FactCache, NoCache, Show};

/// A cache, whatever its policy and its source.
pub trait AnyCache: FactCache {
    /// The source whose facts are here.
    fn name(&self) -> &'static str;

    /// What its policy is called.
    fn policy(&self) -> &'static str;

    /// What it may keep.
    fn keeping(&self) -> CacheLimits;

    /// What has happened here so far, and what is here.
    fn statistics(&self) -> CacheStatistics;

    /// What is here now, in no particular order.
    fn entries(&self, now: Instant) -> Vec<CacheEntry>;

    /// Invalidates entries and says how many.
    fn invalidate(&self, which: Which<'_>) -> usize;

    /// Takes the entries with this hash of their key off, and says how many.
    fn remove_hash(&self, key_hash: u64) -> usize;

    /// Takes all off and says how many there were.
    fn clear(&self) -> usize;

    /// Lets the entry go that is next by the policy; says how many bytes that frees, nothing if the cache is empty.
    fn shed(&self) -> Option<usize>;
}

/// There is nothing to see where nothing is kept.
impl AnyCache for NoCache {
    fn name(&self) -> &'static str {
        ""
    }

    fn policy(&self) -> &'static str {
        "none"
    }

    fn keeping(&self) -> CacheLimits {
        CacheLimits::DEFAULT
    }

    fn statistics(&self) -> CacheStatistics {
        CacheStatistics::default()
    }

    fn entries(&self, _now: Instant) -> Vec<CacheEntry> {
        Vec::new()
    }

    fn invalidate(&self, _which: Which<'_>) -> usize {
        0
    }

    fn remove_hash(&self, _key_hash: u64) -> usize {
        0
    }

    fn clear(&self) -> usize {
        0
    }

    fn shed(&self) -> Option<usize> {
        None
    }
}

/// Which entries of a cache.
#[derive(Clone, Copy)]
pub enum Which<'w> {
    /// All.
    All,
    /// Those with this hash of their key.
    Hash(u64),
    /// Those whose key, in postcard's format, fits. Called while the cache is locked.
    Fitting(&'w dyn Fn(&[u8]) -> bool),
}

impl fmt::Debug for Which<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::All => f.write_str("All"),
            Which::Hash(hash) => write!(f, "Hash({hash:016x})"),
            Which::Fitting(_) => f.write_str("Fitting(..)"),
        }
    }
}

/// What has happened in a cache since the process began, and what is on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Facts that were drawn as they were found.
    pub hits: u64,
    /// Facts that had to be read first.
    pub misses: u64,
    /// Old facts that were drawn while new ones were read.
    pub stale: u64,
    /// Facts that were not looked for, since their source had failed a moment ago.
    pub resting: u64,
    /// Entries that had to make room, or were too large from the start.
    pub evictions: u64,
    /// Entries now.
    pub entries: usize,
    /// Bytes that they take.
    pub bytes: usize,
}

/// One entry of a cache, as it was when somebody asked.
pub struct CacheEntry {
    /// The FNV-1a hash of its key, by which people name it.
    pub key_hash: u64,
    /// Bytes that it takes.
    pub bytes: usize,
    /// How long ago its fact was read.
    pub age: Duration,
    /// How often it was asked for.
    pub hits: u64,
    /// Whether an event has invalidated it.
    pub is_invalidated: bool,
    pub(super) fact: AnyFact,
    pub(super) show: Show,
}

impl CacheEntry {
    /// The fact as `Debug` writes it. This takes its time, which is why it is not done before somebody asks.
    pub fn fact(&self) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = (self.show)(&*self.fact, &mut text);
        text
    }
}

impl fmt::Debug for CacheEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheEntry")
            .field("key_hash", &self.key_hash)
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}
