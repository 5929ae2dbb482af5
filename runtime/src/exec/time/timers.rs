//! Who waits for which moment.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Instant;

/// Timers, the earliest first; those of one moment in the order in which they began.
#[derive(Debug, Default)]
pub(in crate::exec) struct Timers {
    waiting: BTreeMap<(Instant, u64), Waker>,
    next: u64,
}

impl Timers {
    /// Notes who is to be woken at a moment. What comes back is to be dropped where no lock is held.
    pub(in crate::exec) fn set(&mut self, at: Instant, id: &mut Option<u64>, waker: &Waker) -> Option<Waker> {
        let id = *id.get_or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.waiting.insert((at, id), waker.clone())
    }

    /// Forgets a timer. What comes back is to be dropped where no lock is held.
    pub(in crate::exec) fn forget(&mut self, at: Instant, id: u64) -> Option<Waker> {
        self.waiting.remove(&(at, id))
    }

    /// The next moment that somebody waits for.
    pub(in crate::exec) fn first(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes those whose moment has come.
    pub(in crate::exec) fn due(&mut self, now: Instant) -> impl Iterator<Item = Waker> + use<> {
        let later = self.waiting.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.waiting, later).into_values()
    }
}
