//! A clock that goes only when it is told to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use super::clock::{Clock, Kind};
use super::timers::Timers;
use crate::exec::deadline;

/// Where the wall clock of simulations begins, in seconds since 1970: a Saturday in November 2026.
const EPOCH: Duration = Duration::from_secs(1_795_219_200);

/// Time that a test decides. Simulations bring their own and let it go when nothing else can happen.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::time::VirtualTime;
///
/// let time = VirtualTime::new();
/// let start = time.clock().now();
/// time.advance(Duration::from_secs(5));
/// assert_eq!(time.clock().now() - start, Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct VirtualTime(Arc<State>);

impl VirtualTime {
    /// Time that stands still until it is advanced.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// assert_eq!(VirtualTime::new().elapsed(), std::time::Duration::ZERO);
    /// ```
    #[allow(
        clippy::disallowed_methods,
        reason = "an `Instant` can be had from the real clock only; what it is does not matter"
    )]
    pub fn new() -> Self {
        let moment = Moment { elapsed: Duration::ZERO, wall: SystemTime::UNIX_EPOCH + EPOCH };
        VirtualTime(Arc::new(State {
            start: Instant::now(),
            inner: Mutex::new(Inner { moment, timers: Timers::default() }),
        }))
    }

    /// The clock that shows it.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let time = VirtualTime::new();
    /// assert_eq!(time.clock().now(), time.clock().now());
    /// ```
    pub fn clock(&self) -> Clock {
        Clock(Kind::Simulated(self.0.clone()))
    }

    /// Lets a span of time pass; all timers that end in it are woken, the earliest first.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let time = VirtualTime::new();
    /// time.advance(Duration::from_millis(1));
    /// assert_eq!(time.elapsed(), Duration::from_millis(1));
    /// ```
    pub fn advance(&self, span: Duration) {
        let woken = {
            let mut inner = self.0.lock();
            let moment = &mut inner.moment;
            moment.elapsed = moment.elapsed.saturating_add(span);
            moment.wall = moment.wall.checked_add(span).unwrap_or(moment.wall);
            let now = deadline(self.0.start, moment.elapsed);
            inner.timers.due(now)
        };
        woken.for_each(Waker::wake);
    }

    /// Lets time pass until the next timer ends; false if there is none.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// assert!(!VirtualTime::new().advance_to_next(), "nobody waits");
    /// ```
    pub fn advance_to_next(&self) -> bool {
        let next = self.0.lock().timers.first();
        match next {
            Some(at) => self.advance(at.saturating_duration_since(self.0.now())),
            None => return false,
        }
        true
    }

    /// Sets the time of day, forwards or back; timers do not notice.
    ///
    /// # Examples
    /// ```
    /// use std::time::SystemTime;
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let time = VirtualTime::new();
    /// let before = time.clock().now();
    /// time.set_wall(SystemTime::UNIX_EPOCH);
    /// assert_eq!((time.clock().wall(), time.clock().now()), (SystemTime::UNIX_EPOCH, before));
    /// ```
    pub fn set_wall(&self, wall: SystemTime) {
        self.0.lock().moment.wall = wall;
    }

    /// How much time has passed since the beginning.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::time::VirtualTime;
    ///
    /// let time = VirtualTime::new();
    /// time.advance(Duration::from_secs(2));
    /// assert_eq!(time.elapsed(), Duration::from_secs(2));
    /// ```
    pub fn elapsed(&self) -> Duration {
        self.0.lock().moment.elapsed
    }
}

impl Default for VirtualTime {
    fn default() -> Self {
        VirtualTime::new()
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
    moment: Moment,
    timers: Timers,
}

#[derive(Debug)]
struct Moment {
    elapsed: Duration,
    wall: SystemTime,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        deadline(self.start, self.lock().moment.elapsed)
    }

    pub(super) fn wall(&self) -> SystemTime {
        self.lock().moment.wall
    }

    /// Ready when the time has come; else notes who is to be woken.
    pub(super) fn poll(&self, at: Instant, id: &mut Option<u64>, waker: &Waker) -> Poll<()> {
        let mut inner = self.lock();
        let has_come = deadline(self.start, inner.moment.elapsed) >= at;
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
