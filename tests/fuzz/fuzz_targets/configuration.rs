//! Any text as a configuration: it becomes a program, or what is wrong with it can be said.
#![no_main]

use ziron_compiler::diagnostic::Paint;
use ziron_compiler::emit::Build;
use ziron_compiler::{Input, compile};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let build = Build { config: "ziron.toml", config_hash: "0", build_hash: "0" };
    let output = compile(Input { text, build });
    assert_eq!(output.program.is_none(), output.diagnostics.has_errors());
    output.diagnostics.render("ziron.toml", text, Paint::Plain);
});
