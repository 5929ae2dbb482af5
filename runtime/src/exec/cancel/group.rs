//! Tasks that end with their owner.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::Event;

use crate::exec::{Handle, Priority};

/// Tasks that belong together: dropping the group cancels them all, and so does the first error.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::Priority;
/// use ziron_runtime::exec::cancel::Group;
/// use ziron_runtime::exec::simulate::simulate;
///
/// simulate(1, |world| async move {
///     let group = Group::new(world.handle());
///     group.spawn(Priority::Normal, async { Ok(()) });
///     group.spawn(Priority::Normal, async { Err("no disk") });
///     group.spawn(Priority::Normal, std::future::pending());
///     assert_eq!(group.wait().await, Err("no disk"));
///     assert!(world.handle().tasks().is_empty(), "the third was cancelled");
/// });
/// ```
#[derive(Debug)]
pub struct Group<E> {
    handle: Handle,
    shared: Arc<Shared<E>>,
}

#[derive(Debug)]
struct Shared<E> {
    inner: Mutex<Inner<E>>,
    changed: Event,
}

#[derive(Debug)]
struct Inner<E> {
    /// A task that is being spawned has its place already.
    tasks: BTreeMap<u64, Option<async_task::FallibleTask<()>>>,
    next: u64,
    error: Option<E>,
    has_panicked: bool,
}

impl<E> Shared<E> {
    fn lock(&self) -> MutexGuard<'_, Inner<E>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Send + 'static> Group<E> {
    /// A group without tasks.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::Single;
    /// use ziron_runtime::exec::cancel::Group;
    ///
    /// let model = Single::new();
    /// let group = Group::<std::io::Error>::new(model.handle());
    /// assert!(model.run(group.wait()).is_ok(), "there is nothing to wait for");
    /// ```
    pub fn new(handle: &Handle) -> Self {
        let inner = Inner { tasks: BTreeMap::new(), next: 0, error: None, has_panicked: false };
        let shared = Arc::new(Shared { inner: Mutex::new(inner), changed: Event::new() });
        Group { handle: handle.clone(), shared }
    }

    /// Takes a future over as part of the group.
    ///
    /// # Examples
    /// ```
    /// use std::convert::Infallible;
    /// use ziron_runtime::exec::{Priority, Single};
    /// use ziron_runtime::exec::cancel::Group;
    ///
    /// let model = Single::new();
    /// let group = Group::<Infallible>::new(model.handle());
    /// group.spawn(Priority::Normal, async { Ok(()) });
    /// assert_eq!(group.len(), 1);
    /// assert_eq!(model.run(group.wait()), Ok(()));
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, priority: Priority, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        self.spawn_named(std::any::type_name::<F>(), priority, future);
    }

