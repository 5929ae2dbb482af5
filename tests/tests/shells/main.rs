//! The shell scripts, in real shells.
//!
//! Each `fn` of [`common`] runs in every shell; the other modules have what is one shell's own.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files, and fail where they stand"
)]

mod background;
mod bash;
mod common;
mod fish;
mod held;
mod instant;
mod kept;
mod meant;
mod over_daemon;
mod plugins;
mod states;
mod user;
mod zsh;

use std::path::Path;

use ziron_runtime::shell::Shell;
use ziron_tests::session::{Background, Session, Setup};
use ziron_tests::shells;
use ziron_tests::stub::Told;

/// The stub of a prompt program.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stub_prompt"))
}

/// Starts a shell, or ends the test when there is none.
fn start(shell: Shell, setup: &Setup) -> Option<(Session, Told)> {
    Session::start(shell, program(), setup)
}

#[test]
fn shells_are_installed() {
    for shell in shells::TESTED {
        let _ = shells::find_or_skip(shell);
    }
}

/// One process for each prompt.
fn direct() -> Setup {
    Setup::default()
}

/// A daemon draws, and always in time.
fn served() -> Setup {
    Setup { is_patient: true, ..served_in_time() }
}

/// A daemon draws, if it is not too late for a person.
fn served_in_time() -> Setup {
    Setup::default().background(Background::Served(daemon_program().to_owned()))
}

/// The stub of a daemon.
fn daemon_program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_stub_daemon"))
}
