//! Shelves, where the feature `background` is off: nothing is kept in memory, since no process lives long enough.

use std::marker::PhantomData;
use std::time::Duration;

use super::eviction::Eviction;
use super::keeping::Keeping;

/// Remembers nothing but what it was told when it was made.
#[derive(Debug)]
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
