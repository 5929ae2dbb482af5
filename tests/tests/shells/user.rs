//! A user with an installed prompt, who opens one shell after the other.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::terminal::{Size, Terminal};
use ziron_tests::{dump, shells, world};

/// What the prompt looks like. Its first line shows where it is, its second line how the last command ended.
pub(crate) const CONFIG: &str = r#"
format = "[in $directory](blue)$line_break$character"
continuation_prompt = "[more](green) "
[directory]
format = "$path"
[character]
success_symbol = "[ok>](green)"
error_symbol = "[bad>](red)"
[daemon]
enabled = false
"#;

/// The same with another first line.
pub(crate) fn other_config() -> String {
    CONFIG.replace("[in ", "[at ")
}

/// A user.
pub(crate) struct User {
    home: TempDir,
    pub(crate) shell: Shell,
}

impl User {
    /// A user of a shell with a prompt of its own; `None` when the shell is missing, which is allowed.
    pub(crate) fn new(shell: Shell) -> Option<User> {
        shells::find_or_skip(shell)?;
        let user = User { home: world::private_folder("ziron user's-"), shell };
        fs::create_dir_all(user.path("bin")).unwrap();
        user.install(CONFIG);
        Some(user)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.home.path().canonicalize().unwrap().join(path)
    }

    pub(crate) fn binary(&self) -> PathBuf {
        self.path("bin/prompt")
    }

    /// Replaces the prompt, as `ziron-build` does.
    pub(crate) fn install(&self, config: &str) {
        let new = self.path("bin/new");
        fs::copy(world::prompt(config), &new).unwrap();
        // A process that another test was just starting may have it open for a moment, and then it cannot be run.
        let is_busy = || {
            let tried = Command::new(&new).arg("--version").env_clear().output();
            tried.is_err_and(|error| error.kind() == std::io::ErrorKind::ExecutableFileBusy)
        };
        while is_busy() {
            std::thread::yield_now();
        }
        fs::rename(new, self.binary()).unwrap();
    }

    /// The shell's script.
    pub(crate) fn script(&self) -> PathBuf {
        self.path(&format!(".local/share/ziron/init.{}", self.shell.name()))
    }

    /// Keeps the shell's script, or another one, as `ziron-build` does.
    pub(crate) fn keep(&self, arguments: &[&str], file: &Path) {
        let mut command = Command::new(self.binary());
        command.arg("init").args(arguments).arg("--keep").arg(file).env_clear();
        command.envs(self.environment().iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }

    /// What tells one version of the kept script from another.
    pub(crate) fn version(&self) -> u64 {
        fs::metadata(self.script()).unwrap().ino()
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().canonicalize().unwrap().display().to_string();
        let plain = [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/bin:/bin"),
            ("INPUTRC", "/dev/null"),
        ];
        plain.map(|(name, value)| (name, value.to_owned())).into_iter().chain([("HOME", home)]).collect()
    }

    /// Writes the shell's start-up file. `@SOURCE FILE@` in it reads a file.
    pub(crate) fn configure(&self, text: &str) {
        let name = match self.shell {
            Shell::Zsh => ".zshrc",
            Shell::Bash => ".bashrc",
            _ => ".config/fish/config.fish",
        };
        shells::move_in(self.shell, self.home.path());
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let greeting = if self.shell == Shell::Fish { "set -g fish_greeting\n" } else { "" };
        fs::write(path, format!("{greeting}{text}\n")).unwrap();
    }

    /// The line that reads a file.
    pub(crate) fn source(&self, file: &Path) -> String {
        let quoting = if self.shell == Shell::Fish { Quoting::Fish } else { Quoting::Posix };
        format!("source {}", quoting.quote(&file.display().to_string()))
    }

    /// Opens a shell in a terminal, with other variables in its environment than usual.
    pub(crate) fn open(&self, variables: &[(&str, &str)]) -> Terminal {
        self.open_by(&[], variables, Size { rows: 24, columns: 80 })
    }

    /// The same, started by another program, and in a terminal of another size.
    pub(crate) fn open_by(&self, starter: &[&str], variables: &[(&str, &str)], size: Size) -> Terminal {
        self.start(starter, "", variables, size)
    }

    /// The same in a folder below the home folder.
    pub(crate) fn open_in(&self, folder: &str, variables: &[(&str, &str)], size: Size) -> Terminal {
        self.start(&[], folder, variables, size)
    }

    fn start(&self, starter: &[&str], folder: &str, variables: &[(&str, &str)], size: Size) -> Terminal {
        let path = shells::find(self.shell).unwrap().display().to_string();
        let rc = self.path(".bashrc").display().to_string();
        let arguments: &[&str] = match self.shell {
            Shell::Zsh => &["-d", "-i"],
            Shell::Bash => &["--noprofile", "--rcfile", &rc, "-i"],
            _ => &["-i"],
        };
        let argv = starter.iter().chain([&path.as_str()]).chain(arguments).map(Into::into).collect();
        let mut command = CommandBuilder::from_argv(argv);
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(self.path(folder));
        Terminal::start(command, size).unwrap()
    }
}

/// Waits until what is before the cursor, in its line, is this text.
pub(crate) fn wait_cursor_after(terminal: &Terminal, text: &str) {
    terminal.wait(&format!("cursor after {text:?}"), |screen| {
        (dump::before_cursor(screen) == text).then_some(())
    });
}
/// Waits until the whole screen is this text.
pub(crate) fn wait_screen(terminal: &Terminal, text: &str) {
    terminal.wait(&format!("screen\n{text}\n"), |screen| (dump::plain(screen) == text).then_some(()));
}
