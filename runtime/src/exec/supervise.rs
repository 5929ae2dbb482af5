//! Supervision: a part that fails is started again, within limits.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_lite::FutureExt as _;

use super::Random;
use super::combine::Backoff;
use super::time::Clock;

/// How often a part may be started again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// So many restarts within [`window`](Limits::window) are borne; with one more the supervisor gives up.
    pub restarts: usize,
    /// The span in which they count.
    pub window: Duration,
    /// The waits before restarts: longer with each failure within the window. Its number of attempts does not count
    /// here.
    pub backoff: Backoff,
}

impl Default for Limits {
    /// Five restarts in a minute, after 100 ms to 1.6 s.
    fn default() -> Self {
        Limits { restarts: 5, window: Duration::from_secs(60), backoff: Backoff::default() }
    }
}

/// What the end of a part means if it says `Ok`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It has done its work.
    Done,
    /// It should have gone on: a failure like any other.
    Unexpected,
}

/// Why a supervisor started a part again, or gave it up.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Failure<E> {
    /// It said so.
    Error(E),
    /// It ended although it should have gone on.
    Ended,
    /// It panicked, where panics can be caught: not in release builds, which abort.
    Panicked(String),
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(error) => error.fmt(f),
            Failure::Ended => f.write_str("it ended unexpectedly"),
            Failure::Panicked(message) => write!(f, "it panicked: {message}"),
        }
    }
}

/// A part failed too often.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct GaveUp<E> {
    /// The part.
    pub part: String,
    /// How often it failed within the window.
    pub failures: usize,
    /// The window.
    pub window: Duration,
    /// The last failure.
    pub last: Failure<E>,
}

impl<E: fmt::Display> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GaveUp { part, failures, window, last } = self;
        write!(f, "{part} failed {failures} times within {window:?}: {last}")
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for GaveUp<E> {}

/// Starts a part again when it fails.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::simulate::simulate;
/// use ziron_runtime::exec::supervise::{Ending, Failure, Limits, Supervisor};
///
/// simulate(1, |world| async move {
///     let supervisor = Supervisor::new("watcher", Limits::default(), world.clock().clone(), world.seed());
///     // The second attempt works.
///     let part = async |attempt| if attempt == 2 { Ok(()) } else { Err("no watches left") };
///     assert_eq!(supervisor.run(Ending::Done, part, |_| {}).await, Ok(()));
///     // This one never does.
///     let gave_up = supervisor.run(Ending::Done, async |_| Err("broken"), |_| {}).await.unwrap_err();
///     assert_eq!((gave_up.failures, gave_up.last), (6, Failure::Error("broken")));
/// });
/// ```
#[derive(Debug)]
pub struct Supervisor {
    part: String,
    limits: Limits,
    clock: Clock,
    random: Random,
}

impl Supervisor {
    /// A supervisor of one part; `seed` decides the jitter of its waits.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::supervise::{Limits, Supervisor};
    /// use ziron_runtime::exec::time::Clock;
    ///
    /// let supervisor = Supervisor::new("watcher", Limits::default(), Clock::real(), 1);
    /// assert!(format!("{supervisor:?}").contains("watcher"));
    /// ```
    pub fn new(part: impl Into<String>, limits: Limits, clock: Clock, seed: u64) -> Self {
        Supervisor { part: part.into(), limits, clock, random: Random::new(seed) }
    }

    /// Runs the part until it is done, or has failed too often. `start` makes it, and is handed the number of the
    /// attempt, from 1; `on_failure` hears of each failure.
    ///
    /// # Errors
    /// When it failed too often.
    ///
    /// # Cancel safety
    /// Dropping it ends the part.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::simulate;
    /// # use ziron_runtime::exec::supervise::{Ending, Failure, Limits, Supervisor};
    /// simulate(1, |world| async move {
    ///     let limits = Limits { restarts: 2, ..Limits::default() };
    ///     let supervisor = Supervisor::new("server", limits, world.clock().clone(), 1);
    ///     let mut failures = 0;
    ///     let gave_up = supervisor.run(Ending::Unexpected, async |_| Ok::<_, String>(()), |_| failures += 1).await;
    ///     assert_eq!((gave_up.unwrap_err().last, failures), (Failure::Ended, 3));
    /// });
    /// ```
    pub async fn run<E, F>(
        &self,
        ending: Ending,
        mut start: impl FnMut(u64) -> F,
        mut on_failure: impl FnMut(&Failure<E>),
    ) -> Result<(), GaveUp<E>>
    where
        F: Future<Output = Result<(), E>>,
    {
        let Limits { restarts, window, backoff } = self.limits;
        let mut failures = VecDeque::new();
        let mut attempt = 1;
        loop {
            let last = match AssertUnwindSafe(start(attempt)).catch_unwind().await {
                Ok(Ok(())) if ending == Ending::Done => return Ok(()),
                Ok(Ok(())) => Failure::Ended,
                Ok(Err(error)) => Failure::Error(error),
                Err(panic) => Failure::Panicked(message(panic.as_ref())),
            };
            on_failure(&last);
            let now = self.clock.now();
            failures.push_back(now);
            while failures.front().is_some_and(|at| now.saturating_duration_since(*at) > window) {
                failures.pop_front();
            }
            if failures.len() > restarts {
                return Err(GaveUp { part: self.part.clone(), failures: failures.len(), window, last });
            }
            let failed = u32::try_from(failures.len()).unwrap_or(u32::MAX);
            self.clock.sleep(backoff.delay(failed, &self.random)).await;
            attempt += 1;
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::simulate::{for_seeds, simulate};

    fn supervisor(clock: &Clock) -> Supervisor {
        let limits = Limits { restarts: 3, window: Duration::from_secs(10), backoff: Backoff::default() };
        Supervisor::new("part", limits, clock.clone(), 1)
    }

    #[test]
    fn rare_failures_are_borne_for_ever() {
        simulate(1, |world| async move {
            let clock = world.clock();
            let part = |attempt| async move {
                // So no window of 10 s holds more than three failures.
                clock.sleep(Duration::from_secs(4)).await;
                if attempt == 100 { Ok(()) } else { Err("now and then") }
            };
            assert_eq!(supervisor(clock).run(Ending::Done, part, |_| {}).await, Ok(()));
        });
    }

    #[test]
    fn frequent_failures_are_not() {
        for_seeds(0..100, |world| async move {
            let mut attempts = 0;
            let part = |attempt| {
                attempts = attempt;
                async { Err("always") }
            };
            let gave_up = supervisor(world.clock()).run(Ending::Done, part, |_| {}).await.unwrap_err();
            assert_eq!(gave_up.to_string(), "part failed 4 times within 10s: always");
            assert_eq!(attempts, 4);
            assert!(world.time().elapsed() >= Duration::from_millis(350), "it backed off");
        });
    }

    #[test]
    fn a_panic_is_a_failure() {
        simulate(1, |world| async move {
            let part =
                async |attempt| if attempt == 1 { panic!("number {attempt}") } else { Ok::<_, String>(()) };
            let mut heard = Vec::new();
            let result = supervisor(world.clock())
                .run(Ending::Done, part, |failure| heard.push(failure.clone()))
                .await;
            assert_eq!((result, heard), (Ok(()), vec![Failure::Panicked("number 1".into())]));
        });
    }
}
