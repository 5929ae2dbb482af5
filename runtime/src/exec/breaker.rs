//! A circuit breaker: what fails again and again is left alone for a while.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::time::Clock;

/// When a breaker opens and closes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Thresholds {
    /// So many failures in a row open it, at least one.
    pub failures: u32,
    /// So long nothing is let through; twice as long each time that it opens again without having closed.
    pub cool_down: Duration,
    /// But never longer than this.
    pub longest: Duration,
    /// So many successes in a row close it again, at least one; meanwhile one call is let through at a time.
    pub successes: u32,
}

impl Default for Thresholds {
    /// Opens after three failures, tries again after 30 s, then after one minute, two and so on up to ten, and closes
    /// with the first success.
    fn default() -> Self {
        let (cool_down, longest) = (Duration::from_secs(30), Duration::from_secs(600));
        Thresholds { failures: 3, cool_down, longest, successes: 1 }
    }
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Circuit {
    /// It lets them through.
    Closed,
    /// It refuses them until it has cooled down.
    Open,
    /// It lets one through at a time, to see whether things are well again.
    HalfOpen,
}

impl Circuit {
    /// Its name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Circuit::Closed => "closed",
            Circuit::Open => "open",
            Circuit::HalfOpen => "half-open",
        }
    }
}

/// What a breaker has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Calls that succeeded.
    pub succeeded: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls that were given up before they said either.
    pub abandoned: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// How often it opened.
    pub opened: u64,
}

/// The breaker is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refused {
    /// How long until a call is worth trying; nothing if one is under way that will tell.
    pub retry_in: Duration,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it failed too often; next attempt in {:.1?}", self.retry_in)
    }
}

impl std::error::Error for Refused {}

/// Why a call through a breaker brought nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Broken<E> {
    /// It was not made.
    Refused(Refused),
    /// It was, and failed.
    Failed(E),
}

/// Refuses calls for a while when too many have failed.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::breaker::{Breaker, Broken, Circuit, Thresholds};
/// use ziron_runtime::exec::simulate::simulate;
///
/// simulate(1, |world| async move {
///     let breaker = Breaker::new(Thresholds::default(), world.clock().clone());
///     for _ in 0..3 {
///         assert_eq!(breaker.call(async { Err::<(), _>("down") }).await, Err(Broken::Failed("down")));
///     }
///     assert_eq!(breaker.circuit(), Circuit::Open);
///     let refused = breaker.call(async { Ok::<_, &str>(1) }).await;
///     assert!(matches!(refused, Err(Broken::Refused(_))));
///     world.clock().sleep(Duration::from_secs(30)).await;
///     assert_eq!(breaker.call(async { Ok::<_, &str>(1) }).await, Ok(1));
///     assert_eq!(breaker.circuit(), Circuit::Closed);
/// });
/// ```
#[derive(Debug)]
pub struct Breaker {
    thresholds: Thresholds,
    clock: Clock,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// How often it has opened since it was closed last.
    opened: u32,
    statistics: Statistics,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen { successes: u32, is_trying: bool },
}

impl Breaker {
    /// A closed breaker.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Circuit, Thresholds}, time::Clock};
    /// assert_eq!(Breaker::new(Thresholds::default(), Clock::real()).circuit(), Circuit::Closed);
    /// ```
    pub fn new(thresholds: Thresholds, clock: Clock) -> Self {
        let inner =
            Inner { state: State::Closed { failures: 0 }, opened: 0, statistics: Statistics::default() };
        Breaker { thresholds, clock, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call, if it may be made.
    ///
    /// # Errors
    /// When it may not, or it failed.
    ///
    /// # Cancel safety
    /// A call that is dropped counts as neither success nor failure.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, breaker::{Breaker, Thresholds}, time::Clock};
    /// let breaker = Breaker::new(Thresholds::default(), Clock::real());
    /// assert_eq!(Single::new().run(breaker.call(async { Ok::<_, ()>(1) })), Ok(1));
    /// ```
    pub async fn call<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Broken<E>> {
        let permit = self.permit().map_err(Broken::Refused)?;
        match work.await {
            Ok(output) => {
                permit.succeed();
                Ok(output)
            }
            Err(error) => {
                permit.fail();
                Err(Broken::Failed(error))
            }
        }
    }

    /// Asks for one call, whose outcome the permit is told.
    ///
    /// # Errors
    /// When it may not be made.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Circuit, Thresholds}, time::Clock};
    /// let breaker = Breaker::new(Thresholds { failures: 1, ..Thresholds::default() }, Clock::real());
    /// breaker.permit()?.fail();
    /// assert!(breaker.permit().is_err());
    /// # Ok::<_, ziron_runtime::exec::breaker::Refused>(())
    /// ```
    pub fn permit(&self) -> Result<Permit<'_>, Refused> {
        self.admit()?;
        Ok(Permit { breaker: Held::Borrowed(self), verdict: Verdict::Abandoned })
    }

    /// The same as [`permit`](Breaker::permit), for a call that outlives whoever asks.
    ///
    /// # Errors
    /// When it may not be made.
    ///
    /// # Examples
    /// ```
    /// # use std::sync::Arc;
    /// # use ziron_runtime::exec::{breaker::{Breaker, Thresholds}, time::Clock};
    /// let breaker = Arc::new(Breaker::new(Thresholds::default(), Clock::real()));
    /// let permit = breaker.permit_for_long()?;
    /// std::thread::spawn(move || permit.succeed()).join().unwrap();
    /// assert_eq!(breaker.statistics().succeeded, 1);
    /// # Ok::<_, ziron_runtime::exec::breaker::Refused>(())
    /// ```
    pub fn permit_for_long(self: &Arc<Self>) -> Result<Permit<'static>, Refused> {
        self.admit()?;
        Ok(Permit { breaker: Held::Shared(self.clone()), verdict: Verdict::Abandoned })
    }

