//! Statistics of readings, and the circuit breaker: a source that keeps failing is not read for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bus::{Bus, Event};
use crate::exec::breaker::{Breaker, Circuit, Permit, Thresholds};
use crate::exec::metrics::{Counter, Histogram};
use crate::exec::time::Clock;
use crate::gather::{Ended, Observation, Observer, REST};
use crate::source::Cost;

/// A reading that is cancelled later than this counts as failed; a sooner one was not needed any more.
const TOO_LONG: Duration = Duration::from_secs(5);

/// Back-off: a program rests for one minute after any failure. After three failures in a row, a source rests for two,
/// four, eight, and then ten minutes.
const THRESHOLDS: Thresholds =
    Thresholds { failures: 3, cool_down: Duration::from_secs(120), longest: Duration::from_secs(600) };

/// More keys of one source than this do not fail one by one: all are tried again.
const TROUBLED: usize = 256;

/// Statistics of all sources.
#[derive(Debug)]
pub(super) struct Readings {
    bus: Arc<Bus>,
    clock: Clock,
    accounts: Box<[Account]>,
}

/// The readings of one source.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) source: &'static str,
    /// Whether it runs a program: then it is left alone for a while after each failure.
    is_process: bool,
    /// How long those took that have ended.
    pub(super) spans: Histogram,
    failed: Counter,
    given_up: Counter,
    /// Those keys that have failed and not been read since. What fails in one place may go well in another.
    troubled: Mutex<HashMap<u64, Trouble>>,
    last: Mutex<Option<Last>>,
    last_event: Mutex<Option<(String, Instant)>>,
}

/// A key whose last reading has failed.
#[derive(Debug)]
struct Trouble {
    breaker: Arc<Breaker>,
    failed_at: Instant,
}

/// What came of the last reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) at: Instant,
    pub(super) took: Duration,
    /// Nothing if it was given up.
    pub(super) ended: Option<Ended>,
}

impl Last {
    /// For people: what came of it, how long it took, and how long ago that was.
    pub(super) fn describe(&self, now: Instant) -> String {
        let what = match self.ended {
            Some(Ended::Well) => "was read",
            Some(Ended::Badly | Ended::BadlySoon) => "could not be read",
            None => "was given up",
        };
        let ago = now.saturating_duration_since(self.at).as_secs();
        format!("{what} {ago} s ago, in {} µs", self.took.as_micros())
    }
}

impl Readings {
    pub(super) fn new(
        sources: impl IntoIterator<Item = (&'static str, Cost)>,
        bus: Arc<Bus>,
        clock: Clock,
    ) -> Readings {
        let account = |(source, cost)| Account {
            source,
            is_process: cost >= Cost::Process,
            spans: Histogram::new(),
            failed: Counter::default(),
            given_up: Counter::default(),
            troubled: Mutex::default(),
            last: Mutex::default(),
            last_event: Mutex::default(),
        };
        let accounts = sources.into_iter().map(account).collect();
        Readings { bus, clock, accounts }
    }

    /// All accounts, in the order of the plan.
    pub(super) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of a source.
    pub(super) fn of(&self, source: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.source == source)
    }
}

impl Account {
    /// What came of the last reading.
    pub(super) fn last(&self) -> Option<Last> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many readings have failed.
    pub(super) fn failed(&self) -> u64 {
        self.failed.get()
    }

    /// How many were given up.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up.get()
    }

    /// What rests, by the hashes of its keys, or is being tried again after it did; and why.
    pub(super) fn resting(&self, now: Instant) -> Vec<(u64, &'static str)> {
        let troubled = self.troubled();
        let why = |trouble: &Trouble| match trouble.breaker.circuit() {
            Circuit::Closed => {
                let is_new = now.saturating_duration_since(trouble.failed_at) < REST;
                (self.is_process && is_new).then_some("failed a moment ago")
            }
            other => Some(other.name()),
        };
        troubled.iter().filter_map(|(key, trouble)| Some((*key, why(trouble)?))).collect()
    }

    /// Notes that something has happened to it. What has failed is forgotten.
    pub(super) fn note_invalidated(&self, event: &str, now: Instant) {
        self.troubled().clear();
        *self.last_event.lock().unwrap_or_else(PoisonError::into_inner) = Some((event.to_owned(), now));
    }

    /// The last event that invalidated it, and when that was.
    pub(super) fn last_event(&self) -> Option<(String, Instant)> {
        self.last_event.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn troubled(&self) -> MutexGuard<'_, HashMap<u64, Trouble>> {
        self.troubled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Readings {
    fn begin<'o>(&'o self, source: &'static str, key: u64) -> Option<Box<dyn Observation + 'o>> {
        let account = self.of(source)?;
        let breaker = account.troubled().get(&key).map(|trouble| trouble.breaker.clone());
        let permit = match breaker {
            Some(breaker) => Some(breaker.permit()?),
            None => None,
        };
        self.bus.trace.tell("reading", || format!("reads {source}"));
        Some(Box::new(Going { readings: self, account, key, permit, begin: self.clock.now(), ended: None }))
    }
}

/// A reading that goes on.
struct Going<'o> {
    readings: &'o Readings,
    account: &'o Account,
    key: u64,
    /// Of the breaker, if the last reading has failed.
    permit: Option<Permit>,
    begin: Instant,
    ended: Option<Ended>,
}

