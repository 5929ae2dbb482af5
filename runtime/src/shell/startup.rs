//! How each shell is connected: its start-up file, and the line in it.
//!
//! Every line is guarded: where the program or the script is missing, the shell starts as if the line were not there, without a message and
//! with the status 0, which the first prompt shows.

use std::path::{Path, PathBuf};

use super::Shell;
use super::init::Quoting;

/// What a line of a start-up file reads or runs. Paths are absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call<'c> {
    /// A kept script (zsh, bash, fish).
    Script(&'c Path),
    /// The program, which prints the script.
    Program(&'c Path),
}

impl Shell {
    /// The file that the shell reads when it starts for a person. `None`: it reads a folder of scripts (nushell, Clink), or is no shell.
    ///
    /// `variable` is the value of a variable of the environment that is set and not empty.
    ///
    /// ```
    /// use std::path::Path;
    /// use ziron_runtime::shell::Shell;
    /// let file = Shell::Zsh.startup_file(Path::new("/home/me"), |_| None);
    /// assert_eq!(file.as_deref(), Some(Path::new("/home/me/.zshrc")));
    /// ```
    pub fn startup_file(self, home: &Path, variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
        let config = || {
            variable("XDG_CONFIG_HOME")
                .filter(|path| path.is_absolute())
                .unwrap_or_else(|| home.join(".config"))
        };
        Some(match self {
            Shell::Bash => home.join(".bashrc"),
            Shell::Zsh => variable("ZDOTDIR").unwrap_or_else(|| home.to_owned()).join(".zshrc"),
            Shell::Fish => config().join("fish/config.fish"),
            Shell::Tcsh => home.join(".tcshrc"),
            Shell::Elvish => config().join("elvish/rc.elv"),
            Shell::Xonsh => home.join(".xonshrc"),
            Shell::Ion => config().join("ion/initrc"),
            Shell::Pwsh => config().join("powershell/Microsoft.PowerShell_profile.ps1"),
            Shell::Nu | Shell::PowerShell | Shell::Cmd | Shell::Plain => return None,
        })
    }

    /// The line that connects the shell. `None` for [`Shell::Plain`], and for a kept script of a shell that cannot read one.
    pub fn startup_line(self, call: Call<'_>, home: &Path) -> Option<String> {
        let word = |path: &Path| self.word(path, home);
        let program = match call {
            Call::Script(script) => {
                let script = word(script);
                return match self {
                    Shell::Zsh | Shell::Bash => Some(format!("if [ -r {script} ]; then source {script}; fi")),
                    Shell::Fish => Some(format!("if test -r {script}; source {script}; end")),
                    _ => None,
                };
            }
            Call::Program(program) => word(program),
        };
        Some(match self {
            Shell::Zsh | Shell::Bash => {
                format!("if [ -x {program} ]; then eval \"$({program} init {})\"; fi", self.name())
            }
            Shell::Fish => format!("if test -x {program}; {program} init fish | source; end"),
            Shell::Tcsh => format!("if (-x {program}) eval \"`{program} init tcsh`\""),
            Shell::Elvish => {
                format!("if (has-external {program}) {{ eval ({program} init elvish | slurp) }}")
            }
            Shell::Xonsh => {
                // In Python the path is a string; as a command it is one too.
                format!("if __import__('os').access({program}, 1): execx($(@({program}) init xonsh))")
            }
            Shell::Nu => format!(
                "mkdir ($nu.data-dir | path join vendor/autoload); ^{program} init nu | save -f ($nu.data-dir | path join vendor/autoload/ziron.nu)"
            ),
            Shell::Pwsh | Shell::PowerShell => {
                format!(
                    "if (Test-Path {program}) {{ Invoke-Expression (& {program} init powershell | Out-String) }}"
                )
            }
            Shell::Ion => format!("if test -x {program}; eval \"$({program} init ion)\"; end"),
            Shell::Cmd => format!("load(io.popen({program} .. ' init clink 2>nul'):read('*a'))()"),
            Shell::Plain => return None,
        })
    }

    /// The line that puts a folder on the `PATH`.
    pub fn path_line(self, folder: &Path, home: &Path) -> Option<String> {
        let word = self.word(folder, home);
        Some(match self {
            Shell::Zsh | Shell::Bash | Shell::Ion => format!("export PATH={word}:\"$PATH\""),
            Shell::Fish => format!("fish_add_path {word}"),
            Shell::Tcsh => format!("set path = ({word} $path)"),
            Shell::Elvish => format!("set paths = [{word} $@paths]"),
            Shell::Xonsh => format!("$PATH.insert(0, {word})"),
            Shell::Nu => format!("$env.PATH = ($env.PATH | prepend {word})"),
            Shell::Pwsh | Shell::PowerShell => format!("$env:PATH = {word} + ':' + $env:PATH"),
            Shell::Cmd | Shell::Plain => return None,
        })
    }

    /// A path as one word of the shell: as people write it where that is possible, else quoted.
    fn word(self, path: &Path, home: &Path) -> String {
        let text = path.display().to_string();
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c));
        let quoting = match self {
            Shell::Bash | Shell::Zsh | Shell::Tcsh | Shell::Ion => Quoting::Posix,
            Shell::Fish => Quoting::Fish,
            Shell::Elvish => Quoting::Doubled,
            Shell::Pwsh | Shell::PowerShell => Quoting::PowerShell,
            Shell::Xonsh | Shell::Nu | Shell::Cmd | Shell::Plain => Quoting::Escaped,
        };
        let takes_tilde =
            matches!(self, Shell::Bash | Shell::Zsh | Shell::Tcsh | Shell::Fish | Shell::Elvish);
        match path.strip_prefix(home) {
            // A tilde is one only outside quotes.
            Ok(below) if takes_tilde && is_plain(&below.display().to_string()) => {
                format!("~/{}", below.display())
            }
            _ if quoting != Quoting::Escaped && quoting != Quoting::PowerShell && is_plain(&text) => text,
            _ => quoting.quote(&text),
        }
    }
}

