//! `ziron-build build`: from a configuration to an installed prompt.

use std::path::Path;
use std::time::Instant;

use crate::build_dir::{self, BuildDir};
use crate::cargo::Cargo;
use crate::cli::{BuildArgs, CompileArgs};
use crate::compile::{self, Compiled};
use crate::env::Env;
use crate::error::CommandError;
use crate::install::{Installed, Staged};
use crate::interrupt::Interrupt;
use crate::toolchain::Toolchain;
use crate::ui::Ui;
use crate::{init_files, install, shells, smoke};

/// What became of the binary that was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There was none, or it was replaced.
    Installed,
    /// It is the same.
    Unchanged,
    /// It draws the same prompt, and was told that it is of this configuration.
    Relabelled,
}

/// Compiles the configuration and installs the prompt.
pub(super) fn run(args: &BuildArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    once(args, env, ui, &Interrupt::install()?)
}

/// The same, for one who watches over signals already.
pub(super) fn once(args: &BuildArgs, env: &Env, ui: Ui, interrupt: &Interrupt) -> Result<(), CommandError> {
    let target = super::place(&args.place, env)?;
    let started = Instant::now();
    let outcome = super::load(&args.config, env, ui)
        .and_then(|config| compile::compile(&config, args.compile, env, ui))
        .and_then(|compiled| install::prepare(&target).map(|()| compiled))
        .and_then(|compiled| match relabel(&compiled, &target)? {
            Some(outcome) => Ok(outcome),
            None => build(&compiled, args.compile, &target, env, ui, interrupt),
        })
        .map_err(|error| error.old_prompt_in_place(&target))?;
    let seconds = started.elapsed().as_secs_f64();
    match outcome {
        Outcome::Installed => ui.done("Installed", &format!("{} in {seconds:.1} s", env.tilde(&target))),
        Outcome::Unchanged => {
            ui.done("Unchanged:", &format!("{} is what this configuration makes", env.tilde(&target)));
        }
        Outcome::Relabelled => {
            let what = "shows what this configuration says; nothing had to be compiled";
            ui.done("Up to date:", &format!("{} {what}", env.tilde(&target)));
        }
    }
    init_files::keep_all(env, &target, ui);
    if let Some(advice) = shells::advice(env, &target) {
        ui.note(&advice);
    }
    Ok(())
}

/// Makes an installed program one of this configuration, where that would be compiled to the same but for the
/// configuration's hash: comments and blank lines have changed, or the order of tables. `None` where it has to be
/// compiled.
fn relabel(compiled: &Compiled, target: &Path) -> Result<Option<Outcome>, CommandError> {
    // It is run: another user's file with our mark in it is not.
    let can_be_asked = init_files::is_own(target) && install::is_prompt(target);
    let Some(installed) = can_be_asked.then(|| Installed::ask(target)).flatten() else {
        return Ok(None);
    };
    if installed.build != compiled.build_hash {
        return Ok(None);
    }
    if installed.configuration == compiled.config_hash {
        return Ok(Some(Outcome::Unchanged));
    }
    let Some(staged) = Staged::relabelled(target, &installed.configuration, &compiled.config_hash)? else {
        return Ok(None);
    };
    staged.commit_in_place()?;
    Ok(Some(Outcome::Relabelled))
}

/// Builds a program and, when it has shown that it runs, puts it at `target`.
pub(super) fn build(
    compiled: &Compiled,
    args: CompileArgs,
    target: &Path,
    env: &Env,
    ui: Ui,
    interrupt: &Interrupt,
) -> Result<Outcome, CommandError> {
    let toolchain = Toolchain::find(env, &build_dir::base(env)?)?;
    let triple = toolchain.target(args.musl)?;
    let dir = BuildDir::open(env, &toolchain, ui, interrupt)?;
    let profile = args.profile.cargo();
    let cargo = Cargo { dir: &dir, toolchain: &toolchain, target: &triple, profile, env, ui, interrupt };
    cargo.fetch()?;
    dir.write_crate(&compiled.source, &compiled.features)?;
    let features: Vec<_> = compiled.features.iter().copied().collect();
    let built = cargo.build(&features.join(","))?;
    interrupt.check()?;
    let staged = Staged::new(&built, target)?;
    if staged.is_installed() {
        return Ok(Outcome::Unchanged);
    }
    smoke::run(staged.path(), interrupt)?;
    interrupt.check()?;
    staged.commit()?;
    Ok(Outcome::Installed)
}
