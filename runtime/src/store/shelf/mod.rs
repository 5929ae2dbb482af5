//! Shelves: what the daemon remembers of each source.
//!
//! Generated code has one [`Shelf`] for each source, with the policy and the limits that the configuration asks for:
//! ```
//! use ziron_runtime::store::eviction::Lru;
//! use ziron_runtime::store::{Keeping, shelf::Shelf};
//!
//! static GIT_STATUS_SHELF: Shelf<Lru> = Shelf::new("git_status", Keeping::DEFAULT);
//! ```
//! Inside, keys are bytes and facts have no type, so that the code of a shelf is there once for each policy and not once for each source.
//! A shelf takes no time to make, no memory until something is put on it, and is locked for moments only: never while anything is read, dropped or shown.

mod contents;
mod kept;
mod memory;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contents::{Contents, Item, Parcel};
pub use kept::{Entry, Kept, ShelfStatistics, Which, relieve};

use super::entry::fnv1a;
use super::eviction::{Eviction, Weight};
use super::keeping::Keeping;
use crate::source::{Fact, Key};

/// What all shelves of this process take together (bytes).
static ALL_BYTES: AtomicUsize = AtomicUsize::new(0);

/// What all shelves together may take (bytes). A daemon is to stay below 6 MB with all that it is.
static ALL_BYTES_LIMIT: AtomicUsize = AtomicUsize::new(2 << 20);

/// What an entry takes besides its key and fact: its slot, its place in the index and the policy's own (bytes, an estimate).
const ENTRY_BYTES: usize = 192;

/// Says how much all shelves together may take (bytes). What is there already goes when the next fact is put on a shelf, or with [`relieve`].
///
/// # Examples
/// ```
/// ziron_runtime::store::shelf::limit_all(4 << 20);
/// ```
pub fn limit_all(bytes: usize) {
    ALL_BYTES_LIMIT.store(bytes, Ordering::Relaxed);
}

/// What all shelves take together (bytes).
///
/// # Examples
/// ```
/// use std::time::{Duration, Instant};
/// use ziron_runtime::store::{Keeping, eviction::Lru, shelf};
///
/// let tools: shelf::Shelf<Lru> = shelf::Shelf::new("tools", Keeping::DEFAULT);
/// tools.put(&1_u8, [0_u8; 32], Instant::now(), Duration::ZERO);
/// assert!(shelf::all_bytes() > 32);
/// ```
pub fn all_bytes() -> usize {
    ALL_BYTES.load(Ordering::Relaxed)
}

/// What the memory keeps of one source.
pub struct Shelf<E: Eviction> {
    name: &'static str,
    keeping: Keeping,
    contents: Mutex<Option<Contents<E>>>,
    counts: Counts,
}

/// How often what happened.
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    stale: AtomicU64,
    expired: AtomicU64,
    evictions: AtomicU64,
}

/// What became of a look at a shelf, as the gatherer sees it: only it knows whether what it found was good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The fact was there and was drawn as it is.
    Hit,
    /// There was no fact; it had to be read before it could be drawn.
    Miss,
    /// An old fact was drawn, marked as such, while a new one is read.
    Stale,
    /// The fact was there, but had outlived its time and was read again. Counts as a miss, too.
    Expired,
}

/// A fact that is on a shelf.
#[derive(Debug)]
pub struct Held<F> {
    /// The fact.
    pub fact: Arc<F>,
    /// When it was read.
    pub read_at: Instant,
    /// When it was last known to be right: when it was read, or later.
    pub verified_at: Instant,
    /// Whether something has happened since that may have changed it.
    pub is_old: bool,
}

/// A moment in the history of a shelf, taken before a reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

impl<E: Eviction> Shelf<E> {
    /// A shelf of a source.
    pub const fn new(name: &'static str, keeping: Keeping) -> Shelf<E> {
        Shelf { name, keeping, contents: Mutex::new(None), counts: Counts::new() }
    }

    /// The source whose facts are here.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long a fact holds, where the configuration says otherwise than the source.
    pub const fn ttl(&self) -> Option<Duration> {
        self.keeping.ttl
    }

