//! The scripts of the shells that have the binary as their client: in real shells, and what can be shown without them
//! of those that cannot be had.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files, and fail where they stand"
)]

mod clink;
mod unrun;

use std::path::Path;

use ziron_runtime::shell::Shell;
use ziron_tests::session::{Session, Setup};
use ziron_tests::stub::Told;
use ziron_tests::terminal::Size;

/// Makes each function a test in each shell.
macro_rules! in_each_shell {
    ($($test:ident),* $(,)?) => {
        mod tcsh { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Tcsh); })* }
        mod elvish { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Elvish); })* }
        mod xonsh { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Xonsh); })* }
        mod nu { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Nu); })* }
    };
}

in_each_shell! {
    first_prompt, status, duration, width_and_folder, one_call_a_prompt, prelude, hooks_of_the_user, continuation,
    hostile_data, hostile_folders, program_goes_away, without_a_level,
}

fn start(shell: Shell, setup: &Setup) -> Option<(Session, Told)> {
    Session::start(shell, Path::new(env!("CARGO_BIN_EXE_stub_prompt")), setup)
}

fn first_prompt(shell: Shell) {
    let Some((session, told)) = start(shell, &Setup::default()) else { return };
    assert_eq!(told.value("shell"), shell.name());
    assert_eq!(told.value("status"), "0");
    assert_eq!(told.duration(), None);
    let styled = session.styled();
    assert!(styled.contains("[green]#1 [/][blue]data[/]"), "{styled}");
    assert!(styled.contains("[red]>"), "{styled}");
    // xonsh has a right prompt with prompt_toolkit only, tcsh where the prompt has one line.
    assert!(matches!(shell, Shell::Xonsh | Shell::Tcsh) || styled.contains("[yellow]r1[/]"), "{styled}");
}

fn status(shell: Shell) {
    let Some((mut session, _)) = start(shell, &Setup::default()) else { return };
    assert_eq!(session.run("sh -c 'exit 3'").value("status"), "3");
    // An empty line leaves the status alone.
    assert_eq!(session.run("").value("status"), "3");
    let told = session.run("sh -c 'exit 5' | sh -c 'exit 7'");
    assert_eq!(told.value("status"), "7");
    let pipe = if shell == Shell::Elvish { "5 7" } else { "7" };
    assert_eq!(told.value("pipestatus"), pipe);
    assert_eq!(session.run("sh -c 'exit 0'").value("status"), "0");
}

fn duration(shell: Shell) {
    let Some((mut session, _)) = start(shell, &Setup::default()) else { return };
    let duration = session.run("sh -c 'sleep 0.3'").duration();
    let duration = duration.expect("a command has a duration");
    assert!((300..20_000).contains(&duration), "{duration}");
    // tcsh does not tell an empty line from a command.
    let empty = session.run("").duration();
    assert!(empty.is_none() || shell == Shell::Tcsh, "{empty:?}");
}

fn width_and_folder(shell: Shell) {
    let Some((mut session, told)) = start(shell, &Setup::default()) else { return };
    // elvish does not know the width; the binary asks the terminal.
    let width = if shell == Shell::Elvish { "" } else { "80" };
    assert_eq!(told.value("terminal-width"), width);
    assert_eq!(told.value("logical-path"), session.home().to_str().unwrap());
    let folder = session.home().join("a folder");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(session.run("cd 'a folder'").value("logical-path"), folder.to_str().unwrap());
}

fn without_a_level(shell: Shell) {
    let Some((mut session, _)) = start(shell, &Setup::default()) else { return };
    let told = session.run(match shell {
        Shell::Tcsh => "unsetenv SHLVL",
        Shell::Elvish => "unset-env SHLVL",
        Shell::Xonsh => "del $SHLVL",
        _ => "hide-env SHLVL",
    });
    // xonsh has one for all.
    let level = if shell == Shell::Xonsh { "0" } else { "" };
    assert_eq!(told.value("shlvl"), level);
    assert_eq!(session.run("sh -c 'exit 3'").value("status"), "3");
}

fn one_call_a_prompt(shell: Shell) {
    let Some((mut session, _)) = start(shell, &Setup::default()) else { return };
    for _ in 0..3 {
        session.run("sh -c 'exit 0'");
    }
    assert_eq!(session.calls().len(), 4);
}

