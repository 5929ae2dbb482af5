//! The last known facts of each place, from which placeholders and prefetched prompts are drawn.
//!
//! Finding the keys of facts can take longer than a person should wait: a repository is opened, a directory is listed,
//! and a file system may not answer at all. A shell that can redraw gets a placeholder first, which is the last known
//! prompt marked as stale; the real one follows.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::coalesced_read::CoalescedRead;
use crate::io::Sent;
use crate::source::Known;
use crate::store::AnyFact;
use crate::store::entry::Fnv1a;

/// Maximum number of places; the least recently used one goes first.
const PLACES: usize = 64;

/// Where finding the facts takes no longer than this, no placeholder is shown: nobody would see the difference.
const QUICK: Duration = Duration::from_micros(400);

/// Maximum number of environments for one place: shells differ in few variables, and a variable that changes with every
/// prompt must not fill the memory.
const ENVIRONMENTS: usize = 4;

/// The places that were drawn, by their logical paths.
#[derive(Debug, Default)]
pub(super) struct LastKnownPlaces {
    places: Mutex<HashMap<PathBuf, (u64, Arc<PlaceRecord>)>>,
    clock: AtomicU64,
}

/// What all shells share of one place.
#[derive(Debug, Default)]
struct PlaceRecord {
    /// The place with its symbolic links resolved.
    physical: Mutex<PathBuf>,
    /// How long the last gathering took without what it did not wait for (µs); 0 if unknown.
    inline_us: AtomicU64,
    /// Facts by the hash of what the shell has sent; the most recently used entry is the last.
    drawn: Mutex<Vec<(u64, Arc<DrawnFacts>)>>,
}

/// The facts of a place, for shells that send the same environment.
#[derive(Default)]
struct DrawnFacts {
    /// Whether anything was drawn from them.
    is_known: AtomicBool,
    /// The last complete gathering.
    coalesced: Mutex<Option<CoalescedRead>>,
    facts: Mutex<HashMap<&'static str, LastFact, BuildHasherDefault<Fnv1a>>>,
}

/// The last fact of one source, and whether reading it has failed.
struct LastFact {
    fact: Option<AnyFact>,
    has_failed: bool,
}

/// The last known facts of one place for one shell.
#[derive(Debug)]
pub(super) struct LastKnown {
    spot: Arc<PlaceRecord>,
    drawn: Arc<DrawnFacts>,
}

impl LastKnownPlaces {
    /// The last known facts of a place for a shell that sends these variables; empty if there are none.
    pub(super) fn last_known(&self, logical: &Path, sent: &Sent) -> Arc<LastKnown> {
        let spot = self.spot(logical);
        let drawn = spot.drawn(sent.hash());
        Arc::new(LastKnown { spot, drawn })
    }

    fn spot(&self, logical: &Path) -> Arc<PlaceRecord> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut places = lock(&self.places);
        if let Some((used, spot)) = places.get_mut(logical) {
            *used = now;
            return spot.clone();
        }
        if places.len() >= PLACES {
            let oldest = places.iter().min_by_key(|(_, (used, _))| *used).map(|(path, _)| path.clone());
            oldest.and_then(|path| places.remove(&path));
        }
        let spot = Arc::<PlaceRecord>::default();
        places.insert(logical.to_owned(), (now, spot.clone()));
        spot
    }

    /// Number of places.
    pub(super) fn count(&self) -> usize {
        lock(&self.places).len()
    }
}

impl PlaceRecord {
    fn drawn(&self, sent: u64) -> Arc<DrawnFacts> {
        let mut all = lock(&self.drawn);
        let known = all.iter().position(|(of, _)| *of == sent).map(|at| all.remove(at));
        if known.is_none() && all.len() >= ENVIRONMENTS {
            all.remove(0);
        }
        let (_, drawn) = known.unwrap_or_default();
        all.push((sent, drawn.clone()));
        drawn
    }
}

impl LastKnown {
    /// Whether a placeholder is worth showing, and there is one.
    pub(super) fn is_slow(&self) -> bool {
        self.drawn.is_known.load(Ordering::Relaxed)
            && self.spot.inline_us.load(Ordering::Relaxed) > QUICK.as_micros() as u64
    }

    /// Whether a gathering is going on: one at a time is enough to learn whether a file system answers.
    pub(super) fn is_looked_at(&self) -> bool {
        self.spot.inline_us.load(Ordering::Relaxed) == u64::MAX
    }

    /// Notes that a gathering begins. If it never ends, the next request does not wait for it.
    pub(super) fn begin(&self) {
        *lock(&self.drawn.coalesced) = None;
        self.spot.inline_us.store(u64::MAX, Ordering::Relaxed);
    }

    /// Keeps a complete gathering for other requests.
    pub(super) fn note_coalesced(&self, coalesced: CoalescedRead) {
        *lock(&self.drawn.coalesced) = Some(coalesced);
    }

    /// The last complete gathering.
    pub(super) fn coalesced(&self) -> Option<CoalescedRead> {
        lock(&self.drawn.coalesced).clone()
    }

