//! A script that was written in another environment: the shell says which daemon it means, and does not ask in vain again and again.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use ziron_runtime::shell::Shell;
use ziron_tests::dump;
use ziron_tests::terminal::Terminal;

use crate::user::{CONFIG, User, wait_cursor_after};

/// A user with a daemon in a run-time folder, which no variable of the shell's names.
fn user(shell: Shell) -> Option<(User, PathBuf)> {
    let user = User::new(shell)?;
    user.install(&CONFIG.replace("enabled = false", "idle_exit = 20000"));
    let run = user.path("run");
    fs::create_dir(&run).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
    let mut init = Command::new(user.binary());
    init.args(["init", shell.name()]).env_clear().env("XDG_RUNTIME_DIR", &run).env("HOME", user.path(""));
    let script = user.path("script");
    fs::write(&script, init.env("TERM", "xterm-256color").output().unwrap().stdout).unwrap();
    user.configure(&user.source(&script));
    Some((user, run))
}

/// Waits until there is something.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "in vain: {what}");
        std::thread::yield_now();
    }
}

/// Says a word, and waits for it and for the next prompt.
fn say(terminal: &Terminal, words: &str, said: &str) {
    terminal.send(&format!("{words}\r"));
    terminal.wait(said, |screen| {
        let is_said = dump::plain(screen).lines().any(|line| line.trim_end() == said);
        (is_said && dump::before_cursor(screen).trim_end() == "ok>").then_some(())
    });
}

/// With `su`, and behind some SSH servers, a shell has no `XDG_RUNTIME_DIR`.
fn finds_the_daemon(shell: Shell) {
    let Some((user, run)) = user(shell) else { return };
    let terminal = user.open(&[]);
    wait_cursor_after(&terminal, "ok> ");
    let daemon = || Some(fs::read_dir(run.join("ziron")).ok()?.next()?.ok()?.path());
    wait("the daemon", || daemon()?.join("socket").exists().then_some(()));
    let is_served = match shell {
        Shell::Zsh => "(( _ziron_fd )) && print ser''ved",
        Shell::Bash => "[[ -n $_ziron_session ]] && echo ser''ved",
        _ => "test -s $_ziron_files.reply; and echo ser''ved",
    };
    say(&terminal, "echo o''ne", "one");
    say(&terminal, "echo t''wo", "two");
    say(&terminal, is_served, "served");
    // It is the only one.
    assert!(!user.path(".local/state/ziron").exists());
    // The daemon may be writing there.
    wait("the end of its folder", || fs::remove_dir_all(&run).ok());
}

#[test]
fn zsh_finds_the_daemon_that_its_script_means() {
    finds_the_daemon(Shell::Zsh);
}

#[test]
fn bash_finds_the_daemon_that_its_script_means() {
    finds_the_daemon(Shell::Bash);
}

#[test]
fn fish_finds_the_daemon_that_its_script_means() {
    finds_the_daemon(Shell::Fish);
}

/// A program that says it has told the daemon of this shell, while nothing comes of it, is not started at each prompt.
#[test]
fn bash_rests_when_a_handshake_leads_nowhere() {
    let Some((user, run)) = user(Shell::Bash) else { return };
    let folder = wait("a folder", || Some(fs::read_dir(run.join("ziron")).ok()?.next()?.ok()?.path()));
    wait("a daemon", || folder.join("pid").exists().then_some(()));
    let prompt = r"'in ~\nok> \037\037\037\037\037'";
    let log = user.path("log").display().to_string();
    let quoted = ziron_runtime::shell::Quoting::Posix.quote(&log);
    fs::write(
        user.binary().with_extension("new"),
        format!("#!/bin/sh\necho \"$1 $*\" >>{quoted}\n[ \"$1\" = session ] || printf {prompt}\n"),
    )
    .unwrap();
    fs::set_permissions(user.binary().with_extension("new"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(user.binary().with_extension("new"), user.binary()).unwrap();
    // The daemon that `init` has started makes way for that, and somebody else of this user's listens in its place.
    let is_replaced = || fs::read_to_string(&log).ok().filter(|log| log.contains("daemon run"));
    wait("the daemon's end", is_replaced);
    let _listener = UnixListener::bind(folder.join("socket")).unwrap();
    let begin = Instant::now();
    let terminal = user.open(&[]);
    wait_cursor_after(&terminal, "ok> ");
    for number in 0..30 {
        say(&terminal, &format!("echo wo''rd{number}"), &format!("word{number}"));
    }
    let calls = fs::read_to_string(&log).unwrap();
    let sessions: Vec<&str> = calls.lines().filter(|line| line.starts_with("session ")).collect();
    // Three at once, then one in five seconds.
    let most = 4 + begin.elapsed().as_secs() as usize / 5;
    assert!((3..=most).contains(&sessions.len()), "{most}: {calls}");
    assert!(sessions[0].contains(" --folder "), "{calls}");
}