    /// Takes a future over as part of the group, under a name.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Priority, Single};
    /// use ziron_runtime::exec::cancel::Group;
    ///
    /// let model = Single::new();
    /// let group = Group::<String>::new(model.handle());
    /// group.spawn_named("session 1", Priority::Normal, std::future::pending());
    /// assert_eq!(model.handle().tasks()[0].name, "session 1");
    /// ```
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, priority: Priority, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let id = {
            let mut inner = self.shared.lock();
            inner.next += 1;
            let id = inner.next;
            inner.tasks.insert(id, None);
            id
        };
        // Gone with the future however it ends: by its output, a panic, or the end of its model.
        let member = Member { id, shared: self.shared.clone() };
        let work = async move {
            let output = future.await;
            member.end(output);
        };
        let task = self.handle.spawn_raw(priority, Some(name.into()), Location::caller(), work).fallible();
        let ended = match self.shared.lock().tasks.get_mut(&id) {
            Some(place) => place.replace(task),
            None => Some(task),
        };
        if let Some(ended) = ended {
            ended.detach();
        }
    }

    /// How many of its tasks live.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, cancel::Group};
    /// let model = Single::new();
    /// assert_eq!(Group::<()>::new(model.handle()).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.shared.lock().tasks.len()
    }

    /// Whether none of its tasks lives.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, cancel::Group};
    /// let model = Single::new();
    /// assert!(Group::<()>::new(model.handle()).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until all tasks have ended, or one has failed; then the others are cancelled.
    ///
    /// # Errors
    /// The first error since the last time.
    ///
    /// # Panics
    /// If a task panicked, where that does not end the process.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Priority, Single, cancel::Group};
    /// let model = Single::new();
    /// let group = Group::new(model.handle());
    /// group.spawn(Priority::Normal, async { Err(5) });
    /// assert_eq!(model.run(group.wait()), Err(5));
    /// assert_eq!(model.run(group.wait()), Ok(()), "it can be used again");
    /// ```
    pub async fn wait(&self) -> Result<(), E> {
        loop {
            let listener = self.shared.changed.listen();
            let has_failed = {
                let mut inner = self.shared.lock();
                if std::mem::take(&mut inner.has_panicked) {
                    drop(inner);
                    std::panic::resume_unwind(Box::new("a task of the group panicked"));
                }
                if inner.tasks.is_empty() && inner.error.is_none() {
                    return Ok(());
                }
                inner.error.is_some()
            };
            if has_failed {
                self.cancel().await;
                match self.shared.lock().error.take() {
                    Some(error) => return Err(error),
                    None => continue,
                }
            }
            listener.await;
        }
    }

    /// Cancels all its tasks and waits until their futures are dropped.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Priority, Single, cancel::Group};
    /// let model = Single::new();
    /// let group = Group::<()>::new(model.handle());
    /// group.spawn(Priority::Normal, std::future::pending());
    /// model.run(group.cancel());
    /// assert!(group.is_empty());
    /// ```
    pub async fn cancel(&self) {
        loop {
            let next = {
                let mut inner = self.shared.lock();
                inner.tasks.values_mut().find_map(Option::take)
            };
            match next {
                Some(task) => drop(task.cancel().await),
                None => return,
            }
        }
    }
}

impl<E> Drop for Group<E> {
    fn drop(&mut self) {
        let tasks: Vec<_> = self.shared.lock().tasks.values_mut().filter_map(Option::take).collect();
        drop(tasks);
    }
}

/// A task's place in its group.
struct Member<E> {
    id: u64,
    shared: Arc<Shared<E>>,
}

impl<E> Member<E> {
    fn end(self, output: Result<(), E>) {
        if let Err(error) = output {
            self.shared.lock().error.get_or_insert(error);
        }
    }
}

impl<E> Drop for Member<E> {
    fn drop(&mut self) {
        let task = {
            let mut inner = self.shared.lock();
            inner.has_panicked |= std::thread::panicking();
            inner.tasks.remove(&self.id).flatten()
        };
        if let Some(task) = task {
            task.detach();
        }
        self.shared.changed.notify(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::exec::Single;
    use crate::exec::simulate::{for_seeds, simulate};

    #[test]
    fn dropping_the_group_drops_its_tasks() {
        simulate(3, |world| async move {
            let group = Group::<()>::new(world.handle());
            let (sender, receiver) = async_channel::bounded::<()>(1);
            for _ in 0..3 {
                let guard = sender.clone();
                group.spawn(Priority::Normal, async move {
                    guard.closed().await;
                    Ok(())
                });
            }
            drop(sender);
            world.clock().sleep(Duration::from_secs(1)).await;
            drop(group);
            assert!(receiver.recv().await.is_err(), "all that held the channel are gone");
        });
    }

    #[test]
    fn a_panic_is_not_overlooked() {
        let model = Single::new();
        let group = Group::<()>::new(model.handle());
        group.spawn(Priority::Normal, async { panic!("on purpose") });
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| model.run(group.wait())));
        assert!(waited.is_err());
        assert_eq!(model.run(group.wait()), Ok(()), "it is told once");
    }

    #[test]
    fn the_first_error_ends_the_others_in_any_order() {
        for_seeds(0..300, |world| async move {
            let group = Group::new(world.handle());
            for n in 1..=4_u64 {
                let clock = world.clock().clone();
                group.spawn(Priority::Normal, async move {
                    clock.sleep(Duration::from_secs(n)).await;
                    if n >= 2 { Err(n) } else { Ok(()) }
                });
            }
            assert_eq!(group.wait().await, Err(2));
            assert_eq!(world.time().elapsed(), Duration::from_secs(2));
            assert!(group.is_empty() && world.handle().tasks().is_empty());
        });
    }
}
