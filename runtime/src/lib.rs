//! What a compiled Ziron prompt stands on.
//!
//! A shell's [`request`] and the [`place`] it is in are all that a drawing starts from. [`source`]s read facts about
//! the place through [`io`], within a budget that [`gather`] keeps; [`segment`]s turn facts into variables; the [`pen`]
//! draws them. This crate knows no module of a prompt: those are in `ziron-modules`, and the compiler writes the table
//! that joins them, a [`prompt::Prompt`].

pub mod build;
#[cfg(feature = "background")]
pub mod bus;
pub mod cli;
#[cfg(all(feature = "background", not(windows)))]
pub mod client;
#[cfg(feature = "background")]
mod daemon;
mod detach;
#[cfg_attr(not(feature = "testing"), allow(unreachable_pub, reason = "what `testing` hands out"))]
pub(crate) mod exec;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod gather;
pub mod io;
#[cfg(feature = "background")]
#[cfg_attr(windows, path = "ipc/windows.rs")]
mod ipc;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(not(feature = "otlp"))]
#[path = "otlp_off.rs"]
mod otlp;
pub mod pen;
pub mod place;
mod plural;
pub mod prelude;
pub mod prompt;
mod rebuild;
pub mod request;
pub mod safe_path;
#[cfg(feature = "scenario")]
pub mod scenario;
pub mod segment;
pub mod shell;
mod signals;
pub mod source;
pub mod spec;
pub mod start;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod variables;
