//! What a user's shell needs: the line in its start-up file, and a way to try a prompt without touching that file.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::env::Env;
use crate::init_files;

/// A shell we know how to start with another prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    /// GNU bash.
    Bash,
    /// The Z shell.
    Zsh,
    /// The friendly interactive shell.
    Fish,
}

impl Shell {
    /// Those whose script can be kept in a file.
    pub(crate) const ALL: [Self; 3] = [Self::Zsh, Self::Bash, Self::Fish];

    /// The user's shell, from `$SHELL`.
    pub(crate) fn of_user(env: &Env) -> Option<Self> {
        match env.path("SHELL")?.file_name()?.to_str()? {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    /// The file that the shell reads when it starts for a person.
    pub(crate) fn start_file(self, env: &Env) -> PathBuf {
        match self {
            Self::Bash => env.home().join(".bashrc"),
            Self::Zsh => env.path("ZDOTDIR").unwrap_or_else(|| env.home()).join(".zshrc"),
            Self::Fish => env.config_home().join("fish").join("config.fish"),
        }
    }

    /// The line that makes a program draw this shell's prompt: its script in a file, else what `program`, as the shell calls it, prints.
    pub(crate) fn line(self, script: Option<&str>, program: &str) -> String {
        if let Some(script) = script {
            return format!("source {script}");
        }
        match self {
            Self::Bash | Self::Zsh => format!("eval \"$({program} init {})\"", self.name()),
            Self::Fish => format!("{program} init fish | source"),
        }
    }

    /// The command that opens this shell, as the user knows it, with `program` as its prompt. Files it needs go into `scratch`.
    pub(crate) fn trial(self, env: &Env, program: &Path, scratch: &Path) -> io::Result<Command> {
        let script = init_files::keep(env, program, scratch, self).map(|script| quote(&script));
        let line = self.line(script.as_deref(), &quote(program));
        let mut command = Command::new(env.path("SHELL").unwrap_or_else(|| PathBuf::from(self.name())));
        match self {
            Self::Bash => {
                let file = scratch.join("bashrc");
                let user = quote(&self.start_file(env));
                fs::write(&file, format!("if [ -r {user} ]; then . {user}; fi\n{line}\n"))?;
                command.arg("--rcfile").arg(file).arg("-i");
            }
            Self::Zsh => {
                fs::write(scratch.join(".zshenv"), ZSHENV)?;
                fs::write(scratch.join(".zshrc"), format!("{ZSHRC}{line}\n"))?;
                let user: OsString = env.var("ZDOTDIR").map(OsString::from).unwrap_or_default();
                command
                    .env("ZIRON_TRY_USER", user)
                    .env("ZIRON_TRY", scratch)
                    .env("ZDOTDIR", scratch)
                    .arg("-i");
            }
            Self::Fish => {
                command.arg("--init-command").arg(line);
            }
        }
        Ok(command)
    }
}

/// Reads the user's own file under the user's own `ZDOTDIR`, which that file may change, then comes back to ours for `.zshrc`.
const ZSHENV: &str = r"if [[ -n $ZIRON_TRY_USER ]]; then export ZDOTDIR=$ZIRON_TRY_USER; else unset ZDOTDIR; fi
[[ -r ${ZDOTDIR:-$HOME}/.zshenv ]] && source ${ZDOTDIR:-$HOME}/.zshenv
export ZIRON_TRY_USER=${ZDOTDIR-}
ZDOTDIR=$ZIRON_TRY
";

/// The system's files may have put the history into our folder, because it was `ZDOTDIR` when they ran.
const ZSHRC: &str = r"if [[ -n $ZIRON_TRY_USER ]]; then export ZDOTDIR=$ZIRON_TRY_USER; else unset ZDOTDIR; fi
[[ ${HISTFILE-} == $ZIRON_TRY/* ]] && HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}
unset ZIRON_TRY ZIRON_TRY_USER
[[ -r ${ZDOTDIR:-$HOME}/.zshrc ]] && source ${ZDOTDIR:-$HOME}/.zshrc
";

/// What to tell the user to put where, unless it is there already.
pub(crate) fn advice(env: &Env, binary: &Path) -> Option<String> {
    let Some(shell) = Shell::of_user(env) else {
        return Some(format!("To use it, see `{} init --help` for your shell.", env.tilde(binary)));
    };
    let name = binary.file_name()?.to_str()?;
    let folder = binary.parent()?;
    let on_path = env.search_path().iter().any(|entry| entry == folder);
    let program = if on_path && is_plain(name) { name.to_owned() } else { quote(binary) };
    let file = shell.start_file(env);
    let text = fs::read_to_string(&file).unwrap_or_default();
    let has = |program: &str| {
        let call = format!("{program} init");
        text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(&call))
    };
    let script = init_files::at(env, binary, shell);
    // `~/.local/share/ziron/init.zsh`, `"$XDG_DATA_HOME/ziron/init.zsh"`, …
    let is_sourced = |script: &Path| {
        let end: PathBuf =
            [script.parent().and_then(Path::file_name), script.file_name()].iter().flatten().collect();
        let end = end.display().to_string();
        text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(&end))
    };
    if script.as_deref().is_some_and(is_sourced) || has(name) || has(&quote(binary)) {
        return None;
    }
    let word = script.filter(|script| script.exists()).map(|script| {
        let short = env.tilde(&script);
        // A tilde is one only outside quotes.
        if short.strip_prefix('~').is_some_and(is_plain) { short } else { quote(&script) }
    });
    let shown = env.tilde(&file);
    let starship = if has("starship") { ", in place of starship's" } else { "" };
    Some(format!(
        "To use it, put this line at the end of {shown}{starship}:\n\n    {}\n",
        shell.line(word.as_deref(), &program)
    ))
}

/// A path as one word of any of the three shells.
fn quote(path: &Path) -> String {
    let text = path.display().to_string();
    if is_plain(&text) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || "/._-+".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_knows_shell_path_and_what_is_there() -> io::Result<()> {
        let home = tempfile::tempdir()?;
        let home_text = home.path().display().to_string();
        let bin = home.path().join(".local/bin");
        let binary = bin.join("ziron-prompt");
        let env = |shell: &str, path: &str| {
            Env::of([("HOME", home_text.as_str()), ("SHELL", shell), ("PATH", path)])
        };
        let advise = |shell: &str, path: &str| advice(&env(shell, path), &binary).unwrap_or_default();

        let full = format!("eval \"$({} init bash)\"", binary.display());
        assert!(advise("/bin/bash", "/usr/bin").contains(&full));
        let found = bin.display().to_string();
        assert!(advise("/bin/zsh", &found).contains("~/.zshrc:\n\n    eval \"$(ziron-prompt init zsh)\""));
        assert!(advise("/bin/fish", &found).contains("ziron-prompt init fish | source"));
        assert!(advise("/bin/other", &found).contains("init --help"));

        let kept = home.path().join(".local/share/ziron");
        fs::create_dir_all(&kept)?;
        fs::write(kept.join("init.zsh"), "")?;
        assert!(
            advise("/bin/zsh", &found).contains("~/.zshrc:\n\n    source ~/.local/share/ziron/init.zsh\n")
        );
        for line in ["source ~/.local/share/ziron/init.zsh\n", ". \"$XDG_DATA_HOME/ziron/init.zsh\""] {
            fs::write(home.path().join(".zshrc"), line)?;
            assert_eq!(advise("/bin/zsh", &found), "");
        }
        fs::remove_file(kept.join("init.zsh"))?;

        fs::write(home.path().join(".zshrc"), "eval \"$(starship init zsh)\"\n# ziron-prompt init\n")?;
        assert!(advise("/bin/zsh", &found).contains("in place of starship's"));
        fs::write(home.path().join(".zshrc"), "eval \"$(ziron-prompt init zsh)\"\n")?;
        assert_eq!(advise("/bin/zsh", &found), "");
        Ok(())
    }

    #[test]
    fn odd_paths_are_one_word() {
        assert_eq!(quote(Path::new("/a b/it's")), r"'/a b/it'\''s'");
        assert_eq!(quote(Path::new("/a/b-c.d")), "/a/b-c.d");
    }
}
