//! The pool model: worker threads that steal work from each other.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use async_executor::Executor;

use super::{Exec, Job, block_on_until};

/// Drives futures on `N` threads. Dropping it cancels what is left and joins them.
#[derive(Debug)]
pub struct Pool {
    executor: Arc<Executor<'static>>,
    stop: Arc<event::Stop>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `threads` workers, at least one.
    pub fn new(threads: usize) -> std::io::Result<Pool> {
        let mut pool = Pool { executor: Arc::default(), stop: Arc::default(), workers: Vec::new() };
        for index in 0..threads.max(1) {
            let (executor, stop) = (pool.executor.clone(), pool.stop.clone());
            let work = move || futures_lite::future::block_on(executor.run(stop.wait()));
            pool.workers.push(std::thread::Builder::new().name(format!("ziron-{index}")).spawn(work)?);
        }
        Ok(pool)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop.set();
        for worker in self.workers.drain(..) {
            // A worker that panicked has already said so.
            let _ = worker.join();
        }
    }
}

impl Exec<'static> for Pool {
    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Job<T> {
        Job(self.executor.spawn(work))
    }

    fn wait_until<T: Send + 'static>(&self, mut job: Job<T>, deadline: Instant) -> Result<T, Job<T>> {
        let output = block_on_until(&mut pin!(&mut job), deadline);
        output.ok_or(job)
    }
}

/// A flag that many can wait for.
mod event {
    use std::future::{Future, poll_fn};
    use std::sync::{Mutex, PoisonError};
    use std::task::{Poll, Waker};

    #[derive(Debug, Default)]
    pub(super) struct Stop(Mutex<(bool, Vec<Waker>)>);

    impl Stop {
        pub(super) fn set(&self) {
            let wakers = {
                let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                state.0 = true;
                std::mem::take(&mut state.1)
            };
            wakers.into_iter().for_each(Waker::wake);
        }

        pub(super) fn wait(&self) -> impl Future<Output = ()> + '_ {
            poll_fn(|context| {
                let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if state.0 {
                    return Poll::Ready(());
                }
                if !state.1.iter().any(|waker| waker.will_wake(context.waker())) {
                    state.1.push(context.waker().clone());
                }
                Poll::Pending
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "deadlines are a matter of the real clock")]
    fn work_is_done_by_the_workers() {
        let pool = Pool::new(2).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let jobs: Vec<_> = (0..100_u64).map(|n| pool.spawn(async move { n * n })).collect();
        let sum: u64 = jobs.into_iter().map(|job| pool.wait_until(job, deadline).unwrap_or_default()).sum();
        assert_eq!(sum, 328_350);
    }
}
