//! Learning one fact: from what is remembered if its policy allows, else by reading it.

use std::any::Any;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_lite::future::poll_once;

use super::Outcome;
use crate::io::Io;
use crate::place::Place;
use crate::source::{Cost, Fact, Known, Manifest, Policy, Source};
use crate::store::Store;

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
    /// The last values of sources that are waited for, by their names.
    last: Mutex<Vec<(&'static str, Box<dyn Any + Send>)>>,
}

impl<I> Means<I> {
    /// Means for one place.
    pub fn new(io: I, place: Place, store: Option<Arc<Store>>) -> Means<I> {
        Means { io, place, store, patient: false, last: Mutex::default() }
    }

    /// Tries sources again that failed a moment ago.
    #[must_use]
    pub fn patient(self) -> Means<I> {
        Means { patient: true, ..self }
    }

    /// Puts down what is drawn of a source in case its reading comes too late.
    fn put_last<F: Fact>(&self, source: &'static str, fact: Known<F>) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).push((source, Box::new(fact)));
    }

    /// Takes what was put down for a source whose reading has come too late.
    pub(super) fn take_last<F: Fact>(&self, source: &str) -> Option<Known<F>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let at = last.iter().position(|(name, _)| *name == source)?;
        last.swap_remove(at).1.downcast().ok().map(|fact| *fact)
    }
}

impl<I> fmt::Debug for Means<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means").field("place", &self.place.physical).finish_non_exhaustive()
    }
}

/// What a reading brings: the fact if there is one, and what came of it.
pub(super) type Found<F> = (Option<F>, Outcome);

/// Finds a fact: in the store if its policy allows, else by reading, and then stores it.
///
/// Where the reading has to wait, what would be drawn without it is put down in the means first.
pub(super) async fn learn<S: Source, I: Io>(source: &'static S, with: Arc<Means<I>>) -> Found<S::Fact> {
    let Means { io, place, store, patient, .. } = &*with;
    let Some(key) = source.key(place, io).await else { return (None, Outcome::Nothing) };
    let Manifest { policy, cost, .. } = source.manifest();
    let (name, is_process) = (source.name(), cost >= Cost::Process);
    let longest = match policy {
        Policy::Never | Policy::Last => None,
        Policy::Keyed => Some(Duration::MAX),
        Policy::Ttl(age) => Some(age),
    };
    if let (Some(longest), Some(store)) = (longest, store) {
        if let Some(stored) = store.load::<S::Key, S::Fact>(name, &key, io.now())
            && stored.age <= longest
        {
            return (Some(stored.fact), Outcome::Stored(stored.age));
        }
        let has_failed = || {
            let failed = store.load::<S::Key, ()>(&failures_of(name), &key, io.now());
            failed.is_some_and(|failed| failed.age < REST)
        };
        // What is slow is read in the background already; what is broken is not tried at every prompt.
        if !patient && is_process && (store.is_refreshing(io.now()) || has_failed()) {
            return (source.without_reading(&key), Outcome::Resting);
        }
    }
    let start = io.now();
    let mut reading = pin!(source.read(&key, place, io));
    let result = match poll_once(reading.as_mut()).await {
        Some(result) => result,
        None => {
            let stored = store.as_ref().and_then(|store| store.load::<S::Key, S::Fact>(name, &key, io.now()));
            if let Some(stored) = stored {
                with.put_last(name, Known::Stale(stored.fact));
            } else if let Some(fact) = source.without_reading(&key) {
                with.put_last(name, Known::Fresh(fact));
            }
            reading.await
        }
    };
    match result {
        Ok(fact) => {
            let now = io.now();
            let worth_keeping = match policy {
                Policy::Never => false,
                Policy::Keyed | Policy::Ttl(_) => true,
                Policy::Last => now.duration_since(start).is_ok_and(|elapsed| elapsed > SLOW),
            };
            if let (true, Some(store)) = (worth_keeping, store) {
                store.save(name, &key, &fact, now);
            }
            (Some(fact), Outcome::Read)
        }
        Err(error) => {
            if let (true, Some(store)) = (longest.is_some() && is_process, store) {
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
