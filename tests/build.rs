//! Compiles the random configurations, so that a test can hold them against the interpreter.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a build script of tests writes a file, and fails loudly"
)]

use std::fmt::Write;
use std::path::Path;

use ziron_compiler::emit::{Build, items};
use ziron_compiler::plan_of;

#[path = "src/random_prompts.rs"]
mod random_prompts;

fn main() {
    println!("cargo::rerun-if-changed=src/random_prompts.rs");
    let mut code = String::new();
    let mut arms = String::new();
    for seed in 0..random_prompts::COUNT {
        let text = random_prompts::config(seed);
        let (mut plan, diagnostics) = plan_of(&text);
        assert!(
            !diagnostics.has_errors(),
            "seed {seed}:\n{text}\n{:?}",
            diagnostics.iter().collect::<Vec<_>>()
        );
        plan.background.enabled = Some(true);
        let build = Build { config: "random.toml", config_hash: "0", build_hash: "0" };
        writeln!(code, "pub mod prompt_{seed} {{ {} }}", items(&plan, build)).unwrap();
        writeln!(arms, "{seed} => &prompt_{seed}::PROMPT,").unwrap();
    }
    writeln!(
        code,
        "pub fn compiled(seed: u64) -> &'static Prompt {{ match seed {{ {arms} _ => panic!() }} }}"
    )
    .unwrap();
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(Path::new(&out).join("random_prompts.rs"), code).unwrap();
}
