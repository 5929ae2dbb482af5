//! Metrics: counters, gauges, and histograms of spans of time, under names.
//!
//! Recording is one or two atomic additions and allocates nothing.

mod histogram;
mod registry;

pub use histogram::{Histogram, Snapshot};
pub use registry::{Counter, Gauge, Name, Registry, Value};