    fn admit(&self) -> Result<(), Refused> {
        let now = self.clock.now();
        let mut inner = self.lock();
        let refused = match inner.state {
            State::Closed { .. } => None,
            State::Open { until } if now < until => Some(until - now),
            State::HalfOpen { is_trying: true, .. } => Some(Duration::ZERO),
            State::Open { .. } => {
                inner.state = State::HalfOpen { successes: 0, is_trying: true };
                None
            }
            State::HalfOpen { successes, .. } => {
                inner.state = State::HalfOpen { successes, is_trying: true };
                None
            }
        };
        if let Some(retry_in) = refused {
            inner.statistics.refused += 1;
            return Err(Refused { retry_in });
        }
        Ok(())
    }

    /// What it does with calls now.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Thresholds}, time::Clock};
    /// assert_eq!(Breaker::new(Thresholds::default(), Clock::real()).circuit().name(), "closed");
    /// ```
    pub fn circuit(&self) -> Circuit {
        let now = self.clock.now();
        match self.lock().state {
            State::Closed { .. } => Circuit::Closed,
            State::Open { until } if now < until => Circuit::Open,
            State::Open { .. } | State::HalfOpen { .. } => Circuit::HalfOpen,
        }
    }

    /// What it has seen.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Thresholds}, time::Clock};
    /// let breaker = Breaker::new(Thresholds::default(), Clock::real());
    /// breaker.permit()?.succeed();
    /// assert_eq!(breaker.statistics().succeeded, 1);
    /// # Ok::<_, ziron_runtime::exec::breaker::Refused>(())
    /// ```
    pub fn statistics(&self) -> Statistics {
        self.lock().statistics
    }

    fn judge(&self, verdict: Verdict) {
        let now = self.clock.now();
        let mut inner = self.lock();
        let before = inner.statistics.opened;
        let statistics = &mut inner.statistics;
        match verdict {
            Verdict::Succeeded => statistics.succeeded += 1,
            Verdict::Failed => statistics.failed += 1,
            Verdict::Abandoned => statistics.abandoned += 1,
        }
        let Thresholds { cool_down, longest, .. } = self.thresholds;
        let cool_down = cool_down.saturating_mul(1 << inner.opened.min(16)).min(longest.max(cool_down));
        let opened = State::Open { until: super::deadline(now, cool_down) };
        inner.state = match (inner.state, verdict) {
            // What began before it opened, and ends now, tells nothing new.
            (state @ State::Open { .. }, _) | (state @ State::Closed { .. }, Verdict::Abandoned) => state,
            (State::Closed { .. }, Verdict::Succeeded) => State::Closed { failures: 0 },
            (State::Closed { failures }, Verdict::Failed) if failures + 1 < self.thresholds.failures => {
                State::Closed { failures: failures + 1 }
            }
            (State::HalfOpen { successes, .. }, Verdict::Succeeded) => {
                if successes + 1 < self.thresholds.successes {
                    State::HalfOpen { successes: successes + 1, is_trying: false }
                } else {
                    State::Closed { failures: 0 }
                }
            }
            (State::HalfOpen { successes, .. }, Verdict::Abandoned) => {
                State::HalfOpen { successes, is_trying: false }
            }
            (State::Closed { .. } | State::HalfOpen { .. }, Verdict::Failed) => {
                inner.statistics.opened += 1;
                opened
            }
        };
        match inner.state {
            State::Closed { .. } => inner.opened = 0,
            State::Open { .. } if inner.statistics.opened > before => inner.opened += 1,
            State::Open { .. } | State::HalfOpen { .. } => {}
        }
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
pub struct Permit<'a> {
    breaker: Held<'a>,
    verdict: Verdict,
}

#[derive(Debug)]
enum Held<'a> {
    Borrowed(&'a Breaker),
    Shared(Arc<Breaker>),
}

impl Permit<'_> {
    /// The call succeeded.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Thresholds}, time::Clock};
    /// # let breaker = Breaker::new(Thresholds::default(), Clock::real());
    /// breaker.permit()?.succeed();
    /// # Ok::<_, ziron_runtime::exec::breaker::Refused>(())
    /// ```
    pub fn succeed(mut self) {
        self.verdict = Verdict::Succeeded;
    }

