//! What goes to the terminal besides the prompt, from a compiled prompt, in real shells.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ziron_runtime::io::{Io as _, Real, Sent};
use ziron_runtime::shell::Shell;
use ziron_tests::dump;
use ziron_tests::session::{Session, Setup};
use ziron_tests::shells::TESTED;
use ziron_tests::world;

/// Built once, however many tests run side by side.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| world::prompt(CONFIG));

const CONFIG: &str = r#"
format = "$directory$character"
add_newline = false
command_timeout = 20000

[ziron]
title = "in $directory"
footer = "[$status$cmd_duration](dimmed)"
report_directory = true
marks = true
notify_after = 0
notify_with = "osc9"

[directory]
hyperlink = true

[status]
disabled = false
format = "status $status, "

[cmd_duration]
min_time = 0
format = "took some time"
"#;

/// Starts a shell in whose configuration a variable is set first, and waits for a prompt.
fn start(shell: Shell, program: &Path, (name, value): (&str, &str), prompt: &str) -> Option<Session> {
    let export = if shell == Shell::Fish { "set -gx" } else { "export" };
    let assignment = if shell == Shell::Fish { format!("{name} {value}") } else { format!("{name}={value}") };
    let setup = Setup::default().before(&format!("{export} {assignment}"));
    let mut session = Session::open(shell, program, &setup)?;
    session.terminal().wait("first prompt", |screen| (dump::before_cursor(screen) == prompt).then_some(()));
    Some(session)
}

/// Types a line, and returns the commands that came of it, up to those of the next prompt.
fn run(session: &mut Session, line: &str, last: &str) -> (String, Vec<String>) {
    let before = session.terminal().commands().len();
    session.send(&format!("{line}\r"));
    session.terminal().wait(last, |screen| dump::plain(screen).trim_end().ends_with(last).then_some(()));
    (session.plain(), session.terminal().commands()[before..].to_vec())
}

#[test]
fn everything_is_sent_once_and_in_order() {
    for shell in TESTED {
        let Some(mut session) = start(shell, &PROGRAM, ("EDITOR", "ed"), "~ ❯ ") else { continue };
        let home =
            format!("file://{}{}", Real::with(Sent::of_process()).hostname(), session.home().display());
        let (screen, commands) = run(&mut session, "sh -c 'exit 3'", "status 3, took some time\n~ ❯");
        let wanted = ["133;C", "133;D;3", &format!("7;{home}"), "0;in ~", "9;", "133;A", "8;;", "133;B"];
        let mut wanted = wanted.into_iter().peekable();
        for command in &commands {
            wanted.next_if(|wanted| command.starts_with(*wanted));
        }
        assert_eq!(wanted.next(), None, "{} {commands:?}", shell.name());
        for once in ["133;C", "133;D;3", "0;in ~"] {
            let count = commands.iter().filter(|command| *command == once).count();
            assert_eq!(count, 1, "{} {once} {commands:?}", shell.name());
        }
        let notified: Vec<&String> = commands.iter().filter(|command| command.starts_with("9;")).collect();
        assert!(matches!(notified[..], [one] if one.contains(": failed with 3 after ")), "{commands:?}");
        assert!(commands.contains(&format!("8;;{home}")), "{commands:?}");
        assert!(screen.trim_end().ends_with("~ ❯ sh -c 'exit 3'\nstatus 3, took some time\n~ ❯"), "{screen}");

        // An empty line is no command.
        let (_, commands) = run(&mut session, "", "took some time\n~ ❯\n~ ❯");
        let about = |name: &str| commands.iter().any(|command| command.starts_with(name));
        assert!(!about("133;C") && !about("133;D") && !about("9;"), "{} {commands:?}", shell.name());
        assert!(about("0;in ~") && about("133;A"), "{} {commands:?}", shell.name());
    }
}

#[test]
fn a_dumb_terminal_gets_text() {
    for shell in TESTED {
        let Some(mut session) = start(shell, &PROGRAM, ("TERM", "dumb"), "~ ❯ ") else { continue };
        let (screen, commands) = run(&mut session, "sh -c 'exit 3'", "status 3, took some time\n~ ❯");
        // fish reports the directory and the title itself.
        let ours = |command: &&String| !(shell == Shell::Fish && command.starts_with(['0', '7']));
        assert_eq!(commands.iter().find(ours), None, "{} {screen}", shell.name());
    }
}

#[test]
fn a_profile_can_be_chosen_in_the_shell() {
    for shell in TESTED {
        for (name, value) in [("ZIRON_PROFILE", "ascii"), ("ZIRON_PROFILE", "screen-reader"), ("LC_ALL", "C")]
        {
            let Some(mut session) = start(shell, &PROGRAM, (name, value), "~ > ") else { continue };
            run(&mut session, "true", "took some time\n~ >");
        }
    }
}

#[test]
fn the_name_of_a_folder_steers_nothing() {
    for shell in TESTED {
        let Some(mut session) = start(shell, &PROGRAM, ("EDITOR", "ed"), "~ ❯ ") else { continue };
        let name = "evil\x1b]0;owned\x07\x1b\\;$(touch pwned)`touch pwned`%n!\u{9c}\u{202e}";
        std::fs::create_dir(session.home().join(name)).unwrap();
        run(&mut session, "cd evil*", "took some time\n~/evil]0;owned\\;$(touch pwned)`touch pwned`%n! ❯");
        let commands = session.terminal().commands();
        assert!(commands.iter().any(|command| command.starts_with("0;in ~/evil]0")), "{commands:?}");
        assert!(commands.iter().any(|command| command.contains("/evil%1B%5D0%3Bowned%07%1B%5C%3B%24%28")));
        assert!(!commands.iter().any(|command| command == "0;owned"), "{commands:?}");
        let notified = commands.iter().find(|command| command.starts_with("9;")).unwrap();
        assert!(!notified.contains(['\u{202e}', '\u{9c}']), "{notified:?}");
        assert!(!session.home().join("pwned").exists());
        assert!(!session.home().join(name).join("pwned").exists());
    }
}
