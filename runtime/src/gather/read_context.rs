//! What readings are done with, and what one drawing knows of them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::observer::Observer;
use super::single_flight::SingleFlight;
use crate::place::Place;
use crate::source::Known;
use crate::store::AnyFact;
use crate::store::Store;

/// What readings are done with. A reading may outlive the drawing that began it, so that they share this.
pub struct ReadContext<I> {
    /// The operating system, with the shell's environment.
    pub io: I,
    /// Where the prompt is drawn.
    pub place: Place,
    /// Where facts are kept between processes.
    pub store: Option<Arc<Store>>,
    /// Whether sources that failed a moment ago are tried again.
    pub(super) patient: bool,
    /// What this process remembers, if it draws more than once.
    pub(super) mind: Option<Mind>,
    /// The last values of sources that are waited for, by their names.
    last: Mutex<Vec<(&'static str, Known<AnyFact>)>>,
    /// What was waited for and has been read. It is as new as can be, and shown even if the memory has had no room for
    /// it.
    own: Mutex<Vec<Own>>,
    /// The facts that were asked for: their sources, and the hashes of their keys.
    asked_for: Mutex<Vec<(&'static str, u64)>>,
}

/// What was read with the means themselves: of which source, for which key, and what.
type Own = (&'static str, Vec<u8>, AnyFact);

/// What a process has that draws more than once.
#[derive(Clone, Debug)]
pub(super) struct Mind {
    pub(super) single_flight: Arc<SingleFlight>,
    /// When the prompt was asked for: a reading that began later is as new as can be.
    pub(super) asked: u64,
    /// Who is told of readings.
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// A clock that only orders: each look at it is later than all before.
static TICKS: AtomicU64 = AtomicU64::new(1);

/// Looks at it.
pub(crate) fn tick() -> u64 {
    TICKS.fetch_add(1, Ordering::Relaxed)
}

impl<I> ReadContext<I> {
    /// Means for one place.
    pub fn new(io: I, place: Place, store: Option<Arc<Store>>) -> ReadContext<I> {
        ReadContext {
            io,
            place,
            store,
            patient: false,
            mind: None,
            last: Mutex::default(),
            own: Mutex::default(),
            asked_for: Mutex::default(),
        }
    }

    /// Tries sources again that failed a moment ago.
    #[must_use]
    pub fn patient(self) -> ReadContext<I> {
        ReadContext { patient: true, ..self }
    }

    /// The same for what others have made, with as much time for each program.
    #[cfg(feature = "background")]
    pub(crate) fn be_patient(&mut self, command_timeout: std::time::Duration) {
        self.patient = true;
        self.place.command_timeout = command_timeout;
    }

    /// Remembers facts in this process. What is read from now on is as new as this prompt can be.
    #[cfg(feature = "background")]
    pub(crate) fn remembering(self, single_flight: Arc<SingleFlight>) -> ReadContext<I> {
        ReadContext { mind: Some(Mind { single_flight, asked: tick(), observer: None }), ..self }
    }

    /// Tells somebody of readings.
    #[cfg(feature = "background")]
    pub(crate) fn observed(mut self, observer: Arc<dyn Observer>) -> ReadContext<I> {
        if let Some(mind) = &mut self.mind {
            mind.observer = Some(observer);
        }
        self
    }

    /// Takes what was read for another prompt as new enough for this one, unless an event has invalidated it.
    #[cfg(feature = "background")]
    pub(crate) fn as_new_as(&mut self, other: &ReadContext<I>) {
        if let (Some(mind), Some(other)) = (&mut self.mind, &other.mind) {
            mind.asked = other.asked;
        }
    }

    /// Looks at the facts that were asked for so far: their sources, and the hashes of their keys.
    #[cfg(feature = "background")]
    pub(crate) fn with_asked_for<T>(&self, look: impl FnOnce(&[(&'static str, u64)]) -> T) -> T {
        look(&lock(&self.asked_for))
    }

    /// Notes that these facts were asked for.
    #[cfg(feature = "background")]
    pub(crate) fn ask_for(&self, facts: &[(&'static str, u64)]) {
        lock(&self.asked_for).extend_from_slice(facts);
    }

    /// When the prompt was asked for, on the clock that only orders; 0 in a process that remembers nothing.
    #[cfg(feature = "background")]
    pub(crate) fn asked(&self) -> u64 {
        self.mind.as_ref().map_or(0, |mind| mind.asked)
    }

    /// Notes that a fact was asked for, by the hash of its key.
    pub(super) fn note(&self, source: &'static str, key: u64) {
        let fact = (source, key);
        let mut facts = lock(&self.asked_for);
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }

    /// Puts down what is drawn of a source in case its reading comes too late.
    pub(super) fn put_last(&self, source: &'static str, fact: Known<AnyFact>) {
        lock(&self.last).push((source, fact));
    }

    pub(super) fn put_own(&self, source: &'static str, key: &[u8], fact: AnyFact) {
        let mut own = lock(&self.own);
        own.retain(|(name, ..)| *name != source);
        own.push((source, key.to_vec(), fact));
    }

    pub(super) fn own(&self, source: &str, key: &[u8]) -> Option<AnyFact> {
        let own = lock(&self.own);
        own.iter().find(|(name, of, _)| *name == source && of == key).map(|(.., fact)| fact.clone())
    }

    /// Takes what was put down for a source whose reading has come too late.
    pub(crate) fn take_last(&self, source: &str) -> Known<AnyFact> {
        let mut last = lock(&self.last);
        let at = last.iter().position(|(name, _)| *name == source);
        at.map_or(Known::Absent, |at| last.swap_remove(at).1)
    }
}

impl<I> fmt::Debug for ReadContext<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadContext").field("place", &self.place.physical).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
