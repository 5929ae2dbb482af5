//! Where both live: folders that only root can change, a home, and a folder that everybody writes to.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use ziron_runtime::client::{Address, Surroundings};
use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::terminal::{Size, Terminal};
use ziron_tests::{dump, shells, world};

use crate::{ATTACKER, VICTIM, by, folder, set_mode};

/// A prompt that asks the daemon, and a tool, so that there is something to store.
const CONFIG: &str = r#"
format = "in $directory$nodejs$line_break$character"
[directory]
format = "$path"
[nodejs]
format = " node $version"
[character]
success_symbol = "[ok>](green)"
error_symbol = "[bad>](red)"
[daemon]
idle_exit = 20000
"#;

/// How long anything may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// What the victim wants nobody to read or change.
pub(crate) const PRIVATE: &str = "nobody else's business\n";

/// The machine.
pub(crate) struct Town {
    root: TempDir,
    /// The victim's own socket, of something else, which takes no connection: whoever tries has lost no time.
    _other: UnixDatagram,
}

impl Town {
    /// A machine with two users; `None` where this is not root.
    pub(crate) fn new() -> Option<Town> {
        if !rustix::process::geteuid().is_root() {
            shells::skipped("only root can become two other users");
            return None;
        }
        // Not where temporary files are: each folder on the way belongs to root, who alone writes to it.
        let root = TempDir::with_prefix_in("z2-", "/var/lib").unwrap();
        let path = |name: &str| root.path().join(name);
        set_mode(root.path(), 0o755);
        folder(&path("bin"), 0o755);
        folder(&path("shared"), 0o1777);
        for (name, user) in [("home", VICTIM), ("lair", ATTACKER)] {
            folder(&path(name), 0o755);
            chown(path(name), Some(user), Some(user)).unwrap();
        }
        fs::copy(world::prompt(CONFIG), path("bin/prompt")).unwrap();
        fs::write(path("bin/node"), "#!/bin/sh\necho v20.1.0\n").unwrap();
        set_mode(&path("bin/node"), 0o755);
        let other = by(VICTIM, || {
            fs::write(path("home/private"), PRIVATE).unwrap();
            set_mode(&path("home/private"), 0o600);
            fs::create_dir(path("home/place")).unwrap();
            fs::write(path("home/place/package.json"), "{}").unwrap();
            UnixDatagram::bind(path("home/other")).unwrap()
        });
        Some(Town { root, _other: other })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn binary(&self) -> PathBuf {
        self.path("bin/prompt")
    }

    /// What the folder of this prompt's daemon is called.
    pub(crate) fn id(&self) -> OsString {
        let own = world::private_folder("z2-");
        let address = Address::of(&self.binary(), &Surroundings::with_runtime_dir(own.path())).unwrap();
        address.folder().file_name().unwrap().to_owned()
    }

    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let search = format!("{}:/usr/bin:/bin", self.path("bin").display());
        vec![
            ("HOME", self.path("home").into()),
            ("PATH", search.into()),
            ("TERM", "xterm-256color".into()),
            ("LANG", "C.UTF-8".into()),
            ("INPUTRC", "/dev/null".into()),
        ]
    }

    /// Runs the prompt's program as the victim.
    pub(crate) fn run(&self, arguments: &[&OsStr], variables: &[(&str, &Path)]) -> Output {
        let mut command = Command::new(self.binary());
        command.args(arguments).env_clear().envs(self.environment()).stdin(Stdio::null());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.path("home/place")).uid(VICTIM).gid(VICTIM);
        command.output().unwrap()
    }

    /// The same with words, and what it prints.
    pub(crate) fn says(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> String {
        let words: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let Output { status, stdout, stderr } = self.run(&words, variables);
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(status.success() && stderr.is_empty(), "{arguments:?}: {status} {stderr}");
        String::from_utf8(stdout).unwrap()
    }

    /// Opens the victim's shell, whose start-up file has these lines.
    pub(crate) fn open(&self, shell: Shell, lines: &str, variables: &[(&str, &Path)]) -> Option<Terminal> {
        let path = shells::find_or_skip(shell)?;
        let home = self.path("home");
        let (file, arguments): (&str, &[&str]) = match shell {
            Shell::Zsh => (".zshrc", &["-d", "-i"]),
            Shell::Bash => (".bashrc", &["--noprofile", "-i"]),
            _ => (".config/fish/config.fish", &["-i"]),
        };
        let lines =
            if shell == Shell::Fish { format!("set -g fish_greeting\n{lines}") } else { lines.to_owned() };
        by(VICTIM, || {
            shells::move_in(shell, &home);
            fs::create_dir_all(home.join(file).parent().unwrap()).unwrap();
            fs::write(home.join(file), lines).unwrap();
        });
        let victim = VICTIM.to_string();
        let mut argv: Vec<OsString> =
            ["/usr/bin/setpriv", "--reuid", &victim, "--regid", &victim, "--clear-groups"]
                .map(Into::into)
                .into();
        argv.push(path.into());
        argv.extend(arguments.iter().map(Into::into));
        let mut command = CommandBuilder::from_argv(argv);
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(home);
        Some(Terminal::start(command, Size { rows: 24, columns: 100 }).unwrap())
    }

    /// The line that connects a shell.
    pub(crate) fn connect(&self, shell: Shell) -> String {
        let binary = Quoting::Posix.quote(&self.binary().display().to_string());
        match shell {
            Shell::Fish => format!("{binary} init fish | source"),
            shell => format!("eval \"$({binary} init {})\"", shell.name()),
        }
    }

    /// The victim's processes with this program.
    pub(crate) fn processes(&self, name: &str) -> Vec<u32> {
        let numbers = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let entry = entry.ok()?;
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let is_named = fs::read_to_string(entry.path().join("comm")).ok()?.trim() == name;
            let at_home = |link: &str| {
                let path = fs::read_link(entry.path().join(link)).unwrap_or_default();
                path.starts_with(self.root.path())
            };
            (is_named && entry.metadata().ok()?.uid() == VICTIM && (at_home("exe") || at_home("cwd")))
                .then_some(pid)
        });
        numbers.collect()
    }

    /// Kills the victim's daemons.
    pub(crate) fn kill_daemons(&self) {
        wait("the daemons' end", || {
            self.signal_daemons();
            self.processes("prompt").is_empty()
        });
    }

    fn signal_daemons(&self) {
        for pid in self.processes("prompt") {
            // It may just have ended.
            let _ = Pid::from_raw(pid.cast_signed()).map(|pid| kill_process(pid, Signal::KILL));
        }
    }

    /// The victim's private file is what it was.
    pub(crate) fn is_intact(&self) {
        assert_eq!(fs::read_to_string(self.path("home/private")).unwrap(), PRIVATE);
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.signal_daemons();
    }
}

/// Runs a command in a shell, and waits for its output and the next prompt.
pub(crate) fn say(terminal: &Terminal, word: &str) {
    terminal.send(&format!("echo {}''{}\r", &word[..1], &word[1..]));
    terminal.wait(&format!("{word} and a prompt"), |screen| {
        let is_said = dump::plain(screen).lines().any(|line| line.trim_end() == word);
        (is_said && dump::before_cursor(screen).trim_end() == "ok>").then_some(())
    });
}

/// Waits until something is so.
pub(crate) fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < DEADLINE, "in vain: {what}");
        std::thread::yield_now();
    }
}
