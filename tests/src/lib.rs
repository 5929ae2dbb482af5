//! ziron-tests
