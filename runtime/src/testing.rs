//! What the benches and the tests of the workspace need of the execution models. No prompt is built with it.

pub use crate::exec::metrics::{Counter, Histogram};
pub use crate::exec::{Handle, Priority, Random, Single};
