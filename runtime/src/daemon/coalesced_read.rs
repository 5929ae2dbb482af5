//! One glance at a place for all who ask at the same time.
//!
//! When two hundred shells press Enter at once, the first request that is served looks at the place. Those that had
//! been received before that glance began are answered with what it found: it is as new as if each of them had looked.
//! A glance that had to leave something for later is nobody else's.

use std::sync::Arc;

use super::draw_context::{DrawContext, DrawTarget};
use super::draw_request::DrawRequest;
use crate::gather::Parts;
use crate::io::Io;

/// A glance at a place: one that found all that a prompt shows.
#[derive(Clone, Debug)]
pub(super) struct CoalescedRead {
    /// When it began, on the clock that orders readings.
    began: u64,
    /// The facts that were asked for: their sources, and the hashes of their keys.
    facts: Arc<[(&'static str, u64)]>,
}

/// Notes that a drawing has found all there is.
pub(super) fn note<I: Io>(context: &DrawContext<I>) {
    if context.target == DrawTarget::Parts(Parts::ALL) {
        let facts = context.read_context.with_asked_for(|facts| Arc::from(facts));
        context.last_known.note_coalesced(CoalescedRead { began: context.read_context.asked(), facts });
    }
}

/// What a glance has found that began after a request was received.
pub(super) fn find<I: Io>(asked: &DrawRequest<I>) -> Option<CoalescedRead> {
    let is_whole = asked.target == DrawTarget::Parts(Parts::ALL);
    asked.last_known.coalesced().filter(|coalesced| is_whole && coalesced.began > asked.received)
}

impl CoalescedRead {
    /// Says what the glance has asked for, as if the drawing had.
    pub(super) fn hand_to<I: Io>(&self, context: &DrawContext<I>) {
        context.read_context.ask_for(&self.facts);
    }
}
