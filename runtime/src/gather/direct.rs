//! Gathering in this process, for one drawing.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::PlannedSource;
use super::any_source::{AnySource, Begun};
use super::learn::Learned;
use super::{Gather, Outcome, Parts, ReadContext, Reading, known, late};
use crate::exec::{Exec, Inline, Job, deadline};
use crate::io::Io;
use crate::request::Request;
use crate::source::Known;
use crate::store::{AnyFact, FactCache};

/// Gathers facts in this process for one drawing.
#[derive(Debug)]
pub struct Direct<'a, I> {
    read_context: Arc<ReadContext<I>>,
    request: &'a Request,
    wanted: Parts,
    start: Instant,
    deadline: Instant,
    model: Inline<'static>,
    record: Cell<bool>,
    readings: RefCell<Vec<Reading>>,
    late: Cell<bool>,
}

/// A source that a direct drawing has begun.
#[derive(Debug)]
pub struct Pending {
    name: &'static str,
    start: Instant,
    /// When it ended, if that was while it was begun.
    end: Option<Instant>,
    lifetime: Option<Duration>,
    state: State,
}

/// What a record says of a source besides what came of it.
struct Span {
    source: &'static str,
    start: Instant,
    end: Option<Instant>,
    lifetime: Option<Duration>,
}

#[derive(Debug)]
enum State {
    Unwanted,
    Ready(Learned),
    /// It is waited for; the fact is what is shown should it be late and nothing is known from before.
    Waiting(Job<Learned>, Option<AnyFact>),
}

impl<'a, I: Io> Direct<'a, I> {
    /// Gathers for a request; `budget` is the longest that a prompt may wait.
    #[allow(clippy::disallowed_methods, reason = "a budget is a matter of the real clock")]
    pub fn new(read_context: ReadContext<I>, request: &'a Request, wanted: Parts, budget: Duration) -> Self {
        let start = Instant::now();
        Direct {
            read_context: Arc::new(read_context),
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

    /// What readings are done with.
    pub fn read_context(&self) -> &ReadContext<I> {
        &self.read_context
    }

    /// What became of each source so far.
    pub fn into_readings(self) -> Vec<Reading> {
        self.readings.into_inner()
    }

    /// Whether a source did not arrive within the budget.
    pub fn is_late(&self) -> bool {
        self.late.get()
    }

    /// Until when it is waited. What another process will draw anyway is not waited for.
    fn patience(&self) -> Instant {
        if self.read_context.io.was_left() { self.start } else { self.deadline }
    }

    #[allow(clippy::disallowed_methods, reason = "a record of elapsed time is a matter of the real clock")]
    fn now(&self) -> Instant {
        if self.record.get() { Instant::now() } else { self.start }
    }

    fn note(&self, Span { source, start, end, lifetime }: Span, outcome: Outcome) {
        if matches!(outcome, Outcome::Late) {
            self.late.set(true);
        }
        if self.record.get() {
            let elapsed = end.unwrap_or_else(|| self.now()).saturating_duration_since(start);
            self.readings.borrow_mut().push(Reading { source, elapsed, lifetime, outcome });
        }
    }
}

impl<I: Io> Direct<'_, I> {
    /// Begins to read a source if one of the parts that need it is wanted.
    pub(crate) fn begin_source(
        &self,
        source: &'static dyn AnySource<I>,
        parts: Parts,
        cache: &'static dyn FactCache,
    ) -> Pending {
        let (name, start, lifetime) = (source.name(), self.now(), cache.lifetime());
        if !parts.meets(self.wanted) {
            return Pending { name, start, end: None, lifetime, state: State::Unwanted };
        }
        let state = match source.begin(cache, &self.read_context) {
            Begun::Ready(learned) => State::Ready(learned),
            Begun::Rest(mut work) => match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(learned) => State::Ready(learned),
                Poll::Pending => {
                    State::Waiting(self.model.spawn(work), source.at_hand(&self.read_context.place))
                }
            },
        };
        let end = matches!(state, State::Ready(_)).then(|| self.now());
        Pending { name, start, end, lifetime, state }
    }

