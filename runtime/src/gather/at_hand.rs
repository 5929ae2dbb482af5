//! Gathering what costs nothing, for a picture where a file system does not answer: nothing outside this process is
//! touched.

use std::sync::Arc;

use super::begin::{Begun, begin};
use super::{FactCache, Gather, Parts, ReadContext, known};
use crate::io::Io;
use crate::place::Place;
use crate::request::Request;
use crate::source::{Cost, Fact, Known, Source};

/// What a source that costs nothing says now; `None` if it is not such a one.
pub(crate) fn free<S: Source, I: Io>(
    source: &'static S,
    memory: &'static dyn FactCache,
    read_context: &Arc<ReadContext<I>>,
) -> Option<Known<S::Fact>> {
    if source.cost() != Cost::Free {
        return None;
    }
    match begin(source, memory, read_context) {
        Begun::Ready((fact, outcome)) => Some(known(fact, &outcome)),
        Begun::Rest(_) => None,
    }
}

/// Gathers what is at hand, marked as old.
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

impl<I: Io> Gather for AtHand<'_, I> {
    type Pending<F> = Known<F>;

    fn request(&self) -> &Request {
        self.request
    }

    fn begin<S: Source>(
        &self,
        _parts: Parts,
        source: &'static S,
        memory: &'static dyn FactCache,
    ) -> Known<S::Fact> {
        let known = || source.at_hand(&self.read_context.place).map_or(Known::Absent, Known::Stale);
        free(source, memory, &self.read_context).unwrap_or_else(known)
    }

    fn finish<F: Fact>(&self, known: Known<F>) -> Known<F> {
        known
    }
}
