//! ziron-build
