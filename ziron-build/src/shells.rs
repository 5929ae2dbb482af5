//! The user's shell: which it is, what to tell its user, and a way to try a prompt without touching a file of theirs.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use ziron_runtime::io::password_field;
use ziron_runtime::shell::{Call, Quoting, Shell, connects};

use crate::env::Env;
use crate::init_files;

/// The field of `/etc/passwd` that holds the login shell. Source: passwd(5).
const LOGIN_SHELL: usize = 6;

/// The user's shell: `$SHELL`, else the one that the user logs in to. [`Shell::Plain`] where we do not know it.
pub(crate) fn of_user(env: &Env) -> Shell {
    let path = env.path("SHELL").or_else(|| password_field(LOGIN_SHELL).map(PathBuf::from));
    let name = path.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    match name {
        Some("csh") => Shell::Tcsh,
        Some(name) => Shell::from_name(name),
        None => Shell::Plain,
    }
}

/// The file that a shell reads when it starts for this user.
pub(crate) fn startup_file(shell: Shell, env: &Env) -> Option<PathBuf> {
    shell.startup_file(&env.home(), |name| env.path(name))
}

/// The command that opens the user's shell, which is one of [`init_files::KEPT`], with `program` as its prompt. Files
/// it needs go into `scratch`.
pub(crate) fn trial(shell: Shell, env: &Env, program: &Path, scratch: &Path) -> io::Result<Command> {
    let script = init_files::keep(env, program, scratch, shell);
    let call = script.as_deref().map_or(Call::Program(program), Call::Script);
    let line = shell.startup_line(call, &env.home()).unwrap_or_default();
    let mut command = Command::new(env.path("SHELL").unwrap_or_else(|| PathBuf::from(shell.name())));
    match shell {
        Shell::Bash => {
            let file = scratch.join("bashrc");
            let user = startup_file(shell, env).unwrap_or_default();
            let user = Quoting::Posix.quote(&user.display().to_string());
            fs::write(&file, format!("if [ -r {user} ]; then . {user}; fi\n{line}\n"))?;
            command.arg("--rcfile").arg(file).arg("-i");
        }
        Shell::Zsh => {
            fs::write(scratch.join(".zshenv"), ZSHENV)?;
            fs::write(scratch.join(".zshrc"), format!("{ZSHRC}{line}\n"))?;
            let user: OsString = env.var("ZDOTDIR").map(OsString::from).unwrap_or_default();
            command.env("ZIRON_TRY_USER", user).env("ZIRON_TRY", scratch).env("ZDOTDIR", scratch).arg("-i");
        }
        _ => {
            command.arg("--init-command").arg(line);
        }
    }
    Ok(command)
}

/// Reads the user's own file under the user's own `ZDOTDIR`, which that file may change, then comes back to ours for
/// `.zshrc`.
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
    let shell = of_user(env);
    if shell == Shell::Plain {
        return Some(table(env, binary));
    }
    let name = binary.file_name()?.to_str()?;
    let file = startup_file(shell, env);
    let text = file.as_deref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    let script = init_files::at(env, binary, shell);
    let mut advice = String::new();
    if !connects(&text, name, script.as_deref()) {
        let script = script.filter(|script| init_files::is_own(script));
        let call = script.as_deref().map_or(Call::Program(binary), Call::Script);
        let line = shell.startup_line(call, &env.home())?;
        let starship = if connects(&text, "starship", None) { ", in place of starship's" } else { "" };
        advice = match file.as_deref().map(|file| env.tilde(file)) {
            Some(file) => {
                format!("To use it, put this line at the end of {file}{starship}:\n\n    {line}\n")
            }
            None => format!("To use it, run this in {} after each build:\n\n    {line}\n", shell.name()),
        };
    }
    let folder = binary.parent()?;
    if let Some(line) = shell.path_line(folder, &env.home())
        && !env.search_path().iter().any(|entry| entry == folder)
    {
        let (shown, had_line) = (env.tilde(folder), !advice.is_empty());
        // Writing to a String cannot fail.
        let _ = writeln!(
            advice,
            "{}{shown} is not on your PATH. To call `{name}` by its name, such as `{name} doctor`:\n\n    {line}",
            if had_line { "\n" } else { "" }
        );
    }
    (!advice.is_empty()).then_some(advice)
}

/// The line of every shell, for a user whose shell we do not know.
fn table(env: &Env, binary: &Path) -> String {
    let mut text = String::from("To use it, put the line of your shell at the end of its start-up file:\n\n");
    for shell in Shell::ALL {
        let script = init_files::at(env, binary, *shell).filter(|script| init_files::is_own(script));
        let call = script.as_deref().map_or(Call::Program(binary), Call::Script);
        let (Some(file), Some(line)) = (startup_file(*shell, env), shell.startup_line(call, &env.home()))
        else {
            continue;
        };
        let _ = writeln!(text, "    {:<8} {}\n             {line}", shell.name(), env.tilde(&file));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_knows_shell_path_and_what_is_there() -> io::Result<()> {
        let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        let home = tempfile::Builder::new().permissions(own).tempdir()?;
        let home_text = home.path().display().to_string();
        let bin = home.path().join(".local/bin");
        let binary = bin.join("ziron-prompt");
        let env = |shell: &str, path: &str| {
            Env::of([("HOME", home_text.as_str()), ("SHELL", shell), ("PATH", path)])
        };
        let advise = |shell: &str, path: &str| advice(&env(shell, path), &binary).unwrap_or_default();

        let found = bin.display().to_string();
        let program = "~/.local/bin/ziron-prompt";
        for (shell, line) in [
            (
                "bash",
                format!("~/.bashrc:\n\n    if [ -x {program} ]; then eval \"$({program} init bash)\"; fi\n"),
            ),
            (
                "fish",
                format!(
                    "~/.config/fish/config.fish:\n\n    if test -x {program}; {program} init fish | source; end\n"
                ),
            ),
            ("tcsh", format!("~/.tcshrc:\n\n    if (-x {program}) eval \"`{program} init tcsh`\"\n")),
            ("csh", String::from("~/.tcshrc:\n")),
            ("nu", String::from("run this in nu after each build:\n\n    mkdir")),
        ] {
            let said = advise(&format!("/bin/{shell}"), &found);
            assert!(said.contains(&line) && !said.contains("PATH"), "{said}");
        }
        let said = advise("/bin/fish", "/usr/bin");
        assert!(
            said.contains("~/.local/bin is not on your PATH.")
                && said.contains("    fish_add_path ~/.local/bin\n"),
            "{said}"
        );
        let said = advise("/bin/other", &found);
        assert!(said.contains("zsh      ~/.zshrc\n") && said.contains("init tcsh"), "{said}");

        let kept = home.path().join(".local/share/ziron");
        fs::create_dir_all(&kept)?;
        fs::write(kept.join("init.zsh"), "")?;
        let script = "~/.local/share/ziron/init.zsh";
        let line = format!("~/.zshrc:\n\n    if [ -r {script} ]; then source {script}; fi\n");
        assert!(advise("/bin/zsh", &found).contains(&line));
        fs::write(home.path().join(".zshrc"), "source ~/.local/share/ziron/init.zsh\n")?;
        assert_eq!(advise("/bin/zsh", &found), "");
        assert!(advise("/bin/zsh", "/usr/bin").starts_with("~/.local/bin is not on your PATH."));

        fs::write(home.path().join(".zshrc"), "eval \"$(starship init zsh)\"\n# ziron-prompt init zsh\n")?;
        assert!(advise("/bin/zsh", &found).contains("in place of starship's"));
        Ok(())
    }
}
