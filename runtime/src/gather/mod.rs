//! Gathering: from sources to facts, within the budget.
//!
//! [`Prompt::gather`](crate::prompt::Prompt::gather) begins every source of the prompt's table, then finishes each.
//! What is cheap is read while it begins; what must wait runs side by side meanwhile.

mod any_source;
mod at_hand;
mod direct;
mod dyn_source;
mod facts;
mod learn;
mod observer;
mod planned;
mod read_context;
#[cfg_attr(not(feature = "background"), path = "single_flight_off.rs")]
mod single_flight;

use std::time::Duration;

pub use any_source::{AnySource, Begun, Lookup};
pub(crate) use at_hand::AtHand;
#[cfg(feature = "background")]
pub(crate) use at_hand::free;
pub use direct::{Direct, Pending};
pub use facts::Facts;
#[cfg(feature = "background")]
pub(crate) use learn::REST;
pub use learn::{Learned, Work};
#[cfg(feature = "background")]
pub(crate) use observer::{Ended, Observation, Observer};
pub use planned::PlannedSource;
pub use read_context::ReadContext;
#[cfg(feature = "background")]
pub(crate) use read_context::tick;
#[cfg(feature = "background")]
pub(crate) use single_flight::SingleFlight;

use crate::io::Real;
use crate::request::Request;
use crate::source::{Known, ReadError};
use crate::store::AnyFact;

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

/// Gathers facts for a drawing: directly, in the daemon, from the last known ones.
pub trait Gather<'r, I: 'static = Real> {
    /// A source that has begun.
    type Pending;

    /// What the shell said.
    fn request(&self) -> &'r Request;

    /// Begins to read a source if one of the parts that need it is wanted.
    fn begin(&self, planned: &PlannedSource<I>) -> Self::Pending;

    /// Waits for a source within the budget.
    fn finish(&self, pending: Self::Pending) -> Known<AnyFact>;
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
