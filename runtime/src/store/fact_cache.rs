//! What a process that draws more than once keeps of a source.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Keeps the facts of one source between the drawings of one process.
///
/// Keys are bytes and facts have no type here, so that the code of a memory is there once and not for each source.
pub trait FactCache: fmt::Debug + Sync {
    /// The fact that was kept for a key, whatever its age.
    fn recall(&self, key: &[u8]) -> Option<CachedFact>;

    /// Where the history of events stands: to be asked before a reading begins.
    fn mark(&self) -> u64;

    /// Keeps a fact whose reading began at `mark`, in place of the one before.
    fn keep(&self, mark: u64, key: Vec<u8>, fact: NewFact);

    /// Counts what became of one question.
    fn count(&self, answer: CacheOutcome);

    /// How long a fact holds, where the configuration says something else than the source.
    fn lifetime(&self) -> Option<Duration>;
}

/// A fact as it was kept.
#[derive(Clone, Debug)]
pub struct CachedFact {
    /// What was kept.
    pub fact: AnyFact,
    /// When its reading ended.
    pub at: Instant,
    /// Whether an event has invalidated it since.
    pub is_invalidated: bool,
}

/// What came of a reading, to be kept.
#[derive(Debug)]
pub struct NewFact {
    /// What is to be kept.
    pub fact: AnyFact,
    /// Writes it for people.
    pub show: Show,
    /// When the reading ended.
    pub at: Instant,
    /// About what it takes (bytes), without the key.
    pub bytes: usize,
    /// How long the reading took.
    pub cost: Duration,
}

/// A fact without its type.
pub type AnyFact = Arc<dyn Any + Send + Sync>;

/// Writes a fact for people.
pub type Show = fn(&(dyn Any + Send + Sync), &mut dyn fmt::Write) -> fmt::Result;

/// What became of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheOutcome {
    /// The fact was there, and holds.
    Hit,
    /// Its last value was there to be shown as stale until it was read again.
    Stale,
    /// It had to be read.
    Miss,
    /// Its source has failed, and is left alone for a while.
    Resting,
}

/// Keeps nothing: what a process has that draws once.
#[derive(Clone, Copy, Debug)]
pub struct NoCache;

impl FactCache for NoCache {
    fn recall(&self, _key: &[u8]) -> Option<CachedFact> {
        None
    }

    fn mark(&self) -> u64 {
        0
    }

    fn keep(&self, _mark: u64, _key: Vec<u8>, _fact: NewFact) {}

    fn count(&self, _answer: CacheOutcome) {}

    fn lifetime(&self) -> Option<Duration> {
        None
    }
}
