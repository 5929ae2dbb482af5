//! Caches: what the daemon remembers of each source.
//!
//! Generated code has one [`SourceCache`] for each source, with the policy and the limits that the configuration asks
//! for:
//! ```
//! use ziron_runtime::store::eviction::Lru;
//! use ziron_runtime::store::{CacheLimits, source_cache::SourceCache};
//!
//! static GIT_STATUS_CACHE: SourceCache<Lru> = SourceCache::new("git_status", CacheLimits::DEFAULT);
//! ```
//! The gatherer sees a cache as a [`FactCache`](crate::store::FactCache), lists and events see it as [`AnyCache`].
//! Inside, keys are bytes and facts have no type, so that the code of a cache is there once for each policy and not
//! once for each source. A cache takes no time to make, no memory until something is put into it, and is locked for
//! moments only: never while anything is read, dropped or shown.

mod contents;
mod kept;
mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contents::{Contents, Parcel};
pub use kept::relieve;

pub use super::any_cache::{AnyCache, CacheEntry, CacheStatistics, Which};
use super::cache_limits::CacheLimits;
use super::eviction::Eviction;
use crate::source::Key;

/// What all caches of this process take together (bytes).
static ALL_BYTES: AtomicUsize = AtomicUsize::new(0);

/// What all caches together may take (bytes). A daemon is to stay below 6 MB with all that it is.
static ALL_BYTES_LIMIT: AtomicUsize = AtomicUsize::new(2 << 20);

/// Says how much all caches together may take (bytes); 2 MiB if nobody does. What is too much goes when the next fact
/// is put in a cache, or with [`relieve`].
///
/// # Examples
/// ```
/// ziron_runtime::store::source_cache::limit_all(4 << 20);
/// ```
pub fn limit_all(bytes: usize) {
    ALL_BYTES_LIMIT.store(bytes, Ordering::Relaxed);
}

/// What all caches take together (bytes).
///
/// # Examples
/// ```
/// assert!(ziron_runtime::store::source_cache::all_bytes() < 2 << 20);
/// ```
pub fn all_bytes() -> usize {
    ALL_BYTES.load(Ordering::Relaxed)
}

/// What the memory keeps of one source.
pub struct SourceCache<E: Eviction> {
    name: &'static str,
    keeping: CacheLimits,
    contents: Mutex<Option<Contents<E>>>,
    counts: Counts,
}

/// How often what happened.
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    stale: AtomicU64,
    resting: AtomicU64,
    evictions: AtomicU64,
}

impl<E: Eviction> SourceCache<E> {
    /// A cache of a source.
    pub const fn new(name: &'static str, keeping: CacheLimits) -> SourceCache<E> {
        let [hits, misses, stale, resting, evictions] = [const { AtomicU64::new(0) }; 5];
        let counts = Counts { hits, misses, stale, resting, evictions };
        SourceCache { name, keeping, contents: Mutex::new(None), counts }
    }

    /// The source whose facts are here.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long a fact holds, where the configuration says otherwise than the source.
    pub const fn ttl(&self) -> Option<Duration> {
        self.keeping.ttl
    }

    /// Invalidates the entries whose keys fit, and says how many. Their facts stay, to be drawn as stale until new ones
    /// are read.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, Instant};
    /// use ziron_runtime::store::{FactCache, NewFact};
    /// use ziron_runtime::store::{CacheLimits, eviction::Lru, source_cache::SourceCache};
    ///
    /// let cache: SourceCache<Lru> = SourceCache::new("git_status", CacheLimits::DEFAULT);
    /// for folder in ["/a", "/b"] {
    ///     let finding = NewFact {
    ///         fact: std::sync::Arc::new("clean"),
    ///         show: |_, text| text.write_str("clean"),
    ///         at: Instant::now(),
    ///         bytes: 5,
    ///         cost: Duration::from_millis(8),
    ///     };
    ///     cache.keep(cache.mark(), postcard::to_stdvec(folder).unwrap(), finding);
    /// }
    /// assert_eq!(cache.invalidate_where(|folder: &String| folder == "/b"), 1);
    /// assert!(cache.recall(&postcard::to_stdvec("/b").unwrap()).unwrap().is_invalidated);
    /// ```
    pub fn invalidate_where<K: Key>(&self, fits: impl Fn(&K) -> bool) -> usize {
        self.invalidate(Which::Fitting(&|key| postcard::from_bytes(key).is_ok_and(|key: K| fits(&key))))
    }

    /// A thread that panicked while it held the lock was in a user's policy or filter; what it left half done is
    /// stepped over.
    fn lock(&self) -> MutexGuard<'_, Option<Contents<E>>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, parcel: Parcel) {
        let mut gone = Vec::new();
        let evicted = self.lock().get_or_insert_default().put(parcel, self.keeping, &mut gone);
        self.counts.evictions.fetch_add(evicted, Ordering::Relaxed);
    }

    /// Facts are dropped after the lock is let go, since dropping a large one takes its time.
    fn take_out(&self, fits: &dyn Fn(&[u8]) -> bool) -> usize {
        let gone = self.lock().as_mut().map(|contents| contents.take_out(fits));
        gone.map_or(0, |gone| gone.len())
    }
}

impl<E: Eviction> fmt::Debug for SourceCache<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceCache")
            .field("name", &self.name)
            .field("keeping", &self.keeping)
            .finish_non_exhaustive()
    }
}

/// What was in the cache is no longer on the account of all.
impl<E: Eviction> Drop for SourceCache<E> {
    fn drop(&mut self) {
        self.clear();
    }
}
