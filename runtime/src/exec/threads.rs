//! Threads for what blocks: as many as there is work at once, each for as long as there is more.
//!
//! Where the system gives no thread (`ulimit -u`), the caller does the work itself: late is better than never. It is
//! left to the threads that there are, if there are any: they may be busy, but they are not the one that everybody
//! waits for. The crate `blocking` never returns there, not even with threads of its own (`ARCHITECTURE.md`,
//! departures).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_task::{Builder, Runnable, Task};

/// More threads than a prompt has sources: those that hang in a file system are not to take all there are.
const LIMIT: usize = 500;

/// How long a thread waits for more work before it ends. It does not wake meanwhile.
const IDLE: Duration = Duration::from_millis(500);

struct Threads {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    queue: VecDeque<Runnable>,
    /// Threads that wait for work.
    idle: usize,
    /// All threads.
    count: usize,
}

static THREADS: Threads =
    Threads { state: Mutex::new(State { queue: VecDeque::new(), idle: 0, count: 0 }), wake: Condvar::new() };

/// Does what blocks on a thread of its own, from now on.
///
/// # Cancel safety
/// Dropping the task before the work has begun takes it back; work that has begun is not interrupted. If it panics, so
/// does who waits for it.
pub(crate) fn unblock<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    let builder = Builder::new().propagate_panic(true);
    let (runnable, task) = builder.spawn(|()| async move { work() }, |work| THREADS.take(work, start));
    runnable.schedule();
    task
}

/// Starts a thread that works for as long as there is work; false if the system gives none.
fn start() -> bool {
    std::thread::Builder::new().name(String::from("blocking")).spawn(|| THREADS.work()).is_ok()
}

impl Threads {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has some work done: by a thread that waits, by a new one, or here.
    fn take(&self, work: Runnable, start: fn() -> bool) {
        let mut state = self.lock();
        state.queue.push_back(work);
        if state.idle >= state.queue.len() {
            self.wake.notify_one();
            return;
        }
        if state.count >= LIMIT {
            return;
        }
        state.count += 1;
        drop(state);
        if start() {
            return;
        }
        let mut state = self.lock();
        state.count -= 1;
        if state.count == 0 {
            drop(self.finish(state));
        }
    }

    /// Does all the work there is.
    fn finish<'t>(&'t self, mut state: MutexGuard<'t, State>) -> MutexGuard<'t, State> {
        while let Some(work) = state.queue.pop_front() {
            drop(state);
            // It goes to who waits for the task.
            let _ = catch_unwind(AssertUnwindSafe(|| work.run()));
            state = self.lock();
        }
        state
    }

    /// The life of a thread.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            state = self.finish(state);
            state.idle += 1;
            let waited = self.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            state.idle -= 1;
            if waited.1.timed_out() && state.queue.is_empty() {
                state.count -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use futures_lite::future::block_on;

    use super::*;

    /// A task of threads of its own, of which none is made.
    fn without_threads(threads: &'static Threads) -> Task<thread::ThreadId> {
        let (runnable, task) =
            async_task::spawn(async { thread::current().id() }, |work| threads.take(work, || false));
        runnable.schedule();
        task
    }

    #[test]
    fn work_is_done_elsewhere_and_side_by_side() {
        let here = thread::current().id();
        assert_ne!(block_on(unblock(|| thread::current().id())), here);
        // Each waits for the next one: that needs as many threads.
        let (mut tasks, mut last) = (Vec::new(), None);
        for _ in 0..20 {
            let (send, receive) = mpsc::channel();
            let next = last.replace(send);
            tasks.push(unblock(move || {
                receive.recv().unwrap();
                if let Some(next) = next {
                    next.send(()).unwrap();
                }
            }));
        }
        last.unwrap().send(()).unwrap();
        tasks.into_iter().for_each(block_on);
    }

    #[test]
    fn without_threads_the_caller_does_it() {
        static NONE: Threads = Threads {
            state: Mutex::new(State { queue: VecDeque::new(), idle: 0, count: 0 }),
            wake: Condvar::new(),
        };
        for _ in 0..3 {
            assert_eq!(block_on(without_threads(&NONE)), thread::current().id());
        }
        // One that is there and busy is not waited for here.
        NONE.lock().count = 1;
        let left = without_threads(&NONE);
        assert_eq!(NONE.lock().queue.len(), 1);
        thread::spawn(|| NONE.work());
        assert_ne!(block_on(left), thread::current().id());
    }

    #[test]
    fn what_was_left_to_a_thread_that_hangs_is_done_by_the_next_one() {
        static HUNG: Threads = Threads {
            state: Mutex::new(State { queue: VecDeque::new(), idle: 0, count: 1 }),
            wake: Condvar::new(),
        };
        let left = without_threads(&HUNG);
        // Once a thread can be made again, it does both.
        let (runnable, next) = async_task::spawn(async {}, |work| {
            HUNG.take(work, || thread::Builder::new().spawn(|| HUNG.work()).is_ok());
        });
        runnable.schedule();
        block_on(next);
        assert_ne!(block_on(left), thread::current().id());
    }

    #[test]
    fn a_panic_reaches_who_waits_and_the_thread_goes_on() {
        let broken = unblock(|| panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(|| block_on::<()>(broken))).is_err());
        assert_eq!(block_on(unblock(|| 7)), 7);
    }

    #[test]
    fn work_that_has_not_begun_is_taken_back() {
        static BUSY: Threads = Threads {
            state: Mutex::new(State { queue: VecDeque::new(), idle: 0, count: LIMIT }),
            wake: Condvar::new(),
        };
        let (send, receive) = mpsc::channel();
        let (runnable, task) =
            async_task::spawn(async move { send.send(()).unwrap() }, |work| BUSY.take(work, start));
        runnable.schedule();
        drop(task);
        drop(BUSY.finish(BUSY.lock()));
        assert!(receive.recv().is_err());
    }
}