impl Going<'_> {
    /// Notes a failure, and says whether it was one too many.
    fn fail(&mut self) -> bool {
        self.account.failed.add(1);
        if self.ended == Some(Ended::BadlySoon) {
            return false;
        }
        let mut troubled = self.account.troubled();
        if troubled.len() >= TROUBLED {
            troubled.clear();
        }
        let failed_at = self.readings.clock.now();
        let new = || Trouble {
            breaker: Arc::new(Breaker::new(THRESHOLDS, self.readings.clock.clone())),
            failed_at,
        };
        let trouble = troubled.entry(self.key).or_insert_with(new);
        trouble.failed_at = failed_at;
        self.permit.take().or_else(|| trouble.breaker.permit()).is_some_and(Permit::fail)
    }
}

impl Observation for Going<'_> {
    fn end(mut self: Box<Self>, ended: Ended) {
        self.ended = Some(ended);
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        let Readings { bus, clock, .. } = self.readings;
        let (source, at) = (self.account.source, clock.now());
        let took = at.saturating_duration_since(self.begin);
        let has_failed = matches!(self.ended, Some(Ended::Badly | Ended::BadlySoon));
        let is_failure = has_failed || self.ended.is_none() && took >= TOO_LONG;
        *self.account.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Last { at, took, ended: self.ended });
        let rests = is_failure && self.fail();
        if self.ended.is_none() {
            self.account.given_up.add(1);
        } else {
            self.account.spans.record(took);
        }
        if let (Some(Ended::Well), Some(permit)) = (self.ended, self.permit.take()) {
            permit.succeed();
            self.account.troubled().remove(&self.key);
        }
        bus.trace.tell("reading", || {
            let what = match self.ended {
                Some(Ended::Well) => "has read",
                Some(Ended::Badly | Ended::BadlySoon) => "could not read",
                None => "has given up reading",
            };
            format!("{what} {source} in {} µs", took.as_micros())
        });
        if is_failure {
            bus.happen(Event::Failed { source }, None);
        } else if self.ended.is_some() {
            bus.happen(Event::Updated { source }, None);
        }
        if rests {
            bus.happen(Event::Rests { source }, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::{Filter, Table};
    use crate::exec::time::VirtualTime;

    #[test]
    fn what_fails_again_and_again_rests_and_is_tried_again() {
        let time = VirtualTime::new();
        let bus = Arc::new(Bus::new(Table::default()));
        let listening = bus.events.listen(Filter::new(["rests"]));
        let sources = [("tool", Cost::Process), ("other", Cost::Tree)];
        let readings = Readings::new(sources, bus.clone(), time.clock());
        // One that was given up soon says nothing; one that hung has failed.
        drop(readings.begin("tool", 1).unwrap());
        for _ in 0..2 {
            readings.begin("tool", 1).unwrap().end(Ended::Badly);
        }
        let hangs = readings.begin("tool", 1).unwrap();
        time.advance(TOO_LONG);
        drop(hangs);
        assert!(readings.begin("tool", 1).is_none());
        assert!(readings.begin("tool", 2).is_some(), "elsewhere it may go well");
        assert!(readings.begin("other", 1).is_some());
        bus.tell(&bus.take().unwrap());
        assert_eq!(&*futures_lite::future::block_on(listening.next()), "rests tool");
        let account = readings.of("tool").unwrap();
        let resting = |account: &Account| account.resting(time.clock().now());
        assert_eq!(resting(account), [(1, Circuit::Open.name())]);
        time.advance(THRESHOLDS.cool_down);
        readings.begin("tool", 1).unwrap().end(Ended::Well);
        assert_eq!((resting(account), account.failed(), account.given_up()), (vec![], 3, 3));
        assert_eq!(account.spans.snapshot().count(), 3, "those that were given up have no span");
        assert_eq!(account.last().map(|last| last.ended), Some(Some(Ended::Well)));
        // A program rests after its first failure, and is tried again after that; what is only read does not.
        for (source, rests) in [("tool", 1), ("other", 0)] {
            readings.begin(source, 7).unwrap().end(Ended::Badly);
            assert_eq!(resting(readings.of(source).unwrap()).len(), rests, "{source}");
        }
        time.advance(REST);
        assert_eq!(resting(account), []);
    }

    #[test]
    fn what_fails_within_a_moment_is_tried_for_every_prompt() {
        let time = VirtualTime::new();
        let readings =
            Readings::new([("tree", Cost::Tree)], Arc::new(Bus::new(Table::default())), time.clock());
        for _ in 0..9 {
            readings.begin("tree", 1).unwrap().end(Ended::BadlySoon);
        }
        let account = readings.of("tree").unwrap();
        assert_eq!((account.resting(time.clock().now()), account.failed()), (vec![], 9));
    }

    #[test]
    fn an_event_gives_it_another_chance() {
        let time = VirtualTime::new();
        let readings =
            Readings::new([("tool", Cost::Process)], Arc::new(Bus::new(Table::default())), time.clock());
        for _ in 0..3 {
            readings.begin("tool", 1).unwrap().end(Ended::Badly);
        }
        assert!(readings.begin("tool", 1).is_none());
        let account = readings.of("tool").unwrap();
        account.note_invalidated("upgrade", time.clock().now());
        assert_eq!(account.last_event().map(|(event, _)| event).as_deref(), Some("upgrade"));
        assert!(readings.begin("tool", 1).is_some());
    }
}
