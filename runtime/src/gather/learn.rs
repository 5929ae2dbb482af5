//! Learning one fact: from the cache or the store if its policy allows, else by reading it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_lite::future::poll_once;

use super::dyn_source::DynSource;
use super::observer::Ended;
use super::read_context::{Mind, ReadContext, tick};
use super::single_flight::Flight;
use super::{Outcome, outcome_of};
use crate::io::Io;
use crate::source::{Cost, Known, Policy, ReadError};
use crate::store::entry::fnv1a;
use crate::store::{AnyFact, FactCache, NewFact, Show};

/// A reading that took longer than this may be late another time, so that its value is worth a file: a tenth of the
/// default budget.
const SLOW: Duration = Duration::from_millis(50);

/// After a reading failed, its source rests for so long: a tool that is broken does not cost every prompt a process.
pub(crate) const REST: Duration = Duration::from_secs(60);

/// What is known of a fact in the end: the fact if there is one, and what came of it.
pub type Learned = (Option<AnyFact>, Outcome);

/// A fact that is being learned.
pub type Work = Pin<Box<dyn Future<Output = Learned> + Send>>;

/// A fact in the cache; without one, its reading failed, or has found nothing to show.
struct Remembered {
    fact: Option<AnyFact>,
    /// Why it could not be read, if it failed.
    failure: Option<Arc<str>>,
    /// When its reading began.
    tick: u64,
    show: Show,
}

impl Remembered {
    /// Writes it for people.
    const SHOW: Show = |any, text| match any.downcast_ref::<Self>() {
        Some(Self { fact: Some(fact), show, .. }) => show(&**fact, text),
        Some(Self { failure: Some(reason), .. }) => write!(text, "could not be read: {reason}"),
        _ => text.write_str("there is nothing to show"),
    };
}

/// What the cache has for a key.
struct CachedOutcome {
    fact: Option<AnyFact>,
    has_failed: bool,
    /// Whether that may be drawn as it is.
    holds: bool,
    /// Whether an event has invalidated it.
    is_invalidated: bool,
    age: Duration,
}

/// A fact that is to be learned.
pub(super) struct Asking<I> {
    dyn_source: Arc<dyn DynSource<I>>,
    /// The key as it is stored.
    key: Vec<u8>,
    cache: &'static dyn FactCache,
    with: Arc<ReadContext<I>>,
    name: &'static str,
    cost: Cost,
    policy: Policy,
    /// How long it holds; `None` if it is read for every prompt.
    longest: Option<Duration>,
    /// Its last value, if the cache has one that has expired or was invalidated.
    last: Option<AnyFact>,
    /// Whether an event has invalidated that.
    is_invalidated: bool,
    /// Whether the reading has had to wait.
    waits: bool,
}

impl<I: Io> Asking<I> {
    pub(super) fn new(
        dyn_source: Arc<dyn DynSource<I>>,
        cache: &'static dyn FactCache,
        with: Arc<ReadContext<I>>,
    ) -> Asking<I> {
        let (name, cost, policy, key) =
            (dyn_source.name(), dyn_source.cost(), dyn_source.policy(), dyn_source.key());
        let longest = match (cache.lifetime(), policy) {
            (Some(age), _) | (None, Policy::Ttl(age)) => Some(age),
            (None, Policy::Keyed) => Some(Duration::MAX),
            (None, Policy::Never | Policy::Last) => None,
        };
        let (last, is_invalidated, waits) = (None, false, false);
        Asking { dyn_source, key, cache, with, name, cost, policy, longest, last, is_invalidated, waits }
    }

    /// What this process remembers, if that may be drawn as it is.
    pub(super) fn at_once(&mut self) -> Option<Learned> {
        let with = self.with.clone();
        let mind = with.mind.as_ref()?;
        with.note(self.name, fnv1a(&self.key));
        if let Some(own) = with.own(self.name, &self.key)
            && let Some(Remembered { fact, failure, tick, .. }) = own.downcast_ref()
            && *tick >= mind.asked
        {
            let (fact, has_failed, age) = (fact.clone(), failure.is_some(), Duration::ZERO);
            return Some(self.held(CachedOutcome {
                fact,
                has_failed,
                holds: true,
                is_invalidated: false,
                age,
            }));
        }
        let recalled = self.recall(mind)?;
        if recalled.holds {
            return Some(self.held(recalled));
        }
        (self.last, self.is_invalidated) = (recalled.fact, recalled.is_invalidated);
        None
    }

