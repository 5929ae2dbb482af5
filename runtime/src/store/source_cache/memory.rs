//! A cache as the gatherer sees it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::SourceCache;
use super::contents::{Contents, Item, Parcel};
use crate::store::eviction::{Eviction, Weight};
use crate::store::{CacheOutcome, CachedFact, FactCache, NewFact};

/// What an entry takes besides its key and fact: its slot, its place in the index and the policy's own (bytes, an
/// estimate).
const ENTRY_BYTES: usize = 192;

impl<E: Eviction> FactCache for SourceCache<E> {
    fn recall(&self, key: &[u8]) -> Option<CachedFact> {
        let Item { fact, read_at, is_invalidated, .. } = self.lock().as_mut()?.find(key)?;
        Some(CachedFact { fact, at: read_at, is_invalidated })
    }

    fn mark(&self) -> u64 {
        self.lock().as_ref().map_or(0, Contents::generation)
    }

    /// If anything in the cache was invalidated since `mark`, the fact is invalidated from the start: it may have been
    /// read before the change.
    fn keep(&self, mark: u64, key: Vec<u8>, fact: NewFact) {
        let NewFact { fact, show, at, bytes, cost } = fact;
        let weight = Weight { bytes: ENTRY_BYTES + key.len() + bytes, cost };
        let item = Item { fact, show, read_at: at, is_invalidated: false };
        self.put(Parcel { key: key.into(), item, weight, began: mark });
    }

    fn count(&self, answer: CacheOutcome) {
        let count = match answer {
            CacheOutcome::Hit => &self.counts.hits,
            CacheOutcome::Stale => &self.counts.stale,
            CacheOutcome::Miss => &self.counts.misses,
            CacheOutcome::Resting => &self.counts.resting,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn lifetime(&self) -> Option<Duration> {
        self.ttl()
    }
}
