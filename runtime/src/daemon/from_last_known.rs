//! Gathering from the last known facts of a place, for placeholders and prefetched prompts. It reads nothing outside of
//! this process.

use std::sync::Arc;

use super::last_known::LastKnown;
use crate::gather::PlannedSource;
use crate::gather::{Gather, ReadContext, free};
use crate::io::Io;
use crate::request::Request;
use crate::source::{Cost, Known, Policy};
use crate::store::AnyFact;

/// Gathers the last known facts. Sources that only read memory are read as they are.
pub(super) struct FromLastKnown<'a, I> {
    pub(super) last_known: &'a LastKnown,
    pub(super) read_context: &'a Arc<ReadContext<I>>,
    pub(super) request: &'a Request,
    pub(super) age: Age<'a>,
}

/// How old the last known facts are.
pub(super) enum Age<'a> {
    /// A coalesced read has found them after the request was received.
    New,
    /// A drawing has just found them, except for these sources. By the time they are shown, facts that the next answer
    /// does not verify at once are stale.
    Soon(&'a [&'static str]),
    /// Unknown: they are shown as stale.
    Unknown,
}

impl<'r, I: Io> Gather<'r, I> for FromLastKnown<'r, I> {
    type Pending = Known<AnyFact>;

    fn request(&self) -> &'r Request {
        self.request
    }

    fn begin(&self, planned: &PlannedSource<I>) -> Known<AnyFact> {
        if let Some(known) = free(planned, self.read_context) {
            return known;
        }
        let name = planned.source.name();
        let (is_stale, at_hand) = match self.age {
            Age::New => (false, None),
            Age::Soon(late) => (late.contains(&name) || is_read_again(planned), None),
            Age::Unknown => (true, planned.source.at_hand(&self.read_context.place)),
        };
        let known = match self.last_known.recall(name) {
            Known::Absent => at_hand.map_or(Known::Absent, Known::Fresh),
            known => known,
        };
        match known {
            Known::Fresh(fact) if is_stale => Known::Stale(fact),
            // The prompt that this follows shows that it is awaited.
            Known::Absent if matches!(self.age, Age::Soon(late) if late.contains(&name)) => Known::Awaited,
            known => known,
        }
    }

    fn finish(&self, known: Known<AnyFact>) -> Known<AnyFact> {
        known
    }
}

/// Whether the next answer has to wait for this source. A source that is read at once, or whose fact holds as long as
/// its key is the same, is verified by the answer.
fn is_read_again<I>(PlannedSource { source, cache, .. }: &PlannedSource<I>) -> bool {
    let holds = cache.lifetime().is_some() || matches!(source.policy(), Policy::Keyed | Policy::Ttl(_));
    source.cost() >= Cost::Tree && !holds
}
