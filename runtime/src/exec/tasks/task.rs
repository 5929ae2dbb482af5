//! A spawned future, from the outside.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_task::FallibleTask;

/// A future that a model drives.
///
/// It brings the future's output; if that panicked, and the process goes on, who waits for it panics too. Where the
/// model is dropped first, it never ends; [`Task::outcome`] tells.
///
/// # Cancel safety
/// Dropping it cancels the work: at once if it is not being polled, else at the end of that poll. [`Task::detach`] lets
/// it go on.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::{Priority, Single};
///
/// let model = Single::new();
/// let task = model.handle().spawn(Priority::Normal, async { 6 * 7 });
/// assert_eq!(model.run(task), 42);
/// ```
#[derive(Debug)]
#[must_use = "a task that is dropped is cancelled: detach it to let it go on"]
pub struct Task<T>(FallibleTask<T>);

impl<T> Task<T> {
    pub(super) fn new(task: async_task::Task<T>) -> Self {
        Task(task.fallible())
    }

    /// Lets it go on without anyone waiting for it.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Priority, Single};
    ///
    /// let model = Single::new();
    /// let (sender, receiver) = async_channel::bounded(1);
    /// model.handle().spawn(Priority::Low, async move { sender.send("still here").await }).detach();
    /// assert_eq!(model.run(receiver.recv()), Ok("still here"));
    /// ```
    pub fn detach(self) {
        self.0.detach();
    }

    /// Cancels it and waits until its future is dropped. The output, if it was there first.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Priority, Single};
    ///
    /// let model = Single::new();
    /// let task = model.handle().spawn(Priority::Normal, std::future::pending::<()>());
    /// assert_eq!(model.run(task.cancel()), None);
    /// assert!(model.handle().tasks().is_empty());
    /// ```
    pub async fn cancel(self) -> Option<T> {
        self.0.cancel().await
    }

    /// Waits for its output; nothing if its model was dropped.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Priority, Single};
    ///
    /// let (model, other) = (Single::new(), Single::new());
    /// let task = other.handle().spawn(Priority::Normal, async { 1 });
    /// drop(other);
    /// assert_eq!(model.run(task.outcome()), None);
    /// ```
    pub async fn outcome(self) -> Option<T> {
        self.0.await
    }

    /// Whether its output is there, or it was cancelled.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Priority, Single};
    ///
    /// let model = Single::new();
    /// let task = model.handle().spawn(Priority::Normal, async {});
    /// assert!(!task.is_finished());
    /// model.run(model.handle().spawn(Priority::Low, async {}));
    /// assert!(task.is_finished());
    /// ```
    pub fn is_finished(&self) -> bool {
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
