//! The daemon: remembers facts, answers shells without a process, and draws again when facts arrive.
//!
//! One thread serves. A [`session`] reads a request from its [`line`], makes a [`drawing`] of it with a gathering that never waits ([`live`]), and
//! answers; what the drawing had to do without is read meanwhile and drawn again. What all sessions share is in the [`hub`].

mod configuration;
mod drawing;
mod echo;
mod feeds;
mod files;
mod guard;
mod hub;
mod life;
mod line;
mod live;
mod memory;
mod metrics;
mod news;
mod readings;
mod serve;
mod session;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod tools;
mod watch;
mod why;
mod world;

use std::sync::OnceLock;

pub(crate) use life::address;
pub(crate) use serve::run;

use crate::prelude;
use crate::prompt::Prompt;

/// Variables that every prompt depends on, besides those of its sources and its terminal: where programs and the user's files are.
const ALWAYS: [&str; 2] = ["HOME", "PATH"];

/// The variables that a shell sends: those of the plan's manifests, and those every prompt depends on. Sorted.
pub(crate) fn variables<P: Prompt>() -> &'static [&'static str] {
    // There is one prompt in a program.
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let of_sources = P::sources().into_iter().flat_map(|(_, manifest)| manifest.env);
        let mut names: Vec<&'static str> =
            of_sources.chain(prelude::variables::<P>()).chain(ALWAYS).collect();
        names.sort_unstable();
        names.dedup();
        // Shells say it with every request.
        names.retain(|name| *name != "PWD");
        names
    })
}
