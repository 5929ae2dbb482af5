//! The reactor of Linux: one epoll, and timers, waited for by whichever runner has nothing else to do.

use std::future::Future;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use parking::{Parker, Unparker};
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};

use crate::exec::time::Timers;

/// So many events are taken at once.
const EVENTS: usize = 256;

/// What is watched of every source. Room for writing is not: whoever reads at the other end would wake us for nothing.
const READING: EventFlags =
    EventFlags::IN.union(EventFlags::RDHUP).union(EventFlags::PRI).union(EventFlags::ET);

/// The number of the bell, which is no source.
const BELL: u64 = u64::MAX;

/// Waits for descriptors and timers. No lock is held while somebody is woken.
#[derive(Debug)]
pub(in crate::exec) struct Reactor {
    epoll: OwnedFd,
    /// Ends the wait when a runner is woken from elsewhere.
    bell: OwnedFd,
    /// Held by the runner that waits.
    turn: Mutex<()>,
    is_waiting: AtomicBool,
    /// Runners that sleep while another one has the turn.
    parked: Mutex<Vec<Unparker>>,
    sources: Mutex<Sources>,
    timers: Mutex<Timers>,
}

#[derive(Debug, Default)]
struct Sources {
    slots: Vec<Option<Arc<Inner>>>,
    free: Vec<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[allow(clippy::disallowed_methods, reason = "timers are a matter of the real clock")]
fn now() -> Instant {
    Instant::now()
}

impl Reactor {
    pub(in crate::exec) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        // Edge-triggered: each ring is an event, and nobody has to read the count.
        epoll::add(&epoll, &bell, EventData::new_u64(BELL), EventFlags::IN | EventFlags::ET)?;
        Ok(Reactor {
            epoll,
            bell,
            turn: Mutex::new(()),
            is_waiting: AtomicBool::new(false),
            parked: Mutex::default(),
            sources: Mutex::default(),
            timers: Mutex::default(),
        })
    }

    /// Polls a future on this thread, and waits for descriptors and timers while it has nothing to do.
    pub(in crate::exec) fn block_on<T>(self: &Arc<Self>, future: impl Future<Output = T>) -> T {
        let (parker, unparker) = parking::pair();
        let signal = Arc::new(Signal { woken: AtomicBool::new(false), reactor: self.clone(), unparker });
        let waker = Waker::from(signal.clone());
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        let mut events = Vec::with_capacity(EVENTS);
        let _leaving = Leaving(self);
        loop {
            signal.woken.store(false, Ordering::SeqCst);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            self.wait(&signal, &parker, &mut events);
        }
    }

    /// Waits until something has happened; only looks if this runner was woken already.
    fn wait(&self, signal: &Signal, parker: &Parker, events: &mut Vec<Event>) {
        let Some(turn) = self.take_turn(signal, parker) else { return };
        self.is_waiting.store(true, Ordering::SeqCst);
        let timeout =
            if signal.woken.load(Ordering::SeqCst) { Some(Duration::ZERO) } else { self.until_next() };
        let timeout = timeout.and_then(|span| Timespec::try_from(span).ok());
        events.clear();
        // An interrupted wait is one in which nothing happened.
        let _ = epoll::wait(&self.epoll, spare_capacity(events), timeout.as_ref());
        self.is_waiting.store(false, Ordering::SeqCst);
        drop(turn);
        for event in events.iter() {
            let slot = event.data.u64() as usize;
            let inner = lock(&self.sources).slots.get(slot).and_then(Clone::clone);
            if let Some(inner) = inner {
                inner.note(event.flags);
            }
        }
        // The turn is free while this runner runs, which may be long.
        self.hand_on();
        let is_due = { lock(&self.timers).first() }.map(|first| (first, now()));
        if let Some((_, now)) = is_due.filter(|(first, now)| first <= now) {
            let due = lock(&self.timers).due(now);
            due.for_each(Waker::wake);
        }
    }

