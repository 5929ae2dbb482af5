//! The daemon: remembers facts, answers shells without a process, and draws again when facts arrive.
//!
//! One thread serves. A [`session`] reads a request from its [`line`], makes a [`drawing`] of it with a gathering that
//! never waits ([`live`]), and answers; what the drawing had to do without is read meanwhile and drawn again. What all
//! sessions share is in the [`hub`].

mod answer;
mod draw_request;
mod configuration;
mod draw_context;
mod last_known;
mod background;
mod files;
mod watchdog;
mod prefetched;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod file_watcher;
mod state;
mod inherited;
mod life;
mod transport;
mod non_blocking;
mod memory;
mod metrics;
mod mounted;
mod session_events;
mod stale_daemon;
mod process;
mod program;
mod readings;
mod from_last_known;
mod serve;
mod session;
mod coalesced_read;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod tools;
mod warm;
mod watch;
mod why;
mod world;

pub(crate) use life::{address, mean};
pub(crate) use serve::run;

use crate::prompt::Prompt;

/// The variables that a shell sends. Sorted.
pub(crate) fn variables<P: Prompt>() -> &'static [&'static str] {
    P::VARIABLES
}