    /// Finds the fact: in the store if its policy allows, else by reading, and then keeps it.
    ///
    /// Where the reading has to wait, what would be drawn without it is put down in the means first.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the reading; nothing is kept.
    pub(super) async fn learn(mut self) -> Learned {
        if let Some(learned) = self.look_in_store() {
            return learned;
        }
        let with = self.with.clone();
        let (mind, is_known) = (with.mind.as_ref(), self.last.is_some());
        let mut flight = None;
        if let (Some(mind), true) = (mind, self.cost >= Cost::Tree) {
            match self.board(mind).await {
                Ok(begun) => flight = Some(begun),
                Err(learned) => return learned,
            }
        }
        let observer = mind.and_then(|mind| mind.observer.as_deref()).filter(|_| self.cost >= Cost::Tree);
        let observation = observer.map(|observer| observer.begin(self.name, fnv1a(&self.key)));
        if let Some(None) = observation {
            return (self.dyn_source.without_reading(), Outcome::Resting);
        }
        let (began, mark, start) = (tick(), self.cache.mark(), with.io.instant());
        let result = self.read(&with).await;
        let failure = result.as_ref().err().filter(|error| error.is_failure());
        let took = with.io.instant().saturating_duration_since(start);
        if let Some(observation) = observation.flatten() {
            observation.end(match failure {
                None => Ended::Well,
                Some(_) if took < SLOW && !self.is_process() => Ended::BadlySoon,
                Some(_) => Ended::Badly,
            });
        }
        // What the key identifies may have been replaced while it was read. Then this is true now, but not of the key.
        let may_be_another = self.waits && self.longest.is_some();
        let is_of_key = !may_be_another || self.dyn_source.is_still_asked(&with.place, &with.io).await;
        // What is cheap is read for every prompt and need not be kept.
        if mind.is_some() && (self.waits || self.policy != Policy::Never) {
            let read = match &result {
                Ok(fact) => Ok(fact.clone()),
                Err(_) => Err(failure.map(|error| Arc::from(error.describe()))),
            };
            self.keep(read, began, is_of_key.then_some(mark), Duration::ZERO, took);
        }
        drop(flight);
        // What an event has invalidated meanwhile must not come back from the store.
        let store = with.store.as_deref().filter(|_| is_of_key);
        match result {
            Ok(fact) => {
                // What holds for a while, by its source or by the configuration, is not read again meanwhile, however
                // quick it is.
                let worth_keeping = self.longest.is_some() || self.policy == Policy::Last && took > SLOW;
                if let (true, Some(store)) = (worth_keeping && self.cache.mark() == mark, store)
                    && let Some(bytes) = self.dyn_source.store(&fact)
                {
                    store.put(self.name, &self.key, &bytes, with.io.now());
                }
                (Some(fact), if is_known { Outcome::Verified } else { Outcome::Read })
            }
            Err(error) => {
                if let (true, Some(store)) = (self.longest.is_some() && self.is_process(), store) {
                    let what = if error.is_failure() { FAILURE } else { NOTHING };
                    store.put(&failures_of(self.name), &self.key, what, with.io.now());
                }
                (self.dyn_source.without_reading(), outcome_of(error))
            }
        }
    }

    fn is_process(&self) -> bool {
        self.cost >= Cost::Process
    }

    /// What is drawn of something that holds.
    fn held(&self, recalled: CachedOutcome) -> Learned {
        match recalled.fact {
            Some(fact) => (Some(fact), Outcome::Remembered(recalled.age)),
            None if recalled.has_failed => (self.dyn_source.without_reading(), Outcome::Resting),
            None => (self.dyn_source.without_reading(), Outcome::Nothing),
        }
    }

    fn recall(&self, mind: &Mind) -> Option<CachedOutcome> {
        let recalled = self.cache.recall(&self.key)?;
        let age = self.with.io.instant().saturating_duration_since(recalled.at);
        let Remembered { fact, failure, tick, .. } = recalled.fact.downcast_ref()?;
        let is_young = match fact {
            Some(_) => self.longest.is_some_and(|longest| age <= longest),
            None => self.is_process() && !self.with.patient && age < REST,
        };
        // An event after a reading invalidates it, however late the prompt was asked for.
        let holds = !recalled.is_invalidated && (*tick >= mind.asked || is_young);
        let (fact, has_failed) = (fact.clone(), failure.is_some());
        Some(CachedOutcome { fact, has_failed, holds, is_invalidated: recalled.is_invalidated, age })
    }