    /// The call failed.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{breaker::{Breaker, Thresholds}, time::Clock};
    /// # let breaker = Breaker::new(Thresholds::default(), Clock::real());
    /// breaker.permit()?.fail();
    /// # Ok::<_, ziron_runtime::exec::breaker::Refused>(())
    /// ```
    pub fn fail(mut self) {
        self.verdict = Verdict::Failed;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let breaker = match &self.breaker {
            Held::Borrowed(breaker) => breaker,
            Held::Shared(breaker) => &**breaker,
        };
        breaker.judge(self.verdict);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::time::VirtualTime;

    const THRESHOLDS: Thresholds = Thresholds {
        failures: 2,
        cool_down: Duration::from_secs(10),
        longest: Duration::from_secs(30),
        successes: 2,
    };

    fn breaker() -> (Breaker, VirtualTime) {
        let time = VirtualTime::new();
        (Breaker::new(THRESHOLDS, time.clock()), time)
    }

    fn fail(breaker: &Breaker, times: usize) {
        for _ in 0..times {
            breaker.permit().unwrap().fail();
        }
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let (breaker, _) = breaker();
        fail(&breaker, 1);
        breaker.permit().unwrap().succeed();
        fail(&breaker, 1);
        assert_eq!(breaker.circuit(), Circuit::Closed);
        fail(&breaker, 1);
        assert_eq!(breaker.circuit(), Circuit::Open);
        assert_eq!(breaker.permit().unwrap_err().retry_in, Duration::from_secs(10));
    }

    #[test]
    fn each_rest_is_longer_until_it_closes() {
        let (breaker, time) = breaker();
        fail(&breaker, 2);
        for seconds in [10, 20, 30, 30] {
            let rest = Duration::from_secs(seconds);
            assert_eq!(breaker.permit().unwrap_err().retry_in, rest);
            time.advance(rest);
            fail(&breaker, 1);
        }
        time.advance(Duration::from_secs(30));
        for _ in 0..2 {
            breaker.permit().unwrap().succeed();
        }
        fail(&breaker, 2);
        assert_eq!(breaker.permit().unwrap_err().retry_in, Duration::from_secs(10));
    }

    #[test]
    fn half_open_lets_one_through_at_a_time() {
        let (breaker, time) = breaker();
        fail(&breaker, 2);
        time.advance(Duration::from_secs(10));
        assert_eq!(breaker.circuit(), Circuit::HalfOpen);
        let first = breaker.permit().unwrap();
        assert!(breaker.permit().is_err());
        drop(first);
        breaker.permit().unwrap().succeed();
        assert_eq!(breaker.circuit(), Circuit::HalfOpen, "one success is not enough");
        breaker.permit().unwrap().succeed();
        assert_eq!(breaker.circuit(), Circuit::Closed);
    }

    #[test]
    fn a_failure_while_half_open_opens_it_again() {
        let (breaker, time) = breaker();
        fail(&breaker, 2);
        time.advance(Duration::from_secs(10));
        breaker.permit().unwrap().succeed();
        fail(&breaker, 1);
        assert_eq!(breaker.circuit(), Circuit::Open);
        assert!(breaker.permit().is_err());
        let expected = Statistics { succeeded: 1, failed: 3, abandoned: 0, refused: 1, opened: 2 };
        assert_eq!(breaker.statistics(), expected);
    }

    #[test]
    fn what_ends_late_changes_nothing() {
        let (breaker, _) = breaker();
        let late = breaker.permit().unwrap();
        fail(&breaker, 2);
        late.succeed();
        assert_eq!(breaker.circuit(), Circuit::Open);
    }
}
