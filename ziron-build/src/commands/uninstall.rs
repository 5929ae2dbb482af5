//! `ziron-build uninstall`: removes the prompt and all that it keeps.
//!
//! What is removed is the program, and folders that are Ziron's alone. Start-up files and the configuration are the user's: the first are shown, the
//! second stays, unless the command line says otherwise.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::Builder;
use ziron_runtime::shell::{Shell, connects};

use crate::cli::UninstallArgs;
use crate::env::Env;
use crate::error::{CommandError, IoContext};
use crate::ui::Ui;
use crate::{config, init_files, install, shells};

/// Removes what there is, or says what would be removed.
pub(super) fn run(args: &UninstallArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let target = super::place(&args.place, env)?;
    let removable = |path: &PathBuf| path.symlink_metadata().is_ok();
    let programs = [install::previous(&target), target.clone()];
    let programs: Vec<_> = programs.into_iter().filter(|path| install::is_prompt(path)).collect();
    let mut kept: Vec<_> = kept(env, &target).into_iter().filter(removable).collect();
    let own_config = config::own_path(env);
    if args.purge {
        kept.extend(Some(own_config.clone()).filter(removable));
    }
    let lines = connecting_lines(env, &target);
    if programs.is_empty() && kept.is_empty() && lines.is_empty() {
        ui.note(&format!(
            "There is nothing to remove: no prompt of ziron-build's is at {}.",
            env.tilde(&target)
        ));
        return Ok(());
    }
    let verb = if args.dry_run { "Would remove" } else { "Removed" };
    if !args.dry_run && install::is_prompt(&target) {
        stop_daemon(&target);
    }
    // The programs come last: they say where the rest is, should this be interrupted and run again.
    for path in kept.iter().chain(&programs) {
        if !args.dry_run {
            remove(path).doing(|| format!("could not remove `{}`", path.display()))?;
        }
        ui.done(verb, &env.tilde(path));
    }
    for file in &lines {
        if args.startup_files {
            if !args.dry_run {
                file.remove().doing(|| format!("could not write `{}`", file.path.display()))?;
            }
            ui.done(verb, &format!("from {}:", env.tilde(&file.path)));
        } else {
            ui.note(&format!("Still in {} (`--startup-files` removes it):", env.tilde(&file.path)));
        }
        for (number, line) in &file.lines {
            ui.note(&format!("    {number}: {line}"));
        }
    }
    if !args.purge && own_config.exists() {
        ui.note(&format!("Your configuration stays: {} (`--purge` removes it).", env.tilde(&own_config)));
    }
    ui.note("`cargo uninstall ziron-build` removes this command.");
    Ok(())
}

/// The files and folders that the prompt at `target` keeps, whether they are there or not.
fn kept(env: &Env, target: &Path) -> BTreeSet<PathBuf> {
    let mut kept = BTreeSet::from([env.cache_home().join("ziron"), env.state_home().join("ziron")]);
    kept.extend(init_files::folder(env, target));
    if install::is_prompt(target) {
        let asked = Command::new(target).arg("paths").stdin(Stdio::null()).output();
        let said =
            asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let paths =
            said.lines().filter_map(|line| line.split_once('\t')).map(|(_, path)| PathBuf::from(path));
        kept.extend(paths.filter(|path| path.is_absolute()));
    }
    // What is in a folder that goes needs no line of its own.
    let all = kept.clone();
    kept.retain(|path| !path.ancestors().skip(1).any(|folder| all.contains(folder)));
    kept
}

/// It would go on by itself until it sees that its program is gone.
fn stop_daemon(target: &Path) {
    let mut command = Command::new(target);
    command.args(["daemon", "stop"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A prompt without a daemon says that it has none.
    let _ = command.status();
}

/// Removes a file or a folder; of a link the link.
fn remove(path: &Path) -> io::Result<()> {
    let removed =
        if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The lines of one start-up file that connect the prompt.
#[derive(Debug)]
struct StartupFile {
    path: PathBuf,
    text: String,
    /// Their numbers, from 1, and texts.
    lines: Vec<(usize, String)>,
}

fn connecting_lines(env: &Env, target: &Path) -> Vec<StartupFile> {
    let name = target.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let instant = init_files::instant(env, target);
    let mut files = Vec::new();
    for shell in Shell::ALL {
        let Some(path) = shells::startup_file(*shell, env) else { continue };
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let script = init_files::at(env, target, *shell);
        let is_ours =
            |line: &str| connects(line, name, script.as_deref()) || connects(line, name, instant.as_deref());
        let lines = text.lines().enumerate().filter(|(_, line)| is_ours(line));
        let lines: Vec<_> = lines.map(|(at, line)| (at + 1, line.to_owned())).collect();
        if !lines.is_empty() {
            files.push(StartupFile { path, text, lines });
        }
    }
    files
}

impl StartupFile {
    /// Replaces the file by one without these lines, at once and with the same permissions; a link goes on leading there.
    fn remove(&self) -> io::Result<()> {
        let path = self.path.canonicalize()?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let is_gone = |at: usize| self.lines.iter().any(|(number, _)| *number == at + 1);
        let lines = self.text.split_inclusive('\n').enumerate();
        let left: String = lines.filter(|(at, _)| !is_gone(*at)).map(|(_, line)| line).collect();
        if fs::read_to_string(&path)? != self.text {
            return Err(io::Error::other("it has changed meanwhile"));
        }
        let new = Builder::new().prefix(".ziron-").tempfile_in(folder)?;
        fs::write(new.path(), left)?;
        fs::set_permissions(new.path(), fs::metadata(&path)?.permissions())?;
        new.persist(&path).map(drop).map_err(|error| error.error)
    }
}
