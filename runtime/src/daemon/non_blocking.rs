//! Gathering that never blocks: known facts are returned at once, and readings that take time go on after the drawing.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_lite::future::{or, poll_fn};

use super::last_known::LastKnown;
use crate::bus::Listeners;
use crate::gather::{Begun, Gather, Learned, Outcome, Parts, PlannedSource, ReadContext, Work, known, late};
use crate::io::Io;
use crate::request::Request;
use crate::source::{Cost, Known, Policy};
use crate::store::{AnyFact, CacheOutcome, FactCache};

/// Gathers the facts of one drawing without waiting.
pub(super) struct NonBlockingGather<'a, I> {
    read_context: &'a Arc<ReadContext<I>>,
    request: &'a Request,
    wanted: Parts,
    last_known: &'a LastKnown,
    /// Whether this drawing is the first for its request: only that one counts in statistics.
    is_first: bool,
    readings: RefCell<Vec<(&'static str, Work)>>,
    lacks: Cell<bool>,
    /// The sources that are shown as stale, or not at all.
    late: RefCell<Vec<&'static str>>,
}

/// A source that has begun.
pub(super) struct Pending {
    name: &'static str,
    state: State,
    cache: &'static dyn FactCache,
    /// Whether the cache was asked for it: sources that are not cached do not count in statistics.
    is_question: bool,
}

enum State {
    Unwanted,
    Ready(Learned),
    /// It goes on; the fact is what is shown meanwhile if nothing is known from before.
    Begun(Work, Option<AnyFact>),
}

impl<'a, I> NonBlockingGather<'a, I> {
    pub(super) fn new(
        read_context: &'a Arc<ReadContext<I>>,
        request: &'a Request,
        wanted: Parts,
        last_known: &'a LastKnown,
    ) -> Self {
        let (readings, lacks) = (RefCell::default(), Cell::new(false));
        NonBlockingGather {
            read_context,
            request,
            wanted,
            last_known,
            is_first: true,
            readings,
            lacks,
            late: RefCell::default(),
        }
    }

    /// Leaves statistics alone.
    pub(super) fn again(self) -> Self {
        NonBlockingGather { is_first: false, ..self }
    }

    /// The sources that are shown as stale, or not at all.
    pub(super) fn take_late(&self) -> Vec<&'static str> {
        self.late.take()
    }

    /// The readings that the drawing did not wait for.
    pub(super) fn into_waiting(self) -> LateFacts {
        LateFacts { readings: self.readings.into_inner(), lacks: self.lacks.get(), has_news: false }
    }
}

impl<'r, I: Io> Gather<'r, I> for NonBlockingGather<'r, I> {
    type Pending = Pending;

    fn request(&self) -> &'r Request {
        self.request
    }

    fn begin(&self, planned: &PlannedSource<I>) -> Pending {
        let PlannedSource { source, parts, cache, .. } = *planned;
        let (name, cache): (_, &'static dyn FactCache) = (source.name(), cache);
        if !parts.meets(self.wanted) {
            return Pending { name, state: State::Unwanted, cache, is_question: false };
        }
        let (cost, policy) = (source.cost(), source.policy());
        let going_on = |work| State::Begun(work, source.at_hand(&self.read_context.place));
        let state = match source.begin(cache, self.read_context) {
            Begun::Ready(learned) => State::Ready(learned),
            // What is large begins when all that is small has been read: its threads would take the processor from it.
            Begun::Rest(work) if cost >= Cost::Tree => going_on(work),
            Begun::Rest(mut work) => poll(&mut work).map_or_else(|| going_on(work), State::Ready),
        };
        Pending { name, state, cache, is_question: policy != Policy::Never }
    }

    fn finish(&self, pending: Pending) -> Known<AnyFact> {
        let Pending { name, state, cache, is_question } = pending;
        let learned = match state {
            State::Unwanted => return Known::Absent,
            State::Ready(learned) => Ok(learned),
            State::Begun(mut work, at_hand) => poll(&mut work).ok_or((work, at_hand)),
        };
        let (known, answer) = match learned {
            Ok((fact, outcome)) => {
                let known = known(fact, &outcome);
                self.last_known.note(name, &known);
                let answer = match outcome {
                    Outcome::Remembered(_) | Outcome::Stored(_) | Outcome::Elsewhere => {
                        Some(CacheOutcome::Hit)
                    }
                    // Nothing was found, and nothing was looked for.
                    Outcome::Resting => Some(CacheOutcome::Resting),
                    // There was something to show; the new value was just quicker.
                    Outcome::Verified if is_question => Some(CacheOutcome::Stale),
                    // What is cheap is read for every prompt: that is no question to the memory.
                    Outcome::Read | Outcome::Failed(_) if is_question => Some(CacheOutcome::Miss),
                    _ => None,
                };
                (known, answer)
            }
            Err((work, at_hand)) => {
                self.readings.borrow_mut().push((name, work));
                let last = match self.read_context.take_last(name) {
                    Known::Absent => at_hand.map_or_else(|| late(Known::Absent), Known::Stale),
                    last => late(last),
                };
                if last.get().is_some() {
                    self.last_known.note(name, &last);
                }
                if !matches!(last, Known::Fresh(_)) {
                    self.late.borrow_mut().push(name);
                }
                if !last.is_stale() {
                    self.lacks.set(true);
                }
                let answer = if last.is_stale() { CacheOutcome::Stale } else { CacheOutcome::Miss };
                (last, Some(answer))
            }
        };
        if let (true, Some(answer)) = (self.is_first, answer) {
            cache.count(answer);
        }
        known
    }
}

