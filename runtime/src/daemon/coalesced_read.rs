//! One glance at a place for all who ask at the same time.
//!
//! When two hundred shells press Enter at once, the first request that is served looks at the place. Those that had
//! been received before that glance began are answered with what it found: it is as new as if each of them had looked.
//! A glance that had to leave something for later is nobody else's.

use std::sync::Arc;

use super::draw_request::DrawRequest;
use super::draw_context::{DrawContext, DrawTarget};
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
pub(super) fn note<I: Io>(drawing: &DrawContext<I>) {
    if drawing.subject == DrawTarget::Parts(Parts::ALL) {
        let facts = drawing.means.with_asked_for(|facts| Arc::from(facts));
        drawing.memo.note_glance(CoalescedRead { began: drawing.means.asked(), facts });
    }
}

/// What a glance has found that began after a request was received.
pub(super) fn glance_for<I: Io>(asked: &DrawRequest<I>) -> Option<CoalescedRead> {
    let is_whole = asked.subject == DrawTarget::Parts(Parts::ALL);
    asked.memo.glance().filter(|glance| is_whole && glance.began > asked.received)
}

impl CoalescedRead {
    /// Says what the glance has asked for, as if the drawing had.
    pub(super) fn hand_to<I: Io>(&self, drawing: &DrawContext<I>) {
        drawing.means.ask_for(&self.facts);
    }
}
