//! One look at a place for all who ask at the same time.
//!
//! When two hundred shells press Enter at once, the first request that is served looks at the place. Those that had been received before that look began
//! are answered with what it found: it is as new as if each of them had looked. A look that had to leave something for later is nobody else's.

use std::sync::Arc;

use super::drawing::{Drawing, Subject};
use super::echo::Memo;
use super::session::Asked;
use crate::gather::{Gather, Means, Memory, Parts, free};
use crate::io::Io;
use crate::request::Request;
use crate::source::{Fact, Known, Source};

/// A look at a place that found all that a prompt shows.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// When it began, on the clock that orders readings.
    began: u64,
    /// The facts that were asked for: their sources, and the hashes of their keys.
    facts: Arc<[(&'static str, u64)]>,
}

/// Notes that a drawing has found all there is.
pub(super) fn note<I: Io>(drawing: &Drawing<I>) {
    if drawing.subject == Subject::Parts(Parts::ALL) {
        let facts = drawing.means.with_asked_for(|facts| Arc::from(facts));
        drawing.memo.note_look(Look { began: drawing.means.asked(), facts });
    }
}

/// What a look has found that began after a request was received.
pub(super) fn look_for<I: Io>(asked: &Asked<I>) -> Option<Look> {
    let is_whole = asked.subject == Subject::Parts(Parts::ALL);
    asked.memo.look().filter(|look| is_whole && look.began > asked.received)
}

impl Look {
    /// Says what the look has asked for, as if the drawing had.
    pub(super) fn hand_to<I: Io>(&self, drawing: &Drawing<I>) {
        drawing.means.ask_for(&self.facts);
    }
}

/// Gathers what a look has found, and touches nothing outside this process.
pub(super) struct Shared<'a, I> {
    pub(super) memo: &'a Memo,
    pub(super) means: &'a Arc<Means<I>>,
    pub(super) request: &'a Request,
}

impl<I: Io> Gather for Shared<'_, I> {
    type Pending<F> = Known<F>;

    fn request(&self) -> &Request {
        self.request
    }

    fn begin<S: Source>(
        &self,
        parts: Parts,
        source: &'static S,
        memory: &'static dyn Memory,
    ) -> Known<S::Fact> {
        if !parts.meets(Parts::ALL) {
            return Known::Absent;
        }
        free(source, memory, self.means)
            .unwrap_or_else(|| self.memo.recall(source.name()).map_or(Known::Absent, Known::Fresh))
    }

    fn finish<F: Fact>(&self, known: Known<F>) -> Known<F> {
        known
    }
}
