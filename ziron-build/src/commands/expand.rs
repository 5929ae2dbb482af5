//! `ziron-build expand`: the generated program, to read.

use crate::cli::{CompileArgs, ConfigArgs};
use crate::compile;
use crate::env::Env;
use crate::error::CommandError;
use crate::ui::{self, Ui};

/// Prints the program to standard output.
pub(super) fn run(args: &ConfigArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let config = super::load(args, env, ui)?;
    ui::output(&compile::compile(&config, CompileArgs::default(), env, ui)?.source)
}
