//! Simulations, for tests: the order of things, time and faults decided by a seed, so that a failure can be had again.
//!
//! What runs in one is the code of the product, on the same [`Handle`](super::Handle): one thread, ready tasks picked
//! at random, time that passes only when nothing is ready, and faults where the code under test asks for them.

mod runner;
mod world;

pub(crate) use runner::{for_seeds, simulate};
pub(crate) use world::{Simulation, World};
