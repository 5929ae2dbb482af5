//! Cancellation: tokens that are handed down, a log of who cancelled whom, and groups of tasks that end with their
//! owner.

mod group;
mod log;
mod token;

pub use group::Group;
pub use log::{Entry, Log};
pub use token::{CancelOnDrop, Cancelled, Token};
