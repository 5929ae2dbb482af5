//! What people do to a shell while a daemon draws its prompt: interrupt it, upgrade it, set options, edit as in vi,
//! complete from a menu.

use std::time::{Duration, Instant};

use ziron_runtime::shell::Shell::{self, Bash, Fish, Zsh};
use ziron_tests::session::{Background, Session, Setup};
use ziron_tests::stub::Told;

use crate::bash::PREEXEC;
use crate::{daemon_program, served, served_in_time, start};

/// Waits until what the daemon and the program were told is as it has to be.
fn wait_calls(session: &Session, mut is_right: impl FnMut(&[Told]) -> bool) {
    let begin = Instant::now();
    while !is_right(&session.calls()) {
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}\n{}", session.calls(), session.plain());
        std::thread::yield_now();
    }
}

/// Ctrl-C while the daemon has been asked and has not answered: there is a prompt, nothing is said, and an answer that
/// comes late is no answer to what is asked next.
fn ctrl_c_while_waiting(shell: Shell, setup: &Setup) {
    let Some((mut session, _)) = start(shell, setup) else { return };
    session.run("true");
    for round in 0..3_u8 {
        let before = session.calls().len();
        session.daemon().tell(&["draw=hold"]);
        session.send("true\r");
        wait_calls(&session, |calls| calls.len() > before);
        if shell == Fish {
            // It gives up the prompt that it was about to show, and shows none until the next line: so it does on its
            // own, too.
            session.send("\x03");
        } else {
            session.interrupt();
        }
        session.daemon().tell(&["do=release"]);
        let status = 3 + round;
        session.send(&format!("sh -c 'exit {status}'\r"));
        let status = status.to_string();
        wait_calls(&session, |calls| calls.last().is_some_and(|told| told.codes() == (&*status, &*status)));
        // What is shown in the end is the answer to that.
        session.wait_text(&format!("#{} data", session.calls().len()));
        session.wait_cursor_after("> ");
    }
    let screen = session.plain();
    assert!(!screen.contains("_ziron") && !screen.contains("rror"), "{screen}");
}

#[test]
fn zsh_is_interrupted_while_it_waits() {
    ctrl_c_while_waiting(Zsh, &served());
}

#[test]
fn bash_is_interrupted_while_it_waits() {
    ctrl_c_while_waiting(Bash, &served());
}

#[test]
fn fish_is_interrupted_while_it_waits() {
    // It waits for no longer than a person likes, and cannot be interrupted in that.
    ctrl_c_while_waiting(Fish, &served_in_time());
}

/// A daemon of another build answers, and the script is read again: what the old one had defined is there no more.
#[test]
fn zsh_reads_the_script_of_another_build() {
    const OLD: &str = "_ziron_ask_later() { : of the old build; }";
    let setup = Setup { is_patient: true, ..Setup::default().background(Background::Alone) };
    let Some((mut session, _)) = start(Zsh, &setup.after(OLD)) else { return };
    // Says how often the function is the old one.
    let is_invalidated = |session: &mut Session, count: usize| {
        session.run("clear; which _ziron_ask_later | grep -c old");
        session.plain().lines().any(|line| line == count.to_string())
    };
    assert!(is_invalidated(&mut session, 1), "{}", session.plain());
    session.serve(daemon_program(), "data");
    session.daemon().tell(&["hello=other-build"]);
    let told = session.run("false");
    assert!(told.is_by_daemon(), "it draws for the old script as well");
    // Reading the script takes nothing away of what is shown.
    session.wait_text("#3 data");
    assert_eq!(session.run("").codes(), ("1", "1"));
    // The script is read when the next line is begun, at the latest.
    session.run("true");
    assert!(is_invalidated(&mut session, 0), "{}", session.plain());
    let told = session.run("sh -c 'exit 5'");
    assert_eq!((told.codes(), told.is_by_daemon()), (("5", "5"), true));
    // Once: the daemon that is asked now is of the new build.
    session.run(OLD);
    session.run("true");
    assert!(is_invalidated(&mut session, 1), "{}", session.plain());
}

