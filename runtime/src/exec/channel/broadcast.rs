//! Each receiver sees each message, unless it is too slow; then it is told how many it lost.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::Event;
use futures_lite::Stream;

/// A channel whose messages go to all who listen. It keeps the last `capacity`, at least one, for those who are slower;
/// who sends never waits.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::Single;
/// use ziron_runtime::exec::channel::{Missed, broadcast};
///
/// let (announcer, mut slow) = broadcast(2);
/// let mut quick = announcer.listen();
/// Single::new().run(async {
///     for n in 1..=3 {
///         announcer.announce(n);
///         assert_eq!(quick.next().await, Ok(n));
///     }
///     assert_eq!(slow.next().await, Err(Missed::Messages(1)), "the first is gone");
///     assert_eq!((slow.next().await, slow.next().await), (Ok(2), Ok(3)));
///     drop(announcer);
///     assert_eq!(slow.next().await, Err(Missed::Ended));
/// });
/// ```
pub fn broadcast<T: Clone>(capacity: usize) -> (Announcer<T>, Listener<T>) {
    let inner = Inner { messages: VecDeque::new(), first: 0, announcers: 1, listeners: 1 };
    let shared =
        Arc::new(Shared { capacity: capacity.max(1), inner: Mutex::new(inner), event: Event::new() });
    (Announcer { shared: shared.clone() }, Listener { shared, next: 0 })
}

/// Why a listener got no message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missed {
    /// So many messages were lost, because it was too slow; the next are there.
    Messages(u64),
    /// All announcers are gone, and every message was seen.
    Ended,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missed::Messages(count) => write!(f, "{count} messages were lost"),
            Missed::Ended => f.write_str("nobody announces any more"),
        }
    }
}

impl std::error::Error for Missed {}

#[derive(Debug)]
struct Shared<T> {
    capacity: usize,
    inner: Mutex<Inner<T>>,
    event: Event,
}

#[derive(Debug)]
struct Inner<T> {
    messages: VecDeque<T>,
    /// The number of the first message that is kept.
    first: u64,
    announcers: usize,
    listeners: usize,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends to all listeners. Clones send into the same channel.
#[derive(Debug)]
pub struct Announcer<T> {
    shared: Arc<Shared<T>>,
}

impl<T: Clone> Announcer<T> {
    /// Sends a message to all who listen now; how many they are.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::channel::broadcast;
    /// let (announcer, listener) = broadcast(8);
    /// assert_eq!(announcer.announce("hello"), 1);
    /// drop(listener);
    /// assert_eq!(announcer.announce("anybody?"), 0);
    /// ```
    pub fn announce(&self, message: T) -> usize {
        let (listeners, lost) = {
            let mut inner = self.shared.lock();
            if inner.listeners == 0 {
                (0, Some(message))
            } else {
                let lost = if inner.messages.len() == self.shared.capacity {
                    inner.first += 1;
                    inner.messages.pop_front()
                } else {
                    None
                };
                inner.messages.push_back(message);
                (inner.listeners, lost)
            }
        };
        drop(lost);
        self.shared.event.notify(usize::MAX);
        listeners
    }

    /// A new listener, for the messages from now on.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, channel::broadcast};
    /// let (announcer, _first) = broadcast(8);
    /// announcer.announce(1);
    /// let mut late = announcer.listen();
    /// announcer.announce(2);
    /// assert_eq!(Single::new().run(late.next()), Ok(2));
    /// ```
    pub fn listen(&self) -> Listener<T> {
        let mut inner = self.shared.lock();
        inner.listeners += 1;
        let next = inner.first + inner.messages.len() as u64;
        drop(inner);
        Listener { shared: self.shared.clone(), next }
    }
}

impl<T> Clone for Announcer<T> {
    fn clone(&self) -> Self {
        self.shared.lock().announcers += 1;
        Announcer { shared: self.shared.clone() }
    }
}

impl<T> Drop for Announcer<T> {
    fn drop(&mut self) {
        let mut inner = self.shared.lock();
        inner.announcers -= 1;
        let is_last = inner.announcers == 0;
        drop(inner);
        if is_last {
            self.shared.event.notify(usize::MAX);
        }
    }
}

/// Sees each message that is announced while it exists.
#[derive(Debug)]
pub struct Listener<T> {
    shared: Arc<Shared<T>>,
    next: u64,
}

impl<T: Clone> Listener<T> {
    /// Waits for the next message.
    ///
    /// # Errors
    /// When messages were lost, once for each gap; and when there is nothing more to come.
    ///
    /// # Cancel safety
    /// No message is lost.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, channel::broadcast};
    /// let (announcer, mut listener) = broadcast(8);
    /// announcer.announce("hello");
    /// assert_eq!(Single::new().run(listener.next()), Ok("hello"));
    /// ```
    pub async fn next(&mut self) -> Result<T, Missed> {
        loop {
            if let Some(found) = self.try_next() {
                return found;
            }
            let listener = self.shared.event.listen();
            if let Some(found) = self.try_next() {
                return found;
            }
            listener.await;
        }
    }

    /// The next message, if it is there.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::channel::broadcast;
    /// let (announcer, mut listener) = broadcast(8);
    /// assert_eq!(listener.try_next(), None);
    /// announcer.announce("hello");
    /// assert_eq!(listener.try_next(), Some(Ok("hello")));
    /// ```
    pub fn try_next(&mut self) -> Option<Result<T, Missed>> {
        let inner = self.shared.lock();
        if self.next < inner.first {
            let lost = inner.first - self.next;
            self.next = inner.first;
            return Some(Err(Missed::Messages(lost)));
        }
        let index = (self.next - inner.first) as usize;
        let Some(message) = inner.messages.get(index).cloned() else {
            return (inner.announcers == 0).then_some(Err(Missed::Ended));
        };
        self.next += 1;
        Some(Ok(message))
    }

    /// The messages as a stream that ends with the channel; gaps are part of it.
    ///
    /// # Examples
    /// ```
    /// use futures_lite::StreamExt;
    /// use ziron_runtime::exec::{Single, channel::broadcast};
    ///
    /// let (announcer, listener) = broadcast(8);
    /// announcer.announce(1);
    /// announcer.announce(2);
    /// drop(announcer);
    /// let all: Vec<_> = Single::new().run(listener.into_stream().collect());
    /// assert_eq!(all, [Ok(1), Ok(2)]);
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<T, Missed>> {
        futures_lite::stream::unfold(self, async |mut listener| {
            let next = listener.next().await;
            let has_ended = matches!(next, Err(Missed::Ended));
            (!has_ended).then_some((next, listener))
        })
    }
}

impl<T> Drop for Listener<T> {
    fn drop(&mut self) {
        self.shared.lock().listeners -= 1;
    }
}
