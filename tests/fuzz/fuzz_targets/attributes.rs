//! Any bytes as attributes of files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_fuzz::read_with(".gitattributes", bytes));