#[test]
fn vi_mode_is_known_to_the_daemon() {
    let Some((mut session, told)) = start(Zsh, &served().after("bindkey -v; KEYTIMEOUT=1")) else { return };
    assert_eq!(told.value("keymap"), "main");
    session.run("false");
    session.send("abc");
    session.wait_cursor_after("> abc");
    session.send("\x1b");
    let told = session.prompt();
    assert_eq!((told.value("keymap"), told.codes()), ("vicmd", ("1", "1")));
    session.send("ddi");
    assert_eq!(session.prompt().value("keymap"), "main");
    session.wait_cursor_after("> ");
    assert_eq!(session.run("true").value("keymap"), "main");
    assert!(session.calls().iter().all(Told::is_by_daemon));
}

/// A variable that is not set is an error where the user says so, but not of ours.
fn unset_is_an_error(shell: Shell, option: &str) {
    for setup in [served().before(option), served().after(option)] {
        let Some((mut session, told)) = start(shell, &setup) else { return };
        assert!(told.is_by_daemon());
        assert_eq!(session.run("false").codes(), ("1", "1"));
        session.daemon().tell(&["draw=stale"]);
        session.run("true");
        session.daemon().tell(&["do=push"]);
        assert_eq!(session.run("").codes(), ("0", "0"));
        session.daemon().kill();
        assert_eq!(session.run("sh -c 'exit 3'").codes(), ("3", "3"));
        session.serve(daemon_program(), "data");
        assert!((0..30).any(|_| session.run("sh -c 'sleep 0.3'").is_by_daemon()));
        let screen = session.plain();
        assert!(!screen.contains("_ziron") && !screen.contains("unbound"), "{screen}");
        assert!(!screen.contains("parameter not set"), "{screen}");
    }
}

#[test]
fn zsh_with_nounset() {
    unset_is_an_error(Zsh, "setopt nounset");
}

#[test]
fn bash_with_nounset() {
    unset_is_an_error(Bash, "set -u");
}

#[test]
fn bash_beside_preexec_hooks() {
    for setup in [served().before(PREEXEC), served().after(PREEXEC)] {
        let Some((mut session, told)) = start(Bash, &setup) else { return };
        assert!(told.is_by_daemon());
        let told = session.run("false | sh -c 'exit 7'");
        assert_eq!((told.codes(), told.is_by_daemon()), (("7", "1 7"), true));
        assert_eq!(session.run("echo hi").codes(), ("0", "0"));
        session.run("");
        let user = std::fs::read_to_string(session.home().join("user")).unwrap();
        assert!(user.contains("precmd: 7") && user.contains("preexec: echo hi"), "{user}");
        assert!(!user.contains("_ziron"), "{user}");
    }
}

/// News while a menu of completions is open: the line stays, the menu goes on, and what it chose is what runs.
#[test]
fn news_while_zsh_completes_from_a_menu() {
    let menu =
        "autoload -Uz compinit && compinit -u -D; zstyle ':completion:*' menu select; setopt auto_menu";
    let Some((mut session, _)) = start(Zsh, &served().after(menu)) else { return };
    for name in ["word-alpha", "word-beta", "word-gamma"] {
        std::fs::write(session.home().join(name), "").unwrap();
    }
    session.daemon().tell(&["draw=stale"]);
    session.run("true");
    session.wait_text("#2 old");
    // What all have in common, then a list of them, then the menu.
    session.send("echo word\t\t\t");
    session.wait_text("word-gamma");
    session.wait_cursor_after("> echo word-alpha");
    session.daemon().tell(&["do=push"]);
    session.send("\t");
    session.wait_cursor_after("> echo word-beta");
    // Enter takes what is chosen, and once more runs it.
    session.send("\r");
    session.send("\r");
    session.wait_text("\nword-beta\n");
    let told = session.prompt();
    assert_eq!((told.codes(), told.is_by_daemon()), (("0", "0"), true));
    let screen = session.plain();
    assert!(!screen.contains("_ziron"), "{screen}");
}

/// A variable of the plan may be called as anything in a script might be.
#[test]
fn variables_with_names_that_scripts_like() {
    let names = ["reply", "parts", "pipe", "world", "duration", "failure"];
    for shell in [Zsh, Bash, Fish] {
        let Some((mut session, _)) = start(shell, &served()) else { return };
        let words: Vec<String> = names.iter().map(|name| format!("{name}=its-{name}")).collect();
        let told = match shell {
            Fish => session.run(&format!("export {}", words.join("; export "))),
            _ => session.run(&format!("export {}", words.join(" "))),
        };
        assert!(told.is_by_daemon());
        let sent = told.arguments().join(" ");
        for name in names {
            assert!(sent.contains(&format!("--{name} its-{name}")), "{shell:?}: {name}: {sent}");
        }
    }
}
