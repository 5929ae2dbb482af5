//! The guard: nobody waits for a file system that does not answer.
//!
//! Requests are served where they are read, without a hop to another thread. Should the serving thread hang, another one, which has slept on a timer
//! that is set only while a request is being served, answers that request with what was known last, and serves in its place.

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::Event;
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use crate::exec::Single;

/// A request is answered by the guard after so long: before shells lose their patience (100 ms).
const LIMIT: Duration = Duration::from_millis(50);

/// So many threads may hang. Were it more, only what is known would be shown.
pub(super) const HUNG_LIMIT: usize = 8;

/// Watches over the threads that serve.
pub(super) struct Guard {
    timer: OwnedFd,
    sections: Mutex<Vec<Section>>,
    next: AtomicU64,
    /// Says that the daemon ends.
    end: Arc<Ending>,
}

/// Says that the daemon ends: whoever serves waits for it meanwhile.
#[derive(Debug, Default)]
pub(super) struct Ending {
    ended: std::sync::atomic::AtomicBool,
    event: Event,
}

/// A request that is being served.
struct Section {
    id: u64,
    since: Instant,
    /// Answers in place of the one who hangs.
    instead: Option<Box<dyn FnOnce() + Send>>,
}

/// A request that is being served; dropping it says that it is not any more.
pub(super) struct Watched<'g> {
    guard: &'g Guard,
    id: u64,
}

impl Ending {
    /// Ends it.
    #[cfg(test)]
    fn set(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.event.notify(usize::MAX);
    }

    /// Waits for the end.
    pub(super) async fn wait(&self) {
        loop {
            let listener = self.event.listen();
            if self.ended.load(Ordering::SeqCst) {
                return;
            }
            listener.await;
        }
    }
}

impl Guard {
    pub(super) fn new(end: Arc<Ending>) -> std::io::Result<Guard> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        Ok(Guard { timer, sections: Mutex::default(), next: AtomicU64::new(1), end })
    }

    /// Begins to watch over a request.
    #[allow(clippy::disallowed_methods, reason = "a thread that hangs, hangs in real time")]
    pub(super) fn watch(&self, instead: impl FnOnce() + Send + 'static) -> Watched<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let section = Section { id, since: Instant::now(), instead: Some(Box::new(instead)) };
        let mut sections = self.sections();
        if !sections.iter().any(|section| section.instead.is_some()) {
            self.set_timer(LIMIT);
        }
        sections.push(section);
        drop(sections);
        Watched { guard: self, id }
    }

    /// How many requests hang.
    pub(super) fn hung(&self) -> usize {
        self.sections().iter().filter(|section| section.instead.is_none()).count()
    }

    /// Sleeps until a request hangs; then answers it, has another guard take its place, and serves.
    pub(super) fn stand(self: Arc<Self>, single: &Arc<Single>) {
        loop {
            let mut count = [0; 8];
            match rustix::io::read(&self.timer, &mut count) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
            if let Some(instead) = self.hangs() {
                self.clone().post(single);
                instead();
                let end = self.end.clone();
                single.run(async move { end.wait().await });
                return;
            }
        }
    }

    /// Puts a guard on a thread of its own.
    pub(super) fn post(self: Arc<Self>, single: &Arc<Single>) {
        let single = single.clone();
        // Without threads there is no guard, and the rest goes on.
        let _ = std::thread::Builder::new().name(String::from("guard")).spawn(move || self.stand(&single));
    }

    /// What is to be done for a request that has hung for too long; the timer is set for the next.
    #[allow(clippy::disallowed_methods, reason = "a thread that hangs, hangs in real time")]
    fn hangs(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let now = Instant::now();
        let mut sections = self.sections();
        let watched = sections.iter_mut().filter(|section| section.instead.is_some());
        let oldest = watched.min_by_key(|section| section.since)?;
        let left = (oldest.since + LIMIT).saturating_duration_since(now);
        if left.is_zero() {
            return oldest.instead.take();
        }
        self.set_timer(left);
        None
    }

    fn set_timer(&self, span: Duration) {
        let value = Timespec { tv_sec: span.as_secs().cast_signed(), tv_nsec: span.subsec_nanos().into() };
        let value = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        // It fails for times that are none.
        let _ = timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &value);
    }

    fn sections(&self) -> MutexGuard<'_, Vec<Section>> {
        self.sections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched<'_> {
    /// Ends it, and says whether the guard has answered meanwhile.
    pub(super) fn end(self) -> bool {
        let sections = self.guard.sections();
        let section = sections.iter().find(|section| section.id == self.id);
        section.is_some_and(|section| section.instead.is_none())
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let mut sections = self.guard.sections();
        sections.retain(|section| section.id != self.id);
        if !sections.iter().any(|section| section.instead.is_some()) {
            self.guard.set_timer(Duration::ZERO);
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("hung", &self.hung()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn guard() -> (Arc<Guard>, Arc<Single>, Arc<Ending>) {
        let end = Arc::<Ending>::default();
        let guard = Arc::new(Guard::new(end.clone()).unwrap());
        let single = Arc::new(Single::new());
        guard.clone().post(&single);
        (guard, single, end)
    }

    #[test]
    fn a_request_that_hangs_is_answered_and_others_are_served() {
        let (guard, single, end) = guard();
        let (answer, answered) = channel();
        let watched = guard.watch(move || answer.send(()).unwrap());
        // This thread is the one that hangs.
        answered.recv().unwrap();
        assert_eq!(guard.hung(), 1);
        let (serve, served) = channel();
        single.handle().spawn(crate::exec::Priority::High, async move { serve.send(()).unwrap() }).detach();
        served.recv().unwrap();
        assert!(watched.end(), "it knows that it was answered");
        assert_eq!(guard.hung(), 0);
        end.set();
    }

    #[test]
    fn a_request_that_does_not_hang_is_left_alone() {
        let (guard, _single, end) = guard();
        for _ in 0..100 {
            assert!(!guard.watch(|| panic!("nothing hangs")).end());
        }
        // The guard is still at its post.
        let (answer, answered) = channel();
        let watched = guard.watch(move || answer.send(()).unwrap());
        answered.recv().unwrap();
        drop(watched);
        end.set();
    }
}
