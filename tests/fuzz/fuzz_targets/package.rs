//! Any text as the manifest of a package: the first byte says of which kind.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    ziron_modules::fuzzing::manifest(usize::from(*kind), &String::from_utf8_lossy(rest));
});
