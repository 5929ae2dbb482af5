//! The heart of a model: queues of ready tasks, the runners that take from them, and the list of all that lives.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use async_task::Runnable;

use super::list::{Birth, Entries, Record};
use super::priority::Ready;
use super::{Priority, State, TaskInfo};
#[cfg(test)]
use crate::exec::Random;

/// A runner looks at the world (its own future, the reactor) after so many tasks at the latest.
const BURST: usize = 32;

/// The queue, the runners and the list of tasks. No lock is held while foreign code runs: not while polling, waking or
/// dropping.
#[derive(Debug)]
pub(in crate::exec) struct Core {
    queue: Mutex<Queue>,
    idle: Mutex<Vec<(u64, Waker)>>,
    /// How many runners are in `idle`: looked at without its lock.
    idle_count: AtomicUsize,
    next_runner: AtomicU64,
    entries: Mutex<Entries>,
    /// Set when nothing runs any more.
    is_closed: AtomicBool,
    /// Set while somebody drops what is ready.
    is_draining: AtomicBool,
    #[cfg(test)]
    is_simulated: bool,
}

/// Ready tasks, and the rule by which the next is picked.
#[derive(Debug)]
enum Queue {
    Priority(Ready<Runnable>),
    /// Of a simulation: any of them may be the next.
    #[cfg(test)]
    Seeded(Vec<Runnable>, Arc<Random>),
}

impl Queue {
    fn push(&mut self, priority: Priority, task: Runnable) {
        match self {
            Queue::Priority(ready) => ready.push(priority, task),
            #[cfg(test)]
            Queue::Seeded(ready, _) => ready.push(task),
        }
    }

    fn pop(&mut self) -> Option<Runnable> {
        match self {
            Queue::Priority(ready) => ready.pop().map(|(_, task)| task),
            #[cfg(test)]
            Queue::Seeded(ready, random) if !ready.is_empty() => {
                Some(ready.swap_remove(random.below(ready.len())))
            }
            #[cfg(test)]
            Queue::Seeded(..) => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Queue::Priority(ready) => ready.len(),
            #[cfg(test)]
            Queue::Seeded(ready, _) => ready.len(),
        }
    }

    /// Makes room for so many tasks of one priority.
    fn make_room(&mut self, priority: Priority, count: usize) {
        match self {
            Queue::Priority(ready) => ready.make_room(priority, count),
            #[cfg(test)]
            Queue::Seeded(..) => {}
        }
    }
}

