//! Any bytes as the index of a repository.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_fuzz::read_with(".git/index", bytes));
