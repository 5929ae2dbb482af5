//! ziron-benches
