//! Gathering: from sources to facts, within the budget.
//!
//! Generated code begins every source it needs, then finishes each. What is cheap is read while it begins; what must
//! wait runs side by side meanwhile.

mod at_hand;
mod begin;
mod direct;
mod dyn_source;
mod fact_cache;
mod learn;
mod observer;
mod read_context;
#[cfg_attr(not(feature = "background"), path = "single_flight_off.rs")]
mod single_flight;

use std::time::Duration;

pub(crate) use at_hand::AtHand;
#[cfg(feature = "background")]
pub(crate) use at_hand::free;
#[cfg(feature = "background")]
pub(crate) use begin::{Begun, Found, begin, found};
pub use direct::{Direct, Pending};
pub use fact_cache::{AnyFact, CacheOutcome, CachedFact, FactCache, NewFact, NoCache, Show};
#[cfg(feature = "background")]
pub(crate) use learn::{REST, Work};
#[cfg(feature = "background")]
pub(crate) use observer::{Ended, Observation, Observer};
pub use read_context::ReadContext;
#[cfg(feature = "background")]
pub(crate) use read_context::tick;
#[cfg(feature = "background")]
pub(crate) use single_flight::SingleFlight;

use crate::request::Request;
use crate::source::{Known, ReadError, Source};

/// Which parts of a prompt are wanted, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(u8);

impl Parts {
    /// The left prompt.
    pub const LEFT: Parts = Parts(1);
    /// The right prompt.
    pub const RIGHT: Parts = Parts(2);
    /// The transient prompts.
    pub const TRANSIENT: Parts = Parts(4);
    /// Single modules, for `module` and `timings`.
    pub const MODULES: Parts = Parts(8);
    /// What is printed once before the prompt.
    pub const PRELUDE: Parts = Parts(16);
    /// All that a shell shows.
    pub const ALL: Parts = Parts(23);

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Parts) -> Parts {
        Parts(self.0 | other.0)
    }

    /// Whether the sets have something in common.
    pub const fn meets(self, other: Parts) -> bool {
        self.0 & other.0 != 0
    }
}

/// What gathers facts for generated code: a direct drawing, a daemon, a scenario.
pub trait Gather {
    /// A source that has begun.
    type Pending<F>;

    /// What the shell said.
    fn request(&self) -> &Request;

    /// Begins to read a source if one of the parts that need it is wanted. `memory` is where its facts are kept between
    /// drawings.
    fn begin<S: Source>(
        &self,
        parts: Parts,
        source: &'static S,
        memory: &'static dyn FactCache,
    ) -> Self::Pending<S::Fact>;

    /// Waits for a source within the budget.
    fn finish<F>(&self, pending: Self::Pending<F>) -> Known<F>
    where
        F: crate::source::Fact;
}

/// What a prompt knows of a fact, from what came of its source.
pub(crate) fn known<F>(fact: Option<F>, outcome: &Outcome) -> Known<F> {
    match outcome {
        Outcome::Failed(_) | Outcome::Resting => Known::Failed(fact),
        Outcome::Elsewhere => fact.map_or(Known::Awaited, Known::Fresh),
        _ => fact.map_or(Known::Absent, Known::Fresh),
    }
}

/// What a prompt knows of a fact that came too late: its last value, if there is one.
pub(crate) fn late<F>(last: Known<F>) -> Known<F> {
    if matches!(last, Known::Absent) { Known::Awaited } else { last }
}

/// What came of a reading that failed; that there is nothing to show is no failure.
fn outcome_of(error: ReadError) -> Outcome {
    if error.is_failure() { Outcome::Failed(error) } else { Outcome::Nothing }
}

/// What became of one source, for `timings` and `doctor`.
#[derive(Debug)]
pub struct Reading {
    /// The source.
    pub source: &'static str,
    /// How long it took from its beginning to its end, or to the end of the budget.
    pub elapsed: Duration,
    /// How long its fact holds, where the configuration says so.
    pub lifetime: Option<Duration>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// There is nothing to read here.
    Nothing,
    /// It was read.
    Read,
    /// Its last value was in memory, and it was read again.
    Verified,
    /// It was in memory, and was read so long ago.
    Remembered(Duration),
    /// It was in the store, for so long.
    Stored(Duration),
    /// It could not be read.
    Failed(ReadError),
    /// It failed a moment ago, and is not tried again yet.
    Resting,
    /// It is slow, and another process is reading it.
    Elsewhere,
    /// It did not arrive within the budget.
    Late,
}
