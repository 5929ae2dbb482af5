//! Any bytes as a repository's configuration.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_fuzz::read_with(".git/config", bytes));
