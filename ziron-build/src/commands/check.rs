//! `ziron-build check`: the diagnostics of a configuration, and nothing else.

use crate::cli::ConfigArgs;
use crate::compile;
use crate::env::Env;
use crate::error::CommandError;
use crate::ui::Ui;

/// Prints what is wrong; fails where that is an error.
pub(super) fn run(args: &ConfigArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let config = super::load(args, env, ui)?;
    compile::plan(&config, ui)?;
    let verdict = match config.found.path {
        Some(_) => format!("{} has no errors", config.shown),
        None => String::from("the built-in defaults have no errors"),
    };
    ui.done("Checked:", &verdict);
    Ok(())
}
