//! Supervision: a service that fails is begun again, within limits.

use std::any::Any;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures_lite::FutureExt as _;

use super::time::Clock;

/// How often a service may be begun again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    /// So many restarts within [`window`](Limits::window) are borne; one failure more is one too many.
    pub restarts: usize,
    /// The span in which they count.
    pub window: Duration,
    /// The wait before the first restart; twice as long with each more failure within the window.
    pub pause: Duration,
}

/// A service at work: it ends only when it fails.
pub(crate) type Work = Pin<Box<dyn Future<Output = io::Result<Infallible>> + Send>>;

/// A service has failed too often.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct GaveUp {
    /// How often it has failed within the window.
    pub failures: usize,
    /// The window.
    pub window: Duration,
    /// The last failure.
    pub last: String,
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GaveUp { failures, window, last } = self;
        write!(f, "failed {failures} times within {window:?}: {last}")
    }
}

/// Runs a service until it has failed too often. `begin` begins it; `on_failure` is told of each failure.
///
/// A panic is a failure too, where panics can be caught: release builds abort.
///
/// # Cancel safety
/// Dropping it ends the service.
pub(crate) async fn supervise(
    clock: &Clock,
    limits: Limits,
    begin: &mut (dyn FnMut() -> Work + Send),
    on_failure: &(dyn Fn(&str) + Sync),
) -> GaveUp {
    let Limits { restarts, window, pause } = limits;
    let mut failures = VecDeque::new();
    loop {
        let last = match AssertUnwindSafe(begin()).catch_unwind().await {
            Ok(Ok(never)) => match never {},
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("it panicked: {}", message(panic.as_ref())),
        };
        on_failure(&last);
        let now = clock.now();
        failures.push_back(now);
        while failures.front().is_some_and(|at| now.saturating_duration_since(*at) > window) {
            failures.pop_front();
        }
        if failures.len() > restarts {
            return GaveUp { failures: failures.len(), window, last };
        }
        clock.sleep(pause.saturating_mul(1 << (failures.len() - 1).min(16))).await;
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::simulate::simulate;

    const LIMITS: Limits =
        Limits { restarts: 3, window: Duration::from_secs(10), pause: Duration::from_millis(100) };

    /// Supervises a service that lives for this span each time, and ends with each of these failures.
    fn run(span: Duration, failures: Vec<&'static str>) -> (GaveUp, Duration, usize) {
        simulate(1, |world| async move {
            let mut left = failures.into_iter();
            let mut begun = 0;
            let mut begin = || {
                begun += 1;
                let (clock, failure) = (world.clock().clone(), left.next());
                let work = async move {
                    clock.sleep(span).await;
                    match failure {
                        Some("panic") => panic!("on purpose"),
                        Some(failure) => Err(io::Error::other(failure)),
                        None => Err(io::Error::other("always")),
                    }
                };
                Box::pin(work) as Work
            };
            let gave_up = supervise(world.clock(), LIMITS, &mut begin, &|_| {}).await;
            (gave_up, world.time().elapsed(), begun)
        })
    }

    #[test]
    fn frequent_failures_are_too_many_and_each_pause_is_longer() {
        let (gave_up, took, begun) = run(Duration::ZERO, Vec::new());
        assert_eq!(gave_up.to_string(), "failed 4 times within 10s: always");
        assert_eq!((begun, took), (4, Duration::from_millis(100 + 200 + 400)));
    }

    #[test]
    fn rare_failures_are_borne() {
        simulate(1, |world| async move {
            let mut begun = 0;
            let mut begin = || {
                begun += 1;
                let (clock, is_last) = (world.clock().clone(), begun == 100);
                let work = async move {
                    // So no window of 10 s holds more than three failures.
                    clock.sleep(Duration::from_secs(4)).await;
                    if is_last { std::future::pending().await } else { Err(io::Error::other("now and then")) }
                };
                Box::pin(work) as Work
            };
            let service = supervise(world.clock(), LIMITS, &mut begin, &|_| {});
            assert!(world.clock().timeout(Duration::from_secs(3600), service).await.is_err(), "it goes on");
            assert_eq!(begun, 100);
        });
    }

    #[test]
    fn a_panic_is_a_failure() {
        let (gave_up, _, _) = run(Duration::ZERO, vec!["panic"; 4]);
        assert_eq!(gave_up.last, "it panicked: on purpose");
    }
}
