//! A spawned future, from the outside.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_task::FallibleTask;

/// A future that a model drives.
///
/// It brings the future's output; if that panicked, and the process goes on, who waits for it panics too. Where the
/// model is dropped first, it never ends.
///
/// # Cancel safety
/// Dropping it cancels the work: at once if it is not being polled, else at the end of that poll. [`Task::detach`] lets
/// it go on.
#[derive(Debug)]
#[must_use = "a task that is dropped is cancelled: detach it to let it go on"]
pub struct Task<T>(FallibleTask<T>);

impl<T> Task<T> {
    pub(super) fn new(task: async_task::Task<T>) -> Self {
        Task(task.fallible())
    }

    /// Lets it go on without anyone waiting for it.
    pub fn detach(self) {
        self.0.detach();
    }

    /// Whether its output is there, or it was cancelled.
    #[cfg(test)]
    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match ready!(Pin::new(&mut self.0).poll(context)) {
            Some(output) => Poll::Ready(output),
            // Its model is gone: nothing will ever come.
            None => Poll::Pending,
        }
    }
}
