//! The latest value of something.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::Event;
use futures_lite::Stream;

/// A value that one side sets and the other looks at or waits for; what was in between is forgotten.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::Single;
/// use ziron_runtime::exec::channel::{Closed, watch};
///
/// let (publisher, mut watcher) = watch("starting");
/// assert_eq!(watcher.get(), "starting");
/// publisher.set("warming");
/// publisher.set("ready");
/// Single::new().run(async {
///     assert_eq!(watcher.changed().await, Ok("ready"), "the latest only");
///     drop(publisher);
///     assert_eq!(watcher.changed().await, Err(Closed));
/// });
/// assert_eq!(watcher.get(), "ready", "the last value stays");
/// ```
pub fn watch<T: Clone>(value: T) -> (Publisher<T>, Watcher<T>) {
    let inner = Inner { value, version: 0, is_closed: false };
    let shared = Arc::new(Shared { inner: Mutex::new(inner), event: Event::new() });
    (Publisher { shared: shared.clone() }, Watcher { shared, seen: 0 })
}

/// The value will not change any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value will not change any more")
    }
}

impl std::error::Error for Closed {}

#[derive(Debug)]
struct Shared<T> {
    inner: Mutex<Inner<T>>,
    event: Event,
}

#[derive(Debug)]
struct Inner<T> {
    value: T,
    version: u64,
    is_closed: bool,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets the value.
#[derive(Debug)]
pub struct Publisher<T> {
    shared: Arc<Shared<T>>,
}

impl<T: Clone> Publisher<T> {
    /// Sets the value and tells who waits. The value before it.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::channel::watch;
    /// let (publisher, watcher) = watch(1);
    /// assert_eq!((publisher.set(2), watcher.get()), (1, 2));
    /// ```
    pub fn set(&self, value: T) -> T {
        let old = {
            let mut inner = self.shared.lock();
            inner.version += 1;
            std::mem::replace(&mut inner.value, value)
        };
        self.shared.event.notify(usize::MAX);
        old
    }

    /// A new watcher, to which the value of now is not news.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::channel::watch;
    /// let (publisher, _) = watch(1);
    /// assert_eq!(publisher.watch().get(), 1);
    /// ```
    pub fn watch(&self) -> Watcher<T> {
        let seen = self.shared.lock().version;
        Watcher { shared: self.shared.clone(), seen }
    }
}

impl<T> Drop for Publisher<T> {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.event.notify(usize::MAX);
    }
}

/// Looks at the value, or waits for the next one. A clone has seen what this one has.
#[derive(Debug)]
pub struct Watcher<T> {
    shared: Arc<Shared<T>>,
    seen: u64,
}

impl<T> Clone for Watcher<T> {
    fn clone(&self) -> Self {
        Watcher { shared: self.shared.clone(), seen: self.seen }
    }
}

impl<T: Clone> Watcher<T> {
    /// The value of now.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::channel::watch;
    /// assert_eq!(watch("on").1.get(), "on");
    /// ```
    pub fn get(&self) -> T {
        self.shared.lock().value.clone()
    }

    /// Waits for a value that this watcher has not seen.
    ///
    /// # Errors
    /// When nobody is left to set one.
    ///
    /// # Cancel safety
    /// No change is lost.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, channel::watch};
    /// let (publisher, mut watcher) = watch(1);
    /// publisher.set(2);
    /// assert_eq!(Single::new().run(watcher.changed()), Ok(2));
    /// ```
    pub async fn changed(&mut self) -> Result<T, Closed> {
        loop {
            let listener = self.shared.event.listen();
            {
                let inner = self.shared.lock();
                if inner.version != self.seen {
                    self.seen = inner.version;
                    return Ok(inner.value.clone());
                }
                if inner.is_closed {
                    return Err(Closed);
                }
            }
            listener.await;
        }
    }

    /// Its values from now on, as a stream that ends with the publisher.
    ///
    /// # Examples
    /// ```
    /// use futures_lite::StreamExt;
    /// use ziron_runtime::exec::{Single, channel::watch};
    ///
    /// let (publisher, watcher) = watch(1);
    /// publisher.set(2);
    /// drop(publisher);
    /// let all: Vec<_> = Single::new().run(watcher.into_stream().collect());
    /// assert_eq!(all, [2]);
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = T> {
        futures_lite::stream::unfold(self, async |mut watcher| {
            let value = watcher.changed().await.ok()?;
            Some((value, watcher))
        })
    }
}