    /// What the store has, if that may be drawn as it is, or says that it is not to be read now.
    fn look_in_store(&mut self) -> Option<Learned> {
        let with = self.with.clone();
        let ReadContext { io, store: Some(store), mind, .. } = &*with else { return None };
        let longest = self.longest.filter(|_| !self.is_invalidated)?;
        let stored = store.find(self.name, &self.key, io.now()).filter(|stored| !stored.is_invalidated);
        if let Some(stored) = stored
            && stored.age <= longest
            && let Some(fact) = self.dyn_source.restore(stored.fact())
        {
            if mind.is_some() {
                self.keep(Ok(fact.clone()), 0, Some(self.cache.mark()), stored.age, Duration::ZERO);
            }
            return Some((Some(fact), Outcome::Stored(stored.age)));
        }
        // What is slow is read in the background already; what is broken is not tried at every prompt.
        if with.patient || !self.is_process() {
            return None;
        }
        let failed = store.find(&failures_of(self.name), &self.key, io.now());
        let outcome = match failed.filter(|failed| !failed.is_invalidated && failed.age < REST) {
            Some(failed) if failed.fact() == NOTHING => Outcome::Nothing,
            Some(_) => Outcome::Resting,
            None if mind.is_none() && store.is_refreshing(io.now()) => Outcome::Elsewhere,
            None => return None,
        };
        Some((self.dyn_source.without_reading(), outcome))
    }

    /// Waits until nobody else reads the same, and says what the others have found if that holds.
    async fn board<'m>(&mut self, mind: &'m Mind) -> Result<Flight<'m>, Learned> {
        loop {
            let landed = match mind.single_flight.begin(self.name, &self.key) {
                Ok(flight) => return Ok(flight),
                Err(landed) => landed,
            };
            self.begin_to_wait();
            landed.await;
            if let Some(recalled) = self.recall(mind).filter(|recalled| recalled.holds) {
                return Err(self.held(recalled));
            }
        }
    }

    async fn read(&mut self, with: &ReadContext<I>) -> Result<AnyFact, ReadError> {
        let dyn_source = self.dyn_source.clone();
        let mut reading = dyn_source.read(&with.place, &with.io);
        match poll_once(reading.as_mut()).await {
            Some(result) => result,
            None => {
                self.begin_to_wait();
                reading.await
            }
        }
    }

    /// Puts down what is drawn meanwhile: its last value, from memory or the store, or what its key tells.
    fn begin_to_wait(&mut self) {
        if std::mem::replace(&mut self.waits, true) {
            return;
        }
        let from_store = || {
            let stored = self.with.store.as_ref()?.find(self.name, &self.key, self.with.io.now())?;
            self.dyn_source.restore(stored.fact())
        };
        if let Some(fact) = self.last.take().or_else(from_store) {
            self.with.put_last(self.name, Known::Stale(fact));
        } else if let Some(fact) = self.dyn_source.without_reading() {
            self.with.put_last(self.name, Known::Fresh(fact));
        }
    }

    /// Keeps what was read when `tick` was, for others if the memory's `mark` is given.
    fn keep(&self, read: NewResult, tick: u64, mark: Option<u64>, age: Duration, cost: Duration) {
        let (fact, failure) = match read {
            Ok(fact) => (Some(fact), None),
            Err(failure) => (None, failure),
        };
        let inside = fact.as_ref().map(|fact| self.dyn_source.size(fact));
        let kept: AnyFact = Arc::new(Remembered { fact, failure, tick, show: self.dyn_source.show() });
        if tick > 0 {
            self.with.put_own(self.name, &self.key, kept.clone());
        }
        if let Some(mark) = mark {
            let now: Instant = self.with.io.instant();
            let at = now.checked_sub(age).unwrap_or(now);
            let bytes = size_of::<Remembered>() + inside.unwrap_or_default();
            let finding = NewFact { fact: kept, show: Remembered::SHOW, at, bytes, cost };
            self.cache.keep(mark, self.key.clone(), finding);
        }
    }
}

/// What is kept of a reading: the fact; or why it failed, if it did.
type NewResult = Result<AnyFact, Option<Arc<str>>>;

/// What the store remembers of a source that failed, or that had nothing to show.
const FAILURE: &[u8] = &[];
const NOTHING: &[u8] = &[0];

/// The name under which the store remembers that a source failed.
fn failures_of(source: &str) -> String {
    format!("{source}-failed")
}
