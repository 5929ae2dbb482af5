//! Metrics: counters, and histograms of spans of time.
//!
//! Recording is one or two atomic additions and allocates nothing.

mod counter;
mod histogram;

pub use counter::Counter;
pub use histogram::Histogram;
pub(crate) use histogram::Snapshot;
