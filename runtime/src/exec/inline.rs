//! The inline model: everything on the calling thread.

use std::future::Future;
use std::pin::pin;
use std::time::Instant;

use async_executor::LocalExecutor;

use super::{Exec, Job, block_on_until};

/// Drives futures on the calling thread while it waits for one of them. No thread, no reactor.
#[derive(Debug, Default)]
pub(crate) struct Inline<'a> {
    executor: LocalExecutor<'a>,
}

impl Inline<'_> {
    /// A model without work.
    pub(crate) const fn new() -> Self {
        Inline { executor: LocalExecutor::new() }
    }
}

impl<'a> Exec<'a> for Inline<'a> {
    fn spawn<T: Send + 'a>(&self, work: impl Future<Output = T> + Send + 'a) -> Job<T> {
        Job(self.executor.spawn(work))
    }

    fn wait_until<T: Send + 'a>(&self, mut job: Job<T>, deadline: Instant) -> Result<T, Job<T>> {
        let output = block_on_until(&mut pin!(self.executor.run(&mut job)), deadline);
        output.ok_or(job)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "deadlines are a matter of the real clock")]
    fn a_deadline_gives_the_job_back() {
        let model = Inline::new();
        let never = model.spawn(std::future::pending::<u8>());
        let now = model.spawn(async { 7 });
        let deadline = Instant::now() + Duration::from_millis(5);
        let never = model.wait_until(never, deadline).unwrap_err();
        assert!(Instant::now() >= deadline);
        assert_eq!(
            model.wait_until(now, deadline).ok(),
            Some(7),
            "what is ready is returned even after the deadline"
        );
        drop(never);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "deadlines are a matter of the real clock")]
    fn jobs_make_progress_while_another_is_waited_for() {
        let model = Inline::new();
        let (send, receive) = std::sync::mpsc::channel();
        let first = model.spawn(async move { send.send(1).is_ok() });
        let second = model.spawn(async move {
            futures_lite::future::yield_now().await;
            receive.try_recv().ok()
        });
        let deadline = Instant::now() + Duration::from_secs(10);
        assert_eq!(model.wait_until(second, deadline).ok(), Some(Some(1)));
        drop(first);
    }
}