/// Polls a reading once.
fn poll(work: &mut Work) -> Option<Learned> {
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(learned) => Some(learned),
        Poll::Pending => None,
    }
}

/// Readings that a drawing did not wait for. Dropping it cancels them.
#[derive(Default)]
pub(super) struct LateFacts {
    /// By their sources.
    readings: Vec<(&'static str, Work)>,
    lacks: bool,
    /// Whether a reading has ended that no prompt shows yet.
    has_news: bool,
}

impl LateFacts {
    /// Whether there is nothing to wait for and nothing new to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.readings.is_empty() && !self.has_news
    }

    /// Number of readings.
    pub(super) fn count(&self) -> usize {
        self.readings.len()
    }

    /// Whether the drawing shows nothing in place of one of them, not even a stale value.
    pub(super) fn lacks(&self) -> bool {
        self.lacks
    }

    /// Notes that a prompt shows the readings that have ended. `rest` are the readings that this prompt itself did not
    /// wait for: they replace ours where none of ours is left, and if `rest` is empty nothing is left. What comes back
    /// is not needed any more.
    #[must_use]
    pub(super) fn finish_draw(&mut self, rest: LateFacts) -> LateFacts {
        self.has_news = false;
        if self.readings.is_empty() || rest.readings.is_empty() {
            return std::mem::replace(self, rest);
        }
        LateFacts::default()
    }

    /// Cancels them, and tells the trace who has given them up, and why.
    pub(super) fn give_up(self, trace: &Listeners, who: impl fmt::Display, why: impl fmt::Display) {
        if self.readings.is_empty() {
            return;
        }
        trace.tell("reading", || {
            let sources: Vec<_> = self.readings.iter().map(|(source, _)| *source).collect();
            format!("{who} gives up reading {}: {why}", sources.join(", "))
        });
    }

    /// Waits until at least one reading has ended.
    ///
    /// # Cancel safety
    /// No reading is lost: the next call still sees that one has ended.
    pub(super) async fn one(&mut self) {
        poll_fn(|context| {
            self.poll(context);
            if self.has_news || self.readings.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Waits until all readings have ended, or `until` has.
    ///
    /// # Cancel safety
    /// As for [`LateFacts::one`].
    pub(super) async fn all(&mut self, until: impl Future<Output = ()>) {
        let all = poll_fn(|context| {
            self.poll(context);
            if self.readings.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        });
        or(all, until).await;
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        let before = self.readings.len();
        self.readings.retain_mut(|(_, reading)| reading.as_mut().poll(context).is_pending());
        self.has_news |= self.readings.len() < before;
    }
}

impl fmt::Debug for LateFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LateFacts")
            .field("readings", &self.readings.len())
            .field("lacks", &self.lacks)
            .finish_non_exhaustive()
    }
}
