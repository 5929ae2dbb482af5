//! The pool model: worker threads that steal work from each other.

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::cancel::{Log, Token};
use super::tasks::Core;
use super::time::Clock;
use super::{Exec, Handle, Job, Priority, block_on_until};

/// Drives tasks on `N` threads. Each has queues of its own, by priority, and takes from the others when they are empty.
/// Dropping it cancels what is left and joins them.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::{Pool, Priority};
///
/// let pool = Pool::new(2)?;
/// let task = pool.handle().spawn(Priority::Normal, async { 6 * 7 });
/// assert_eq!(futures_lite::future::block_on(task), 42);
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Pool {
    handle: Handle,
    stop: Token,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `threads` workers, at least one.
    ///
    /// # Errors
    /// When a thread cannot be started; those that were are stopped.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::Pool;
    ///
    /// assert!(Pool::new(1)?.handle().tasks().is_empty());
    /// # Ok::<_, std::io::Error>(())
    /// ```
    pub fn new(threads: usize) -> std::io::Result<Pool> {
        let threads = threads.max(1);
        let handle = Handle::new(Arc::new(Core::new(threads)), Clock::real());
        let stop = Token::new("pool", &Log::new(Clock::real(), 1));
        let mut pool = Pool { handle, stop, workers: Vec::new() };
        for index in 0..threads {
            let (core, stop) = (pool.handle.core().clone(), pool.stop.clone());
            let work = move || drop(async_io::block_on(core.run(index, stop.cancelled())));
            pool.workers.push(std::thread::Builder::new().name(format!("ziron-{index}")).spawn(work)?);
        }
        Ok(pool)
    }

    /// The way to spawn on it.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Pool, Priority};
    ///
    /// let pool = Pool::new(2)?;
    /// pool.handle().spawn(Priority::Low, async {}).detach();
    /// # Ok::<_, std::io::Error>(())
    /// ```
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop.cancel("the pool is dropped");
        self.handle.core().close();
        for worker in self.workers.drain(..) {
            // A worker that panicked has already said so.
            let _ = worker.join();
        }
    }
}

impl Exec<'static> for Pool {
    #[track_caller]
    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Job<T> {
        Job(self.handle.spawn_raw(Priority::default(), None, Location::caller(), work))
    }

    fn wait_until<T: Send + 'static>(&self, mut job: Job<T>, deadline: Instant) -> Result<T, Job<T>> {
        let output = block_on_until(&mut pin!(&mut job), deadline);
        output.ok_or(job)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;
    use std::sync::mpsc;
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

    #[test]
    fn an_idle_worker_takes_what_a_busy_one_spawned() {
        let pool = Pool::new(2).unwrap();
        let (report, reports) = mpsc::channel();
        let handle = pool.handle().clone();
        let parent = pool.handle().spawn(Priority::Normal, async move {
            let (free, hangs) = mpsc::channel();
            // In this worker's own queue: only a thief can run it, since this worker waits for it.
            let child = async move { free.send(std::thread::current().id()).is_ok() };
            handle.spawn(Priority::Normal, child).detach();
            let _ = report.send((std::thread::current().id(), hangs.recv().unwrap()));
        });
        let (own, thief) = reports.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_ne!(own, thief);
        futures_lite::future::block_on(parent);
    }

    #[test]
    fn both_workers_work() {
        let pool = Pool::new(2).unwrap();
        let barrier = Arc::new(std::sync::Barrier::new(2));
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let tasks = [(); 2].map(|()| {
            let (barrier, seen) = (barrier.clone(), seen.clone());
            pool.handle().spawn(Priority::High, async move {
                barrier.wait();
                seen.lock().unwrap().insert(std::thread::current().name().map(String::from));
            })
        });
        tasks.into_iter().for_each(futures_lite::future::block_on);
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
}
