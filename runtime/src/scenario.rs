//! Scenarios: canned facts and what the shell said, for previews and snapshots.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::gather::Facts;
use crate::gather::PlannedSource;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::source::{Health, Known};
use crate::store::AnyFact;

/// Facts by the names of their sources.
///
/// A fact is written as a value of TOML in the shape of its Rust type; it is read when a prompt asks for it.
#[derive(Debug, Default)]
pub struct FactSet {
    /// What the shell said.
    pub request: Request,
    facts: HashMap<String, toml::Value>,
    /// The sources whose facts are stale, could not be read, or have not arrived.
    health: HashMap<String, Health>,
    /// Why a fact could not be read: the source and the reason.
    mistakes: Mutex<Vec<(String, String)>>,
}

impl FactSet {
    /// Puts a fact under the name of its source.
    pub fn insert(&mut self, source: &str, fact: toml::Value) {
        self.facts.insert(source.to_owned(), fact);
    }

    /// Says that the fact of a source is not as it should be.
    pub fn set_health(&mut self, source: &str, health: Health) {
        self.health.insert(source.to_owned(), health);
    }

    /// The facts of a prompt's sources; none where there is none, or it has another shape.
    pub fn facts<I>(&self, prompt: &Prompt<I>) -> Facts<'_> {
        Facts::new(&self.request, prompt.sources.iter().map(|planned| self.known(planned)).collect())
    }

    fn known<I>(&self, planned: &PlannedSource<I>) -> Known<AnyFact> {
        let health = self.health.get(planned.source.name()).copied().unwrap_or(Health::GOOD);
        match (health, self.fact(planned)) {
            (Health::FAILED, fact) => Known::Failed(fact),
            (Health::AWAITED, _) => Known::Awaited,
            (Health::STALE, Some(fact)) => Known::Stale(fact),
            (_, fact) => fact.map_or(Known::Absent, Known::Fresh),
        }
    }

    fn fact<I>(&self, planned: &PlannedSource<I>) -> Option<AnyFact> {
        let name = planned.source.name();
        match planned.source.read_toml(self.facts.get(name)?.clone()) {
            Ok(fact) => Some(fact),
            Err(error) => {
                let mistake = (name.to_owned(), error.to_string());
                self.mistakes.lock().unwrap_or_else(PoisonError::into_inner).push(mistake);
                None
            }
        }
    }

    /// Why facts could not be read so far: the sources and the reasons.
    pub fn mistakes(&self) -> Vec<(String, String)> {
        self.mistakes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
