//! Any bytes as an entry of the store; what is one is the same when it is put together again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ziron_runtime::fuzzing::entry(bytes));
