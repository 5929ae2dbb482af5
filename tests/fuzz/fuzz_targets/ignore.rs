//! Any bytes as rules for what is ignored.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_fuzz::read_with(".gitignore", bytes));
