//! Gathering what costs nothing, for a prompt where a file system does not answer: nothing outside this process is
//! touched.

use std::sync::Arc;

use super::PlannedSource;
use super::any_source::Begun;
use super::{Gather, ReadContext, known};
use crate::io::Io;
use crate::place::Place;
use crate::request::Request;
use crate::source::{Cost, Known};
use crate::store::AnyFact;

/// What a source that costs nothing says now; `None` if it is not such a one.
pub(crate) fn free<I: Io>(
    planned: &PlannedSource<I>,
    read_context: &Arc<ReadContext<I>>,
) -> Option<Known<AnyFact>> {
    if planned.source.cost() != Cost::Free {
        return None;
    }
    match planned.source.begin(planned.cache, read_context) {
        Begun::Ready((fact, outcome)) => Some(known(fact, &outcome)),
        Begun::Rest(_) => None,
    }
}

/// Gathers what is at hand, as stale.
#[derive(Debug)]
pub(crate) struct AtHand<'a, I> {
    read_context: Arc<ReadContext<I>>,
    request: &'a Request,
}

impl<'a, I> AtHand<'a, I> {
    /// There is no store: that would be files.
    pub(crate) fn new(io: I, place: Place, request: &'a Request) -> Self {
        AtHand { read_context: Arc::new(ReadContext::new(io, place, None)), request }
    }
}

impl<'r, I: Io> Gather<'r, I> for AtHand<'r, I> {
    type Pending = Known<AnyFact>;

    fn request(&self) -> &'r Request {
        self.request
    }

    fn begin(&self, planned: &PlannedSource<I>) -> Known<AnyFact> {
        let stale = || planned.source.at_hand(&self.read_context.place).map_or(Known::Absent, Known::Stale);
        free(planned, &self.read_context).unwrap_or_else(stale)
    }

    fn finish(&self, known: Known<AnyFact>) -> Known<AnyFact> {
        known
    }
}
