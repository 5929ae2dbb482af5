//! Scenarios: canned facts and what the shell said, for previews and snapshots.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::gather::{FactCache, Gather, Parts};
use crate::request::Request;
use crate::source::{Fact, Health, Known, Source};

/// Facts by the names of their sources.
///
/// A fact is written as a value of TOML in the shape of its Rust type; it is read when somebody asks for it, and kept
/// as long as the process lives.
#[derive(Debug, Default)]
pub struct FactSet {
    /// What the shell said.
    pub request: Request,
    facts: HashMap<String, toml::Value>,
    /// The sources whose facts are old, could not be read, or have not arrived.
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

    /// How far the fact of a source can be relied on.
    pub fn health(&self, source: &str) -> Health {
        self.health.get(source).copied().unwrap_or(Health::GOOD)
    }

    /// Reads the fact of a source; `None` if there is none, or it has another shape.
    pub fn get<F: Fact>(&self, source: &str) -> Option<&'static F> {
        match self.facts.get(source)?.clone().try_into() {
            Ok(fact) => Some(Box::leak(Box::new(fact))),
            Err(error) => {
                let mistake = (source.to_owned(), error.to_string());
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

/// Gives compiled code canned facts in place of the world's.
#[derive(Clone, Copy, Debug)]
pub struct Canned<'f>(pub &'f FactSet);

impl Gather for Canned<'_> {
    type Pending<F> = Known<F>;

    fn request(&self) -> &Request {
        &self.0.request
    }

    fn begin<S: Source>(
        &self,
        _parts: Parts,
        source: &'static S,
        _memory: &'static dyn FactCache,
    ) -> Known<S::Fact> {
        let fact = self.0.get::<S::Fact>(source.name()).cloned();
        match (self.0.health(source.name()), fact) {
            (Health::FAILED, fact) => Known::Failed(fact),
            (Health::AWAITED, _) => Known::Awaited,
            (Health::STALE, Some(fact)) => Known::Stale(fact),
            (_, fact) => fact.map_or(Known::Absent, Known::Fresh),
        }
    }

    fn finish<F: Fact>(&self, known: Known<F>) -> Known<F> {
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_in_the_shape_of_their_type() {
        let mut set = FactSet::default();
        set.insert("git_stash", toml::Value::Integer(2));
        assert_eq!(set.get::<u32>("git_stash"), Some(&2));
        assert_eq!(set.get::<String>("git_stash"), None);
        assert_eq!(set.mistakes().len(), 1);
    }
}
