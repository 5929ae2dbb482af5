//! Gathering that notes when sources begin and end.

use std::cell::RefCell;
use std::time::Instant;

use crate::cli::report::describe;
use crate::gather::PlannedSource;
use crate::gather::{Direct, Gather, Outcome, Pending};
use crate::io::Real;
use crate::otlp::{Recorder, Traced};
use crate::request::Request;
use crate::source::Known;
use crate::store::AnyFact;

/// A direct gathering that is noted down.
#[derive(Debug)]
pub(super) struct Observed<'a> {
    direct: Direct<'a, Traced<Real>>,
    recorder: Recorder,
    /// The spans of sources, by their names.
    begun: RefCell<Vec<(&'static str, usize, Instant)>>,
}

impl<'a> Observed<'a> {
    pub(super) fn new(direct: Direct<'a, Traced<Real>>, recorder: Recorder) -> Observed<'a> {
        Observed { direct, recorder, begun: RefCell::default() }
    }

    /// Notes what became of the sources.
    pub(super) fn end(self) {
        let begun = self.begun.into_inner();
        for reading in self.direct.into_readings() {
            let Some((_, span, begin)) = begun.iter().find(|(name, ..)| *name == reading.source) else {
                continue;
            };
            if matches!(reading.outcome, Outcome::Nothing) {
                continue;
            }
            let outcome = describe(&reading.outcome);
            let failure =
                matches!(reading.outcome, Outcome::Failed(_) | Outcome::Late).then(|| outcome.clone());
            self.recorder.end(*span, *begin + reading.elapsed, ("ziron.outcome", outcome), failure);
        }
    }
}

impl<'a> Gather<'a> for Observed<'a> {
    type Pending = Pending;

    fn request(&self) -> &'a Request {
        self.direct.request()
    }

    #[allow(clippy::disallowed_methods, reason = "it measures real time")]
    fn begin(&self, planned: &PlannedSource) -> Pending {
        let begin = Instant::now();
        let source = planned.source.traced();
        let span = self.recorder.begin(source.name(), begin);
        self.begun.borrow_mut().push((source.name(), span, begin));
        let pending = self.direct.begin_source(source, planned.parts, planned.cache);
        self.recorder.leave();
        pending
    }

    fn finish(&self, pending: Pending) -> Known<AnyFact> {
        self.direct.finish_source(pending)
    }
}
