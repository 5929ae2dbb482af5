//! Prints the expansion of a configuration: `cargo run -p ziron-compiler --example expand -- FILE`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "an example prints"
)]

use ziron_compiler::diagnostic::Paint;
use ziron_compiler::emit::Build;
use ziron_compiler::{Input, compile, hash};

fn main() {
    let file = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let hash = hash(&text);
    let output =
        compile(Input { text: &text, build: Build { config: &file, config_hash: &hash, build_hash: "-" } });
    eprint!("{}", output.diagnostics.render(&file, &text, Paint::Ansi));
    if let Some(program) = output.program {
        print!("{}", program.source);
        eprintln!("features: {:?}", program.features);
    }
}
