//! Any text as a format string; what is printed of it is read as the same.
#![no_main]

use ziron_compiler::syntax::format::{parse, print};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let format = parse(text);
    if format.errors.is_empty() {
        let printed = print(&format.pieces);
        let again = parse(&printed);
        assert!(again.errors.is_empty(), "{text:?} is printed as {printed:?}");
        assert_eq!(print(&again.pieces), printed);
    }
});
