//! A real shell in a terminal, alone in the world, with a prompt program connected to it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use vt100::Screen;
use ziron_runtime::shell::{Quoting, Shell};

use crate::daemon::{self, Daemon};
use crate::stub::{self, Told};
use crate::terminal::{Size, Terminal};
use crate::{dump, shells, stub_daemon};

/// What a session has of the background mode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Nothing.
    #[default]
    Off,
    /// It is on, but there is no daemon.
    Alone,
    /// It is on, and this program is the daemon.
    Served(PathBuf),
}

/// How to start a session.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Lines of the shell's configuration before the prompt is connected.
    pub before: String,
    /// Lines after that.
    pub after: String,
    /// Whether the transient prompt is on.
    pub is_transient: bool,
    /// Text that the prompt shows as data.
    pub data: String,
    /// Arguments for the shell.
    pub arguments: Vec<String>,
    /// The size of the terminal.
    pub size: Size,
    /// Whether there is a background mode, and a daemon.
    pub background: Background,
    /// Whether the shell waits for the daemon for as long as a busy machine may take, and not only for as long as a
    /// person likes.
    pub is_patient: bool,
    /// Whether to become an ordinary user first, if this is root.
    pub is_ordinary_user: bool,
    /// The name of a folder in the home folder where the shell starts; empty: the home folder itself.
    pub folder: String,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            before: String::new(),
            after: String::new(),
            is_transient: false,
            data: "data".to_owned(),
            arguments: Vec::new(),
            size: Size { rows: 24, columns: 80 },
            background: Background::Off,
            is_patient: false,
            is_ordinary_user: false,
            folder: String::new(),
        }
    }
}

impl Setup {
    /// With these lines before the prompt is connected.
    #[must_use]
    pub fn before(self, lines: &str) -> Setup {
        Setup { before: lines.to_owned(), ..self }
    }

    /// With these lines after the prompt has been connected.
    #[must_use]
    pub fn after(self, lines: &str) -> Setup {
        Setup { after: lines.to_owned(), ..self }
    }

    /// With this argument for the shell.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Setup {
        self.arguments.push(argument.to_owned());
        self
    }

    /// With the transient prompt.
    #[must_use]
    pub fn transient(self) -> Setup {
        Setup { is_transient: true, ..self }
    }

    /// With the background mode.
    #[must_use]
    pub fn background(self, background: Background) -> Setup {
        Setup { background, ..self }
    }

    /// With this text in the prompt.
    #[must_use]
    pub fn data(self, data: &str) -> Setup {
        Setup { data: data.to_owned(), ..self }
    }
}

/// A shell that runs.
#[derive(Debug)]
pub struct Session {
    shell: Shell,
    terminal: Terminal,
    daemon: Option<Daemon>,
    home: TempDir,
    /// How many calls of the prompt program have been looked at.
    seen: usize,
}

impl Session {
    /// Starts a shell and waits for its first prompt; `None` when the shell is missing, which is allowed.
    ///
    /// # Panics
    /// When there is no prompt.
    pub fn start(shell: Shell, program: &Path, setup: &Setup) -> Option<(Session, Told)> {
        let mut session = Session::open(shell, program, setup)?;
        let told = session.prompt();
        Some((session, told))
    }

