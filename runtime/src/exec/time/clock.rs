//! The clock.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use super::simulated::State;
use super::{Interval, Missed, Sleep};
use crate::exec::deadline;
use crate::exec::reactor::Reactor;

/// A clock: real, or simulated by a [`VirtualTime`](super::VirtualTime). Cheap to clone.
///
/// It is a small enum and no type parameter: the daemon's types would all carry it, and a branch costs nothing beside a
/// look at a clock.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::time::{Clock, VirtualTime};
///
/// fn is_worn(clock: &Clock, born: std::time::Instant) -> bool {
///     clock.now() - born > Duration::from_secs(60)
/// }
///
/// let time = VirtualTime::new();
/// let born = time.clock().now();
/// time.advance(Duration::from_secs(61));
/// assert!(is_worn(&time.clock(), born));
/// ```
#[derive(Clone, Debug)]
pub struct Clock(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Real,
    /// Real as well, with the timers of a model's own reactor.
    Driven(Arc<Reactor>),
    Simulated(Arc<State>),
}

/// A future did not come to its end in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not done in time")
    }
}

impl std::error::Error for TimedOut {}

impl Clock {
    /// The clock of this machine, with the timers of async-io.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::time::Clock;
    ///
    /// let clock = Clock::real();
    /// assert!(clock.now() <= clock.now());
    /// ```
    pub const fn real() -> Self {
        Clock(Kind::Real)
    }

    pub(in crate::exec) fn driven(reactor: Arc<Reactor>) -> Self {
        Clock(Kind::Driven(reactor))
    }

    /// The reactor whose timers it uses, if that is a model's own.
    pub(in crate::exec) fn reactor(&self) -> Option<&Arc<Reactor>> {
        match &self.0 {
            Kind::Driven(reactor) => Some(reactor),
            Kind::Real | Kind::Simulated(_) => None,
        }
    }

    /// Now, on a clock that never goes back.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let clock = VirtualTime::new().clock();
    /// assert_eq!(clock.now(), clock.now(), "virtual time stands still by itself");
    /// ```
    #[allow(clippy::disallowed_methods, reason = "this is where the real clock is handed out")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::Real | Kind::Driven(_) => Instant::now(),
            Kind::Simulated(state) => state.now(),
        }
    }

    /// The time of day, which may jump. For what outlives the process; spans are measured with [`now`](Clock::now).
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let time = VirtualTime::new();
    /// let before = time.clock().wall();
    /// time.advance(Duration::from_secs(1));
    /// assert_eq!(time.clock().wall(), before + Duration::from_secs(1));
    /// ```
    #[allow(clippy::disallowed_methods, reason = "this is where the real clock is handed out")]
    pub fn wall(&self) -> SystemTime {
        match &self.0 {
            Kind::Real | Kind::Driven(_) => SystemTime::now(),
            Kind::Simulated(state) => state.wall(),
        }
    }

    /// Waits for a span of time. The span begins now, not at the first poll.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::simulate::simulate;
    ///
    /// // A day passes at once.
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// simulate(1, |world| async move { world.clock().sleep(day).await });
    /// ```
    pub fn sleep(&self, span: Duration) -> Sleep {
        match &self.0 {
            Kind::Real => Sleep::real_after(span),
            Kind::Driven(reactor) => Sleep::driven(reactor, deadline(self.now(), span)),
            Kind::Simulated(state) => Sleep::simulated(state, deadline(state.now(), span)),
        }
    }

    /// Waits for a moment.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::simulate::simulate;
    ///
    /// simulate(1, |world| async move {
    ///     let now = world.clock().now();
    ///     world.clock().deadline(now).await;
    ///     assert_eq!(world.clock().now(), now);
    /// });
    /// ```
    pub fn deadline(&self, at: Instant) -> Sleep {
        match &self.0 {
            Kind::Real => Sleep::real_at(at),
            Kind::Driven(reactor) => Sleep::driven(reactor, at),
            Kind::Simulated(state) => Sleep::simulated(state, at),
        }
    }

    /// Waits for a future, at most for a span of time; then the future is dropped. If both are there, the output
    /// counts.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::simulate::simulate;
    /// use ziron_runtime::exec::time::TimedOut;
    ///
    /// simulate(1, |world| async move {
    ///     let never = std::future::pending::<()>();
    ///     assert_eq!(world.clock().timeout(Duration::from_secs(1), never).await, Err(TimedOut));
    ///     assert_eq!(world.clock().timeout(Duration::ZERO, async { 1 }).await, Ok(1));
    /// });
    /// ```
    pub fn timeout<F: Future>(
        &self,
        span: Duration,
        future: F,
    ) -> impl Future<Output = Result<F::Output, TimedOut>> + use<F> {
        let mut end = self.sleep(span);
        async move {
            let mut future = pin!(future);
            poll_fn(|context| match future.as_mut().poll(context) {
                Poll::Ready(output) => Poll::Ready(Ok(output)),
                Poll::Pending => Pin::new(&mut end).poll(context).map(|()| Err(TimedOut)),
            })
            .await
        }
    }

    /// Ticks once in each period, for the first time when one has passed.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::simulate::simulate;
    /// use ziron_runtime::exec::time::Missed;
    ///
    /// simulate(1, |world| async move {
    ///     let start = world.clock().now();
    ///     let mut ticks = world.clock().interval(Duration::from_secs(1), Missed::Skip);
    ///     ticks.tick().await;
    ///     ticks.tick().await;
    ///     assert_eq!(world.clock().now() - start, Duration::from_secs(2));
    /// });
    /// ```
    pub fn interval(&self, period: Duration, missed: Missed) -> Interval {
        Interval::new(self.clone(), period, missed)
    }
}
