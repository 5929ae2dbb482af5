//! The daemon: remembers facts, answers shells without a process, and draws again when facts arrive.
//!
//! One thread serves. A [`session`] reads a request from its [`line`], makes a [`drawing`] of it with a gathering that
//! never waits ([`live`]), and answers; what the drawing had to do without is read meanwhile and drawn again. What all
//! sessions share is in the [`hub`].

mod answer;
mod background;
mod coalesced_read;
mod configuration;
mod draw_context;
mod draw_request;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod file_watcher;
mod files;
mod from_last_known;
mod host;
mod inherited;
mod last_known;
mod life;
mod memory;
mod metrics;
mod mounted;
mod non_blocking;
mod prefetched;
mod process;
mod program;
mod readings;
mod serve;
mod services;
mod session;
mod session_events;
#[cfg(test)]
mod simulation;
mod stale_daemon;
mod state;
#[cfg(test)]
mod tests;
mod tools;
mod transport;
mod warm;
mod watch;
mod watchdog;
mod why;

pub(crate) use life::{address, mean};
pub(crate) use serve::run;

use std::ffi::OsStr;
use std::path::Path;

use crate::detach;

/// Starts the daemon of a binary in the folder that is meant.
pub(crate) fn start_detached(binary: &Path, folder: &Path) {
    let [daemon, run, detached, meant] = ["daemon", "run", "--detached", "--folder"].map(OsStr::new);
    detach::start(binary, &[daemon, run, detached, meant, folder.as_os_str()]);
}
