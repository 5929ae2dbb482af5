//! A token that says that work is no longer wanted.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::task::Poll;

use event_listener::Event;

use super::{Entry, Log};

/// Says that work is no longer wanted, and why. Clones are the same token; a [child](Token::child) is cancelled with
/// its parent, not the reverse.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::cancel::{Cancelled, Log, Token};
/// use ziron_runtime::exec::simulate::simulate;
/// use ziron_runtime::exec::Priority;
///
/// simulate(1, |world| async move {
///     let token = Token::new("work", &Log::new(world.clock().clone(), 10));
///     let inner = token.child("part");
///     let task = world.handle().spawn(Priority::Normal, async move {
///         inner.run(std::future::pending::<()>()).await
///     });
///     token.cancel("enough");
///     assert_eq!(task.await, Err(Cancelled { reason: "enough".into() }));
/// });
/// ```
#[derive(Clone)]
pub struct Token(Arc<Node>);

struct Node {
    name: Cow<'static, str>,
    made_at: &'static Location<'static>,
    log: Log,
    cancelled: OnceLock<Cancelled>,
    event: Event,
    children: Mutex<Vec<Weak<Node>>>,
}

/// Work was cancelled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cancelled {
    /// Why.
    pub reason: Cow<'static, str>,
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cancelled: {}", self.reason)
    }
}

impl std::error::Error for Cancelled {}

impl Token {
    /// A token without a parent, whose family writes into `log`.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::cancel::{Log, Token};
    /// use ziron_runtime::exec::time::Clock;
    ///
    /// let token = Token::new("daemon", &Log::new(Clock::real(), 100));
    /// assert!(!token.is_cancelled());
    /// ```
    #[track_caller]
    pub fn new(name: impl Into<Cow<'static, str>>, log: &Log) -> Self {
        Token(Arc::new(Node {
            name: name.into(),
            made_at: Location::caller(),
            log: log.clone(),
            cancelled: OnceLock::new(),
            event: Event::new(),
            children: Mutex::default(),
        }))
    }

    /// A token that is cancelled with this one; at once, if this one is.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, time::Clock};
    /// let parent = Token::new("parent", &Log::new(Clock::real(), 100));
    /// let child = parent.child("child");
    /// child.cancel("only this one");
    /// assert!(child.is_cancelled() && !parent.is_cancelled());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn child(&self, name: impl Into<Cow<'static, str>>) -> Token {
        let child = Token::new(name, &self.0.log);
        {
            let mut children = self.0.children.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that are gone make room before more is asked for: the list never outgrows twice those alive.
            if children.len() == children.capacity() {
                children.retain(|child| child.strong_count() > 0);
            }
            children.push(Arc::downgrade(&child.0));
        }
        // Looked at after the child is listed: a cancellation either finds it or is found here.
        if let Some(cancelled) = self.0.cancelled.get() {
            child.0.cancel(cancelled, Location::caller(), Some(&self.0.name));
        }
        child
    }

    /// Cancels it and its children. The first reason stays.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, time::Clock};
    /// let token = Token::new("work", &Log::new(Clock::real(), 100));
    /// token.cancel("the shell is gone");
    /// token.cancel("again");
    /// assert_eq!(token.reason().as_deref(), Some("the shell is gone"));
    /// ```
    #[track_caller]
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) {
        self.0.cancel(&Cancelled { reason: reason.into() }, Location::caller(), None);
    }

    /// Whether it was cancelled.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, time::Clock};
    /// let token = Token::new("work", &Log::new(Clock::real(), 100));
    /// assert!(!token.is_cancelled());
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.get().is_some()
    }

    /// Why it was cancelled, if it was.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, time::Clock};
    /// let token = Token::new("work", &Log::new(Clock::real(), 100));
    /// assert_eq!(token.reason(), None);
    /// ```
    pub fn reason(&self) -> Option<Cow<'static, str>> {
        self.0.cancelled.get().map(|cancelled| cancelled.reason.clone())
    }

    /// Waits until it is cancelled.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, simulate::simulate};
    /// simulate(1, |world| async move {
    ///     let token = Token::new("work", &Log::new(world.clock().clone(), 100));
    ///     token.cancel("over");
    ///     assert_eq!(token.cancelled().await.reason, "over");
    /// });
    /// ```
    pub async fn cancelled(&self) -> Cancelled {
        loop {
            if let Some(cancelled) = self.0.cancelled.get() {
                return cancelled.clone();
            }
            let listener = self.0.event.listen();
            if self.0.cancelled.get().is_none() {
                listener.await;
            }
        }
    }

    /// Waits for a future, at most until this is cancelled; then the future is dropped. If both are there, the output
    /// counts.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, simulate::simulate};
    /// simulate(1, |world| async move {
    ///     let token = Token::new("work", &Log::new(world.clock().clone(), 100));
    ///     assert_eq!(token.run(async { 1 }).await, Ok(1));
    /// });
    /// ```
    pub async fn run<F: Future>(&self, future: F) -> Result<F::Output, Cancelled> {
        let (mut future, mut end) = (pin!(future), pin!(self.cancelled()));
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => end.as_mut().poll(context).map(Err),
        })
        .await
    }

    /// Cancels it when the guard is dropped: for work that must not outlive its owner.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{cancel::{Log, Token}, time::Clock};
    /// let token = Token::new("work", &Log::new(Clock::real(), 100));
    /// drop(token.cancel_on_drop("its owner is gone"));
    /// assert_eq!(token.reason().as_deref(), Some("its owner is gone"));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cancel_on_drop(&self, reason: &'static str) -> CancelOnDrop {
        CancelOnDrop { token: self.clone(), reason, at: Location::caller() }
    }
}

