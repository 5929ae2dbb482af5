//! What `init` prints, in files that shells read: a start-up file that sources one starts no process.
//!
//! The program writes them itself, since it has to write them again when its surroundings are others; this file says
//! where.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ziron_runtime::safe_path;
use ziron_runtime::shell::{Shell, kept_file, kept_folder};

use crate::env::Env;
use crate::ui::Ui;

/// The shells whose script can be kept in a file, and which can be opened with another prompt.
pub(crate) const KEPT: [Shell; 3] = [Shell::Zsh, Shell::Bash, Shell::Fish];

/// What zsh's start-up file can begin with.
const INSTANT: &str = "instant.zsh";

/// Where the script of a shell is kept, if it is a shell that can read it from a file. A prompt that is written
/// somewhere else on demand is not one that the user's start-up files mean, and has none.
pub(crate) fn at(env: &Env, binary: &Path, shell: Shell) -> Option<PathBuf> {
    kept_file(&env.data_home(), installed_name(env, binary)?, shell)
}

/// Where zsh's instant prompt is kept.
pub(crate) fn instant(env: &Env, binary: &Path) -> Option<PathBuf> {
    Some(folder(env, binary)?.join(INSTANT))
}

/// The folder of all scripts of a prompt.
pub(crate) fn folder(env: &Env, binary: &Path) -> Option<PathBuf> {
    Some(kept_folder(&env.data_home(), installed_name(env, binary)?))
}

/// The name of a prompt in the user's folder for programs.
fn installed_name<'b>(env: &Env, binary: &'b Path) -> Option<&'b str> {
    binary.strip_prefix(env.bin_home()).ok()?.to_str()
}

fn name(shell: Shell) -> String {
    format!("init.{}", shell.name())
}

/// Whether a script is there, and nobody else can have put it there: a shell runs what is in it.
pub(crate) fn is_own(script: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    let is_own = script.metadata().is_ok_and(|found| found.is_file() && found.uid() == user);
    is_own && script.parent().is_some_and(|folder| safe_path::check(folder, user).is_ok())
}

/// Keeps the script of every shell. Where that fails, as in a home folder that cannot be written to, a shell has to ask
/// the program.
pub(crate) fn keep_all(env: &Env, binary: &Path, ui: Ui) {
    let Some(folder) = folder(env, binary) else { return };
    let scripts = KEPT.map(|shell| (name(shell), vec![shell.name()]));
    for (name, words) in scripts.into_iter().chain([(INSTANT.to_owned(), vec!["zsh", "--instant"])]) {
        let script = folder.join(name);
        if !is_kept(env, binary, &words, &script) && script.exists() {
            ui.note(&format!(
                "{} is out of date and could not be written: shells that read it start the prompt's program. `{} doctor` may say why.",
                env.tilde(&script),
                env.tilde(binary)
            ));
        }
    }
}

/// Keeps the script of one shell in a folder, and says where.
pub(crate) fn keep(env: &Env, binary: &Path, folder: &Path, shell: Shell) -> Option<PathBuf> {
    let script = folder.join(name(shell));
    is_kept(env, binary, &[shell.name()], &script).then_some(script)
}

/// Has the program keep what `init` prints with these words.
fn is_kept(env: &Env, binary: &Path, words: &[&str], script: &Path) -> bool {
    let mut command = Command::new(binary);
    command.arg("init").args(words).arg("--keep").arg(script);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // This may run in an editor or a service; shells that people use do not, as a rule.
    if env.var("TERM").is_none_or(|term| term == "dumb") {
        command.env("TERM", "xterm-256color");
    }
    command.status().is_ok_and(|status| status.success()) && script.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_shells_read_a_script() {
        let env = Env::of([("HOME", "/h")]);
        assert_eq!(at(&env, Path::new("/h/.local/bin/ziron-prompt"), Shell::Tcsh), None);
    }

    #[test]
    fn each_prompt_that_is_installed_has_its_own() {
        let env = Env::of([("HOME", "/h")]);
        let at = |binary: &str| at(&env, Path::new(binary), Shell::Zsh);
        assert_eq!(at("/h/.local/bin/ziron-prompt"), Some(PathBuf::from("/h/.local/share/ziron/init.zsh")));
        assert_eq!(at("/h/.local/bin/work"), Some(PathBuf::from("/h/.local/share/ziron/work/init.zsh")));
        assert_eq!(at("/h/bin/ziron-prompt"), None);
    }
}
