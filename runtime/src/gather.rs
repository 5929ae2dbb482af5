//! Gathering: from sources to facts, within the budget.
//!
//! Generated code begins every source it needs, then finishes each. What is cheap is read while it begins; what must wait runs side by side meanwhile.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::exec::{Exec, Inline, Job, deadline};
use crate::io::Io;
use crate::place::Place;
use crate::request::Request;
use crate::source::{Cost, Known, Manifest, Policy, ReadError, Source};
use crate::store::Store;

/// Which parts of a prompt are wanted, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(u8);

impl Parts {
    /// The left prompt.
    pub const LEFT: Parts = Parts(1);
    /// The right prompt.
    pub const RIGHT: Parts = Parts(2);
    /// The transient prompts.
    pub const TRANSIENT: Parts = Parts(4);
    /// Single modules, for `module` and `timings`.
    pub const MODULES: Parts = Parts(8);
    /// All that a shell shows.
    pub const ALL: Parts = Parts(7);

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Parts) -> Parts {
        Parts(self.0 | other.0)
    }

    /// Whether the sets have something in common.
    pub const fn meets(self, other: Parts) -> bool {
        self.0 & other.0 != 0
    }
}

/// What gathers facts for generated code: a direct drawing, a daemon, a scenario.
pub trait Gather {
    /// A source that has begun.
    type Pending<F>;

    /// What the shell said.
    fn request(&self) -> &Request;

    /// Begins to read a source if one of the parts that need it is wanted.
    fn begin<S: Source>(&self, parts: Parts, source: &'static S) -> Self::Pending<S::Fact>;

    /// Waits for a source within the budget.
    fn finish<F>(&self, pending: Self::Pending<F>) -> Known<F>
    where
        F: crate::source::Fact;
}

/// What became of one source, for `timings` and `doctor`.
#[derive(Debug)]
pub struct Reading {
    /// The source.
    pub source: &'static str,
    /// How long it took from its beginning to its end, or to the end of the budget.
    pub elapsed: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// There is nothing to read here.
    Nothing,
    /// It was read.
    Read,
    /// It was in the store, for so long.
    Stored(Duration),
    /// It could not be read.
    Failed(ReadError),
    /// It failed a moment ago, or is being read in the background, and is not tried again yet.
    Resting,
    /// It did not arrive within the budget.
    Late,
}

/// Gathers facts in this process for one drawing.
#[derive(Debug)]
pub struct Direct<'a, I> {
    means: Means<'a, I>,
    request: &'a Request,
    wanted: Parts,
    start: Instant,
    deadline: Instant,
    model: Inline<'a>,
    record: Cell<bool>,
    readings: RefCell<Vec<Reading>>,
    late: Cell<bool>,
}

/// What a reading is done with.
#[derive(Debug)]
struct Means<'a, I> {
    io: &'a I,
    place: &'a Place,
    store: Option<&'a Store>,
    /// Whether sources that failed a moment ago are tried again.
    patient: bool,
}

impl<I> Clone for Means<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Means<'_, I> {}

/// What a source's future brings: the fact if there is one, and what came of it.
type Found<F> = (Option<F>, Outcome);

/// A source that a direct drawing has begun.
#[derive(Debug)]
pub struct Pending<F> {
    name: &'static str,
    start: Instant,
    state: State<F>,
}

#[derive(Debug)]
enum State<F> {
    Unwanted,
    Ready(Found<F>),
    /// With what is drawn if it comes too late.
    Waiting(Job<Found<F>>, Known<F>),
}

impl<'a, I: Io> Direct<'a, I> {
    /// Gathers for a request; `budget` is the longest that a prompt may wait.
    #[allow(clippy::disallowed_methods, reason = "a budget is a matter of the real clock")]
    pub fn new(
        io: &'a I,
        place: &'a Place,
        request: &'a Request,
        store: Option<&'a Store>,
        wanted: Parts,
        budget: Duration,
    ) -> Self {
        let start = Instant::now();
        Direct {
            means: Means { io, place, store, patient: false },
            request,
            wanted,
            start,
            deadline: deadline(start, budget),
            model: Inline::new(),
            record: Cell::new(false),
            readings: RefCell::default(),
            late: Cell::new(false),
        }
    }

