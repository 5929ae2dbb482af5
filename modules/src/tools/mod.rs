//! Tools: programs that a directory's files call for, and their versions.
//!
//! Most are a row of [`table`]; the others have a file of their own for what they show besides.

mod options;
pub mod parse;
mod run;
mod shim;
pub mod table;
pub mod version;

pub use run::ToolKey;
pub use table::*;
pub use version::{Tool, ToolVars, Version, VersionVars};
