//! What a process that draws more than once remembers of a source.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Keeps the facts of one source between the drawings of one process.
///
/// Keys are bytes and facts have no type here, so that the code of a memory is there once and not for each source.
pub trait Memory: fmt::Debug + Sync {
    /// The fact that was kept for a key, whatever its age.
    fn recall(&self, key: &[u8]) -> Option<Recalled>;

    /// Keeps a fact, in place of the one before. `bytes` is about what it takes.
    fn keep(&self, key: Vec<u8>, fact: Recalled, bytes: usize);

    /// Counts what became of one question.
    fn count(&self, answer: Answer);

    /// How long a fact holds, where the configuration says something else than the source.
    fn lifetime(&self) -> Option<Duration>;
}

/// A fact as it was kept.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// An `Option` of the source's fact; `None` says that the reading failed.
    pub fact: Arc<dyn Any + Send + Sync>,
    /// When its reading began, on the clock of [`Ticks`].
    pub tick: u64,
    /// When its reading ended.
    pub at: Instant,
    /// Whether an event has said since that it holds no more.
    pub is_old: bool,
}

/// What became of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The fact was there, and holds.
    Hit,
    /// Its last value was there, and was shown as old until it was read again.
    Stale,
    /// It had to be read.
    Miss,
}

/// A memory that forgets at once: what a process has that draws once.
#[derive(Clone, Copy, Debug)]
pub struct Forget;

impl Memory for Forget {
    fn recall(&self, _key: &[u8]) -> Option<Recalled> {
        None
    }

    fn keep(&self, _key: Vec<u8>, _fact: Recalled, _bytes: usize) {}

    fn count(&self, _answer: Answer) {}

    fn lifetime(&self) -> Option<Duration> {
        None
    }
}