    /// Keeps a record of what becomes of each source.
    #[must_use]
    pub fn recording(self) -> Self {
        self.record.set(true);
        self
    }

    /// Tries sources again that failed a moment ago.
    #[must_use]
    pub fn patient(self) -> Self {
        Direct { means: Means { patient: true, ..self.means }, ..self }
    }

    /// What became of each source so far.
    pub fn into_readings(self) -> Vec<Reading> {
        self.readings.into_inner()
    }

    /// Whether a source did not arrive within the budget.
    pub fn is_late(&self) -> bool {
        self.late.get()
    }

    #[allow(clippy::disallowed_methods, reason = "a record of elapsed time is a matter of the real clock")]
    fn now(&self) -> Instant {
        if self.record.get() { Instant::now() } else { self.start }
    }

    fn note(&self, source: &'static str, start: Instant, outcome: Outcome) {
        if matches!(outcome, Outcome::Late) {
            self.late.set(true);
        }
        if self.record.get() {
            let elapsed = self.now().saturating_duration_since(start);
            self.readings.borrow_mut().push(Reading { source, elapsed, outcome });
        }
    }
}

impl<'a, I: Io> Gather for Direct<'a, I> {
    type Pending<F> = Pending<F>;

    fn request(&self) -> &Request {
        self.request
    }

    fn begin<S: Source>(&self, parts: Parts, source: &'static S) -> Pending<S::Fact> {
        let (name, start) = (source.name(), self.now());
        if !parts.meets(self.wanted) {
            return Pending { name, start, state: State::Unwanted };
        }
        let means = self.means;
        // Without its type, so that a task is compiled once for each type of fact and not for each source.
        let mut work: Pin<Box<dyn Future<Output = Found<S::Fact>> + Send + 'a>> =
            Box::pin(learn(source, means));
        let state = match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(found) => State::Ready(found),
            Poll::Pending => {
                let last = last_value(source, means);
                State::Waiting(self.model.spawn(work), last)
            }
        };
        Pending { name, start, state }
    }

    fn finish<F: crate::source::Fact>(&self, pending: Pending<F>) -> Known<F> {
        let Pending { name, start, state } = pending;
        let (found, outcome) = match state {
            State::Unwanted => return Known::Absent,
            State::Ready(found) => found,
            State::Waiting(job, last) => match self.model.wait_until(job, self.deadline) {
                Ok(found) => found,
                Err(job) => {
                    drop(job);
                    self.note(name, start, Outcome::Late);
                    return last;
                }
            },
        };
        self.note(name, start, outcome);
        found.map_or(Known::Absent, Known::Fresh)
    }
}

/// A reading that took longer than this may be late another time, so that its value is worth a file: a tenth of the default budget.
const SLOW: Duration = Duration::from_millis(50);

/// After a reading failed, its source rests for so long: a tool that is broken does not cost every prompt a process.
const REST: Duration = Duration::from_secs(60);

