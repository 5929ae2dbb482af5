//! What Node.js and Go share: a file of the place states which version it needs.

use serde::{Deserialize, Serialize};
use ziron_macros::Choice;

use super::requirement::Requirement;

/// The version that a place needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// The requirement as it is written.
    text: String,
    requirement: Requirement,
}

/// Whether the tool meets what the place needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Capability {
    /// It does, or nothing is needed.
    #[choice("style")]
    Capable,
    /// It does not.
    #[choice("not_capable_style")]
    NotCapable,
}

impl Needed {
    /// Takes a requirement apart.
    pub(crate) fn new(text: &str) -> Needed {
        Needed { requirement: Requirement::parse(text), text: text.to_owned() }
    }

    /// Whether a version is enough, and what is needed if it is not.
    pub(crate) fn compare<'n>(needed: Option<&'n Needed>, version: &str) -> (Capability, Option<&'n str>) {
        match needed.filter(|needed| !needed.requirement.allows(version)) {
            Some(needed) => (Capability::NotCapable, Some(&needed.text)),
            None => (Capability::Capable, None),
        }
    }
}
