//! ziron-macros
