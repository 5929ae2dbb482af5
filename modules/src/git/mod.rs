//! What a prompt shows of the git repository around the place.
//!
//! [`engine`] reads repositories; the other files are modules. All of them share one opened repository.

pub mod branch;
pub mod commit;
pub mod engine;
pub mod head;
pub mod metrics;
mod shared;
pub mod state;
pub mod status;
