//! ziron-compiler
