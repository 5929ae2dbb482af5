//! The git engine against the real git: one file for each kind of situation, then random ones.
//!
//! `TEST_SEEDS`, `TEST_SEED` and `TEST_STEPS` make the random part longer; `TEST_GIT` names another git.
#![cfg(all(feature = "git", unix))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::format_collect)] // Tests run git on purpose.

mod changes;
mod content;
mod discovery;
mod hostile;
mod ignored;
mod index;
mod nested;
mod operations;
mod random;
mod refs;
mod worktree;
mod world;
