//! The clock.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::Sleep;
#[cfg(test)]
use super::simulated::State;
use crate::exec::deadline;
use crate::exec::reactor::Reactor;

/// A clock: real, or in tests simulated by a `VirtualTime`. Cheap to clone.
///
/// It is a small enum and no type parameter: the daemon's types would all carry it, and a branch costs nothing beside a
/// look at a clock.
#[derive(Clone, Debug)]
pub struct Clock(pub(super) Kind);

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Real,
    /// Real as well, with the timers of a model's own reactor.
    Driven(Arc<Reactor>),
    #[cfg(test)]
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
            Kind::Real => None,
            #[cfg(test)]
            Kind::Simulated(_) => None,
        }
    }

    /// Now, on a clock that never goes back.
    #[allow(clippy::disallowed_methods, reason = "this is where the real clock is handed out")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::Real | Kind::Driven(_) => Instant::now(),
            #[cfg(test)]
            Kind::Simulated(state) => state.now(),
        }
    }

    /// Waits for a span of time. The span begins now, not at the first poll.
    pub fn sleep(&self, span: Duration) -> Sleep {
        match &self.0 {
            Kind::Real => Sleep::real_after(span),
            Kind::Driven(reactor) => Sleep::driven(reactor, deadline(self.now(), span)),
            #[cfg(test)]
            Kind::Simulated(state) => Sleep::simulated(state, deadline(state.now(), span)),
        }
    }

    /// Waits for a moment.
    pub fn deadline(&self, at: Instant) -> Sleep {
        match &self.0 {
            Kind::Real => Sleep::real_at(at),
            Kind::Driven(reactor) => Sleep::driven(reactor, at),
            #[cfg(test)]
            Kind::Simulated(state) => Sleep::simulated(state, at),
        }
    }

    /// Waits for a future, at most for a span of time; then the future is dropped. If both are there, the output
    /// counts.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::simulate::simulate;

    #[test]
    fn an_output_counts_if_it_is_there_in_time() {
        simulate(1, |world| async move {
            let never = std::future::pending::<()>();
            assert_eq!(world.clock().timeout(Duration::from_secs(1), never).await, Err(TimedOut));
            assert_eq!(world.clock().timeout(Duration::ZERO, async { 1 }).await, Ok(1));
            assert_eq!(world.time().elapsed(), Duration::from_secs(1));
        });
    }
}
