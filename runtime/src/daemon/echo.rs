//! The picture of a place that was drawn before, at once and marked as old: what is shown while the real one is being made.
//!
//! Finding keys can take longer than people wait for nothing: a repository has to be opened, a directory to be listed, and a file system may not
//! answer at all. A shell that can draw again is shown what was known last, and told that it is old; what is true follows.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::gather::{Gather, Means, Memory, Parts, free};
use crate::io::Io;
use crate::request::Request;
use crate::source::{Fact, Known, Source};

/// So many places are remembered; the one that was not used for longest goes first.
const PLACES: usize = 64;

/// A place whose facts are found within this is drawn as it is: nobody sees the difference.
const QUICK: Duration = Duration::from_micros(400);

/// The places that were drawn, by the names that shells call them.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Mutex<HashMap<PathBuf, (u64, Arc<Memo>)>>,
    clock: AtomicU64,
}

/// What was drawn of one place.
#[derive(Default)]
pub(super) struct Memo {
    /// The place with its symbolic links resolved.
    physical: Mutex<PathBuf>,
    facts: Mutex<HashMap<&'static str, Arc<dyn Any + Send + Sync>>>,
    /// How long it took last to find what can be found without waiting (µs); 0 if that is not known.
    inline_us: AtomicU64,
}

impl Places {
    /// What was drawn of a place; an empty memo if it was not.
    pub(super) fn memo(&self, logical: &Path) -> Arc<Memo> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut places = lock(&self.places);
        if let Some((used, memo)) = places.get_mut(logical) {
            *used = now;
            return memo.clone();
        }
        if places.len() >= PLACES {
            let oldest = places.iter().min_by_key(|(_, (used, _))| *used).map(|(path, _)| path.clone());
            oldest.and_then(|path| places.remove(&path));
        }
        let memo = Arc::<Memo>::default();
        places.insert(logical.to_owned(), (now, memo.clone()));
        memo
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        lock(&self.places).len()
    }
}

impl Memo {
    /// Whether it is worth while to show an old picture first.
    pub(super) fn is_slow(&self) -> bool {
        self.inline_us.load(Ordering::Relaxed) > QUICK.as_micros() as u64
    }

    /// Whether it is being looked at: one look at a time tells whether a file system answers.
    pub(super) fn is_looked_at(&self) -> bool {
        self.inline_us.load(Ordering::Relaxed) == u64::MAX
    }

    /// Notes that the place is being looked at: should that never end, the next one does not wait for it.
    pub(super) fn begin(&self) {
        self.inline_us.store(u64::MAX, Ordering::Relaxed);
    }

    /// Notes where the place is, and how long it took to look at it.
    pub(super) fn end(&self, physical: &Path, took: Duration) {
        let mut known = lock(&self.physical);
        if *known != physical {
            physical.clone_into(&mut known);
        }
        drop(known);
        self.inline_us.store(took.as_micros() as u64, Ordering::Relaxed);
    }

    /// Where the place was, as far as that is known.
    pub(super) fn physical(&self, logical: &Path) -> PathBuf {
        let physical = lock(&self.physical);
        if physical.as_os_str().is_empty() { logical.to_owned() } else { physical.clone() }
    }

    /// Notes what is known of a source.
    pub(super) fn note<F: Fact>(&self, source: &'static str, fact: Option<&F>) {
        let mut facts = lock(&self.facts);
        match fact {
            None => _ = facts.remove(source),
            Some(fact) if facts.get(source).and_then(|known| known.downcast_ref()) == Some(fact) => {}
            Some(fact) => _ = facts.insert(source, Arc::new(fact.clone())),
        }
    }

    fn recall<F: Fact>(&self, source: &str) -> Option<F> {
        lock(&self.facts).get(source)?.downcast_ref().cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("facts", &lock(&self.facts).len()).finish_non_exhaustive()
    }
}

/// Gathers what was known last, marked as old, and touches nothing outside this process. What costs nothing is read as it is.
pub(super) struct Echo<'a, I> {
    pub(super) memo: &'a Memo,
    pub(super) means: &'a Arc<Means<I>>,
    pub(super) request: &'a Request,
}

impl<I: Io> Gather for Echo<'_, I> {
    type Pending<F> = Known<F>;

    fn request(&self) -> &Request {
        self.request
    }

    fn begin<S: Source>(
        &self,
        _parts: Parts,
        source: &'static S,
        memory: &'static dyn Memory,
    ) -> Known<S::Fact> {
        free(source, memory, self.means).unwrap_or_else(|| {
            let known = self.memo.recall(source.name()).or_else(|| source.at_hand(&self.means.place));
            known.map_or(Known::Absent, Known::Stale)
        })
    }

    fn finish<F: Fact>(&self, known: Known<F>) -> Known<F> {
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_was_not_used_for_longest_goes_first() {
        let places = Places::default();
        places.memo(Path::new("/first")).note("tool", Some(&1_u32));
        for number in 0..PLACES - 1 {
            places.memo(&PathBuf::from(format!("/{number}")));
        }
        assert_eq!(places.memo(Path::new("/first")).recall("tool"), Some(1_u32));
        places.memo(Path::new("/new"));
        assert_eq!(places.count(), PLACES);
        assert_eq!(places.memo(Path::new("/first")).recall("tool"), Some(1_u32), "it was used since");
    }

    #[test]
    fn a_place_that_is_being_looked_at_is_slow() {
        let memo = Memo::default();
        assert!(!memo.is_slow(), "nothing is known that could be shown");
        memo.begin();
        assert!(memo.is_slow());
        memo.end(Path::new("/"), Duration::from_micros(30));
        assert!(!memo.is_slow());
    }
}
