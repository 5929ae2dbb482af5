//! Caches, where the feature `background` is off: nothing is kept in memory, since no process lives long enough.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

pub use super::any_cache::{AnyCache, CacheEntry, CacheStatistics, Which};
use super::cache_limits::CacheLimits;
use super::eviction::Eviction;
use crate::store::{CacheOutcome, CachedFact, FactCache, NewFact};

/// Remembers nothing but what it was told when it was made.
pub struct SourceCache<E> {
    name: &'static str,
    ttl: Option<Duration>,
    policy: PhantomData<fn() -> E>,
}

impl<E: Eviction> SourceCache<E> {
    /// A cache of a source.
    pub const fn new(name: &'static str, keeping: CacheLimits) -> SourceCache<E> {
        SourceCache { name, ttl: keeping.ttl, policy: PhantomData }
    }

    /// The source whose facts would be here.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long a fact holds, where the configuration says otherwise than the source.
    pub const fn ttl(&self) -> Option<Duration> {
        self.ttl
    }
}

impl<E: Eviction> FactCache for SourceCache<E> {
    fn recall(&self, _key: &[u8]) -> Option<CachedFact> {
        None
    }

    fn mark(&self) -> u64 {
        0
    }

    fn keep(&self, _mark: u64, _key: Vec<u8>, _fact: NewFact) {}

    fn count(&self, _answer: CacheOutcome) {}

    fn lifetime(&self) -> Option<Duration> {
        self.ttl
    }
}

impl<E> fmt::Debug for SourceCache<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceCache").field("name", &self.name).field("ttl", &self.ttl).finish()
    }
}