fn prelude(shell: Shell) {
    let Some((mut session, _)) = start(shell, &Setup::default()) else { return };
    session.run("sh -c 'exit 0'");
    let commands = session.terminal().commands();
    for title in ["0;1 data", "0;2 data"] {
        assert_eq!(commands.iter().filter(|command| *command == title).count(), 1, "{commands:?}");
    }
    // A title of the shell's own would hide ours.
    assert_eq!(commands.iter().filter(|command| command.starts_with("0;")).count(), 2, "{commands:?}");
}

fn hooks_of_the_user(shell: Shell) {
    let hook = match shell {
        Shell::Tcsh => "alias precmd 'echo \"user  hook\" | cat'",
        Shell::Elvish => "set edit:before-readline = [{ echo 'user  hook' }]",
        Shell::Xonsh => "@events.on_pre_prompt_format\ndef user_hook(**_):\n    print('user  hook')\n",
        _ => "$env.config.hooks.pre_prompt = [{|| print 'user  hook' }]",
    };
    let Some((mut session, _)) = start(shell, &Setup::default().before(hook)) else { return };
    let told = session.run("sh -c 'exit 3'");
    assert_eq!(told.value("status"), "3");
    let screen = session.plain();
    assert_eq!(screen.lines().filter(|line| *line == "user  hook").count(), 2, "{screen}");
}

fn continuation(shell: Shell) {
    let line = match shell {
        Shell::Tcsh => "foreach x (1)",
        Shell::Xonsh => "for x in [1]:",
        Shell::Nu => "(1 +",
        _ => return, // elvish has no continuation prompt.
    };
    let Some((session, _)) = start(shell, &Setup::default()) else { return };
    session.send(line);
    session.wait_cursor_after(&format!("> {line}"));
    session.send("\r");
    session.wait_text("\n:");
}

/// Text that would do or show something else in at least one shell if it were read once too often.
const HOSTILE: &str = "$(touch pwned)`touch pwned`(touch pwned)%F{red}%n%%!!!1\\u\\$\\[\\e[31m\\\\${HOME}$HOME%{%}{RED}{cwd}{{}'\"#~*?[a]";

fn hostile_data(shell: Shell) {
    let printable: String = (' '..='~').collect();
    for data in [HOSTILE, &printable] {
        let setup = Setup { size: Size { rows: 24, columns: 150 }, ..Setup::default() };
        let Some((mut session, _)) = start(shell, &setup.data(data)) else { return };
        session.run("sh -c 'exit 0'");
        let screen = session.plain();
        let shown: Vec<&str> = screen.lines().filter_map(|line| line.strip_prefix("#2 ")).collect();
        let shown: Vec<&str> = shown.iter().map(|line| line.trim_end_matches("r2").trim_end()).collect();
        assert_eq!(shown, [data.trim_end()], "{screen}");
        assert!(!session.home().join("pwned").exists());
    }
}

fn hostile_folders(shell: Shell) {
    for folder in ["$(touch pwned)`touch pwned`{RED}{cwd}", "a'b \"c\\ %n !1 !!", "e\u{1b}[31mf", "g\nh"] {
        let setup = Setup { folder: folder.to_owned(), ..Setup::default() };
        let Some((mut session, told)) = start(shell, &setup) else { return };
        let path = session.home().join(folder);
        assert_eq!(told.value("logical-path"), path.to_str().unwrap());
        let told = session.run("sh -c 'exit 3'");
        assert_eq!((told.value("logical-path"), told.value("status")), (path.to_str().unwrap(), "3"));
        session.remove_program();
        session.send("sh -c 'exit 0'\r");
        session.send("echo still | tr a-z A-Z\r");
        session.wait_text("STILL");
        assert!(!path.join("pwned").exists());
    }
}

fn program_goes_away(shell: Shell) {
    let Some((session, _)) = start(shell, &Setup::default()) else { return };
    session.remove_program();
    session.send("sh -c 'exit 0'\r");
    session.send("echo still | tr a-z A-Z\r");
    session.wait_text("STILL\n");
    let screen = session.plain().to_lowercase();
    for word in ["no such", "not found", "unknown", "traceback", "exception", "error"] {
        assert!(!screen.contains(word), "{screen}");
    }
}
