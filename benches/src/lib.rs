//! What benches, tests and the program that measures share: the default prompt, facts for it to draw, a counter of
//! allocations.

#![allow(
    clippy::disallowed_methods,
    reason = "measurements make files, start programs and look at the clock"
)]

mod allocations;
mod sample;

pub use allocations::{Counting, allocations};
pub use sample::{Sample, git};

#[allow(missing_docs, unreachable_pub, clippy::pedantic, reason = "written by the compiler")]
mod default {
    ziron::prompt!("default.toml");
}

/// The prompt that starship draws where nothing is configured.
pub use default::PROMPT as DEFAULT_PROMPT;
