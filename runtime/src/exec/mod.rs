//! Execution models: how the futures of sources are driven.
//!
//! `Inline` drives them on the calling thread and costs nothing until something must wait. The background mode adds
//! `Single`, one thread with a reactor and priorities, and what a daemon is made of: time, tasks, supervision, a circuit
//! breaker, metrics, and for tests simulations of all of it. Sources are written once for all models.

#[cfg(feature = "background")]
pub(crate) mod breaker;
mod inline;
#[cfg(feature = "background")]
pub(crate) mod metrics;
#[cfg(all(any(test, feature = "testing"), feature = "background"))]
mod random;
#[cfg(feature = "background")]
mod reactor;
#[cfg(all(test, feature = "background"))]
pub(crate) mod simulate;
#[cfg(feature = "background")]
pub(crate) mod supervise;
#[cfg(feature = "background")]
mod tasks;
pub(crate) mod threads;
#[cfg(feature = "background")]
pub(crate) mod time;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

pub(crate) use inline::Inline;
#[cfg(all(any(test, feature = "testing"), feature = "background"))]
pub use random::Random;
#[cfg(all(feature = "background", unix))]
pub(crate) use reactor::Watched;
#[cfg(feature = "background")]
pub use tasks::{Handle, Priority, Single};
#[cfg(feature = "background")]
pub(crate) use tasks::{Task, TaskInfo};

/// A future that a model has taken over.
///
/// # Cancel safety
/// Dropping it cancels the work at its next step.
#[derive(Debug)]
pub(crate) struct Job<T>(pub(crate) async_executor::Task<T>);

impl<T> Future for Job<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(context)
    }
}

/// A way to drive futures.
pub(crate) trait Exec<'a> {
    /// Takes a future over; it makes progress while anything is waited for, or on the model's own threads.
    fn spawn<T: Send + 'a>(&self, work: impl Future<Output = T> + Send + 'a) -> Job<T>;

    /// Waits for a job, at most until `deadline`; then the job comes back.
    fn wait_until<T: Send + 'a>(&self, job: Job<T>, deadline: Instant) -> Result<T, Job<T>>;
}

/// Does what blocks on a thread made for that, from now on. Without types, so that its task is compiled once.
///
/// # Cancel safety
/// Dropping the future before the work has begun takes it back; work that has begun is not interrupted.
pub(crate) fn unblock<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> + Send {
    let result = Arc::new(Mutex::new(None));
    let into = result.clone();
    let put = move || *into.lock().unwrap_or_else(PoisonError::into_inner) = Some(work());
    let put: Box<dyn FnOnce() + Send> = Box::new(put);
    let task = threads::unblock(put);
    async move {
        task.await;
        let result = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        match result {
            Some(result) => result,
            // If the work has panicked, so has the line above.
            None => std::future::pending().await,
        }
    }
}

/// The end of a span of time; a span that no clock can hold ends in a year.
pub(crate) fn deadline(start: Instant, span: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    start.checked_add(span).unwrap_or_else(|| start + YEAR)
}

/// Waits for a future on this thread, at most until `deadline`.
///
/// No timer is needed: the thread sleeps until it is woken or the time has come.
pub(crate) fn block_on_until<F: Future + Unpin>(future: &mut F, deadline: Instant) -> Option<F::Output> {
    let (parker, unparker) = parking::pair();
    let waker = std::task::Waker::from(unparker);
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = Pin::new(&mut *future).poll(&mut context) {
            return Some(output);
        }
        #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
        let now = Instant::now();
        if now >= deadline {
            return None;
        }
        parker.park_deadline(deadline);
    }
}
