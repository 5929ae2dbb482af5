//! Prompts as their users see them: from Enter to the next prompt, in real shells.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portable_pty::CommandBuilder;

use super::fixtures::{Fixtures, SWITCH};
use super::machine::{self, Peers};
use super::processes::median;
use super::report::{Report, Target};
use super::terminal::{Terminal, find};

/// Every prompt here ends with it.
const SYMBOL: &str = "❯";
/// What is typed before Enter, by what it is called: what a prompt costs after an empty line, which is what the
/// promises are about, and after a command.
const LINES: [(&str, Line); 2] = [
    ("an empty line", Line { typed: "", shown: b"" }),
    ("a command", Line { typed: "echo d\"\"one", shown: b"done" }),
];

/// A line, and what it shows: the prompt that counts comes after that.
#[derive(Clone, Copy)]
struct Line {
    typed: &'static str,
    shown: &'static [u8],
}

/// The first prompts of a session fill caches.
const UNCOUNTED: usize = 2;
const COUNTED: usize = 15;
const QUIET: Duration = Duration::from_millis(40);

/// What a shell's start-up file is to load.
struct Prompt<'a> {
    name: &'a str,
    program: Option<&'a Path>,
    daemon: Daemon,
}

/// Whether a prompt has its background mode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Daemon {
    On,
    Off,
}

/// Measures each shell there is.
pub(crate) fn measure(
    report: &mut Report,
    program: &Path,
    fixtures: &Fixtures,
    peers: &Peers,
    sessions: usize,
) -> io::Result<()> {
    for (shell, path) in ["zsh", "bash", "fish"].map(|shell| (shell, machine::find(shell))) {
        let Some(path) = path else { continue };
        for (place, folder) in [("empty folder", &fixtures.empty), ("5,000 files", &fixtures.repository)] {
            let mut prompts = vec![
                Prompt { name: "ziron", program: Some(program), daemon: Daemon::On },
                Prompt { name: "no prompt", program: None, daemon: Daemon::Off },
                Prompt { name: "ziron without daemon", program: Some(program), daemon: Daemon::Off },
            ];
            if let Some(starship) = &peers.starship {
                prompts.push(Prompt { name: "starship", program: Some(starship), daemon: Daemon::Off });
            }
            for (called, line) in LINES {
                let mut times = vec![Vec::new(); prompts.len()];
                for _ in 0..sessions {
                    for (prompt, times) in prompts.iter().zip(&mut times) {
                        times.extend(session(shell, &path, prompt, folder, line, fixtures)?);
                    }
                }
                let medians: Vec<Duration> = times.iter_mut().map(|times| median(times)).collect();
                let what = format!("{shell}, Enter on {called} to prompt, {place}");
                eprintln!("{what}: {medians:?}");
                let mut row = report.row(what, super::super::millis(medians[0]));
                for (prompt, median) in prompts.iter().zip(&medians).skip(1) {
                    row = row.beside(
                        prompt.name,
                        &super::super::millis(*median),
                        super::super::ratio(medians[0], *median),
                    );
                }
                if line.typed.is_empty() {
                    let more = medians[0].as_secs_f64() - medians[1].as_secs_f64();
                    let limit = if shell == "zsh" { 0.3 } else { 0.5 };
                    row.target(Target::at_most(
                        more * 1e3,
                        limit,
                        &format!("{limit} ms more than no prompt"),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The times from Enter to the next prompt in one session.
fn session(
    shell: &str,
    path: &Path,
    prompt: &Prompt<'_>,
    folder: &Path,
    line: Line,
    fixtures: &Fixtures,
) -> io::Result<Vec<Duration>> {
    let rc = configure(shell, prompt, fixtures)?;
    let mut command = CommandBuilder::new(path);
    match shell {
        "bash" => {
            command.args(["--noprofile", "--rcfile"]);
            command.arg(&rc);
            command.arg("-i");
        }
        "zsh" => command.args(["-d", "-i"]),
        _ => command.arg("-i"),
    }
    command.env_clear();
    for (name, value) in fixtures.environment() {
        if prompt.daemon == Daemon::Off || name != SWITCH {
            command.env(name, value);
        }
    }
    command.env("ZDOTDIR", fixtures.home());
    command.cwd(folder);
    let mut terminal = Terminal::start(command)?;
    let is_prompt = |bytes: &[u8]| find(bytes, SYMBOL.as_bytes()).is_some();
    terminal.wait(0, is_prompt)?;
    terminal.settle(QUIET * 5)?;
    let mut times = Vec::new();
    for number in 0..UNCOUNTED + COUNTED {
        terminal.send(line.typed.as_bytes())?;
        terminal.settle(QUIET)?;
        let before = terminal.length();
        let start = terminal.send(b"\r")?;
        let end = terminal
            .wait(before, |bytes| find(bytes, line.shown).is_some_and(|at| is_prompt(&bytes[at..])))?;
        terminal.settle(QUIET)?;
        if number >= UNCOUNTED {
            times.push(end - start);
        }
    }
    Ok(times)
}

/// Writes the shell's start-up file.
fn configure(shell: &str, prompt: &Prompt<'_>, fixtures: &Fixtures) -> io::Result<PathBuf> {
    let home = fixtures.home();
    let (file, connect) = match (shell, prompt.program) {
        ("zsh", Some(program)) => (".zshrc", format!("eval \"$({} init zsh)\"", program.display())),
        ("zsh", None) => (".zshrc", format!("PROMPT='{SYMBOL} '")),
        ("bash", Some(program)) => (".bashrc", format!("eval \"$({} init bash)\"", program.display())),
        ("bash", None) => (".bashrc", format!("PS1='{SYMBOL} '")),
        (_, Some(program)) => {
            (".config/fish/config.fish", format!("{} init fish | source", program.display()))
        }
        (_, None) => (".config/fish/config.fish", format!("function fish_prompt; echo -n '{SYMBOL} '; end")),
    };
    let path = home.join(file);
    fs::create_dir_all(path.parent().unwrap_or(&home))?;
    // In a new home fish reads all manual pages in the background, beside what is measured.
    fs::create_dir_all(home.join(".local/share/fish/generated_completions"))?;
    let quiet =
        if shell == "fish" { "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n" } else { "" };
    fs::write(&path, format!("{quiet}{connect}\n"))?;
    Ok(path)
}