    /// Takes the turn; or sleeps until it is free or this runner is woken.
    fn take_turn(&self, signal: &Signal, parker: &Parker) -> Option<MutexGuard<'_, ()>> {
        if let Some(turn) = self.try_turn() {
            return Some(turn);
        }
        lock(&self.parked).push(signal.unparker.clone());
        // Whoever has the turn may have given it back before it could see this runner.
        let turn = self.try_turn();
        if turn.is_none() && !signal.woken.load(Ordering::SeqCst) {
            parker.park();
        }
        lock(&self.parked).retain(|other| !other.same_parker(&signal.unparker));
        turn
    }

    fn try_turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Wakes a runner that sleeps: the turn is free.
    fn hand_on(&self) {
        let other = lock(&self.parked).pop();
        if let Some(other) = other {
            other.unpark();
        }
    }

    fn until_next(&self) -> Option<Duration> {
        let first = lock(&self.timers).first()?;
        Some(first.saturating_duration_since(now()))
    }

    /// Ends the wait of the runner that waits, if there is one.
    fn ring(&self) {
        if self.is_waiting.load(Ordering::SeqCst) {
            // It fails only if it has been rung 2^64 times.
            let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        }
    }

    pub(in crate::exec) fn poll_timer(&self, at: Instant, id: &mut Option<u64>, waker: &Waker) -> Poll<()> {
        if now() >= at {
            if let Some(id) = id.take() {
                self.forget_timer(at, id);
            }
            return Poll::Ready(());
        }
        let mut timers = lock(&self.timers);
        let replaced = timers.set(at, id, waker);
        let is_first = timers.first() == Some(at);
        drop(timers);
        drop(replaced);
        if is_first {
            // Who waits, waits for a later one.
            self.ring();
        }
        Poll::Pending
    }

    pub(in crate::exec) fn forget_timer(&self, at: Instant, id: u64) {
        let waker = lock(&self.timers).forget(at, id);
        drop(waker);
    }

    /// Begins to watch a descriptor, which must not block.
    pub(super) fn add(&self, source: &impl AsFd) -> io::Result<Readiness> {
        let inner = Arc::<Inner>::default();
        let slot = {
            let mut sources = lock(&self.sources);
            let slot = sources.free.pop().unwrap_or_else(|| {
                sources.slots.push(None);
                sources.slots.len() - 1
            });
            if let Some(place) = sources.slots.get_mut(slot) {
                *place = Some(inner.clone());
            }
            slot
        };
        if let Err(error) = epoll::add(&self.epoll, source, EventData::new_u64(slot as u64), READING) {
            self.free(slot);
            return Err(error.into());
        }
        Ok(Readiness { slot, inner, awaits_room: AtomicBool::new(false) })
    }

    /// Something could not be written: from now on it is told when there is room again, also if there is already.
    pub(super) fn await_room(&self, source: &impl AsFd, readiness: &Readiness) -> io::Result<()> {
        if !readiness.awaits_room.swap(true, Ordering::Relaxed) {
            let data = EventData::new_u64(readiness.slot as u64);
            epoll::modify(&self.epoll, source, data, READING | EventFlags::OUT)?;
        }
        Ok(())
    }

    /// Ceases to watch it.
    pub(super) fn remove(&self, source: &impl AsFd, readiness: &Readiness) {
        // A descriptor that was closed behind our back is gone from the epoll as well.
        let _ = epoll::delete(&self.epoll, source);
        self.free(readiness.slot);
    }

    /// How many sources are watched: by this table, and by the system, which lists them in `/proc`. Source:
    /// `proc_pid_fdinfo(5)`.
    #[cfg(test)]
    #[allow(clippy::disallowed_methods, reason = "a test asks the system")]
    pub(in crate::exec) fn watched(&self) -> (usize, usize) {
        use std::os::fd::AsRawFd;

        let of_table = lock(&self.sources).slots.iter().flatten().count();
        let info = crate::io::open::read_text(format!("/proc/self/fdinfo/{}", self.epoll.as_raw_fd()));
        let of_system = info.unwrap_or_default().lines().filter(|line| line.starts_with("tfd:")).count();
        // The bell is no source.
        (of_table, of_system - 1)
    }

    /// How many runners wait, and how many sleep meanwhile.
    #[cfg(test)]
    pub(super) fn runners(&self) -> (usize, usize) {
        (usize::from(self.is_waiting.load(Ordering::SeqCst)), lock(&self.parked).len())
    }

    fn free(&self, slot: usize) {
        let mut sources = lock(&self.sources);
        let gone = sources.slots.get_mut(slot).and_then(Option::take);
        sources.free.push(slot);
        drop(sources);
        drop(gone);
    }
}

/// A runner that may have been given the turn, or have been seen with it, and takes it no more, however it ends.
struct Leaving<'r>(&'r Reactor);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.hand_on();
    }
}

/// Wakes one runner.
struct Signal {
    woken: AtomicBool,
    reactor: Arc<Reactor>,
    unparker: Unparker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.woken.swap(true, Ordering::SeqCst) {
            self.unparker.unpark();
            self.reactor.ring();
        }
    }
}

/// What a task waits for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Read,
    Write,
}

/// Whether a descriptor may have become ready since it was last found not to be.
#[derive(Debug)]
pub(super) struct Readiness {
    slot: usize,
    inner: Arc<Inner>,
    /// Set by the first write that finds no room.
    awaits_room: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    /// By [`Direction`].
    sides: Mutex<[Side; 2]>,
}

#[derive(Debug, Default)]
struct Side {
    is_ready: bool,
    wakers: Vec<Waker>,
}

impl Readiness {
    /// To be called before the descriptor is tried: what happens from then on is noted.
    pub(super) fn clear(&self, direction: Direction) {
        lock(&self.inner.sides)[direction as usize].is_ready = false;
    }

    /// Ready if something has happened since.
    pub(super) fn poll(&self, direction: Direction, waker: &Waker) -> Poll<()> {
        let mut sides = lock(&self.inner.sides);
        let side = &mut sides[direction as usize];
        if side.is_ready {
            return Poll::Ready(());
        }
        if !side.wakers.iter().any(|known| known.will_wake(waker)) {
            side.wakers.push(waker.clone());
        }
        Poll::Pending
    }
}

impl Inner {
    fn note(&self, flags: EventFlags) {
        // An error or the end concerns both directions: the call that is tried next says which it is.
        let both = EventFlags::ERR | EventFlags::HUP;
        let read = both | EventFlags::IN | EventFlags::RDHUP | EventFlags::PRI;
        let write = both | EventFlags::OUT;
        for (side, concerned) in [read, write].into_iter().enumerate() {
            if !flags.intersects(concerned) {
                continue;
            }
            let mut wakers = {
                let mut sides = lock(&self.sides);
                sides[side].is_ready = true;
                std::mem::take(&mut sides[side].wakers)
            };
            wakers.drain(..).for_each(Waker::wake);
            // Its room is used again, so that waiting asks for no memory.
            let mut sides = lock(&self.sides);
            if sides[side].wakers.capacity() == 0 {
                sides[side].wakers = wakers;
            }
        }
    }
}
