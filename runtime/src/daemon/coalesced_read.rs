//! Coalesced reads: one gathering answers all requests that were waiting when it began.
//!
//! When two hundred shells press Enter at once, the first request that is served gathers the facts of the place.
//! Requests that were received before that gathering began are answered with its facts, which are as new as if each had
//! gathered its own. A gathering that left something for later is not shared.

use std::sync::Arc;

use super::draw_context::{DrawContext, DrawTarget};
use super::draw_request::DrawRequest;
use crate::gather::Parts;
use crate::io::Io;

/// A gathering that found everything that a prompt shows.
#[derive(Clone, Debug)]
pub(super) struct CoalescedRead {
    /// When it began, on the clock that orders readings.
    began: u64,
    /// The facts that were asked for: their sources, and the hashes of their keys.
    facts: Arc<[(&'static str, u64)]>,
}

/// Keeps the gathering of a drawing that left nothing for later.
pub(super) fn note<I: Io>(context: &DrawContext<I>) {
    if context.target == DrawTarget::Parts(Parts::ALL) {
        let facts = context.read_context.with_asked_for(|facts| Arc::from(facts));
        context.last_known.note_coalesced(CoalescedRead { began: context.read_context.asked(), facts });
    }
}

/// A gathering that began after this request was received.
pub(super) fn find<I: Io>(asked: &DrawRequest<I>) -> Option<CoalescedRead> {
    let is_whole = asked.target == DrawTarget::Parts(Parts::ALL);
    asked.last_known.coalesced().filter(|coalesced| is_whole && coalesced.began > asked.received)
}

impl CoalescedRead {
    /// Notes the facts of the gathering as those of a drawing.
    pub(super) fn hand_to<I: Io>(&self, context: &DrawContext<I>) {
        context.read_context.ask_for(&self.facts);
    }
}
