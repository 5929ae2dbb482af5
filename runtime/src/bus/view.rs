//! Views: the facts that each session shows, and the bell that calls it when one of them is invalidated.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Fact, Invalidated, Table};

/// What one session shows.
#[derive(Debug)]
pub struct View {
    session: u64,
    /// Whether it can be called: it can draw again, and no command runs there.
    is_ready: AtomicBool,
    facts: Mutex<Vec<Fact>>,
    is_called: AtomicBool,
    bell: event_listener::Event,
    /// Says to all who wait for it that a session shows something.
    shown: Arc<event_listener::Event>,
}

impl View {
    pub(super) fn new(session: u64, shown: Arc<event_listener::Event>) -> View {
        let (is_ready, is_called) = (AtomicBool::new(false), AtomicBool::new(false));
        let bell = event_listener::Event::new();
        View { session, is_ready, facts: Mutex::default(), is_called, bell, shown }
    }

    /// The number of the session.
    pub fn session(&self) -> u64 {
        self.session
    }

    /// Notes that a prompt is shown that can be drawn again.
    pub fn mark_ready(&self) {
        self.is_ready.store(true, Ordering::SeqCst);
        self.shown.notify(usize::MAX);
    }

    /// Notes that no prompt is shown that could be drawn again, such as while a command runs.
    pub fn suspend(&self) {
        self.is_ready.store(false, Ordering::SeqCst);
        self.acknowledge();
    }

    /// Notes the facts of the prompt that is shown now. Room for them is used again.
    pub fn set_facts(&self, facts: &[Fact]) {
        let mut known = self.facts();
        known.clear();
        known.extend_from_slice(facts);
    }

    /// Waits until something that is shown has become old.
    ///
    /// # Cancel safety
    /// A call stays until it is answered.
    pub async fn wait_for_call(&self) {
        loop {
            let listener = self.bell.listen();
            if self.is_called.load(Ordering::SeqCst) {
                return;
            }
            listener.await;
        }
    }

    /// Answers the call: what is drawn from now on is drawn of what is known now.
    pub fn acknowledge(&self) {
        self.is_called.store(false, Ordering::SeqCst);
    }

    /// The facts of those sources.
    pub(super) fn of(&self, is_meant: impl Fn(&str) -> bool) -> Vec<Fact> {
        self.facts().iter().filter(|(source, _)| is_meant(source)).copied().collect()
    }

    /// Whether a fact of this source is shown, and could be drawn again.
    pub(super) fn waits_for(&self, source: &str) -> bool {
        self.is_ready.load(Ordering::SeqCst) && self.facts().iter().any(|(known, _)| *known == source)
    }

    /// Calls if something of the batch is shown.
    pub(super) fn hear(&self, batch: &Batch, table: &Table) {
        if !self.is_ready.load(Ordering::SeqCst) {
            return;
        }
        let facts = self.facts();
        let is_invalidated = |fact: &Fact| {
            let by = |invalidated: &Invalidated| match invalidated {
                Invalidated::Nothing => false,
                Invalidated::Facts(facts) => facts.contains(fact),
                Invalidated::Sources(sources) => sources.contains(&fact.0),
            };
            // Who has told of an event draws anyway.
            let others = batch.notices.iter().filter(|notice| notice.session != Some(self.session));
            others.into_iter().any(|notice| by(&notice.invalidated))
                || batch.is_anything_stale && table.has(fact.0)
        };
        let is_called = facts.iter().any(is_invalidated);
        // Who is woken may want to look at the facts.
        drop(facts);
        if is_called {
            self.is_called.store(true, Ordering::SeqCst);
            self.bell.notify(usize::MAX);
        }
    }

    fn facts(&self) -> MutexGuard<'_, Vec<Fact>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
