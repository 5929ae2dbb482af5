//! A cache as those see it who ask for nothing in particular.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::contents::{Contents, Place};
use super::{ALL_BYTES_LIMIT, SourceCache, all_bytes};
use crate::store::any_cache::{AnyCache, CacheEntry, CacheStatistics, Which};
use crate::store::cache_limits::CacheLimits;
use crate::store::entry::fnv1a;
use crate::store::eviction::Eviction;

/// Lets entries go, one by one from whichever cache is largest, until all together keep within the limit; says how many
/// went.
pub fn relieve(caches: &[&'static dyn AnyCache]) -> usize {
    let mut count = 0;
    while all_bytes() > ALL_BYTES_LIMIT.load(Ordering::Relaxed) {
        let Some(largest) = caches.iter().max_by_key(|cache| cache.statistics().bytes) else { break };
        if largest.shed().is_none() {
            break;
        }
        count += 1;
    }
    count
}

impl<E: Eviction> AnyCache for SourceCache<E> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn policy(&self) -> &'static str {
        E::NAME
    }

    fn keeping(&self) -> CacheLimits {
        self.keeping
    }

    fn statistics(&self) -> CacheStatistics {
        let (entries, bytes) =
            self.lock().as_ref().map_or((0, 0), |contents| (contents.len(), contents.bytes()));
        let counts = &self.counts;
        let [hits, misses, stale, resting, evictions] =
            [&counts.hits, &counts.misses, &counts.stale, &counts.resting, &counts.evictions]
                .map(|count| count.load(Ordering::Relaxed));
        CacheStatistics { hits, misses, stale, resting, evictions, entries, bytes }
    }

    fn entries(&self, now: Instant) -> Vec<CacheEntry> {
        let contents = self.lock();
        let entry = |place: &Place| CacheEntry {
            key_hash: fnv1a(&place.key),
            bytes: place.bytes,
            age: now.saturating_duration_since(place.item.read_at),
            hits: place.hits,
            is_invalidated: place.item.is_invalidated,
            fact: place.item.fact.clone(),
            show: place.item.show,
        };
        contents.iter().flat_map(Contents::places).map(entry).collect()
    }

    fn invalidate(&self, which: Which<'_>) -> usize {
        // Even an empty cache takes note: its first fact may be on its way.
        self.lock().get_or_insert_default().invalidate(which)
    }

    fn remove_hash(&self, key_hash: u64) -> usize {
        self.take_out(&|key| fnv1a(key) == key_hash)
    }

    fn clear(&self) -> usize {
        self.take_out(&|_| true)
    }

    fn shed(&self) -> Option<usize> {
        let gone = self.lock().as_mut().and_then(|contents| contents.evict(None))?;
        self.counts.evictions.fetch_add(1, Ordering::Relaxed);
        Some(gone.bytes)
    }
}