    /// Notes where the place is, and how long the gathering took.
    pub(super) fn end(&self, physical: &Path, took: Duration) {
        let mut known = lock(&self.spot.physical);
        if *known != physical {
            physical.clone_into(&mut known);
        }
        drop(known);
        self.drawn.is_known.store(true, Ordering::Relaxed);
        self.spot.inline_us.store(took.as_micros() as u64, Ordering::Relaxed);
    }

    /// The physical path of the place, as far as it is known.
    pub(super) fn physical(&self, logical: &Path) -> PathBuf {
        let physical = lock(&self.spot.physical);
        if physical.as_os_str().is_empty() { logical.to_owned() } else { physical.clone() }
    }

    /// Keeps what is known of a source.
    pub(super) fn note(&self, source: &'static str, known: &Known<AnyFact>) {
        let mut facts = lock(&self.drawn.facts);
        let (fact, has_failed) = (known.get().cloned(), matches!(known, Known::Failed(_)));
        if fact.is_none() && !has_failed {
            facts.remove(source);
        } else {
            facts.insert(source, LastFact { fact, has_failed });
        }
    }

    /// What is known of a source.
    pub(super) fn recall(&self, source: &str) -> Known<AnyFact> {
        let facts = lock(&self.drawn.facts);
        let Some(LastFact { fact, has_failed }) = facts.get(source) else { return Known::Absent };
        let fact = fact.clone();
        if *has_failed { Known::Failed(fact) } else { fact.map_or(Known::Absent, Known::Fresh) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for DrawnFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrawnFacts").field("facts", &lock(&self.facts).len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(number: u32) -> Known<AnyFact> {
        Known::Fresh(Arc::new(number))
    }

    fn recalled(last_known: &LastKnown, source: &str) -> Known<u32> {
        last_known.recall(source).map(|fact| *fact.downcast_ref().expect("a number"))
    }

    /// What a shell sends whose profile has this name.
    fn sent(profile: &str) -> Sent {
        Sent::new(&["PROFILE"], [("PROFILE".into(), profile.into())])
    }

    #[test]
    fn the_place_that_was_not_used_for_longest_goes_first() {
        let (places, sent) = (LastKnownPlaces::default(), Sent::default());
        places.last_known(Path::new("/first"), &sent).note("tool", &fresh(1));
        for number in 0..PLACES - 1 {
            places.last_known(&PathBuf::from(format!("/{number}")), &sent);
        }
        assert_eq!(recalled(&places.last_known(Path::new("/first"), &sent), "tool"), Known::Fresh(1_u32));
        places.last_known(Path::new("/new"), &sent);
        assert_eq!(places.count(), PLACES);
        assert_eq!(
            recalled(&places.last_known(Path::new("/first"), &sent), "tool"),
            Known::Fresh(1_u32),
            "it was used since"
        );
    }

    #[test]
    fn a_place_that_is_being_looked_at_is_slow() {
        let last_known = LastKnownPlaces::default().last_known(Path::new("/"), &Sent::default());
        assert!(!last_known.is_slow(), "nothing is known that could be shown");
        last_known.begin();
        assert!(last_known.is_looked_at());
        last_known.end(Path::new("/"), QUICK * 2);
        assert!(last_known.is_slow());
        last_known.end(Path::new("/"), Duration::from_micros(30));
        assert!(!last_known.is_slow());
    }

    #[test]
    fn what_one_environment_shows_another_does_not() {
        let places = LastKnownPlaces::default();
        let last_known = |profile| places.last_known(Path::new("/"), &sent(profile));
        last_known("work").note("account", &fresh(1));
        last_known("work").end(Path::new("/physical"), QUICK * 2);
        assert_eq!(recalled(&last_known("play"), "account"), Known::Absent);
        assert!(!last_known("play").is_slow(), "there is nothing that could be shown");
        last_known("play").note("account", &fresh(2));
        assert_eq!(recalled(&last_known("work"), "account"), Known::Fresh(1_u32));
        assert_eq!(
            last_known("play").physical(Path::new("/")),
            Path::new("/physical"),
            "the place is the same"
        );
        last_known("work").begin();
        assert!(last_known("play").is_looked_at(), "a file system answers everybody or nobody");
    }

    #[test]
    fn the_environment_that_was_not_used_for_longest_goes_first() {
        let places = LastKnownPlaces::default();
        let last_known = |profile: &str| places.last_known(Path::new("/"), &sent(profile));
        last_known("first").note("tool", &fresh(1));
        (1..ENVIRONMENTS).for_each(|number| drop(last_known(&number.to_string())));
        assert_eq!(recalled(&last_known("first"), "tool"), Known::Fresh(1_u32));
        last_known("new");
        assert_eq!(recalled(&last_known("first"), "tool"), Known::Fresh(1_u32), "it was used since");
        assert_eq!(lock(&places.spot(Path::new("/")).drawn).len(), ENVIRONMENTS);
    }
}