    /// Starts a shell; `None` when the shell is missing, which is allowed.
    ///
    /// # Panics
    /// When the machine gives no terminal or no folder.
    pub fn open(shell: Shell, program: &Path, setup: &Setup) -> Option<Session> {
        let path = shells::find_or_skip(shell)?;
        let home = crate::world::private_folder("ziron-home-");
        let connected = connect(shell, program, home.path(), setup);
        let start = if setup.is_ordinary_user { become_ordinary(home.path()) } else { Vec::new() };
        let daemon = match &setup.background {
            Background::Served(program) => Some(Daemon::start(program, home.path(), &setup.data, &start)),
            Background::Off | Background::Alone => None,
        };
        let mut argv: Vec<String> = start;
        argv.push(path.display().to_string());
        argv.extend(setup.arguments.iter().cloned());
        match shell {
            Shell::Zsh => argv.extend(["-d".to_owned(), "-i".to_owned()]),
            Shell::Bash => argv
                .splice(argv.len() - setup.arguments.len().., bash_arguments(&connected, setup))
                .for_each(drop),
            Shell::Elvish => argv.extend(["-rc".to_owned(), connected.display().to_string()]),
            Shell::Nu => argv.extend(nu_arguments(&connected)),
            Shell::Tcsh => {}
            _ => argv.push("-i".to_owned()),
        }
        let mut command = CommandBuilder::from_argv(argv.into_iter().map(Into::into).collect());
        command.env_clear();
        for (name, value) in
            [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("PATH", "/usr/bin:/bin")]
        {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.env("INPUTRC", "/dev/null");
        command.env(stub::LOG, home.path().join("log"));
        command.env(stub::DATA, &setup.data);
        command.env(stub::TRANSIENT, if setup.is_transient { "1" } else { "0" });
        let folder = home.path().join(&setup.folder);
        fs::create_dir_all(&folder).expect("a folder");
        command.cwd(folder);
        if setup.background == Background::Off {
            command.env("ZIRON_DAEMON", "off");
        } else {
            command.env(stub_daemon::FOLDER, daemon::folder(home.path()));
        }
        let terminal = Terminal::start(command, setup.size).expect("a terminal");
        Some(Session { shell, terminal, daemon, home, seen: 0 })
    }

    /// Waits for a prompt that has not been seen yet, and returns what the program was told for it.
    ///
    /// # Panics
    /// When there is none.
    pub fn prompt(&mut self) -> Told {
        let (seen, shell) = (self.seen, self.shell);
        let newest =
            self.terminal.wait("new prompt", |screen| ready(shell, screen).filter(|call| *call > seen));
        self.seen = newest;
        self.calls()[newest - 1].clone()
    }

    /// Types a line and Enter, and waits for the next prompt.
    pub fn run(&mut self, line: &str) -> Told {
        self.send(&format!("{line}\r"));
        self.prompt()
    }

    /// Types.
    pub fn send(&self, keys: &str) {
        self.terminal.send(keys);
    }

    /// Presses Ctrl-C until the line that is being edited has been given up.
    ///
    /// Once is not always enough: now and then zsh 5.9 and fish 3.6, on their own too, lose a signal that comes just
    /// before they begin to wait for keys.
    ///
    /// # Panics
    /// When many times are not enough.
    pub fn interrupt(&self) {
        const REACTION: Duration = Duration::from_secs(5);
        let is_given_up = (0..15).any(|_| {
            self.send("\x03");
            self.terminal.wait_for(REACTION, |screen| dump::before_cursor(screen) == "> ")
        });
        assert!(is_given_up, "Ctrl-C does nothing; the screen:\n{}", self.styled());
    }

    /// Waits until the screen shows a text.
    pub fn wait_text(&self, text: &str) {
        self.terminal.wait(text, |screen| dump::plain(screen).contains(text).then_some(()));
    }

    /// Waits until what is before the cursor, in its line, is this text.
    pub fn wait_cursor_after(&self, text: &str) {
        self.terminal.wait(&format!("cursor after {text:?}"), |screen| {
            (dump::before_cursor(screen) == text).then_some(())
        });
    }

    /// What the screen shows, without styles.
    pub fn plain(&self) -> String {
        dump::plain(&self.terminal.screen())
    }

    /// What the screen shows, with styles.
    pub fn styled(&self) -> String {
        dump::styled(&self.terminal.screen())
    }

    /// What the prompt program was told, call by call.
    pub fn calls(&self) -> Vec<Told> {
        stub::read_log(&self.home.path().join("log"))
    }

    /// The daemon.
    ///
    /// # Panics
    /// When there is none.
    pub fn daemon(&mut self) -> &mut Daemon {
        self.daemon.as_mut().expect("a session with a daemon")
    }

    /// Starts a daemon in the place of the one before.
    pub fn serve(&mut self, program: &Path, data: &str) {
        self.daemon = None;
        self.daemon = Some(Daemon::start(program, self.home.path(), data, &[]));
    }

    /// The terminal.
    pub fn terminal(&mut self) -> &mut Terminal {
        &mut self.terminal
    }

    /// The home folder, which is also where the shell starts.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The shell.
    pub fn shell(&self) -> Shell {
        self.shell
    }

    /// Removes the prompt program.
    ///
    /// # Panics
    /// When it is gone already.
    pub fn remove_program(&self) {
        fs::remove_file(program_in(self.home.path())).expect("the program is there");
    }
}

/// The number of the prompt that waits for input, once all of it is there.
fn ready(shell: Shell, screen: &Screen) -> Option<usize> {
    if !dump::before_cursor(screen).starts_with("> ") {
        return None;
    }
    let text = dump::plain(screen);
    let number = |line: &str| line.strip_prefix('#')?.split(' ').next()?.parse().ok();
    let call: usize = text.lines().rev().find_map(number)?;
    let right = format!("r{call}");
    let is_whole = match shell {
        Shell::Bash | Shell::Xonsh | Shell::Tcsh => true,
        // The right prompt comes last; below it, there may be a message of the editor's.
        _ => text.lines().any(|line| line.ends_with(&right)),
    };
    is_whole.then_some(call)
}

/// A folder whose name needs quotes, since a user's may.
fn program_in(home: &Path) -> PathBuf {
    home.join("it's $a 'program'").join("prompt")
}

/// Writes the shell's configuration, as a user would.
fn connect(shell: Shell, program: &Path, home: &Path, setup: &Setup) -> PathBuf {
    let link = program_in(home);
    fs::create_dir(link.parent().expect("it has a folder")).expect("a new folder");
    symlink(program, &link).expect("a new link");
    let link = link.display().to_string();
    let (name, line) = match shell {
        Shell::Zsh => (".zshrc", format!(r#"eval "$({} init zsh)""#, Quoting::Posix.quote(&link))),
        Shell::Bash => (".bashrc", format!(r#"eval "$({} init bash)""#, Quoting::Posix.quote(&link))),
        Shell::Tcsh => (
            ".tcshrc",
            format!(
                "set prompt_program = {}\nalias init_prompt '$prompt_program:q init tcsh'\neval \"`init_prompt`\"",
                Quoting::Posix.quote(&link)
            ),
        ),
        Shell::Elvish => {
            ("rc.elv", format!("eval ((external {}) init elvish | slurp)", Quoting::Doubled.quote(&link)))
        }
        Shell::Xonsh => (".xonshrc", format!("execx($(@({}) init xonsh))", Quoting::Escaped.quote(&link))),
        Shell::Nu => {
            (".config/nushell/config.nu", format!("source {}", write_nu(&link, home, setup).display()))
        }
        _ => (".config/fish/config.fish", format!("{} init fish | source", Quoting::Fish.quote(&link))),
    };
    let greeting = match shell {
        Shell::Fish => "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n",
        Shell::Nu => "$env.config.show_banner = false\n",
        _ => "",
    };
    shells::move_in(shell, home);
    let path = home.join(name);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
    // A busy machine may be as late as that.
    let (looks, seconds) = if setup.is_patient { (1500, "20") } else { (150, "0.5") };
    let patience = match shell {
        Shell::Fish => format!("set -g _ziron_looks (string repeat --count {looks} x | string split '')"),
        Shell::Zsh | Shell::Bash => format!("_ziron_patience={seconds}"),
        _ => String::new(),
    };
    let lines = format!("{greeting}{}\n{line}\n{patience}\n{}\n", setup.before, setup.after)
        .replace("@CONNECT@", &line);
    fs::write(&path, lines).expect("a new file");
    path
}

/// nushell reads a script when it reads the line that names it: there has to be a file.
fn write_nu(program: &str, home: &Path, setup: &Setup) -> PathBuf {
    let path = home.join("ziron.nu");
    let transient = if setup.is_transient { "1" } else { "0" };
    let output = Command::new(program).args(["init", "nu"]).env(stub::TRANSIENT, transient).output();
    fs::write(&path, output.expect("the program runs").stdout).expect("a new file");
    path
}

fn nu_arguments(config: &Path) -> Vec<String> {
    let environment = config.with_file_name("env.nu");
    fs::write(&environment, "").expect("a new file");
    let path = |path: &Path| path.display().to_string();
    vec!["--config".to_owned(), path(config), "--env-config".to_owned(), path(&environment)]
}

fn bash_arguments(rc: &Path, setup: &Setup) -> Vec<String> {
    let mut arguments = vec!["--noprofile".to_owned(), "--rcfile".to_owned(), rc.display().to_string()];
    arguments.extend(setup.arguments.iter().cloned());
    arguments.push("-i".to_owned());
    arguments
}

/// What starts a program as `nobody`, who gets the home folder; nothing if this is no root.
fn become_ordinary(home: &Path) -> Vec<String> {
    const NOBODY: u32 = 65534;
    if std::os::unix::fs::chown(home, Some(NOBODY), Some(NOBODY)).is_err() {
        return Vec::new();
    }
    let id = NOBODY.to_string();
    ["/usr/bin/setpriv", "--reuid", &id, "--regid", &id, "--clear-groups"].map(ToOwned::to_owned).to_vec()
}
