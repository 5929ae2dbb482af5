//! Any bytes as a table of references.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_fuzz::read_with_table(bytes));
