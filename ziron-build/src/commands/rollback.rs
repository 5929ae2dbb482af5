//! `ziron-build rollback`: the prompt before this one.

use crate::cli::RollbackArgs;
use crate::env::Env;
use crate::error::CommandError;
use crate::init_files;
use crate::install;
use crate::ui::Ui;

/// Swaps the installed prompt and the one before it; doing it twice changes nothing.
pub(super) fn run(args: &RollbackArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let target = super::place(&args.place, env)?;
    install::rollback(&target)?;
    init_files::keep_all(env, &target, ui);
    ui.done("Rolled back:", &format!("{} is the one before; run this again to undo", env.tilde(&target)));
    Ok(())
}
