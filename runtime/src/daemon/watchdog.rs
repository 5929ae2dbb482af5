//! Watchdog for a serving thread that a file system blocks.
//!
//! A request is served on the thread that reads it. While requests are in flight, an alarm is set. If one of them takes
//! longer than [`LIMIT`], the watchdog's thread wakes up, answers that request with the last known prompt, and serves
//! in place of the blocked thread. When the blocked thread goes on, one of the two ends, so that a machine that was
//! busy for a moment does not leave the daemon with more threads.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::Event;
use futures_lite::future::or;

#[cfg(any(target_os = "linux", target_os = "android"))]
use linux::Alarm;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use portable::Alarm;

use crate::exec::Single;

/// Time after which the watchdog answers a request: shells stop waiting after 100 ms.
pub(super) const LIMIT: Duration = Duration::from_millis(50);

/// Maximum number of blocked threads. Beyond it, requests are answered with the last known prompt only.
pub(super) const HUNG_LIMIT: usize = 8;

/// Watches over the threads that serve.
pub(super) struct Watchdog {
    alarm: Alarm,
    watch: Mutex<Watching>,
    next: AtomicU64,
    /// Says that the daemon ends.
    end: Arc<Shutdown>,
    recovered: Recovered,
}

/// Number of threads that went on after a replacement had taken over: as many replacements are to end.
#[derive(Debug, Default)]
struct Recovered {
    count: AtomicUsize,
    event: Event,
}

/// Signal that the daemon ends; the serving threads wait for it.
#[derive(Debug, Default)]
pub(super) struct Shutdown {
    ended: std::sync::atomic::AtomicBool,
    event: Event,
}

/// The requests in flight, and the state of the alarm.
#[derive(Default)]
struct Watching {
    in_flight: Vec<InFlight>,
    /// Whether the alarm is set. It stays set after a request: setting it costs a system call for each request, while
    /// an alarm that finds nothing costs one wake-up after many requests.
    is_set: bool,
}

/// A request in flight.
struct InFlight {
    id: u64,
    since: Instant,
    /// Answers in place of the blocked thread; `None` when it has.
    instead: Option<Box<dyn FnOnce() + Send>>,
}

/// A request in flight; dropping it ends the watch.
pub(super) struct InFlightGuard<'g> {
    watchdog: &'g Watchdog,
    id: u64,
}

impl Shutdown {
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

impl Recovered {
    fn add(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        // Each of them lets one thread go, however many come at once.
        self.event.notify_additional(1);
    }

    /// Waits for one that nobody else has taken.
    async fn take(&self) {
        let take =
            || self.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
        loop {
            let listener = self.event.listen();
            if take().is_ok() {
                return;
            }
            listener.await;
        }
    }
}

impl Watchdog {
    pub(super) fn new(end: Arc<Shutdown>) -> std::io::Result<Watchdog> {
        let (watch, next) = (Mutex::default(), AtomicU64::new(1));
        Ok(Watchdog { alarm: Alarm::new()?, watch, next, end, recovered: Recovered::default() })
    }

    /// Begins the watch over a request.
    #[allow(clippy::disallowed_methods, reason = "a thread that hangs, hangs in real time")]
    pub(super) fn watch(&self, instead: impl FnOnce() + Send + 'static) -> InFlightGuard<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let section = InFlight { id, since: Instant::now(), instead: Some(Box::new(instead)) };
        let mut watch = self.watching();
        watch.in_flight.push(section);
        if !std::mem::replace(&mut watch.is_set, true) {
            self.alarm.set(LIMIT);
        }
        drop(watch);
        InFlightGuard { watchdog: self, id }
    }

    /// Number of requests whose thread is blocked.
    pub(super) fn hung(&self) -> usize {
        self.watching().in_flight.iter().filter(|section| section.instead.is_none()).count()
    }

    /// Sleeps until a request is blocked; then answers it, starts another watchdog thread, and serves until the blocked
    /// thread goes on.
    pub(super) fn stand(self: Arc<Self>, single: &Arc<Single>) {
        loop {
            if self.alarm.wait().is_err() {
                return;
            }
            if let Some(instead) = self.hangs() {
                self.clone().post(single);
                instead();
                single.run(or(self.end.wait(), self.recovered.take()));
                return;
            }
        }
    }

    /// Starts a watchdog thread.
    pub(super) fn post(self: Arc<Self>, single: &Arc<Single>) {
        let single = single.clone();
        // If the system has no thread left, the daemon runs without a watchdog.
        let _ = std::thread::Builder::new().name(String::from("guard")).spawn(move || self.stand(&single));
    }

    /// The answer for a request that has been blocked for too long; sets the alarm for the next one.
    #[allow(clippy::disallowed_methods, reason = "a thread that hangs, hangs in real time")]
    fn hangs(&self) -> Option<Box<dyn FnOnce() + Send>> {
        let now = Instant::now();
        let mut watch = self.watching();
        let instead =
            watch.oldest().filter(|oldest| oldest.left(now).is_zero()).and_then(|hung| hung.instead.take());
        let left = watch.oldest().map(|oldest| oldest.left(now));
        watch.is_set = left.is_some();
        if let Some(left) = left {
            // No time at all would stop it.
            self.alarm.set(left.max(Duration::from_nanos(1)));
        }
        instead
    }

