//! The daemon of a real binary: its life, and what becomes of prompts when something goes wrong.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests make files, start programs, and say what they could not do"
)]

mod common;
mod faults;
mod hostile;
mod hung;
mod hung_elsewhere;
mod hung_files;
mod hung_links;
mod inherited;
mod life;
mod marks;
mod permissions;
mod stand_in;
