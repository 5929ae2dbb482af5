//! `ziron-build try`: the user's shell with the new prompt, and nothing changed afterwards.

use std::fs;

use crate::cli::TryArgs;
use crate::compile;
use crate::env::Env;
use crate::error::{CommandError, IoContext, Kind};
use crate::interrupt::Interrupt;
use crate::shells::{self, KEPT};
use crate::ui::Ui;

/// Builds into a temporary folder and opens the shell from there.
pub(super) fn run(args: &TryArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let shell = shells::of_user(env);
    if !KEPT.contains(&shell) {
        let error =
            CommandError::new(Kind::Usage, "`try` knows bash, zsh and fish; your shell is none of them");
        return Err(error.hint("Say which one to open, for example `SHELL=/bin/zsh ziron-build try`."));
    }
    let interrupt = Interrupt::install()?;
    let config = super::load(&args.config, env, ui)?;
    let compiled = compile::compile(&config, env, ui)?;
    // A shell runs what is in it.
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let scratch = tempfile::Builder::new().prefix("ziron-try-").permissions(own).tempdir();
    let scratch = scratch
        .doing(|| "could not make a temporary folder".into())
        .map_err(|error| error.hint("`TMPDIR` chooses another place for it."))?;
    let program = scratch.path().join("ziron-prompt");
    super::build::build(&compiled, args.compile, &program, env, ui, &interrupt)?;

    let files = scratch.path().join("shell");
    let command = fs::create_dir(&files).and_then(|()| shells::trial(shell, env, &program, &files));
    let mut command = command.doing(|| "could not write the shell's start-up files".into())?;
    ui.note("This is a trial: none of your files was changed. `exit` ends it.");
    let status = command.status().doing(|| "could not start the shell".into())?;
    interrupt.clear();
    ui.note(&format!("The trial is over ({status}). `ziron-build` installs this prompt."));
    Ok(())
}