    fn watching(&self) -> MutexGuard<'_, Watching> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watching {
    /// The oldest request in flight that has not been answered.
    fn oldest(&mut self) -> Option<&mut InFlight> {
        let watched = self.in_flight.iter_mut().filter(|section| section.instead.is_some());
        watched.min_by_key(|section| section.since)
    }
}

impl InFlight {
    /// How long it may still take.
    fn left(&self, now: Instant) -> Duration {
        (self.since + LIMIT).saturating_duration_since(now)
    }
}

impl InFlightGuard<'_> {
    /// Ends the watch, and returns whether the watchdog has answered meanwhile.
    pub(super) fn end(self) -> bool {
        let watch = self.watchdog.watching();
        let section = watch.in_flight.iter().find(|section| section.id == self.id);
        section.is_some_and(|section| section.instead.is_none())
    }
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        let mut watch = self.watchdog.watching();
        let index = watch.in_flight.iter().position(|section| section.id == self.id);
        let ended = index.map(|index| watch.in_flight.swap_remove(index));
        drop(watch);
        if ended.is_some_and(|section| section.instead.is_none()) {
            self.watchdog.recovered.add();
        }
    }
}

impl fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog").field("hung", &self.hung()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// The tests of an alarm, for that of each system.
    macro_rules! alarms {
        ($($module:ident)*) => {$(mod $module {
            use std::sync::mpsc::channel;
            use std::time::{Duration, Instant};

            use crate::daemon::watchdog::$module::Alarm;

            const SPAN: Duration = Duration::from_millis(20);
            const LONG: Duration = Duration::from_secs(3600);

            #[test]
            #[allow(clippy::disallowed_methods, reason = "an alarm is about real time")]
            fn it_goes_off_once_and_not_before_its_time() {
                let alarm = Alarm::new().unwrap();
                let (woken, wakings) = channel();
                std::thread::scope(|threads| {
                    threads.spawn(|| {
                        for _ in 0..3 {
                            alarm.wait().unwrap();
                            woken.send(Instant::now()).unwrap();
                        }
                    });
                    for before in [LONG, 2 * LONG, LONG] {
                        alarm.set(before);
                        alarm.set(Duration::ZERO);
                        let set = Instant::now();
                        alarm.set(SPAN);
                        assert!(wakings.recv().unwrap() >= set + SPAN);
                    }
                });
                assert!(wakings.try_recv().is_err());
            }

            #[test]
            #[allow(clippy::disallowed_methods, reason = "an alarm is about real time")]
            fn what_was_set_last_counts() {
                let alarm = Alarm::new().unwrap();
                alarm.set(Duration::from_nanos(1));
                alarm.set(LONG);
                alarm.set(Duration::ZERO);
                let set = Instant::now();
                alarm.set(SPAN);
                alarm.wait().unwrap();
                assert!(set.elapsed() >= SPAN);
                alarm.set(Duration::from_nanos(1));
                alarm.wait().unwrap();
            }
        })*};
    }
    alarms! { linux portable }

    fn watchdog() -> (Arc<Watchdog>, Arc<Single>, Arc<Shutdown>) {
        let end = Arc::<Shutdown>::default();
        let watchdog = Arc::new(Watchdog::new(end.clone()).unwrap());
        let single = Arc::new(Single::new());
        watchdog.clone().post(&single);
        (watchdog, single, end)
    }

    #[test]
    fn a_request_that_hangs_is_answered_and_others_are_served() {
        let (watchdog, single, end) = watchdog();
        let (answer, answered) = channel();
        let watched = watchdog.watch(move || answer.send(()).unwrap());
        // This thread is the one that hangs.
        answered.recv().unwrap();
        assert_eq!(watchdog.hung(), 1);
        let (serve, served) = channel();
        single.handle().spawn(crate::exec::Priority::High, async move { serve.send(()).unwrap() }).detach();
        served.recv().unwrap();
        assert!(watched.end(), "it knows that it was answered");
        assert_eq!(watchdog.hung(), 0);
        end.set();
    }

    #[test]
    fn whoever_took_over_ends_when_the_first_goes_on() {
        struct Tells(std::sync::mpsc::Sender<std::thread::ThreadId>);
        impl Drop for Tells {
            fn drop(&mut self) {
                let _ = self.0.send(std::thread::current().id());
            }
        }
        thread_local!(static TELLS: std::cell::RefCell<Option<Tells>> = const { std::cell::RefCell::new(None) });
        let (watchdog, single, end) = watchdog();
        let (gone, went) = channel();
        for _ in 0..3 {
            let gone = gone.clone();
            let (answer, answered) = channel();
            let watched = watchdog.watch(move || {
                // It is dropped with the thread.
                TELLS.set(Some(Tells(gone)));
                answer.send(std::thread::current().id()).unwrap();
            });
            let other = answered.recv().unwrap();
            drop(watched);
            assert_eq!(went.recv_timeout(Duration::from_secs(10)).unwrap(), other);
        }
        drop(single);
        end.set();
    }

    #[test]
    fn a_request_that_does_not_hang_is_left_alone() {
        let (watchdog, _single, end) = watchdog();
        for _ in 0..100 {
            assert!(!watchdog.watch(|| panic!("nothing hangs")).end());
        }
        // The watchdog is still there.
        let (answer, answered) = channel();
        let watched = watchdog.watch(move || answer.send(()).unwrap());
        answered.recv().unwrap();
        drop(watched);
        end.set();
    }
}
