//! The rows of a prompt's table of sources.

use std::fmt;
use std::time::Duration;

use super::{AnySource, Parts};
use crate::io::Real;
use crate::store::NoCache;
use crate::store::source_cache::AnyCache;

/// A source of a prompt, with what the configuration says about it.
#[derive(Clone, Copy)]
pub struct PlannedSource<I: 'static = Real> {
    /// The source.
    pub source: &'static dyn AnySource<I>,
    /// The parts of the prompt that need it.
    pub parts: Parts,
    /// What a process that draws more than once keeps of it.
    pub cache: &'static dyn AnyCache,
    /// The names of the events that invalidate its facts, besides those of its manifest.
    pub events: &'static [&'static str],
    /// After how long facts that are shown are read again, if they are at all.
    pub refresh: Option<Duration>,
}

impl<I: 'static> PlannedSource<I> {
    /// A source of which nothing is kept between drawings, and about which the configuration says nothing.
    pub const fn new(source: &'static dyn AnySource<I>, parts: Parts) -> PlannedSource<I> {
        PlannedSource { source, parts, cache: &NoCache, events: &[], refresh: None }
    }
}

impl<I> fmt::Debug for PlannedSource<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlannedSource { source, parts, events, refresh, .. } = self;
        f.debug_struct("PlannedSource")
            .field("source", source)
            .field("parts", parts)
            .field("events", events)
            .field("refresh", refresh)
            .finish_non_exhaustive()
    }
}
