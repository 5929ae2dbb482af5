//! `ziron-build explain`: what a configuration wires, and what it weighs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ziron_compiler::plan::{FactUse, PartSet, Plan};

use crate::cli::{CompileArgs, ExplainArgs};
use crate::compile::{self, Compiled};
use crate::env::Env;
use crate::error::CommandError;
use crate::install;
use crate::ui::{self, Ui};

/// Prints the explanation to standard output.
pub(super) fn run(args: &ExplainArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let config = super::load(&args.config, env, ui)?;
    let compiled = compile::compile(&config, CompileArgs::default(), env, ui)?;
    let binary = super::place(&args.place, env)?;
    ui::output(&explain(&compiled, &binary, env))
}

/// Writing to a String cannot fail, so the results are let go.
fn explain(compiled: &Compiled, binary: &Path, env: &Env) -> String {
    let mut text = String::from("modules:\n");
    for module in &compiled.plan.modules {
        let place = module.line.map_or_else(|| "as by default".into(), |line| format!("line {line}"));
        let shown = if module.draw.is_some() {
            parts(module.parts)
        } else {
            "not drawn; others use its source".into()
        };
        let _ = writeln!(
            text,
            "  {:<20} {place}; {shown}; reads {}",
            module.name,
            facts(&compiled.plan, &module.facts)
        );
    }
    text.push_str("sources:\n");
    for source in &compiled.plan.sources {
        let cost = source.manifest.map_or("", |manifest| &manifest.cost);
        let _ = writeln!(text, "  {:<20} {cost}; for {}", source.ident, parts(source.parts));
        if let Some(manifest) = source.manifest {
            let _ = writeln!(text, "      facts: {}", manifest.policy);
            for (what, list) in [
                ("variables", &manifest.env),
                ("files", &manifest.files),
                ("programs", &manifest.programs),
                ("invalidated by", &manifest.events),
            ] {
                if !list.is_empty() {
                    let _ = writeln!(text, "      {what}: {}", list.join(", "));
                }
            }
        }
    }
    let features: Vec<_> = compiled.features.iter().copied().collect();
    let features = if features.is_empty() { "none".into() } else { features.join(", ") };
    let _ = writeln!(text, "features: {features}");
    let _ = writeln!(text, "configuration: {}", compiled.config_hash);
    let shown = env.tilde(binary);
    let _ = match fs::metadata(binary) {
        Err(_) => writeln!(text, "binary: {shown} (not built yet)"),
        Ok(metadata) => writeln!(text, "binary: {shown} ({:.2} MB)", metadata.len() as f64 / 1e6),
    };
    match install::says(binary, "--version").filter(|version| version.contains(&compiled.config_hash)) {
        Some(_) => {
            // What a source reads may depend on its options, so the program itself says it.
            let _ = write!(text, "\n{}", install::says(binary, "explain").unwrap_or_default());
        }
        None => text.push_str(
            "What sources read is said for the defaults of their options; once this configuration is built, it is said as configured.\n",
        ),
    }
    text
}

/// The names of the sources that a module's facts come from.
fn facts(plan: &Plan, facts: &[FactUse]) -> String {
    let name = |fact: &FactUse| match fact {
        FactUse::Request => Some("the request"),
        FactUse::Source(index) => plan.sources.get(*index).map(|source| source.ident.as_str()),
        FactUse::Unused => None,
    };
    let names: Vec<_> = facts.iter().filter_map(name).collect();
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

fn parts(set: PartSet) -> String {
    let names = [
        (PartSet::LEFT, "left"),
        (PartSet::RIGHT, "right"),
        (PartSet::TRANSIENT, "transient"),
        (PartSet::PRELUDE, "prelude"),
    ];
    let names: Vec<_> = names.iter().filter(|(part, _)| part.meets(set)).map(|(_, name)| *name).collect();
    if names.is_empty() { "no part".into() } else { names.join(", ") }
}
