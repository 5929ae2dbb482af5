//! The single model: one thread, a reactor, priorities.

use std::future::{Future, poll_fn};
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use super::{Core, Handle, Priority};
use crate::exec::reactor::Reactor;
use crate::exec::time::Clock;
use crate::exec::{Exec, Job};

/// Drives tasks by priority on the thread that calls [`run`](Single::run), and the reactor of async-io when nothing is
/// ready.
///
/// Idle, it sleeps until something happens. Dropping it cancels all tasks.
///
/// A second thread may call `run` as well, for instance because the first hangs in a task: both then take tasks from
/// the same queues, each task by one at a time.
#[derive(Debug)]
pub struct Single {
    handle: Handle,
}

impl Single {
    /// A model without work, on the real clock.
    pub fn new() -> Self {
        Single { handle: Handle::new(Arc::new(Core::new()), Clock::real()) }
    }

    /// A model that waits for descriptors and timers by itself, on the thread that runs: for who answers somebody that
    /// waits.
    ///
    /// What is [watched](Handle::watch) through its handle, and its clock, need no other thread. The types of async-io
    /// work on it as well, at the cost of a hop from async-io's thread for each event. Only Linux has it so far;
    /// elsewhere it is a model as [`new`](Single::new) makes it.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn driven() -> io::Result<Self> {
        if cfg!(not(target_os = "linux")) {
            return Ok(Single::new());
        }
        let clock = Clock::driven(Arc::new(Reactor::new()?));
        Ok(Single { handle: Handle::new(Arc::new(Core::new()), clock) })
    }

    /// The way to spawn on it.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Drives tasks and the reactor on this thread until a future has its output. The others stay, for the next `run`.
    pub fn run<T>(&self, until: impl Future<Output = T>) -> T {
        let run = self.handle.core().run(until);
        match self.handle.clock().reactor() {
            Some(reactor) => reactor.block_on(run),
            None => async_io::block_on(run),
        }
    }
}

impl Default for Single {
    fn default() -> Self {
        Single::new()
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        self.handle.core().close();
    }
}

impl Exec<'static> for Single {
    #[track_caller]
    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Job<T> {
        Job(self.handle.spawn_raw(Priority::default(), None, Location::caller(), work))
    }

    fn wait_until<T: Send + 'static>(&self, mut job: Job<T>, deadline: Instant) -> Result<T, Job<T>> {
        let mut end = self.handle.clock().deadline(deadline);
        let output = self.run(poll_fn(|context| match Pin::new(&mut job).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Pin::new(&mut end).poll(context).map(|()| None),
        }));
        output.ok_or(job)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_lite::future::yield_now;

    use super::*;

    #[test]
    fn urgent_tasks_run_first() {
        let model = Single::new();
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> =
            [Priority::Low, Priority::Normal, Priority::Critical, Priority::High, Priority::Normal]
                .into_iter()
                .map(|priority| {
                    let order = order.clone();
                    model.handle().spawn(priority, async move { order.lock().unwrap().push(priority) })
                })
                .collect();
        model.run(async {
            for task in tasks {
                task.await;
            }
        });
        assert!(order.lock().unwrap().is_sorted(), "{order:?}");
    }

    #[test]
    fn a_low_task_comes_to_its_end_beside_busy_critical_ones() {
        let model = Single::new();
        let polls = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let polls = polls.clone();
            let busy = async move {
                loop {
                    polls.fetch_add(1, Ordering::Relaxed);
                    yield_now().await;
                }
            };
            model.handle().spawn(Priority::Critical, busy).detach();
        }
        model.run(model.handle().spawn(Priority::Low, async {}));
        let polls = polls.load(Ordering::Relaxed);
        assert!((128..200).contains(&polls), "{polls} turns of critical tasks");
    }

    #[test]
    fn dropping_the_model_drops_what_waits_what_is_ready_and_what_comes_later() {
        struct Counted(Arc<AtomicUsize>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let dropped = Arc::new(AtomicUsize::new(0));
        let model = Single::new();
        let handle = model.handle().clone();
        let waits = |guard| async move {
            let _guard: Counted = guard;
            std::future::pending::<()>().await;
        };
        let waiting = handle.spawn(Priority::Normal, waits(Counted(dropped.clone())));
        model.run(handle.spawn(Priority::Low, async {}));
        let ready = handle.spawn(Priority::Normal, waits(Counted(dropped.clone())));
        assert_eq!(handle.tasks().iter().map(|task| task.polls).collect::<Vec<_>>(), [1, 0]);
        drop(model);
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
        let late = handle.spawn(Priority::Normal, waits(Counted(dropped.clone())));
        assert_eq!(dropped.load(Ordering::Relaxed), 3);
        assert!(handle.tasks().is_empty());
        assert!([waiting, ready, late].iter().all(Task::is_finished));
    }

    #[test]
    fn a_panic_reaches_who_waits_and_not_the_runner() {
        let model = Single::new();
        let broken = model.handle().spawn(Priority::Normal, async { panic!("on purpose") });
        model.run(model.handle().spawn(Priority::Low, async {}));
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| model.run(broken)));
        assert!(seen.is_err());
    }

    #[test]
    fn many_threads_may_spawn_and_run() {
        let model = Single::new();
        let total = std::thread::scope(|threads| {
            let workers: Vec<_> = (0..4_u64)
                .map(|worker| {
                    let model = &model;
                    threads.spawn(move || {
                        let handle = model.handle();
                        let work = |n| async move {
                            yield_now().await;
                            n
                        };
                        let tasks: Vec<_> = (0..500)
                            .map(|n| handle.spawn(Priority::ALL[n as usize % 4], work(worker + n)))
                            .collect();
                        model.run(async {
                            let mut sum = 0;
                            for task in tasks {
                                sum += task.await;
                            }
                            sum
                        })
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u64>()
        });
        assert_eq!(total, 4 * (499 * 500 / 2) + 500 * (1 + 2 + 3));
        assert!(model.handle().tasks().is_empty());
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "deadlines are a matter of the real clock")]
    fn a_deadline_gives_the_job_back() {
        let model = Single::new();
        let never = model.spawn(std::future::pending::<u8>());
        let now = model.spawn(async { 7 });
        let deadline = Instant::now() + std::time::Duration::from_millis(5);
        assert!(model.wait_until(never, deadline).is_err());
        assert!(Instant::now() >= deadline);
        assert_eq!(model.wait_until(now, Instant::now() + std::time::Duration::from_secs(10)).ok(), Some(7));
    }

    use super::super::Task;
}
