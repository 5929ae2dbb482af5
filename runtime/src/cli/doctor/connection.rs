//! Whether a shell shows this prompt: its start-up file, the kept script, the `PATH`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::shell::{Call, Shell, connects, kept_file};

/// What is looked at; in tests, what they say.
pub(super) struct Surroundings<'s> {
    /// The user's shell.
    pub(super) shell: Shell,
    /// The absolute path of this program.
    pub(super) program: &'s Path,
    /// The user's home folder.
    pub(super) home: &'s Path,
    /// The value of a variable of the environment that is set and not empty.
    pub(super) variable: &'s dyn Fn(&str) -> Option<OsString>,
    /// The text of a file, where it can be read.
    pub(super) read: &'s dyn Fn(&Path) -> Option<String>,
    /// Whether the first file is there and at least as new as the second.
    pub(super) is_as_new: &'s dyn Fn(&Path, &Path) -> bool,
}

/// Looks at how the shell is connected.
pub(super) fn findings(around: &Surroundings<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if around.shell == Shell::Plain {
        found.push(Finding::look(
            "SHELL names no shell that this program has a script for",
            format!("`init SHELL` knows {}", crate::shell::names_with_script()),
        ));
    } else {
        found.extend(startup(around));
    }
    found.extend(path(around));
    found
}

/// The start-up file, and the script that it reads.
fn startup(around: &Surroundings<'_>) -> Vec<Finding> {
    let Surroundings { shell, program, home, .. } = *around;
    let path_variable = |name: &str| (around.variable)(name).map(PathBuf::from);
    // A shell that reads a folder of scripts has no line to look for.
    let Some(file) = shell.startup_file(home, path_variable) else { return Vec::new() };
    let data = path_variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.unwrap_or_else(|| home.join(".local/share"));
    let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let script = kept_file(&data, name, shell);
    let text = (around.read)(&file).unwrap_or_default();
    let exists = script.as_deref().is_some_and(|script| (around.read)(script).is_some());
    if !connects(&text, name, script.as_deref()) {
        let call = script.as_deref().filter(|_| exists).map_or(Call::Program(program), Call::Script);
        let line = shell.startup_line(call, home).unwrap_or_default();
        let what = format!("{} does not connect this prompt", file.display());
        return vec![Finding::look(what, format!("put this line at its end: {line}"))];
    }
    let mut found = vec![Finding::good(format!("{} connects this prompt", file.display()))];
    let Some(script) = script.filter(|_| !connects(&text, name, None)) else { return found };
    if !exists {
        let what =
            format!("{} is not there, so that {} shows no prompt of ours", script.display(), shell.name());
        found.push(Finding::look(what, String::from("run `ziron-build`, which writes it")));
    } else if !(around.is_as_new)(&script, program) {
        let what = format!("{} is older than the program, so that each shell starts it", script.display());
        found.push(Finding::look(what, String::from("run `ziron-build`, which writes it again")));
    } else {
        found.push(Finding::good(format!("{} is kept for {}", script.display(), shell.name())));
    }
    found
}

/// Whether this program can be called by its name.
fn path(around: &Surroundings<'_>) -> Option<Finding> {
    let folder = around.program.parent()?;
    let path = (around.variable)("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|entry| entry == folder) {
        return Some(Finding::good(format!("{} is on the PATH", folder.display())));
    }
    let line = around.shell.path_line(folder, around.home);
    let remedy = line.map_or_else(|| String::from("add it"), |line| format!("add it: {line}"));
    Some(Finding::look(format!("{} is not on the PATH", folder.display()), remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "/home/me/.local/bin/ziron-prompt";
    const SCRIPT: &str = "/home/me/.local/share/ziron/init.zsh";

    /// What is said about zsh with this start-up file and these other files, where the script is as new as the program or not.
    fn said(startup: Option<&str>, others: &[&str], is_as_new: bool) -> Vec<(bool, String)> {
        let read = |path: &Path| match startup {
            Some(text) if path == Path::new("/home/me/.zshrc") => Some(text.to_owned()),
            _ => others.iter().any(|other| Path::new(other) == path).then(String::new),
        };
        let around = Surroundings {
            shell: Shell::Zsh,
            program: Path::new(PROGRAM),
            home: Path::new("/home/me"),
            variable: &|name| (name == "PATH").then(|| "/usr/bin:/home/me/.local/bin".into()),
            read: &read,
            is_as_new: &|_, _| is_as_new,
        };
        findings(&around).into_iter().map(|found| (found.remedy.is_none(), found.to_string())).collect()
    }

    #[test]
    fn a_line_that_is_missing_is_told() {
        for startup in [None, Some(""), Some("# source ~/.local/share/ziron/init.zsh")] {
            let said = said(startup, &[SCRIPT], true);
            assert!(!said[0].0 && said[0].1.contains("if [ -r ~/.local/share/ziron/init.zsh ]"), "{said:?}");
        }
        let said = said(None, &[], true);
        assert!(said[0].1.contains("if [ -x ~/.local/bin/ziron-prompt ]"), "{said:?}");
    }

    #[test]
    fn the_script_has_to_be_there_and_new() {
        let startup = Some("source ~/.local/share/ziron/init.zsh");
        assert!(said(startup, &[SCRIPT], true).iter().all(|(is_good, _)| *is_good));
        assert!(!said(startup, &[], true)[1].0);
        assert!(said(startup, &[SCRIPT], false)[1].1.contains("older than the program"));
        // Who runs the program needs no script.
        let runs = said(Some("eval \"$(ziron-prompt init zsh)\""), &[], true);
        assert!(runs.iter().all(|(is_good, _)| *is_good), "{runs:?}");
    }

    #[test]
    fn a_program_that_is_not_on_the_path_is_told_with_the_line_of_the_shell() {
        let around = Surroundings {
            shell: Shell::Fish,
            program: Path::new("/opt/ziron/ziron-prompt"),
            home: Path::new("/home/me"),
            variable: &|_| None,
            read: &|_| None,
            is_as_new: &|_, _| true,
        };
        let said: Vec<_> = findings(&around).iter().map(ToString::to_string).collect();
        assert!(said[1].contains("remedy: add it: fish_add_path /opt/ziron"), "{said:?}");
        let said = findings(&Surroundings { shell: Shell::Plain, ..around });
        assert!(said[0].to_string().contains("bash, zsh, fish"));
    }
}
