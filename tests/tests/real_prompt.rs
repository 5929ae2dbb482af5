//! Presets, compiled, in real shells: the terminal shows what the program draws when it is asked directly.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

use std::fs;
use std::path::{Path, PathBuf};

use ziron_runtime::prompt::PART_END;
use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::dump;
use ziron_tests::oracle::cells::{Whose, cells, shown, text};
use ziron_tests::session::{Session, Setup};
use ziron_tests::shells::TESTED;
use ziron_tests::terminal::Size;
use ziron_tests::world::{self, World};

const SIZE: Size = Size { rows: 40, columns: 240 };

/// The presets, patient with a busy machine, and blind to how slow it is.
fn presets() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/presets");
    let preset = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let config = fs::read_to_string(path.join("ziron.toml")).unwrap();
        let config = config.replace("[cmd_duration]\n", "[cmd_duration]\nmin_time = 600000\n");
        let config = format!("scan_timeout = 20000\ncommand_timeout = 20000\n{config}");
        (path.file_name().unwrap().to_string_lossy().into_owned(), config)
    };
    fs::read_dir(folder).unwrap().map(preset).collect()
}

/// What the program draws for a shell, without styles: left, right, and what stays of them.
fn drawn(session: &Session, program: &Path, folder: &Path, status: &str) -> Vec<String> {
    let mut command = std::process::Command::new(program);
    command.current_dir(folder).env_clear().env("HOME", session.home()).env("TERM", "xterm-256color");
    command.env("TZ", "UTC").env("PATH", "/usr/bin:/bin");
    command.args(["prompt", "--all", "--shell", session.shell().name(), "--status", status]);
    command.args(["--pipestatus", status, "--terminal-width", &SIZE.columns.to_string()]);
    let out = command.output().unwrap().stdout;
    let part = |part: &[u8]| still(&text(&cells(&shown(session.shell(), Whose::Ours, part))));
    out.split(|byte| *byte == PART_END).map(part).collect()
}

/// Puts another time in the place of the clock's, which goes on while the test runs.
fn still(text: &str) -> String {
    let mut still = text.as_bytes().to_vec();
    for at in 0..still.len().saturating_sub(4) {
        let time = &mut still[at..at + 5];
        if time[2] == b':' && [0, 1, 3, 4].iter().all(|digit| time[*digit].is_ascii_digit()) {
            time.copy_from_slice(b"12:00");
        }
    }
    String::from_utf8(still).expect("digits stand for digits")
}

#[test]
fn terminals_show_what_is_drawn() {
    let world = World::new();
    let folder = world.repository("home/busy", "dirty");
    for (name, config) in presets() {
        let program = world::prompt(&config);
        for shell in TESTED {
            let Some(mut session) = start(shell, &program, &folder) else { continue };
            for (line, said, status) in
                [("", "", "0"), ("echo one; false\r", "one", "1"), ("echo two\r", "two", "0")]
            {
                session.send(line);
                let parts = drawn(&session, &program, &folder, status);
                let right = if shell == Shell::Bash { "" } else { parts[1].trim() };
                let what = format!("{name} in {} after {line:?}: {:?} and {right:?}", shell.name(), parts[0]);
                session.terminal().wait(&what, |screen| {
                    shows(&still(&dump::plain(screen)), said, &parts[0], right).then_some(())
                });
            }
        }
    }
}

/// Whether the screen ends with what was said, then a prompt, with something on the right of its last line.
fn shows(screen: &str, said: &str, left: &str, right: &str) -> bool {
    let mut lines = screen.lines().rev();
    let mut wanted = left.trim_start_matches('\n').lines().rev();
    let last = wanted.next().unwrap_or_default().trim_end();
    let rest = lines.next().and_then(|line| line.strip_prefix(last));
    rest.is_some_and(|rest| rest.trim() == right)
        && wanted.all(|line| lines.next().map(str::trim_end) == Some(line.trim_end()))
        && lines.find(|line| !line.is_empty()).unwrap_or_default() == said
}

fn start(shell: Shell, program: &Path, folder: &Path) -> Option<Session> {
    let quoting = if shell == Shell::Fish { Quoting::Fish } else { Quoting::Posix };
    let setup = Setup { size: SIZE, ..Setup::default() };
    let go = format!("cd {}", quoting.quote(&PathBuf::from(folder).display().to_string()));
    Session::open(shell, program, &setup.before(&go))
}
