//! A working day: somebody with some shells goes from project to project, edits, commits, fails, upgrades tools; and a daemon that is asked for
//! each prompt.
//!
//! What happens is decided by a seed, so that a day can be lived again.

mod daemon;
mod person;
mod projects;
mod shell;

pub use daemon::{Counted, Daemon};
pub use person::Person;
pub use shell::{Picture, Shell};
