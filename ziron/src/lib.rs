//! ziron
