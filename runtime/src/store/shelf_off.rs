//! Shelves, where the feature `background` is off: nothing is kept in memory, since no process lives long enough.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::eviction::Eviction;
use super::keeping::Keeping;
pub use super::kept::{Entry, Kept, ShelfStatistics, Which};
use crate::gather::{Answer, Finding, Memory, Recalled};

/// Remembers nothing but what it was told when it was made.
pub struct Shelf<E> {
    name: &'static str,
    ttl: Option<Duration>,
    policy: PhantomData<fn() -> E>,
}

impl<E: Eviction> Shelf<E> {
    /// A shelf of a source.
    pub const fn new(name: &'static str, keeping: Keeping) -> Shelf<E> {
        Shelf { name, ttl: keeping.ttl, policy: PhantomData }
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

impl<E: Eviction> Memory for Shelf<E> {
    fn recall(&self, _key: &[u8]) -> Option<Recalled> {
        None
    }

    fn mark(&self) -> u64 {
        0
    }

    fn keep(&self, _mark: u64, _key: Vec<u8>, _fact: Finding) {}

    fn count(&self, _answer: Answer) {}

    fn lifetime(&self) -> Option<Duration> {
        self.ttl
    }
}

impl<E> fmt::Debug for Shelf<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("name", &self.name).field("ttl", &self.ttl).finish()
    }
}
