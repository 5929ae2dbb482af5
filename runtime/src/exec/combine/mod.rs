//! Combinators: several futures as one, and one tried several times.
//!
//! `timeout` is a method of the [clock](crate::exec::time::Clock::timeout).

mod join;
mod race;
mod retry;

pub use join::{all, join, join_all};
pub use race::{Either, Fair, race, race_all, select};
pub use retry::{Backoff, retry};