/// What a lock guards is whole even if a thread panicked: nothing foreign runs under it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    /// In the order of priorities.
    pub(in crate::exec) fn new() -> Self {
        Self::with(Queue::Priority(Ready::default()))
    }

    /// In an order that `random` decides.
    #[cfg(test)]
    pub(in crate::exec) fn seeded(random: Arc<Random>) -> Self {
        Self::with(Queue::Seeded(Vec::new(), random))
    }

    fn with(queue: Queue) -> Self {
        Core {
            #[cfg(test)]
            is_simulated: matches!(queue, Queue::Seeded(..)),
            queue: Mutex::new(queue),
            idle: Mutex::default(),
            idle_count: AtomicUsize::new(0),
            next_runner: AtomicU64::new(0),
            entries: Mutex::default(),
            is_closed: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
        }
    }

    #[cfg(test)]
    pub(in crate::exec) const fn is_simulated(&self) -> bool {
        self.is_simulated
    }

    /// Nothing is simulated in the product.
    #[cfg(not(test))]
    #[allow(clippy::unused_self, reason = "the twin for tests asks it")]
    pub(in crate::exec) const fn is_simulated(&self) -> bool {
        false
    }

    /// Takes a future over. On a closed core it is dropped at once.
    ///
    /// Without its type: what a task is made of is compiled once for each type of output, and not for each future.
    pub(super) fn spawn<T, F>(self: &Arc<Self>, birth: Birth, future: F) -> async_task::Task<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.take_over(birth, Box::pin(future))
    }

    fn take_over<T: Send + 'static>(
        self: &Arc<Self>,
        birth: Birth,
        future: Pin<Box<dyn Future<Output = T> + Send>>,
    ) -> async_task::Task<T> {
        let priority = birth.priority;
        // A panic goes to who waits for the task; in a simulation to who runs it, so that none is overlooked.
        let builder = async_task::Builder::new().propagate_panic(!self.is_simulated());
        let mut entries = lock(&self.entries);
        let is_closed = self.is_closed.load(Ordering::SeqCst);
        let (slot, record) = entries.begin(birth);
        let registration = Registration { core: self.clone(), slot, record: record.clone() };
        let schedule = {
            let (core, record) = (self.clone(), record.clone());
            move |runnable| core.push(&record, runnable)
        };
        let (runnable, task) = builder.spawn(|()| Tracked { future, registration }, schedule);
        entries.put(slot, record, runnable.waker());
        let lacking = entries.lacks_room(priority);
        drop(entries);
        if is_closed {
            drop(runnable);
            return task;
        }
        // All that live fit, so that no wake-up asks for memory.
        if let Some(room) = lacking {
            lock(&self.queue).make_room(priority, room);
        }
        runnable.schedule();
        task
    }

    /// A task can go on.
    fn push(&self, record: &Record, runnable: Runnable) {
        record.set(State::Ready);
        lock(&self.queue).push(record.priority, runnable);
        // Either this sees the runner that is about to sleep, or that one, which looks once more after it has said so,
        // sees the task.
        fence(Ordering::SeqCst);
        self.wake_one();
        if self.is_closed.load(Ordering::SeqCst) {
            self.drain();
        }
    }

    /// Wakes one idle runner, if there is one.
    pub(in crate::exec) fn wake_one(&self) {
        if self.idle_count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let woken = {
            let mut idle = lock(&self.idle);
            let woken = idle.pop();
            self.idle_count.store(idle.len(), Ordering::SeqCst);
            woken
        };
        if let Some((_, waker)) = woken {
            waker.wake();
        }
    }

    /// Takes the task whose turn it is.
    pub(in crate::exec) fn take(&self) -> Option<Runnable> {
        lock(&self.queue).pop()
    }

    pub(in crate::exec) fn ready_count(&self) -> usize {
        lock(&self.queue).len()
    }

    pub(in crate::exec) fn list(&self, now: Instant) -> Vec<TaskInfo> {
        lock(&self.entries).list(now)
    }

    /// Cancels all tasks and all that will be spawned.
    pub(in crate::exec) fn close(&self) {
        let wakers = {
            // Under the lock, so that no task is missed that is being spawned.
            let entries = lock(&self.entries);
            self.is_closed.store(true, Ordering::SeqCst);
            entries.wakers()
        };
        // A task that waits comes into the queue, and is dropped there.
        wakers.into_iter().for_each(Waker::wake);
        self.drain();
    }

    /// Drops what is ready. Dropping one task can wake another, and who wakes may hold a lock that the other's future
    /// takes when it is dropped: that one waits until whoever drops here comes to it.
    fn drain(&self) {
        loop {
            if self.is_draining.swap(true, Ordering::SeqCst) {
                return;
            }
            while let Some(runnable) = self.take() {
                drop(runnable);
            }
            self.is_draining.store(false, Ordering::SeqCst);
            if self.ready_count() == 0 {
                return;
            }
        }
    }

    /// Runs tasks on this thread until a future has its output.
    pub(in crate::exec) async fn run<F: Future>(&self, until: F) -> F::Output {
        let id = self.next_runner.fetch_add(1, Ordering::Relaxed);
        let runner = Runner { core: self, id };
        let mut until = pin!(until);
        poll_fn(|context| runner.poll(context, until.as_mut())).await
    }
}

/// One thread's turn at a core.
struct Runner<'a> {
    core: &'a Core,
    id: u64,
}

impl Runner<'_> {
    fn poll<F: Future>(&self, context: &mut Context<'_>, until: Pin<&mut F>) -> Poll<F::Output> {
        if let Poll::Ready(output) = until.poll(context) {
            return Poll::Ready(output);
        }
        for _ in 0..BURST {
            let task = self.core.take().or_else(|| {
                self.fall_asleep(context.waker());
                self.core.take()
            });
            match task {
                Some(runnable) => drop(runnable.run()),
                None => return Poll::Pending,
            }
        }
        // There may be more, but it is the reactor's turn, and that of `until`.
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Says that this runner is idle. It may say so although a task turns up after it: then it is woken once for
    /// nothing.
    fn fall_asleep(&self, waker: &Waker) {
        let mut idle = lock(&self.core.idle);
        match idle.iter_mut().find(|(id, _)| *id == self.id) {
            Some((_, known)) => known.clone_from(waker),
            None => idle.push((self.id, waker.clone())),
        }
        self.core.idle_count.store(idle.len(), Ordering::SeqCst);
        drop(idle);
        fence(Ordering::SeqCst);
    }
}

impl Drop for Runner<'_> {
    fn drop(&mut self) {
        {
            let mut idle = lock(&self.core.idle);
            idle.retain(|(id, _)| *id != self.id);
            self.core.idle_count.store(idle.len(), Ordering::SeqCst);
        }
        // It may have been woken for a task that it leaves behind.
        if self.core.ready_count() > 0 {
            self.core.wake_one();
        }
    }
}

/// A task's place in the list, until its future is dropped.
#[derive(Debug)]
struct Registration {
    core: Arc<Core>,
    slot: usize,
    record: Arc<Record>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        let ended = lock(&self.core.entries).end(self.slot, self.record.priority);
        drop(ended);
    }
}

/// A future whose polls are noted.
struct Tracked<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    registration: Registration,
}

impl<T> Future for Tracked<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.get_mut();
        let record = &this.registration.record;
        record.count_poll();
        let output = this.future.as_mut().poll(context);
        // Before it is woken, which makes it ready: a task that is woken while it is polled is queued afterwards.
        record.set(State::Waiting);
        output
    }
}
