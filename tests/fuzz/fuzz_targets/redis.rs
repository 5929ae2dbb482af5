//! Any bytes as the answer of a Redis server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_runtime::fuzzing::redis(bytes));
