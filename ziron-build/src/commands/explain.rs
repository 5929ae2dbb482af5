//! `ziron-build explain`: what a configuration wires, and what it weighs.

use std::fmt::Write as _;
use std::fs;

use crate::cli::ExplainArgs;
use crate::compile;
use crate::env::Env;
use crate::error::CommandError;
use crate::ui::{self, Ui};

/// Prints the explanation to standard output.
pub(super) fn run(args: &ExplainArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let config = super::load(&args.config, env, ui)?;
    let compiled = compile::compile(&config, ui)?;
    let mut text = compiled.explanation;
    let features: Vec<_> = compiled.features.iter().copied().collect();
    let features = if features.is_empty() { "none".into() } else { features.join(", ") };
    let binary = super::place(&args.place, env);
    let size = match fs::metadata(&binary) {
        Ok(metadata) => format!("{:.2} MB", metadata.len() as f64 / 1e6),
        Err(_) => "not built yet".into(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "features: {features}");
    let _ = writeln!(text, "binary: {} ({size})", env.tilde(&binary));
    ui::output(&text)
}
