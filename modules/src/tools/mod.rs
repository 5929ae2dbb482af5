//! Tools: programs that a directory's files call for, and their versions.
//!
//! Most are a row of [`table`]; the others have a file of their own for what they show besides.

pub mod capable;
pub mod compiler;
pub mod elixir;
pub mod golang;
pub mod haskell;
pub mod java;
pub mod kotlin;
pub mod lua;
pub(crate) mod manager;
pub mod nodejs;
pub(crate) mod options;
pub mod parse;
pub mod python;
#[cfg_attr(not(feature = "version-req"), path = "requirement_off.rs")]
mod requirement;
pub(crate) mod rows;
pub mod ruby;
mod run;
pub mod rust;
pub mod table;
pub mod terraform;
pub mod version;
pub mod wrapper;

pub use compiler::*;
pub use run::{Needs, ToolKey};
pub use table::*;
pub use version::{Tool, ToolVars, Version, VersionVars};
pub use wrapper::*;