/// The name that a prompt has as a rule.
const USUAL_NAME: &str = "ziron-prompt";

/// The folder of the scripts that are kept for a program in the user's folder for programs. `data_home` is `$XDG_DATA_HOME`, else `~/.local/share`. A
/// program with another name than the usual one has a folder of its own.
pub fn kept_folder(data_home: &Path, program: &str) -> PathBuf {
    let folder = data_home.join("ziron");
    if program == USUAL_NAME { folder } else { folder.join(program) }
}

/// The script that is kept for a shell, whether it is there or not; `None` for a shell that reads none from a file.
pub fn kept_file(data_home: &Path, program: &str, shell: Shell) -> Option<PathBuf> {
    let is_kept = matches!(shell, Shell::Zsh | Shell::Bash | Shell::Fish);
    is_kept.then(|| kept_folder(data_home, program).join(format!("init.{}", shell.name())))
}

/// Whether a start-up file connects a prompt: a line of it, no comment, names the script's file or the program with `init`.
pub fn connects(startup: &str, program: &str, script: Option<&Path>) -> bool {
    // `~/.local/share/ziron/init.zsh`, `"$XDG_DATA_HOME/ziron/init.zsh"`, …
    let end = script.map(|script| {
        let end: PathBuf =
            [script.parent().and_then(Path::file_name), script.file_name()].iter().flatten().collect();
        end.display().to_string()
    });
    let mut lines = startup.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    lines.any(|line| {
        let runs = || {
            let mut after = line.split(program).skip(1);
            // The name may be quoted, or followed by what closes `@(…)`.
            after.any(|rest| rest.trim_start_matches(['\'', '"', ')']).starts_with(" init "))
        };
        end.as_deref().is_some_and(|end| line.contains(end)) || runs()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_its_line() {
        let home = Path::new("/home/me");
        let program = Call::Program(Path::new("/home/me/.local/bin/ziron-prompt"));
        let lines: Vec<_> = Shell::ALL.iter().filter_map(|shell| shell.startup_line(program, home)).collect();
        assert_eq!(lines.len(), Shell::ALL.len());
        insta::assert_snapshot!(lines.join("\n"), @r#"
        if [ -x ~/.local/bin/ziron-prompt ]; then eval "$(~/.local/bin/ziron-prompt init bash)"; fi
        if [ -x ~/.local/bin/ziron-prompt ]; then eval "$(~/.local/bin/ziron-prompt init zsh)"; fi
        if test -x ~/.local/bin/ziron-prompt; ~/.local/bin/ziron-prompt init fish | source; end
        if (-x ~/.local/bin/ziron-prompt) eval "`~/.local/bin/ziron-prompt init tcsh`"
        mkdir ($nu.data-dir | path join vendor/autoload); ^"/home/me/.local/bin/ziron-prompt" init nu | save -f ($nu.data-dir | path join vendor/autoload/ziron.nu)
        if (Test-Path '/home/me/.local/bin/ziron-prompt') { Invoke-Expression (& '/home/me/.local/bin/ziron-prompt' init powershell | Out-String) }
        if (Test-Path '/home/me/.local/bin/ziron-prompt') { Invoke-Expression (& '/home/me/.local/bin/ziron-prompt' init powershell | Out-String) }
        if (has-external ~/.local/bin/ziron-prompt) { eval (~/.local/bin/ziron-prompt init elvish | slurp) }
        if __import__('os').access("/home/me/.local/bin/ziron-prompt", 1): execx($(@("/home/me/.local/bin/ziron-prompt") init xonsh))
        if test -x /home/me/.local/bin/ziron-prompt; eval "$(/home/me/.local/bin/ziron-prompt init ion)"; end
        load(io.popen("/home/me/.local/bin/ziron-prompt" .. ' init clink 2>nul'):read('*a'))()
        "#);
        let script = Call::Script(Path::new("/home/me/.local/share/ziron/init"));
        assert_eq!(
            Shell::Zsh.startup_line(script, home).as_deref(),
            Some("if [ -r ~/.local/share/ziron/init ]; then source ~/.local/share/ziron/init; fi")
        );
        assert_eq!(Shell::Elvish.startup_line(script, home), None);
    }

    #[test]
    fn every_shell_has_a_line_for_its_path() {
        let line = |shell: Shell, folder| shell.path_line(Path::new(folder), Path::new("/home/me"));
        let lines: Vec<_> =
            Shell::ALL.iter().filter_map(|shell| line(*shell, "/home/me/.local/bin")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        export PATH=~/.local/bin:"$PATH"
        export PATH=~/.local/bin:"$PATH"
        fish_add_path ~/.local/bin
        set path = (~/.local/bin $path)
        $env.PATH = ($env.PATH | prepend "/home/me/.local/bin")
        $env:PATH = '/home/me/.local/bin' + ':' + $env:PATH
        $env:PATH = '/home/me/.local/bin' + ':' + $env:PATH
        set paths = [~/.local/bin $@paths]
        $PATH.insert(0, "/home/me/.local/bin")
        export PATH=/home/me/.local/bin:"$PATH"
        "#);
        assert_eq!(line(Shell::Bash, "/a b/it's").as_deref(), Some(r#"export PATH='/a b/it'\''s':"$PATH""#));
    }

    #[test]
    fn a_line_that_connects_is_found_however_it_is_written() {
        let script = Some(Path::new("/home/me/.local/share/ziron/init.zsh"));
        let connects = |text: &str| connects(text, "ziron-prompt", script);
        for line in [
            "source ~/.local/share/ziron/init.zsh",
            ". \"$XDG_DATA_HOME/ziron/init.zsh\"",
            "eval \"$(ziron-prompt init zsh)\"",
            "  eval \"$('/a b/ziron-prompt' init zsh)\"",
            "a=1\nif [ -x ~/bin/ziron-prompt ]; then eval \"$(~/bin/ziron-prompt init zsh)\"; fi",
            "execx($(@(\"/b/ziron-prompt\") init xonsh))",
        ] {
            assert!(connects(line), "{line}");
        }
        for line in [
            "",
            "# source ~/.local/share/ziron/init.zsh",
            "eval \"$(starship init zsh)\"",
            "ziron-prompt --version",
        ] {
            assert!(!connects(line), "{line}");
        }
    }
}
