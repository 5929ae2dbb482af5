//! The compiler of Ziron: the text of a configuration goes in, diagnostics and a program come out.
//!
//! A plain library: it reads no file, starts no program and prints nothing.

pub mod diagnostic;
pub mod syntax;
