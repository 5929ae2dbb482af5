//! Subscriptions: which sources an event invalidates.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::gather::PlannedSource;
use crate::source::Trigger;
use crate::store::source_cache::{AnyCache, Which};

/// Which sources an event invalidates. Decided when the program was compiled; resolved once, when the daemon begins.
#[derive(Default)]
pub struct Table {
    by_event: BTreeMap<&'static str, Vec<Subscriber>>,
    timers: Vec<(Subscriber, Duration)>,
}

/// A source that an event invalidates.
#[derive(Clone, Copy)]
pub(super) struct Subscriber {
    pub(super) source: &'static str,
    cache: &'static dyn AnyCache,
}

impl Subscriber {
    /// Invalidates all cached facts of the source.
    pub(super) fn invalidate(&self) {
        self.cache.invalidate(Which::All);
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source)
    }
}

/// What invalidates the facts of one source.
#[derive(Clone)]
pub struct Subscription {
    /// The source.
    pub source: &'static str,
    /// Its cache.
    pub cache: &'static dyn AnyCache,
    /// The names of events.
    pub events: Vec<&'static str>,
    /// After how long facts that are shown are read again, if they are at all.
    pub refresh: Option<Duration>,
}

impl<I: 'static> From<&PlannedSource<I>> for Subscription {
    /// What the source says of itself, and what the configuration says about it.
    fn from(planned: &PlannedSource<I>) -> Subscription {
        let PlannedSource { source, cache, events, refresh, .. } = *planned;
        let own = source.manifest().events.into_iter().map(Trigger::name);
        Subscription {
            source: source.name(),
            cache,
            events: own.chain(events.iter().copied()).collect(),
            refresh,
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subscription { source, events, refresh, .. } = self;
        f.debug_struct("Subscription")
            .field("source", source)
            .field("events", events)
            .field("refresh", refresh)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// Joins the subscriptions of all sources.
    pub fn new(subscriptions: impl IntoIterator<Item = Subscription>) -> Table {
        let mut table = Table::default();
        for Subscription { source, cache, events, refresh } in subscriptions {
            let subscriber = Subscriber { source, cache };
            table.timers.extend(refresh.map(|period| (subscriber, period)));
            for event in events {
                let subscribers = table.by_event.entry(event).or_default();
                if subscribers.iter().all(|known| known.source != source) {
                    subscribers.push(subscriber);
                }
            }
        }
        table
    }

    pub(super) fn subscribers(&self, event: &str) -> &[Subscriber] {
        self.by_event.get(event).map_or(&[], Vec::as_slice)
    }

    /// Whether any event invalidates a source.
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

    /// The events that invalidate a source.
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
