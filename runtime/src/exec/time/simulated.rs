//! A clock that goes only when it is told to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use super::clock::{Clock, Kind};
use super::timers::Timers;
use crate::exec::deadline;

/// Where the time of day of simulations begins, in seconds since 1970: a Saturday in November 2026.
const EPOCH: Duration = Duration::from_secs(1_795_219_200);

/// Time that a test decides. Simulations bring their own and let it go when nothing else can happen.
#[derive(Clone, Debug)]
pub(crate) struct VirtualTime(Arc<State>);

impl VirtualTime {
    /// Time that stands still until it is advanced.
    #[allow(
        clippy::disallowed_methods,
        reason = "an `Instant` can be had from the real clock only; what it is does not matter"
    )]
    pub(crate) fn new() -> Self {
        VirtualTime(Arc::new(State {
            start: Instant::now(),
            inner: Mutex::new(Inner { elapsed: Duration::ZERO, timers: Timers::default() }),
        }))
    }

    /// The clock that shows it.
    pub(crate) fn clock(&self) -> Clock {
        Clock(Kind::Simulated(self.0.clone()))
    }

    /// Lets a span of time pass; all timers that end in it are woken, the earliest first.
    pub(crate) fn advance(&self, span: Duration) {
        let woken = {
            let mut inner = self.0.lock();
            inner.elapsed = inner.elapsed.saturating_add(span);
            let now = deadline(self.0.start, inner.elapsed);
            inner.timers.due(now)
        };
        woken.for_each(Waker::wake);
    }

    /// Lets time pass until the next timer ends; false if there is none.
    pub(crate) fn advance_to_next(&self) -> bool {
        let next = self.0.lock().timers.first();
        match next {
            Some(at) => self.advance(at.saturating_duration_since(self.0.now())),
            None => return false,
        }
        true
    }

    /// The time of day.
    pub(crate) fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + EPOCH + self.elapsed()
    }

    /// How much time has passed since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.lock().elapsed
    }
}

/// What a simulated clock and its timers share.
#[derive(Debug)]
pub(super) struct State {
    start: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    elapsed: Duration,
    timers: Timers,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        deadline(self.start, self.lock().elapsed)
    }

    /// Ready when the time has come; else notes who is to be woken.
    pub(super) fn poll(&self, at: Instant, id: &mut Option<u64>, waker: &Waker) -> Poll<()> {
        let mut inner = self.lock();
        let has_come = deadline(self.start, inner.elapsed) >= at;
        let replaced = if has_come {
            id.take().and_then(|id| inner.timers.forget(at, id))
        } else {
            inner.timers.set(at, id, waker)
        };
        // A waker may be the last that holds a task: it is not dropped under the lock.
        drop(inner);
        drop(replaced);
        if has_come { Poll::Ready(()) } else { Poll::Pending }
    }

    pub(super) fn forget(&self, at: Instant, id: u64) {
        let waker = self.lock().timers.forget(at, id);
        drop(waker);
    }
}