impl Node {
    fn cancel(
        &self,
        cancelled: &Cancelled,
        at: &'static Location<'static>,
        through: Option<&Cow<'static, str>>,
    ) {
        if self.cancelled.set(cancelled.clone()).is_err() {
            return;
        }
        self.log.add(Entry {
            at: self.log.now(),
            token: self.name.clone(),
            made_at: self.made_at,
            reason: cancelled.reason.clone(),
            cancelled_at: at,
            through: through.cloned(),
        });
        self.event.notify(usize::MAX);
        let children = std::mem::take(&mut *self.children.lock().unwrap_or_else(PoisonError::into_inner));
        let origin = through.unwrap_or(&self.name);
        children.iter().filter_map(Weak::upgrade).for_each(|child| child.cancel(cancelled, at, Some(origin)));
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("name", &self.0.name)
            .field("cancelled", &self.0.cancelled.get())
            .finish_non_exhaustive()
    }
}

/// Cancels a token when it is dropped; made by [`Token::cancel_on_drop`].
#[derive(Debug)]
pub struct CancelOnDrop {
    token: Token,
    reason: &'static str,
    at: &'static Location<'static>,
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.token.0.cancel(&Cancelled { reason: self.reason.into() }, self.at, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Priority;
    use crate::exec::simulate::for_seeds;
    use crate::exec::time::VirtualTime;

    fn root(capacity: usize) -> (Token, Log) {
        let log = Log::new(VirtualTime::new().clock(), capacity);
        (Token::new("root", &log), log)
    }

    #[test]
    fn cancellation_goes_down_and_not_up_or_aside() {
        let (root, log) = root(10);
        let (left, right) = (root.child("left"), root.child("right"));
        let leaf = left.child("leaf");
        left.cancel("left only");
        assert_eq!([&root, &left, &right, &leaf].map(Token::is_cancelled), [false, true, false, true]);
        root.cancel("all");
        let told: Vec<_> =
            log.entries().into_iter().map(|entry| (entry.token, entry.reason, entry.through)).collect();
        let owned = |token: &'static str, reason: &'static str, through: Option<&'static str>| {
            (Cow::from(token), Cow::from(reason), through.map(Cow::from))
        };
        let expected = [
            owned("left", "left only", None),
            owned("leaf", "left only", Some("left")),
            owned("root", "all", None),
            owned("right", "all", Some("root")),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_log_says_where() {
        let (root, log) = root(10);
        let child = root.child("child");
        let line = line!() + 1;
        root.cancel("here");
        let entries = log.entries();
        assert_eq!(entries[1].cancelled_at.line(), line);
        assert_eq!(entries[1].made_at.line(), line - 2);
        assert!(entries[1].cancelled_at.file().ends_with("token.rs"));
        assert!(root.child("late").is_cancelled());
        drop(child);
    }

    #[test]
    fn children_that_are_gone_are_forgotten() {
        let (root, _) = root(10);
        (0..10_000).for_each(|_| drop(root.child("brief")));
        assert!(root.0.children.lock().unwrap().len() < 16);
    }

    #[test]
    fn everyone_who_waits_is_told_in_any_order() {
        for_seeds(0..200, |world| async move {
            let log = Log::new(world.clock().clone(), 100);
            let root = Token::new("root", &log);
            let tasks: Vec<_> = (0..5)
                .map(|_| {
                    let token = root.child("child");
                    world.handle().spawn(Priority::Normal, async move { token.cancelled().await })
                })
                .collect();
            let canceller = root.clone();
            world.handle().spawn(Priority::Normal, async move { canceller.cancel("now") }).detach();
            for task in tasks {
                assert_eq!(task.await.reason, "now");
            }
        });
    }
}
