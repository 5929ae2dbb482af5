//! ziron-modules
