//! Ticks.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_lite::Stream;

use super::{Clock, Sleep};
use crate::exec::deadline;

/// What becomes of ticks that nobody was there for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Missed {
    /// They come at once, one after the other, until all have come.
    Burst,
    /// The next comes a whole period after the late one.
    Delay,
    /// They are left out; the next comes when it would have come anyway.
    #[default]
    Skip,
}

/// Ticks in equal periods; made by [`Clock::interval`](super::Clock::interval). It is a stream too.
///
/// # Cancel safety
/// A tick that was not waited for to its end is not lost.
///
/// # Examples
/// What the three ways do when two and a half periods are slept through:
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::simulate::simulate;
/// use ziron_runtime::exec::time::Missed;
///
/// for (missed, expected) in [
///     (Missed::Burst, [250, 250, 300]),
///     (Missed::Delay, [250, 350, 450]),
///     (Missed::Skip, [250, 300, 400]),
/// ] {
///     let ticks = simulate(1, |world| async move {
///         let start = world.clock().now();
///         let mut ticks = world.clock().interval(Duration::from_millis(100), missed);
///         world.clock().sleep(Duration::from_millis(250)).await;
///         let mut at = [0; 3];
///         for at in &mut at {
///             ticks.tick().await;
///             *at = (world.clock().now() - start).as_millis();
///         }
///         at
///     });
///     assert_eq!(ticks, expected, "{missed:?}");
/// }
/// ```
#[derive(Debug)]
pub struct Interval {
    clock: Clock,
    period: Duration,
    missed: Missed,
    next: Instant,
    sleep: Option<Sleep>,
}

impl Interval {
    pub(super) fn new(clock: Clock, period: Duration, missed: Missed) -> Self {
        // A period of nothing would never let anyone else run.
        let period = period.max(Duration::from_nanos(1));
        let next = deadline(clock.now(), period);
        Interval { clock, period, missed, next, sleep: None }
    }

    /// Waits for the next tick, and brings the moment for which it was planned.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::simulate::simulate;
    /// use ziron_runtime::exec::time::Missed;
    ///
    /// simulate(1, |world| async move {
    ///     let mut ticks = world.clock().interval(Duration::from_secs(1), Missed::Burst);
    ///     assert_eq!(ticks.tick().await, world.clock().now());
    /// });
    /// ```
    pub async fn tick(&mut self) -> Instant {
        std::future::poll_fn(|context| self.poll_tick(context)).await
    }

    fn poll_tick(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        let sleep = self.sleep.get_or_insert_with(|| self.clock.deadline(self.next));
        ready!(Future::poll(Pin::new(sleep), context));
        self.sleep = None;
        let planned = self.next;
        let now = self.clock.now();
        self.next = match self.missed {
            Missed::Burst => deadline(planned, self.period),
            Missed::Delay => deadline(now, self.period),
            Missed::Skip => {
                let late = now.saturating_duration_since(planned).as_nanos();
                let into = Duration::from_nanos((late % self.period.as_nanos()) as u64);
                deadline(now, self.period.saturating_sub(into))
            }
        };
        Poll::Ready(planned)
    }
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Instant>> {
        self.poll_tick(context).map(Some)
    }
}
