//! What the code of the background mode holds: a way to spawn, and a clock.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::list::Birth;
use super::{Core, Priority, Task, TaskInfo};
use crate::exec::time::Clock;

/// A model from the inside: cheap to clone, the same type for [`Single`](super::Single) and for a simulation of the
/// tests, so that what is written for one runs on the other and nothing becomes generic over it.
#[derive(Clone, Debug)]
pub struct Handle {
    core: Arc<Core>,
    clock: Clock,
}

impl Handle {
    pub(in crate::exec) fn new(core: Arc<Core>, clock: Clock) -> Self {
        Handle { core, clock }
    }

    pub(in crate::exec) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Takes a future over. In lists it has the name of its type: the product names its own.
    ///
    /// # Cost
    /// Two allocations: the task and its line in the list. A wake-up allocates nothing.
    #[cfg(any(test, feature = "testing"))]
    #[track_caller]
    pub fn spawn<T, F>(&self, priority: Priority, future: F) -> Task<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        Task::new(self.spawn_raw(priority, None, Location::caller(), future))
    }

    /// Takes a future over under a name.
    #[track_caller]
    pub fn spawn_named<T, F>(
        &self,
        name: impl Into<Cow<'static, str>>,
        priority: Priority,
        future: F,
    ) -> Task<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        Task::new(self.spawn_raw(priority, Some(name.into()), Location::caller(), future))
    }

    pub(in crate::exec) fn spawn_raw<T, F>(
        &self,
        priority: Priority,
        name: Option<Cow<'static, str>>,
        spawned_at: &'static Location<'static>,
        future: F,
    ) -> async_task::Task<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let mut birth = Birth::unnamed::<F>(priority, spawned_at, self.clock.now());
        if let Some(name) = name {
            birth.name = name;
        }
        self.core.spawn(birth, future)
    }

    /// Does what blocks on a thread made for that, from now on. Simulations do it in place, as a task of its own.
    ///
    /// # Cancel safety
    /// Dropping the task before the work has begun takes it back; work that has begun is not interrupted.
    #[track_caller]
    pub fn unblock<T, F>(&self, work: F) -> Task<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        Task::new(if self.core.is_simulated() {
            self.spawn_raw(Priority::Normal, None, Location::caller(), async { work() })
        } else {
            // Without its type, so that its task is compiled once for each type of output.
            let work: Box<dyn FnOnce() -> T + Send> = Box::new(work);
            crate::exec::threads::unblock(work)
        })
    }

    /// Watches a socket, a pipe or the like, which from then on does not block.
    ///
    /// # Errors
    /// When the system cannot watch it: a plain file, for instance.
    #[cfg(unix)]
    pub fn watch<T: std::os::fd::AsFd>(&self, io: T) -> std::io::Result<crate::exec::Watched<T>> {
        crate::exec::Watched::new(io, self.clock.reactor())
    }

    /// The clock that goes with the model: real, or simulated.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// All tasks that live, in the order in which they were spawned.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.core.list(self.clock.now())
    }
}