/// Finds a fact: in the store if its policy allows, else by reading, and then stores it.
async fn learn<S: Source, I: Io>(source: &'static S, with: Means<'_, I>) -> Found<S::Fact> {
    let Means { io, place, store, patient } = with;
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
    match source.read(&key, place, io).await {
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

/// What is drawn of a source that has to wait if it comes too late: its last value, marked as old, or what its key tells.
fn last_value<S: Source, I: Io>(source: &'static S, with: Means<'_, I>) -> Known<S::Fact> {
    let Means { io, place, store, .. } = with;
    use futures_lite::future::{block_on, poll_once};
    let Some(Some(key)) = block_on(poll_once(source.key(place, io))) else { return Known::Absent };
    if let Some(stored) = store.and_then(|store| store.load::<S::Key, S::Fact>(source.name(), &key, io.now()))
    {
        return Known::Stale(stored.fact);
    }
    source.without_reading(&key).map_or(Known::Absent, Known::Fresh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Command, Simulated};

    /// Asks a program for its version, once for each version.
    struct Tool(Policy);

    impl Source for Tool {
        type Key = String;
        type Fact = String;

        fn name(&self) -> &'static str {
            "tool"
        }

        fn manifest(&self) -> Manifest {
            Manifest::new(Cost::Process, self.0)
        }

        async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<String> {
            io.env_text("KEY")
        }

        async fn read<I: Io>(&self, _key: &String, _place: &Place, io: &I) -> Result<String, ReadError> {
            if io.has_env("HANG") {
                std::future::pending::<()>().await;
            }
            let output = io
                .run(Command::new("/bin/tool", "/", Duration::MAX))
                .await
                .map_err(ReadError::io("run tool"))?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }

        fn without_reading(&self, _key: &String) -> Option<String> {
            Some(String::from("unknown"))
        }
    }

    static KEYED: Tool = Tool(Policy::Keyed);
    static BRIEF: Tool = Tool(Policy::Ttl(Duration::from_secs(5)));

    fn gather(source: &'static Tool, io: &Simulated, store: &Store) -> (Known<String>, Vec<Reading>) {
        let place = Place::new("/".into(), "/".into(), None, Duration::MAX);
        let request = Request::default();
        let direct =
            Direct::new(io, &place, &request, Some(store), Parts::LEFT, Duration::from_millis(1)).recording();
        let pending = direct.begin(Parts::LEFT, source);
        let known = direct.finish(pending);
        (known, direct.into_readings())
    }

    fn machine(at: u64) -> Simulated {
        Simulated::new().env_var("KEY", "a").program("tool", "1.0").at(at)
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        (folder, store)
    }

    #[test]
    fn a_keyed_fact_is_read_once() {
        let (_guard, store) = store();
        let (first, second) = (machine(0), machine(1_000_000));
        assert_eq!(gather(&KEYED, &first, &store).0, Known::Fresh("1.0".into()));
        assert_eq!(gather(&KEYED, &second, &store).0, Known::Fresh("1.0".into()));
        assert_eq!((first.ran().len(), second.ran().len()), (1, 0));
    }

    #[test]
    fn a_fact_with_a_lifetime_is_read_again_after_it() {
        let (_guard, store) = store();
        for (at, runs) in [(0, 1), (5, 0), (6, 1)] {
            let io = machine(at);
            gather(&BRIEF, &io, &store);
            assert_eq!(io.ran().len(), runs, "at {at} s");
        }
    }

    #[test]
    fn what_fails_rests() {
        let (_guard, store) = store();
        let broken = |at| Simulated::new().env_var("KEY", "a").at(at);
        for (at, runs) in [(0, 1), (59, 0), (60, 1)] {
            let io = broken(at);
            assert_eq!(gather(&KEYED, &io, &store).0, Known::Fresh("unknown".into()));
            assert_eq!(io.ran().len(), runs, "at {at} s");
        }
    }

    #[test]
    fn what_is_late_is_drawn_from_its_last_value() {
        let (_guard, store) = store();
        let hanging = |at| machine(at).env_var("HANG", "");
        assert_eq!(
            gather(&BRIEF, &hanging(0), &store).0,
            Known::Fresh("unknown".into()),
            "nothing is known yet"
        );
        gather(&BRIEF, &machine(0), &store);
        let (known, readings) = gather(&BRIEF, &hanging(60), &store);
        assert_eq!(known, Known::Stale("1.0".into()));
        assert!(matches!(readings[..], [Reading { outcome: Outcome::Late, .. }]));
    }

    #[test]
    fn what_nobody_wants_is_not_begun() {
        let (_guard, store) = store();
        let (io, place) = (machine(0), Place::new("/".into(), "/".into(), None, Duration::MAX));
        let request = Request::default();
        let direct = Direct::new(&io, &place, &request, Some(&store), Parts::RIGHT, Duration::MAX);
        let pending = direct.begin(Parts::LEFT, &KEYED);
        assert_eq!((direct.finish(pending), io.ran()), (Known::Absent, Vec::new()));
    }
}