    /// Looks for the fact of a key, however old. Counts nothing: see [`count`](Shelf::count).
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, Instant};
    /// use ziron_runtime::store::{Keeping, eviction::Lru, shelf::Shelf};
    ///
    /// let shelf: Shelf<Lru> = Shelf::new("node", Keeping::DEFAULT);
    /// let now = Instant::now();
    /// shelf.put(&"/usr/bin/node".to_owned(), "v22.1.0".to_owned(), now, Duration::from_millis(40));
    /// let held = shelf.get::<String, String>(&"/usr/bin/node".to_owned()).unwrap();
    /// assert_eq!((held.fact.as_str(), held.read_at, held.is_old), ("v22.1.0", now, false));
    /// ```
    pub fn get<K: Key, F: Fact>(&self, key: &K) -> Option<Held<F>> {
        let key = postcard::to_stdvec(key).ok()?;
        let item = self.lock().as_mut()?.find(&key)?;
        Some(Held {
            fact: item.fact.downcast().ok()?,
            read_at: item.read_at,
            verified_at: item.verified_at,
            is_old: item.is_old,
        })
    }

    /// Keeps a fact that was read at `now` and took `cost` to read. What was there for its key is replaced.
    pub fn put<K: Key, F: Fact>(&self, key: &K, fact: F, now: Instant, cost: Duration) -> Arc<F> {
        self.put_since(self.mark(), key, fact, now, cost)
    }

    /// Where the shelf's history stands. To be taken before a reading begins, for [`put_since`](Shelf::put_since).
    pub fn mark(&self) -> Mark {
        Mark(self.lock().as_ref().map_or(0, Contents::generation))
    }

    /// Keeps a fact whose reading began at `mark`. If anything on the shelf was invalidated since, the fact is old from the start:
    /// it may have been read before the change.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, Instant};
    /// use ziron_runtime::store::{Keeping, eviction::Lru, shelf::{Shelf, Which}};
    ///
    /// let shelf: Shelf<Lru> = Shelf::new("git_status", Keeping::DEFAULT);
    /// let mark = shelf.mark();
    /// // While the status is being read, a file is written.
    /// shelf.invalidate(Which::All);
    /// shelf.put_since(mark, &1_u32, "clean".to_owned(), Instant::now(), Duration::from_millis(8));
    /// assert!(shelf.get::<u32, String>(&1).unwrap().is_old);
    /// ```
    pub fn put_since<K: Key, F: Fact>(
        &self,
        mark: Mark,
        key: &K,
        fact: F,
        now: Instant,
        cost: Duration,
    ) -> Arc<F> {
        let fact = Arc::new(fact);
        // What a fact takes on the heap nobody knows; its bytes in a file come close.
        let inside = postcard::to_stdvec(&*fact).map(|bytes| bytes.len());
        let (Ok(key), Ok(inside)) = (postcard::to_stdvec(key), inside) else { return fact };
        let bytes = ENTRY_BYTES + key.len() + size_of::<F>() + inside;
        let item = Item {
            fact: fact.clone(),
            show: |fact, text| fact.downcast_ref::<F>().map_or(Ok(()), |fact| write!(text, "{fact:?}")),
            read_at: now,
            verified_at: now,
            is_old: false,
        };
        self.put_parcel(Parcel { key: key.into(), item, weight: Weight { bytes, cost }, began: mark.0 });
        fact
    }

    /// Notes that the fact of a key was checked at `now` and is still right; false if there is none, or if it was invalidated since `mark`.
    pub fn verify<K: Key>(&self, mark: Mark, key: &K, now: Instant) -> bool {
        let Ok(key) = postcard::to_stdvec(key) else { return false };
        self.lock().as_mut().is_some_and(|contents| contents.verify(mark.0, &key, now))
    }

    /// Marks entries as old and says how many. Their facts stay, to be drawn as such until new ones are read.
    pub fn invalidate(&self, which: Which<'_>) -> usize {
        // Even an empty shelf takes note: its first fact may be on its way.
        self.lock().get_or_insert_default().invalidate(which)
    }

    /// Marks the entries as old whose keys fit.
    ///
    /// # Examples
    /// ```
    /// use std::time::{Duration, Instant};
    /// use ziron_runtime::store::{Keeping, eviction::Lru, shelf::Shelf};
    ///
    /// let shelf: Shelf<Lru> = Shelf::new("git_status", Keeping::DEFAULT);
    /// for folder in ["/a", "/b"] {
    ///     shelf.put(&folder.to_owned(), 1_u32, Instant::now(), Duration::ZERO);
    /// }
    /// assert_eq!(shelf.invalidate_where(|folder: &String| folder == "/b"), 1);
    /// assert!(shelf.get::<String, u32>(&"/b".to_owned()).unwrap().is_old);
    /// ```
    pub fn invalidate_where<K: Key>(&self, fits: impl Fn(&K) -> bool) -> usize {
        self.invalidate(Which::Fitting(&|key| postcard::from_bytes(key).is_ok_and(|key: K| fits(&key))))
    }

    /// Takes the fact of a key off the shelf; false if there is none.
    pub fn remove<K: Key>(&self, key: &K) -> bool {
        let Ok(key) = postcard::to_stdvec(key) else { return false };
        let hash = fnv1a(&key);
        self.take_out(&|other, bytes| other == hash && bytes == key) > 0
    }

    /// Takes all off the shelf and says how many there were.
    pub fn clear(&self) -> usize {
        self.take_out(&|_, _| true)
    }

    /// Counts what became of a look at this shelf.
    pub fn count(&self, outcome: Outcome) {
        let add = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Outcome::Hit => add(&self.counts.hits),
            Outcome::Miss => add(&self.counts.misses),
            Outcome::Stale => add(&self.counts.stale),
            Outcome::Expired => {
                add(&self.counts.expired);
                add(&self.counts.misses)
            }
        };
    }

    /// A thread that panicked while it held the lock was in a user's policy or filter; what it left half done is stepped over.
    fn lock(&self) -> MutexGuard<'_, Option<Contents<E>>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_parcel(&self, parcel: Parcel) {
        let mut gone = Vec::new();
        let evicted = self.lock().get_or_insert_default().put(parcel, self.keeping, &mut gone);
        self.counts.evictions.fetch_add(evicted, Ordering::Relaxed);
    }

    /// Facts are dropped after the lock is let go, since dropping a large one takes its time.
    fn take_out(&self, fits: &dyn Fn(u64, &[u8]) -> bool) -> usize {
        let gone = self.lock().as_mut().map(|contents| contents.take_out(fits));
        gone.map_or(0, |gone| gone.len())
    }
}

impl<E: Eviction> fmt::Debug for Shelf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("name", &self.name)
            .field("keeping", &self.keeping)
            .finish_non_exhaustive()
    }
}

impl Counts {
    const fn new() -> Counts {
        Counts {
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            evictions: AtomicU64::new(0),
        }
    }
}

impl<E: Eviction> Drop for Shelf<E> {
    fn drop(&mut self) {
        self.clear();
    }
}
