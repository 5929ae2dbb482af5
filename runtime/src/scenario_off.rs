//! Scenarios, where the feature `scenario` is off: there are none.

use crate::request::Request;
use crate::source::Fact;

/// No facts.
#[derive(Debug, Default)]
pub struct FactSet {
    /// What the shell said.
    pub request: Request,
}

#[allow(clippy::unused_self, reason = "the same signature as its twin's")]
impl FactSet {
    /// There is none.
    pub fn get<F: Fact>(&self, _source: &str) -> Option<&'static F> {
        None
    }
}
