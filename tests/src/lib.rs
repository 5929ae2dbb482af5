//! What Ziron is tested with: pseudo-terminals, real shells, and sealed worlds to run them in.
//!
//! A test starts a [`session::Session`]: a real zsh, bash or fish in a [`terminal::Terminal`], with an empty home and a clean environment, whose
//! configuration connects it to a prompt program. It types, waits for what it expects to see, and looks at the screen or at what the prompt
//! program was told. Nothing here waits for a fixed time: every wait ends when the screen shows what was awaited, or fails at a deadline.

#![allow(
    clippy::disallowed_methods,
    reason = "tests make files, start programs and look at the clock; only sources must not"
)]

mod answers;
pub mod daemon;
pub mod day;
pub mod dump;
pub mod oracle;
pub mod session;
pub mod shells;
pub mod soak;
pub mod stub;
pub mod stub_daemon;
pub mod terminal;
pub mod world;
