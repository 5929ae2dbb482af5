//! The real `ziron-build` in a sealed world: its own home, and a cargo that does what the test says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod commands;
mod failures;
mod install;
mod trial;
mod world;
