//! The compiler, as the commands use it: text in, diagnostics on the screen, a program out.

use std::collections::BTreeSet;

use ziron_compiler::diagnostic::{Diagnostics, Paint, Severity};
use ziron_compiler::emit::{self, Build};
use ziron_compiler::plan::Plan;
use ziron_compiler::{Input, Program};

use crate::cli::CompileArgs;
use crate::config::Config;
use crate::env::Env;
use crate::error::{CommandError, Kind};
use crate::hash::Hash;
use crate::sources;
use crate::ui::{self, Ui};

/// A configuration turned into a program.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The generated `main.rs`.
    pub(crate) source: String,
    /// The features of the `ziron` crate it needs.
    pub(crate) features: BTreeSet<&'static str>,
    /// What it was made from.
    pub(crate) plan: Plan,
    /// The hash of the configuration's text, which the program prints for `--version`.
    pub(crate) config_hash: String,
    /// The hash of all that makes the program another one, which it prints as well. Comments and the order of tables do
    /// not.
    pub(crate) build_hash: String,
}

/// Checks a configuration. Diagnostics are printed; errors among them end the command.
pub(crate) fn plan(config: &Config, ui: Ui) -> Result<Plan, CommandError> {
    let (plan, diagnostics) = ziron_compiler::plan_of(&config.text);
    show(&diagnostics, config, ui)?;
    Ok(plan)
}

/// Compiles a configuration. Diagnostics are printed; errors among them end the command.
pub(crate) fn compile(
    config: &Config,
    args: CompileArgs,
    env: &Env,
    ui: Ui,
) -> Result<Compiled, CommandError> {
    let config_hash = ziron_compiler::hash(&config.text);
    // The name goes into the program: with `~`, the same configuration makes the same program for everybody.
    let name = config.found.path.as_deref().map_or_else(|| config.shown.clone(), |path| env.tilde(path));
    let essence = emit::essence(&ziron_compiler::plan_of(&config.text).0);
    let build_hash = Hash::new()
        .part(sources::HASH.as_bytes())
        .part(args.profile.cargo().as_bytes())
        .part(&[u8::from(args.musl)])
        .part(name.as_bytes())
        .part(essence.as_bytes())
        .hex();
    let build = Build { config: &name, config_hash: &config_hash, build_hash: &build_hash };
    let output = ziron_compiler::compile(Input { text: &config.text, build });

    show(&output.diagnostics, config, ui)?;
    match output.program {
        Some(Program { source, features, plan }) => {
            Ok(Compiled { source, features, plan, config_hash, build_hash })
        }
        None => Err(wrong(&config.shown, output.diagnostics.count(Severity::Error))),
    }
}

fn show(diagnostics: &Diagnostics, config: &Config, ui: Ui) -> Result<(), CommandError> {
    let paint = if ui.color() { Paint::Ansi } else { Paint::Plain };
    ui::diagnostics(&diagnostics.render(&config.shown, &config.text, paint));
    if diagnostics.has_errors() {
        return Err(wrong(&config.shown, diagnostics.count(Severity::Error)));
    }
    Ok(())
}

fn wrong(shown: &str, errors: usize) -> CommandError {
    let count = if errors == 1 { "an error".to_owned() } else { format!("{errors} errors") };
    CommandError::new(Kind::Config, format!("`{shown}` has {count}; nothing was built"))
}
