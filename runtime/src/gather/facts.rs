//! What one drawing knows.

use crate::request::Request;
use crate::source::{Fact, Health, Known};
use crate::store::AnyFact;

/// What one drawing knows: what the shell said, and the fact of each source of the prompt, in the order of
/// [`Prompt::sources`](crate::prompt::Prompt::sources).
#[derive(Debug)]
pub struct Facts<'r> {
    request: &'r Request,
    known: Vec<Known<AnyFact>>,
}

impl<'r> Facts<'r> {
    /// Facts in the order of the prompt's sources.
    pub fn new(request: &'r Request, known: Vec<Known<AnyFact>>) -> Facts<'r> {
        Facts { request, known }
    }

    /// What the shell said.
    pub const fn request(&self) -> &'r Request {
        self.request
    }

    /// The fact of a source, by its place in the table; `None` if there is nothing to draw.
    pub fn get<F: Fact>(&self, source: usize) -> Option<&F> {
        let fact = self.known.get(source)?.get()?.downcast_ref();
        debug_assert!(fact.is_some(), "the source {source} has facts of another type");
        fact
    }

    /// How far the fact of a source can be relied on.
    pub fn health(&self, source: usize) -> Health {
        self.known.get(source).map_or(Health::GOOD, Known::health)
    }
}
