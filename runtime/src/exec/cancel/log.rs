//! Who cancelled whom.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::exec::time::Clock;

/// One cancellation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// The token's name.
    pub token: Cow<'static, str>,
    /// Where the token was made.
    pub made_at: &'static Location<'static>,
    /// Why.
    pub reason: Cow<'static, str>,
    /// Where it was cancelled, or the ancestor it follows.
    pub cancelled_at: &'static Location<'static>,
    /// The ancestor that was cancelled, if it was not this token itself.
    pub through: Option<Cow<'static, str>>,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { token, made_at, reason, cancelled_at, through, .. } = self;
        write!(f, "{token} (made at {made_at}) was cancelled at {cancelled_at}")?;
        if let Some(through) = through {
            write!(f, " with {through}")?;
        }
        write!(f, ": {reason}")
    }
}

/// The last cancellations of a family of tokens; older ones are forgotten. Cheap to clone.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::cancel::{Log, Token};
/// use ziron_runtime::exec::time::VirtualTime;
///
/// let log = Log::new(VirtualTime::new().clock(), 100);
/// let daemon = Token::new("daemon", &log);
/// let session = daemon.child("session 7");
/// daemon.cancel("told to stop");
/// let lines: Vec<_> = log.entries().iter().map(ToString::to_string).collect();
/// assert!(lines[0].starts_with("daemon (made at ") && lines[0].ends_with(": told to stop"));
/// assert!(lines[1].starts_with("session 7 (made at ") && lines[1].ends_with(" with daemon: told to stop"));
/// # drop(session);
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    clock: Clock,
    capacity: usize,
    entries: Arc<Mutex<VecDeque<Entry>>>,
}

impl Log {
    /// A log that keeps the last `capacity` entries.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::cancel::{Log, Token};
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let log = Log::new(VirtualTime::new().clock(), 1);
    /// Token::new("one", &log).cancel("first");
    /// Token::new("two", &log).cancel("second");
    /// let entries = log.entries();
    /// assert_eq!((entries.len(), entries[0].reason.as_ref()), (1, "second"));
    /// ```
    pub fn new(clock: Clock, capacity: usize) -> Self {
        Log { clock, capacity, entries: Arc::default() }
    }

    /// What was cancelled, the oldest first.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::cancel::Log;
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// assert!(Log::new(VirtualTime::new().clock(), 10).entries().is_empty());
    /// ```
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(super) fn add(&self, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.len() >= self.capacity.max(1) {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}
