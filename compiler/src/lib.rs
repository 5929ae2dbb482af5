//! The compiler of Ziron: the text of a configuration goes in, diagnostics and a program come out.
//!
//! A plain library: it reads no file, starts no program and prints nothing. [`syntax`] reads the text and keeps the place of everything,
//! [`plan`] resolves it and checks it against the [`specs`] of the modules, [`emit`] writes it as Rust.

pub mod diagnostic;
pub mod emit;
pub mod plan;
pub mod specs;
pub mod syntax;

use std::collections::BTreeSet;

use diagnostic::{Code, Diagnostic, Diagnostics};
use plan::Plan;

/// A configuration to compile.
#[derive(Clone, Copy, Debug)]
pub struct Input<'i> {
    /// Its text.
    pub text: &'i str,
    /// What identifies the build; its file's name is also shown in comments.
    pub build: emit::Build<'i>,
}

/// What came of a configuration.
#[derive(Debug)]
pub struct Output {
    /// The program, unless there are errors.
    pub program: Option<Program>,
    /// All that is to be said about the configuration.
    pub diagnostics: Diagnostics,
}

/// A configuration as a program.
#[derive(Debug)]
pub struct Program {
    /// The `main.rs`.
    pub source: String,
    /// The cargo features of the `ziron` crate that it needs.
    pub features: BTreeSet<&'static str>,
    /// What it was made from.
    pub plan: Plan,
}

/// Compiles a configuration.
///
/// ```
/// use ziron_compiler::{Input, compile, emit::Build};
/// let build = Build { config: "ziron.toml", config_hash: "0", build_hash: "0" };
/// let output = compile(Input { text: "format = '$character'", build });
/// assert!(output.diagnostics.is_empty());
/// assert!(output.program.unwrap().source.contains("fn draw_character"));
/// ```
pub fn compile(input: Input<'_>) -> Output {
    let (plan, mut diagnostics) = plan_of(input.text);
    diagnostics.extend(plan.sources.iter().filter_map(without_crate));
    let program = (!diagnostics.has_errors()).then(|| Program {
        source: emit::program(&plan, input.build),
        features: emit::features(&plan),
        plan,
    });
    Output { program, diagnostics }
}

/// What a program by itself has no place for: it is a crate of its own, without a line of the user's.
fn without_crate(source: &plan::Source) -> Option<Diagnostic> {
    let plan::Policy::Own(path, span) = &source.keeping.policy else { return None };
    let message = format!("`{path}` is a type of a crate of yours, and this program has none");
    let diagnostic = Diagnostic::new(Code::NoOwnCrate, span.clone(), message);
    Some(
        diagnostic
            .label("only in a crate of yours, with `ziron::prompt!`")
            .help("write `lru`, `lfu` or `fifo`"),
    )
}

/// Reads and resolves a configuration without writing any code: for checks, previews and tests.
pub fn plan_of(text: &str) -> (Plan, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let root = syntax::toml::parse(text, &mut diagnostics);
    let plan = plan::plan(text, &root, &mut diagnostics);
    (plan, diagnostics)
}

/// A short name for a configuration's text: the 64-bit FNV-1a hash in hexadecimal. Source: RFC 9923.
pub fn hash(text: &str) -> String {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}