    /// Waits for a source within the budget.
    pub(crate) fn finish_source(&self, pending: Pending) -> Known<AnyFact> {
        let Pending { name, start, end, lifetime, state } = pending;
        let span = Span { source: name, start, end, lifetime };
        let (fact, outcome) = match state {
            State::Unwanted => return Known::Absent,
            State::Ready(learned) => learned,
            State::Waiting(job, at_hand) => match self.model.wait_until(job, self.patience()) {
                Ok(learned) => learned,
                Err(job) => {
                    drop(job);
                    self.note(span, Outcome::Late);
                    return match self.read_context.take_last(name) {
                        Known::Absent => at_hand.map_or_else(|| late(Known::Absent), Known::Stale),
                        last => late(last),
                    };
                }
            },
        };
        let known = known(fact, &outcome);
        self.note(span, outcome);
        known
    }
}

impl<'r, I: Io> Gather<'r, I> for Direct<'r, I> {
    type Pending = Pending;

    fn request(&self) -> &'r Request {
        self.request
    }

    fn begin(&self, planned: &PlannedSource<I>) -> Pending {
        self.begin_source(planned.source, planned.parts, planned.cache)
    }

    fn finish(&self, pending: Pending) -> Known<AnyFact> {
        self.finish_source(pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Command, Simulated};
    use crate::place::Place;
    use crate::source::{Cost, Describe, Policy, ReadError, Source};
    use crate::store::NoCache;
    use crate::store::Store;

    /// Asks a program for its version, once for each version.
    struct Tool(Policy);

    impl Describe for Tool {
        fn name(&self) -> &'static str {
            "tool"
        }

        fn cost(&self) -> Cost {
            Cost::Process
        }

        fn policy(&self) -> Policy {
            self.0
        }
    }

    impl Source for Tool {
        type Key = String;
        type Fact = String;

        async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<String> {
            io.env_text("KEY")
        }

        async fn read<I: Io>(&self, _key: &String, _place: &Place, io: &I) -> Result<String, ReadError> {
            if io.has_env("HANG") {
                std::future::pending::<()>().await;
            }
            if io.has_env("NOTHING") {
                return Err(ReadError::nothing("there is nothing to show"));
            }
            let output = io
                .run(Command::new("/bin/tool", "/", Duration::MAX))
                .await
                .map_err(ReadError::io("run tool"))?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }

        fn without_reading(&self, key: &String) -> Option<String> {
            (key != "bare").then(|| String::from("unknown"))
        }
    }

    static KEYED: Tool = Tool(Policy::Keyed);
    static BRIEF: Tool = Tool(Policy::Ttl(Duration::from_secs(5)));

    /// A fact with its type again.
    fn typed(known: Known<AnyFact>) -> Known<String> {
        known.map(|fact| fact.downcast_ref::<String>().expect("a fact of this source").clone())
    }

    /// What a drawing makes of a source: what it knows, what became of it, and how many programs ran.
    fn gather(
        source: &'static Tool,
        io: Simulated,
        store: &Arc<Store>,
    ) -> (Known<String>, Vec<Reading>, usize) {
        let place = Place::new("/".into(), "/".into(), None, Duration::MAX);
        let read_context = ReadContext::new(io, place, Some(store.clone()));
        let request = Request::default();
        let direct = Direct::new(read_context, &request, Parts::LEFT, Duration::from_millis(1)).recording();
        let known = typed(direct.finish_source(direct.begin_source(source, Parts::LEFT, &NoCache)));
        let ran = direct.read_context().io.ran().len();
        (known, direct.into_readings(), ran)
    }

    fn machine(at: u64) -> Simulated {
        Simulated::new().env_var("KEY", "a").program("tool", "1.0").at(at)
    }

    fn store() -> (tempfile::TempDir, Arc<Store>) {
        let folder = crate::safe_path::private_folder().unwrap();
        let store = Arc::new(Store::new(folder.path()));
        (folder, store)
    }

    #[test]
    fn a_keyed_fact_is_read_once() {
        let (_guard, store) = store();
        for (at, runs) in [(0, 1), (1_000_000, 0)] {
            let (known, _, ran) = gather(&KEYED, machine(at), &store);
            assert_eq!((known, ran), (Known::Fresh("1.0".into()), runs));
        }
    }

    #[test]
    fn a_fact_with_a_lifetime_is_read_again_after_it() {
        let (_guard, store) = store();
        for (at, runs) in [(0, 1), (5, 0), (6, 1)] {
            assert_eq!(gather(&BRIEF, machine(at), &store).2, runs, "at {at} s");
        }
    }

    #[test]
    fn what_fails_rests() {
        let (_guard, store) = store();
        let broken = |at| Simulated::new().env_var("KEY", "a").at(at);
        for (at, runs) in [(0, 1), (59, 0), (60, 1)] {
            let (known, _, ran) = gather(&KEYED, broken(at), &store);
            assert_eq!((known, ran), (Known::Failed(Some("unknown".into())), runs), "at {at} s");
        }
    }

    #[test]
    fn that_there_is_nothing_is_no_failure() {
        let (_guard, store) = store();
        let nothing = |at| machine(at).env_var("NOTHING", "");
        for at in [0, 59, 60] {
            let (known, readings, ran) = gather(&KEYED, nothing(at), &store);
            assert_eq!((known, ran), (Known::Fresh("unknown".into()), 0), "at {at} s");
            assert!(matches!(readings[..], [Reading { outcome: Outcome::Nothing, .. }]), "at {at} s");
        }
    }

    #[test]
    fn what_is_late_is_drawn_from_its_last_value() {
        let (_guard, store) = store();
        let hanging = |at| machine(at).env_var("HANG", "");
        assert_eq!(
            gather(&BRIEF, hanging(0), &store).0,
            Known::Fresh("unknown".into()),
            "nothing is known yet"
        );
        let bare = hanging(0).env_var("KEY", "bare");
        assert_eq!(gather(&BRIEF, bare, &store).0, Known::Awaited, "not even its key tells anything");
        gather(&BRIEF, machine(0), &store);
        let (known, readings, _) = gather(&BRIEF, hanging(60), &store);
        assert_eq!(known, Known::Stale("1.0".into()));
        assert!(matches!(readings[..], [Reading { outcome: Outcome::Late, .. }]));
    }

    #[test]
    fn a_lifetime_of_the_configuration_counts_however_quick_the_source_is() {
        use crate::store::{CacheLimits, eviction::Lru, source_cache::SourceCache};
        // What is read for every prompt, with and without its last value.
        for policy in [Policy::Last, Policy::Never] {
            let source: &'static Tool = Box::leak(Box::new(Tool(policy)));
            let lifetime = Some(Duration::from_secs(30));
            let keeping = CacheLimits { ttl: lifetime, ..CacheLimits::DEFAULT };
            let (_guard, store) = store();
            for (at, runs) in [(0, 1), (30, 0), (31, 1)] {
                let place = Place::new("/".into(), "/".into(), None, Duration::MAX);
                let read_context = ReadContext::new(machine(at), place, Some(store.clone()));
                let request = Request::default();
                let direct = Direct::new(read_context, &request, Parts::LEFT, Duration::MAX).recording();
                let cache: &'static SourceCache<Lru> = Box::leak(Box::new(SourceCache::new("tool", keeping)));
                let known = direct.finish_source(direct.begin_source(source, Parts::LEFT, cache));
                assert_eq!(typed(known), Known::Fresh("1.0".into()));
                assert_eq!(direct.read_context().io.ran().len(), runs, "{policy:?} at {at} s");
                assert_eq!(direct.into_readings()[0].lifetime, lifetime);
            }
        }
    }

    #[test]
    fn what_nobody_wants_is_not_begun() {
        let (_guard, store) = store();
        let place = Place::new("/".into(), "/".into(), None, Duration::MAX);
        let request = Request::default();
        let direct = Direct::new(
            ReadContext::new(machine(0), place, Some(store)),
            &request,
            Parts::RIGHT,
            Duration::MAX,
        );
        let known = direct.finish_source(direct.begin_source(&KEYED, Parts::LEFT, &NoCache));
        assert_eq!((typed(known), direct.read_context().io.ran()), (Known::Absent, Vec::new()));
    }
}
