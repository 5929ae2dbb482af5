//! The languages of a configuration: TOML around, formats and styles inside its strings.
//!
//! Each reads generously, reports what is wrong and keeps the place of everything it has read.

pub mod format;
pub mod style;
pub mod toml;

#[cfg(test)]
mod tests;
