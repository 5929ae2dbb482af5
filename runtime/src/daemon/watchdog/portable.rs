//! An alarm without a timer of the system: a thread sleeps until its time has come.
//!
//! It is set for each request and taken back some microseconds later. So the thread sleeps on until the time that it
//! knows of, and is only woken when that would be too late: at most once in the time that a request may take.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wakes one thread after a while.
#[derive(Debug, Default)]
pub(in crate::daemon) struct Alarm {
    times: Mutex<Times>,
    sooner: Condvar,
}

#[derive(Debug, Default)]
struct Times {
    /// When it goes off; `None`: it is not set.
    due: Option<Instant>,
    /// When the thread wakes by itself, if it sleeps with a time in mind.
    wakes: Option<Instant>,
    is_asleep: bool,
}

#[allow(clippy::disallowed_methods, reason = "a thread that hangs, hangs in real time")]
fn now() -> Instant {
    Instant::now()
}

impl Alarm {
    /// Not set.
    #[allow(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
    pub(in crate::daemon) fn new() -> io::Result<Alarm> {
        Ok(Alarm::default())
    }

    /// Sets it anew; [`Duration::ZERO`]: it is not set.
    pub(in crate::daemon) fn set(&self, span: Duration) {
        let due = if span.is_zero() { None } else { now().checked_add(span) };
        let mut times = self.times();
        times.due = due;
        let is_late = due.is_some_and(|due| times.wakes.is_none_or(|wakes| due < wakes));
        let wake = is_late && times.is_asleep;
        if wake {
            // Who sets it again before the thread runs need not wake it again.
            times.wakes = due;
        }
        drop(times);
        if wake {
            self.sooner.notify_one();
        }
    }

    /// Sleeps until its time has come.
    #[allow(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
    pub(in crate::daemon) fn wait(&self) -> io::Result<()> {
        let mut times = self.times();
        loop {
            let left = times.due.map(|due| due.saturating_duration_since(now()));
            times.wakes = times.due;
            if left == Some(Duration::ZERO) {
                *times = Times::default();
                return Ok(());
            }
            times.is_asleep = true;
            times = match left {
                None => self.sooner.wait(times).unwrap_or_else(PoisonError::into_inner),
                Some(left) => {
                    let woken = self.sooner.wait_timeout(times, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
            times.is_asleep = false;
        }
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
