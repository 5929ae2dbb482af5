//! Learning one fact: from what is remembered if its policy allows, else by reading it.

use std::any::Any;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_lite::future::poll_once;

use super::Outcome;
use super::flights::Flights;
use super::memory::{AnyFact, Finding, Memory, Show};
use super::observer::{Ended, Observer};
use crate::io::Io;
use crate::place::Place;
use crate::source::{Cost, Fact, Known, Policy, Source};
use crate::store::Store;
use crate::store::entry::fnv1a;

/// A reading that took longer than this may be late another time, so that its value is worth a file: a tenth of the default budget.
const SLOW: Duration = Duration::from_millis(50);

/// After a reading failed, its source rests for so long: a tool that is broken does not cost every prompt a process.
const REST: Duration = Duration::from_secs(60);

/// What readings are done with. A reading may outlive the drawing that began it, so that they share this.
pub struct Means<I> {
    /// The operating system, with the shell's environment.
    pub io: I,
    /// Where the prompt is drawn.
    pub place: Place,
    /// Where facts are kept between processes.
    pub store: Option<Arc<Store>>,
    /// Whether sources that failed a moment ago are tried again.
    patient: bool,
    /// What this process remembers, if it draws more than once.
    mind: Option<Mind>,
    /// The last values of sources that are waited for, by their names.
    last: Mutex<Vec<(&'static str, Box<dyn Any + Send>)>>,
    /// What was waited for and has been read. It is as new as can be, and shown even if the memory has had no room for it.
    own: Mutex<Vec<Own>>,
    /// The facts that were asked for: their sources, and the hashes of their keys.
    asked_for: Mutex<Vec<(&'static str, u64)>>,
}

/// What was read with the means themselves: of which source, for which key, and what.
type Own = (&'static str, Vec<u8>, AnyFact);

/// What a process has that draws more than once.
#[derive(Clone, Debug)]
struct Mind {
    flights: Arc<Flights>,
    /// When the prompt was asked for: a reading that began later is as new as can be.
    asked: u64,
    /// Who is told of readings.
    observer: Option<Arc<dyn Observer>>,
}

/// A fact in memory; without one, its reading failed.
struct Remembered<F> {
    fact: Option<F>,
    /// When its reading began.
    tick: u64,
}

impl<F: Fact> Remembered<F> {
    fn into_finding(self, at: Instant, cost: Duration) -> Finding {
        // What a fact takes on the heap nobody knows; its bytes in a file come close.
        let inside = self.fact.as_ref().and_then(|fact| postcard::experimental::serialized_size(fact).ok());
        let bytes = size_of::<Self>() + inside.unwrap_or_default();
        let show: Show = |any, text| match any.downcast_ref::<Self>().and_then(|known| known.fact.as_ref()) {
            Some(fact) => write!(text, "{fact:?}"),
            None => text.write_str("could not be read"),
        };
        Finding { fact: Arc::new(self), show, at, bytes, cost }
    }
}

/// A clock that only orders: each look at it is later than all before.
static TICKS: AtomicU64 = AtomicU64::new(1);

fn tick() -> u64 {
    TICKS.fetch_add(1, Ordering::Relaxed)
}

impl<I> Means<I> {
    /// Means for one place.
    pub fn new(io: I, place: Place, store: Option<Arc<Store>>) -> Means<I> {
        Means {
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
    pub fn patient(self) -> Means<I> {
        Means { patient: true, ..self }
    }

    /// Remembers facts in this process. What is read from now on is as new as this prompt can be.
    #[cfg(feature = "background")]
    pub(crate) fn remembering(self, flights: Arc<Flights>) -> Means<I> {
        Means { mind: Some(Mind { flights, asked: tick(), observer: None }), ..self }
    }

    /// Tells somebody of readings.
    #[cfg(feature = "background")]
    pub(crate) fn observed(mut self, observer: Arc<dyn Observer>) -> Means<I> {
        if let Some(mind) = &mut self.mind {
            mind.observer = Some(observer);
        }
        self
    }

    /// Takes what was read for another prompt as new enough for this one, unless an event has made it old.
    #[cfg(feature = "background")]
    pub(crate) fn as_new_as(&mut self, other: &Means<I>) {
        if let (Some(mind), Some(other)) = (&mut self.mind, &other.mind) {
            mind.asked = other.asked;
        }
    }

    /// Looks at the facts that were asked for so far: their sources, and the hashes of their keys.
    #[cfg(feature = "background")]
    pub(crate) fn with_asked_for<T>(&self, look: impl FnOnce(&[(&'static str, u64)]) -> T) -> T {
        look(&self.asked_for.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that a fact was asked for.
    fn note(&self, source: &'static str, key: &[u8]) {
        let fact = (source, fnv1a(key));
        let mut facts = self.asked_for.lock().unwrap_or_else(PoisonError::into_inner);
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }

    /// Puts down what is drawn of a source in case its reading comes too late.
    fn put_last<F: Fact>(&self, source: &'static str, fact: Known<F>) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).push((source, Box::new(fact)));
    }

    fn put_own(&self, source: &'static str, key: &[u8], fact: AnyFact) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|(name, ..)| *name != source);
        own.push((source, key.to_vec(), fact));
    }

    fn own(&self, source: &str, key: &[u8]) -> Option<AnyFact> {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.iter().find(|(name, of, _)| *name == source && of == key).map(|(.., fact)| fact.clone())
    }

    /// Takes what was put down for a source whose reading has come too late.
    pub(crate) fn take_last<F: Fact>(&self, source: &str) -> Known<F> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = last.iter().position(|(name, _)| *name == source) else { return Known::Absent };
        last.swap_remove(at).1.downcast().map_or(Known::Absent, |fact| *fact)
    }
}

impl<I> fmt::Debug for Means<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means").field("place", &self.place.physical).finish_non_exhaustive()
    }
}

/// What a reading brings: the fact if there is one, and what came of it.
pub(crate) type Found<F> = (Option<F>, Outcome);

/// Finds a fact: in memory or in the store if its policy allows, else by reading, and then keeps it.
///
/// Where the reading has to wait, what would be drawn without it is put down in the means first.
///
/// # Cancel safety
/// Dropping the future abandons the reading; nothing is kept.
pub(crate) async fn learn<S: Source, I: Io>(
    source: &'static S,
    memory: &'static dyn Memory,
    with: Arc<Means<I>>,
) -> Found<S::Fact> {
    let Means { io, place, store, patient, mind, .. } = &*with;
    let Some(key) = source.key(place, io).await else { return (None, Outcome::Nothing) };
    let (cost, policy) = (source.cost(), source.policy());
    let (name, is_process) = (source.name(), cost >= Cost::Process);
    let longest = match (memory.lifetime(), policy) {
        (Some(age), _) | (None, Policy::Ttl(age)) => Some(age),
        (None, Policy::Keyed) => Some(Duration::MAX),
        (None, Policy::Never | Policy::Last) => None,
    };
    let key_bytes = if mind.is_some() { postcard::to_stdvec(&key).unwrap_or_default() } else { Vec::new() };
    if mind.is_some() {
        with.note(name, &key_bytes);
    }
    let recall = |mind: &Mind| {
        let recalled = memory.recall(&key_bytes)?;
        let age = io.instant().saturating_duration_since(recalled.at);
        let Remembered { fact, tick } = recalled.fact.downcast_ref::<Remembered<S::Fact>>()?;
        // An event after a reading makes it old, however late the prompt was asked for.
        let holds = !recalled.is_old
            && (*tick >= mind.asked
                || match fact {
                    Some(_) => longest.is_some_and(|longest| age <= longest),
                    None => is_process && !patient && age < REST,
                });
        Some((fact.clone(), holds, recalled.is_old, age))
    };
    let mut last = None;
    let mut is_old = false;
    if let Some(mind) = mind {
        if let Some(own) = with.own(name, &key_bytes)
            && let Some(Remembered { fact, tick }) = own.downcast_ref::<Remembered<S::Fact>>()
            && *tick >= mind.asked
        {
            return match fact {
                Some(fact) => (Some(fact.clone()), Outcome::Remembered(Duration::ZERO)),
                None => (source.without_reading(&key), Outcome::Resting),
            };
        }
        match recall(mind) {
            Some((Some(fact), true, _, age)) => return (Some(fact), Outcome::Remembered(age)),
            Some((None, true, ..)) => return (source.without_reading(&key), Outcome::Resting),
            Some((fact, false, old, _)) => (last, is_old) = (fact, old),
            None => {}
        }
    }
    let keep = |fact: Option<&S::Fact>, tick: u64, mark: Option<u64>, age: Duration, cost: Duration| {
        let now = io.instant();
        let at = now.checked_sub(age).unwrap_or(now);
        let finding = Remembered { fact: fact.cloned(), tick }.into_finding(at, cost);
        if tick > 0 {
            with.put_own(name, &key_bytes, finding.fact.clone());
        }
        if let Some(mark) = mark {
            memory.keep(mark, key_bytes.clone(), finding);
        }
    };
    if let (Some(longest), Some(store), false) = (longest, store, is_old) {
        if let Some(stored) = store.load::<S::Key, S::Fact>(name, &key, io.now())
            && stored.age <= longest
        {
            if mind.is_some() {
                keep(Some(&stored.fact), 0, Some(memory.mark()), stored.age, Duration::ZERO);
            }
            return (Some(stored.fact), Outcome::Stored(stored.age));
        }
        let has_failed = || {
            let failed = store.load::<S::Key, ()>(&failures_of(name), &key, io.now());
            failed.is_some_and(|failed| failed.age < REST)
        };
        // What is slow is read in the background already; what is broken is not tried at every prompt.
        if !patient && is_process && (mind.is_none() && store.is_refreshing(io.now()) || has_failed()) {
            return (source.without_reading(&key), Outcome::Resting);
        }
    }
    let is_known = last.is_some();
    let mut waits = false;
    let mut wait_with = |last: &mut Option<S::Fact>| {
        if !std::mem::replace(&mut waits, true) {
            let from_store = || {
                store.as_ref()?.load_last::<S::Key, S::Fact>(name, &key, io.now()).map(|stored| stored.fact)
            };
            if let Some(fact) = last.take().or_else(from_store) {
                with.put_last(name, Known::Stale(fact));
            } else if let Some(fact) = source.without_reading(&key) {
                with.put_last(name, Known::Fresh(fact));
            }
        }
    };
    let mut flight = None;
    if let (Some(mind), true) = (mind, cost >= Cost::Tree) {
        loop {
            match mind.flights.begin(name, &key_bytes) {
                Ok(begun) => {
                    flight = Some(begun);
                    break;
                }
                Err(landed) => {
                    wait_with(&mut last);
                    landed.await;
                    match recall(mind) {
                        Some((Some(fact), true, _, age)) => return (Some(fact), Outcome::Remembered(age)),
                        Some((None, true, ..)) => return (source.without_reading(&key), Outcome::Resting),
                        _ => {}
                    }
                }
            }
        }
    }
    let observer = mind.as_ref().and_then(|mind| mind.observer.as_deref()).filter(|_| cost >= Cost::Tree);
    let observation = observer.map(|observer| observer.begin(name, fnv1a(&key_bytes)));
    if let Some(None) = observation {
        return (source.without_reading(&key), Outcome::Resting);
    }
    let (began, mark, start) = (tick(), memory.mark(), io.instant());
    let mut reading = pin!(source.read(&key, place, io));
    let result = match poll_once(reading.as_mut()).await {
        Some(result) => result,
        None => {
            wait_with(&mut last);
            reading.await
        }
    };
    if let Some(observation) = observation.flatten() {
        observation.end(if result.is_ok() { Ended::Well } else { Ended::Badly });
    }
    // What the key identifies may have been replaced while it was read. Then this is true now, but not of the key.
    let is_of_key = !waits || longest.is_none() || source.key(place, io).await.as_ref() == Some(&key);
    // What is cheap is read for every prompt and need not be kept.
    if mind.is_some() && (waits || policy != Policy::Never) {
        keep(
            result.as_ref().ok(),
            began,
            is_of_key.then_some(mark),
            Duration::ZERO,
            io.instant().saturating_duration_since(start),
        );
    }
    drop(flight);
    match result {
        Ok(fact) => {
            let worth_keeping = match policy {
                Policy::Never => false,
                Policy::Keyed | Policy::Ttl(_) => true,
                Policy::Last => io.instant().saturating_duration_since(start) > SLOW,
            };
            // What an event has made old meanwhile must not come back from the store.
            if let (true, Some(store)) = (worth_keeping && is_of_key && memory.mark() == mark, store) {
                store.save(name, &key, &fact, io.now());
            }
            (Some(fact), if is_known { Outcome::Verified } else { Outcome::Read })
        }
        Err(error) => {
            if let (true, Some(store)) = (longest.is_some() && is_process && is_of_key, store) {
                store.save(&failures_of(name), &key, &(), io.now());
            }
            (source.without_reading(&key), Outcome::Failed(error))
        }
    }
}

/// The name under which the store remembers that a source failed.
fn failures_of(source: &str) -> String {
    format!("{source}-failed")
}
