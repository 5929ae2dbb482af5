//! `ziron-build try`: the user's shell with the new prompt, and nothing changed afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::cli::{ConfigArgs, TryArgs};
use crate::env::Env;
use crate::error::{CommandError, IoContext, Kind};
use crate::init_files::KEPT;
use crate::interrupt::Interrupt;
use crate::shells;
use crate::ui::Ui;
use crate::watches::{Watches, settled, watched};
use crate::{compile, config, install, interpreted};

/// Opens the shell with an interpreted prompt, which follows the configuration; with one that was compiled if that is
/// asked for.
pub(super) fn run(args: &TryArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let shell = shells::of_user(env);
    if !KEPT.contains(&shell) {
        let error =
            CommandError::new(Kind::Usage, "`try` knows bash, zsh and fish; your shell is none of them");
        return Err(error.hint("Say which one to open, for example `SHELL=/bin/zsh ziron-build try`."));
    }
    let interrupt = Interrupt::install()?;
    let config = super::load(&args.config, env, ui)?;
    // A shell runs what is in it.
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let scratch = tempfile::Builder::new().prefix("ziron-try-").permissions(own).tempdir();
    let scratch = scratch
        .doing(|| "could not make a temporary folder".into())
        .map_err(|error| error.hint("`TMPDIR` chooses another place for it."))?;
    let program = scratch.path().join("ziron-prompt");
    if args.is_compiled() {
        let compiled = compile::compile(&config, args.compile, env, ui)?;
        super::build::build(&compiled, args.compile, &program, env, ui, &interrupt)?;
    } else {
        interpreted::check(compile::plan(&config, ui)?).map_err(|needs| {
            let error =
                CommandError::new(Kind::Config, format!("`{}` cannot be tried at once", config.shown));
            error.because(needs).hint("`ziron-build try --compiled` compiles it first.")
        })?;
        interpreted::install(&program, &config.text).doing(|| "could not write the prompt".into())?;
        if install::says(&program, "--version").is_none() {
            let error = CommandError::new(Kind::Io, format!("`{}` cannot be run there", program.display()));
            return Err(error.hint("`TMPDIR` chooses another place: one that programs may be run from."));
        }
        follow(args.config.clone(), env.clone(), program.clone(), config.text);
    }

    let files = scratch.path().join("shell");
    let command = fs::create_dir(&files).and_then(|()| shells::trial(shell, env, &program, &files));
    let mut command = command.doing(|| "could not write the shell's start-up files".into())?;
    ui.note(if args.is_compiled() {
        "This is a trial: none of your files was changed. `exit` ends it."
    } else {
        "This is a trial: none of your files was changed. It follows your configuration as you edit it; `exit` ends it."
    });
    let status = command.status().doing(|| "could not start the shell".into())?;
    interrupt.clear();
    ui.note(&format!("The trial is over ({status}). `ziron-build` installs this prompt."));
    Ok(())
}

/// Shows the configuration whenever it has changed and can be shown, as long as this process lives. The terminal is the
/// shell's: nothing is said.
fn follow(args: ConfigArgs, env: Env, program: PathBuf, mut shown: String) {
    thread::spawn(move || {
        let (mut watches, happened, _waker) = Watches::new(Ui::new(&env, true));
        let given = args.config.as_deref();
        loop {
            watches.follow(config::candidates(given, &env).iter().flat_map(|path| watched(path)).collect());
            if let Some(text) = showable(given, &env).filter(|text| *text != shown)
                && interpreted::write(&program, &text).is_ok()
            {
                shown = text;
            }
            if !settled(&happened, || false) {
                return;
            }
        }
    });
}

/// The configuration, if it can be interpreted.
fn showable(given: Option<&Path>, env: &Env) -> Option<String> {
    let text = config::load(given, env).ok()?.text;
    let (plan, diagnostics) = ziron_compiler::plan_of(&text);
    (!diagnostics.has_errors() && interpreted::check(plan).is_ok()).then_some(text)
}
