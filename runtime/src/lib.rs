//! ziron-runtime
