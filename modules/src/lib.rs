//! The modules of Ziron's prompts: one file for each, one folder for each family, one ordered list.
//!
//! A module's file reads from top to bottom: what it shows, its options, its key, its fact, how the fact is read, how
//! it is drawn. The struct of options is the segment, and the source as well where the source has options.

pub mod core;
#[cfg_attr(not(feature = "toml"), path = "document_off.rs")]
mod document;
mod env;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(feature = "git")]
pub mod git;
#[cfg_attr(not(feature = "json"), path = "json_off.rs")]
mod json;
mod list;
pub mod package;
#[cfg(test)]
mod testing;
pub mod tools;

pub use list::{Interpreted, Registered, registry, specs};
