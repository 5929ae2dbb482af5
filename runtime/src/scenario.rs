//! Scenarios: canned facts and what the shell said, for previews and snapshots.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::gather::{Gather, Memory, Parts};
use crate::request::Request;
use crate::source::{Fact, Known, Source};

/// Facts by the names of their sources.
///
/// A fact is written as a value of TOML in the shape of its Rust type; it is read when somebody asks for it, and kept as long as the process lives.
#[derive(Debug, Default)]
pub struct FactSet {
    /// What the shell said.
    pub request: Request,
    facts: HashMap<String, toml::Value>,
    /// Why a fact could not be read: the source and the reason.
    mistakes: Mutex<Vec<(String, String)>>,
}

impl FactSet {
    /// Puts a fact under the name of its source.
    pub fn insert(&mut self, source: &str, fact: toml::Value) {
        self.facts.insert(source.to_owned(), fact);
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
    type Pending<F> = Option<F>;

    fn request(&self) -> &Request {
        &self.0.request
    }

    fn begin<S: Source>(
        &self,
        _parts: Parts,
        source: &'static S,
        _memory: &'static dyn Memory,
    ) -> Option<S::Fact> {
        self.0.get::<S::Fact>(source.name()).cloned()
    }

    fn finish<F: Fact>(&self, pending: Option<F>) -> Known<F> {
        pending.map_or(Known::Absent, Known::Fresh)
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
