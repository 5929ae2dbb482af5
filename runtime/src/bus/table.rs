//! Subscriptions: which sources an event makes old.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::prompt::CachedSource;
use crate::source::Manifest;
use crate::store::source_cache::{AnyCache, Which};

/// Which sources an event makes old. Decided when the program was compiled; resolved once, when the daemon begins.
#[derive(Default)]
pub struct Table {
    by_event: BTreeMap<&'static str, Vec<Subscriber>>,
    timers: Vec<(Subscriber, Duration)>,
}

/// A source that an event makes old.
#[derive(Clone, Copy)]
pub(super) struct Subscriber {
    pub(super) source: &'static str,
    cache: Option<&'static dyn AnyCache>,
}

impl Subscriber {
    /// Makes all that is remembered of the source old.
    pub(super) fn make_old(&self) {
        if let Some(cache) = self.cache {
            cache.invalidate(Which::All);
        }
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source)
    }
}

impl Table {
    /// Joins what sources say of themselves with what the configuration says about them, in the same order.
    pub fn new(sources: &[(&'static str, Manifest)], caches: &[CachedSource]) -> Table {
        let mut table = Table::default();
        for (index, (source, manifest)) in sources.iter().enumerate() {
            let shelved = caches.get(index);
            let subscriber = Subscriber { source, cache: shelved.map(|shelved| shelved.cache) };
            table.timers.extend(shelved.and_then(|shelved| Some((subscriber, shelved.refresh?))));
            let own = manifest.events.iter().map(|trigger| trigger.name());
            for event in own.chain(shelved.into_iter().flat_map(|shelved| shelved.events.iter().copied())) {
                let subscribers = table.by_event.entry(event).or_default();
                if subscribers.iter().all(|known| known.source != *source) {
                    subscribers.push(subscriber);
                }
            }
        }
        table
    }

    pub(super) fn subscribers(&self, event: &str) -> &[Subscriber] {
        self.by_event.get(event).map_or(&[], Vec::as_slice)
    }

    /// Whether any event makes a source old.
    pub(super) fn has(&self, source: &str) -> bool {
        let timers = self.timers.iter().map(|(subscriber, _)| subscriber);
        self.by_event.values().flatten().chain(timers).any(|subscriber| subscriber.source == source)
    }

    /// The sources that are read again after a time, and that time.
    pub fn timers(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        self.timers.iter().map(|(subscriber, period)| (subscriber.source, *period))
    }

    /// The source of a timer.
    pub(super) fn timed(&self, source: &str) -> Option<&Subscriber> {
        self.timers.iter().map(|(subscriber, _)| subscriber).find(|known| known.source == source)
    }

    /// The events that make a source old.
    pub fn events_of(&self, source: &str) -> Vec<&'static str> {
        let of_source = |subscribers: &[Subscriber]| subscribers.iter().any(|known| known.source == source);
        self.by_event.iter().filter(|(_, all)| of_source(all)).map(|(event, _)| *event).collect()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.by_event).finish()
    }
}
