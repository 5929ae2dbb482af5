//! A circuit breaker: what fails again and again is left alone for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::time::Clock;

/// When a breaker opens and closes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Thresholds {
    /// So many failures in a row open it, at least one.
    pub failures: u32,
    /// So long nothing is let through; twice as long each time that it opens again without having closed.
    pub cool_down: Duration,
    /// But never longer than this.
    pub longest: Duration,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Circuit {
    /// It lets them through.
    Closed,
    /// It refuses them until it has cooled down.
    Open,
    /// It lets one through at a time, to see whether things are well again.
    HalfOpen,
}

impl Circuit {
    /// Its name in lists.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Circuit::Closed => "closed",
            Circuit::Open => "open",
            Circuit::HalfOpen => "half-open",
        }
    }
}

/// Refuses calls for a while when too many have failed.
#[derive(Debug)]
pub(crate) struct Breaker {
    thresholds: Thresholds,
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// How often it has opened since it was closed last.
    opened: u32,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen { is_trying: bool },
}

impl Breaker {
    /// A closed breaker.
    pub(crate) fn new(thresholds: Thresholds, clock: Clock) -> Self {
        let inner = Inner { state: State::Closed { failures: 0 }, opened: 0 };
        Breaker { thresholds, clock, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for one call, whose outcome the permit is told; nothing if it may not be made now.
    pub(crate) fn permit(self: &Arc<Self>) -> Option<Permit> {
        let now = self.clock.now();
        let mut inner = self.lock();
        match inner.state {
            State::Closed { .. } => {}
            State::Open { until } if now < until => return None,
            State::HalfOpen { is_trying: true } => return None,
            State::Open { .. } | State::HalfOpen { .. } => inner.state = State::HalfOpen { is_trying: true },
        }
        Some(Permit { breaker: Some(self.clone()) })
    }

    /// What it does with calls now.
    pub(crate) fn circuit(&self) -> Circuit {
        let now = self.clock.now();
        match self.lock().state {
            State::Closed { .. } => Circuit::Closed,
            State::Open { until } if now < until => Circuit::Open,
            State::Open { .. } | State::HalfOpen { .. } => Circuit::HalfOpen,
        }
    }

    /// Notes what came of a call, and says whether that has opened it.
    fn judge(&self, verdict: Verdict) -> bool {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.state = match (inner.state, verdict) {
            // What began before it opened, and ends now, tells nothing new.
            (state @ State::Open { .. }, _) | (state @ State::Closed { .. }, Verdict::Abandoned) => state,
            (State::HalfOpen { .. }, Verdict::Abandoned) => State::HalfOpen { is_trying: false },
            (_, Verdict::Succeeded) => {
                inner.opened = 0;
                State::Closed { failures: 0 }
            }
            (State::Closed { failures }, Verdict::Failed) if failures + 1 < self.thresholds.failures => {
                State::Closed { failures: failures + 1 }
            }
            (State::Closed { .. } | State::HalfOpen { .. }, Verdict::Failed) => {
                let Thresholds { cool_down, longest, .. } = self.thresholds;
                let rest = cool_down.saturating_mul(1 << inner.opened.min(16)).min(longest.max(cool_down));
                inner.opened += 1;
                inner.state = State::Open { until: super::deadline(now, rest) };
                return true;
            }
        };
        false
    }
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Succeeded,
    Failed,
    Abandoned,
}

/// The right to make one call. Dropped without a word, the call counts as neither success nor failure.
#[derive(Debug)]
#[must_use = "a permit that is dropped says nothing about the call"]
pub(crate) struct Permit {
    /// Nothing once it was told the outcome.
    breaker: Option<Arc<Breaker>>,
}

impl Permit {
    /// The call succeeded.
    pub(crate) fn succeed(mut self) {
        self.judge(Verdict::Succeeded);
    }

    /// The call failed; says whether that was one failure too many, so that the breaker has opened.
    pub(crate) fn fail(mut self) -> bool {
        self.judge(Verdict::Failed)
    }

    fn judge(&mut self, verdict: Verdict) -> bool {
        self.breaker.take().is_some_and(|breaker| breaker.judge(verdict))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.judge(Verdict::Abandoned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::time::VirtualTime;

    const THRESHOLDS: Thresholds =
        Thresholds { failures: 2, cool_down: Duration::from_secs(10), longest: Duration::from_secs(30) };

    fn breaker() -> (Arc<Breaker>, VirtualTime) {
        let time = VirtualTime::new();
        (Arc::new(Breaker::new(THRESHOLDS, time.clock())), time)
    }

    /// Fails so often, and says whether the last time has opened it.
    fn fail(breaker: &Arc<Breaker>, times: usize) -> bool {
        (0..times).fold(false, |_, _| breaker.permit().unwrap().fail())
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let (breaker, _) = breaker();
        assert!(!fail(&breaker, 1));
        breaker.permit().unwrap().succeed();
        assert!(!fail(&breaker, 1));
        assert_eq!(breaker.circuit(), Circuit::Closed);
        assert!(fail(&breaker, 1));
        assert_eq!(breaker.circuit(), Circuit::Open);
        assert!(breaker.permit().is_none());
    }

    #[test]
    fn each_rest_is_longer_until_it_closes() {
        let (breaker, time) = breaker();
        fail(&breaker, 2);
        let rests = |seconds: u64| {
            time.advance(Duration::from_millis(seconds * 1000 - 1));
            assert!(breaker.permit().is_none(), "{seconds} s");
            time.advance(Duration::from_millis(1));
            assert_eq!(breaker.circuit(), Circuit::HalfOpen);
        };
        for seconds in [10, 20, 30, 30] {
            rests(seconds);
            assert!(fail(&breaker, 1));
        }
        rests(30);
        breaker.permit().unwrap().succeed();
        assert_eq!(breaker.circuit(), Circuit::Closed);
        fail(&breaker, 2);
        rests(10);
    }

    #[test]
    fn half_open_lets_one_through_at_a_time() {
        let (breaker, time) = breaker();
        fail(&breaker, 2);
        time.advance(Duration::from_secs(10));
        let first = breaker.permit().unwrap();
        assert!(breaker.permit().is_none());
        drop(first);
        assert_eq!(breaker.circuit(), Circuit::HalfOpen, "one that was given up says nothing");
        breaker.permit().unwrap().succeed();
        assert_eq!(breaker.circuit(), Circuit::Closed);
    }

    #[test]
    fn what_ends_late_changes_nothing() {
        let (breaker, _) = breaker();
        let (one, other) = (breaker.permit().unwrap(), breaker.permit().unwrap());
        fail(&breaker, 2);
        one.succeed();
        assert!(!other.fail());
        assert_eq!(breaker.circuit(), Circuit::Open);
    }
}
