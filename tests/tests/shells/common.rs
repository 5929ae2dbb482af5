//! What is the same in every shell.

use ziron_runtime::shell::Shell;
use ziron_tests::session::{Background, Setup};

use crate::start;

/// Makes each function a test in each shell, with one process for each prompt and with a daemon.
macro_rules! in_each_shell {
    ($($test:ident),* $(,)?) => {
        in_each_shell! { @ zsh Zsh direct $($test)* }
        in_each_shell! { @ bash Bash direct $($test)* }
        in_each_shell! { @ fish Fish direct $($test)* }
        in_each_shell! { @ zsh_served Zsh served $($test)* }
        in_each_shell! { @ bash_served Bash served $($test)* }
        in_each_shell! { @ fish_served Fish served $($test)* }
    };
    (@ $module:ident $shell:ident $setup:ident $($test:ident)*) => {
        mod $module { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::$shell, &crate::$setup()); })* }
    };
}

in_each_shell! {
    status_and_pipe_status, duration_only_of_commands, jobs, a_job_that_ends, a_job_that_ends_meanwhile, width_and_folder, ctrl_c, one_process_a_prompt,
    program_goes_away, hostile_data, prelude_once_and_as_it_is,
    output_is_marked, virtualenv_is_shown_once,
}

fn status_and_pipe_status(shell: Shell, base: &Setup) {
    let Some((mut session, told)) = start(shell, &base.clone()) else { return };
    assert_eq!(told.codes(), ("0", "0"));
    assert_eq!(session.run("false").codes(), ("1", "1"));
    assert_eq!(session.run("sh -c 'exit 3' | true | sh -c 'exit 7'").codes(), ("7", "3 0 7"));
    // An empty line leaves the status alone.
    assert_eq!(session.run("").codes(), ("7", "3 0 7"));
    assert_eq!(session.run("true").codes(), ("0", "0"));
}

fn duration_only_of_commands(shell: Shell, base: &Setup) {
    let Some((mut session, told)) = start(shell, &base.clone()) else { return };
    assert_eq!(told.duration(), None);
    let duration = session.run("sleep 0.3").duration().expect("a command has a duration");
    assert!((300..20_000).contains(&duration), "{duration}");
    assert_eq!(session.run("").duration(), None);
    assert!(session.run("true").duration().is_some());
}

fn jobs(shell: Shell, base: &Setup) {
    let Some((mut session, told)) = start(shell, &base.clone()) else { return };
    assert_eq!(told.value("jobs"), "0");
    assert_eq!(session.run("sleep 100 &").value("jobs"), "1");
    assert_eq!(session.run("sleep 100 | sleep 100 &").value("jobs"), "2");
    session.run("kill (jobs -p) 2>/dev/null; kill $(jobs -p) 2>/dev/null; true");
}

/// A job that ends is not shown any more: zsh and fish say so while a line is edited, and show the prompt again below
/// that.
fn a_job_that_ends(shell: Shell, base: &Setup) {
    let Some((mut session, _)) = start(shell, &base.clone()) else { return };
    session.run("true");
    let told = session.run("sh -c 'while [ ! -e go ]; do sleep 0.01; done; exit 3' &");
    assert_eq!(told.value("jobs"), "1");
    let (go, codes) = (session.home().join("go"), ("0", "0"));
    if shell == Shell::Bash {
        std::fs::write(go, "").unwrap();
        session.run("wait");
        assert_eq!(session.run("").value("jobs"), "0");
        return;
    }
    session.send("abc");
    session.wait_cursor_after("> abc");
    std::fs::write(go, "").unwrap();
    let told = session.prompt();
    assert_eq!((told.value("jobs"), told.codes(), told.duration().is_some()), ("0", codes, true));
    session.wait_cursor_after("> abc");
    let screen = session.plain();
    let word = if shell == Shell::Zsh { "exit 3" } else { "has ended" };
    let (above, below) = screen.rsplit_once("data").unwrap();
    assert!(
        above.contains("#3 data\n> abc") && above.contains(word) && below.starts_with("\n> abc"),
        "{screen}"
    );
    // A trap of ours is none of the user's.
    assert_eq!(session.run("d\x15true").value("jobs"), "0");
    if shell == Shell::Zsh {
        session.run("trap | grep -c C'H'LD");
        session.wait_text("\n0\n");
    }
}

/// A job that ends after its prompt was drawn and before the editor shows it is not shown, even where a user's trap is
/// in the way of ours. bash and fish do not hear of it then: their next prompt is right.
fn a_job_that_ends_meanwhile(shell: Shell, base: &Setup) {
    if shell != Shell::Zsh {
        return;
    }
    for trap in ["", "TRAPCHLD() { true }\n"] {
        let late =
            "late() { (( $! )) || return 0; : >go; while kill -0 $! 2>/dev/null; do sleep 0.01; done }";
        let setup = base.clone().after(&format!("{trap}{late}\nprecmd_functions+=(late)"));
        let Some((mut session, _)) = start(shell, &setup) else { return };
        let told = session.run("sh -c 'while [ ! -e go ]; do sleep 0.01; done; exit 3' &");
        // Both may have come by now.
        let told = if told.value("jobs") == "1" { session.prompt() } else { told };
        assert_eq!(told.value("jobs"), "0");
    }
}

fn width_and_folder(shell: Shell, base: &Setup) {
    let Some((mut session, told)) = start(shell, &base.clone()) else { return };
    assert_eq!(told.value("terminal-width"), "80");
    assert_eq!(told.value("shlvl"), "1");
    assert_eq!(told.value("logical-path"), session.home().to_str().unwrap());
    std::fs::create_dir(session.home().join("a folder")).unwrap();
    std::os::unix::fs::symlink("a folder", session.home().join("link")).unwrap();
    let told = session.run("cd link");
    assert_eq!(told.value("logical-path"), session.home().join("link").to_str().unwrap());
}

fn ctrl_c(shell: Shell, base: &Setup) {
    let Some((mut session, _)) = start(shell, &base.clone()) else { return };
    session.run("true");
    session.send("not a command");
    session.wait_cursor_after("> not a command");
    session.interrupt();
    if shell == Shell::Fish {
        // It shows the same prompt again, and the status is that of the last command.
        assert_eq!(session.calls().len(), 2);
    } else {
        assert_eq!(session.prompt().codes(), ("130", "130"));
    }
    assert_eq!(session.run("true").codes(), ("0", "0"));
}

fn one_process_a_prompt(shell: Shell, base: &Setup) {
    let Some((mut session, _)) = start(shell, &base.clone()) else { return };
    for _ in 0..3 {
        session.run("true");
    }
    assert_eq!(session.calls().len(), 4);
}

fn program_goes_away(shell: Shell, base: &Setup) {
    let Some((session, _)) = start(shell, &base.clone()) else { return };
    session.remove_program();
    session.send("false\r");
    session.send("echo still here | tr a-z A-Z\r");
    session.wait_text("HERE\n");
    assert!(!session.plain().to_lowercase().contains("no such"), "{}", session.plain());
    assert!(!session.plain().to_lowercase().contains("unknown command"), "{}", session.plain());
}

/// Text that would do or show something else in at least one shell if it were read once too often.
const HOSTILE: &str =
    "$(touch pwned)`touch pwned`(touch pwned)%F{red}%n%%!!\\u\\$\\[\\e[31m\\\\${HOME}$HOME%{%}!'\"#~*?[a]";

fn hostile_data(shell: Shell, base: &Setup) {
    let printable: String = (' '..='~').collect();
    for (data, is_ordinary_user) in
        [(HOSTILE, false), (&printable, false), (HOSTILE, true), (&printable, true)]
    {
        let setup = Setup {
            is_ordinary_user,
            size: ziron_tests::terminal::Size { rows: 24, columns: 130 },
            ..base.clone()
        };
        let Some((mut session, _)) = start(shell, &setup.data(data)) else { return };
        session.run("true");
        let screen = session.plain();
        let shown: Vec<&str> = screen.lines().filter_map(|line| line.strip_prefix("#2 ")).collect();
        assert_eq!(shown, [data.trim_end()], "{screen}");
        assert!(!session.home().join("pwned").exists());
        let links = session.terminal().commands();
        let link = format!("8;;{}", ziron_tests::stub::LINK);
        assert!(links.contains(&link), "{links:?}");
        // Nothing else has come of it.
        assert!(links.iter().all(|it| !it.starts_with("8;") || *it == link || it == "8;;"), "{links:?}");
    }
}

fn prelude_once_and_as_it_is(shell: Shell, base: &Setup) {
    // All but the semicolon, which ends a part of such a sequence.
    let data: String = (' '..='~').filter(|c| *c != ';').collect();
    let setup = Setup { size: ziron_tests::terminal::Size { rows: 24, columns: 130 }, ..base.clone() };
    let Some((mut session, _)) = start(shell, &setup.data(&data)) else { return };
    session.run("true");
    session.run("");
    let commands = session.terminal().commands();
    // A title of the shell's own would hide ours.
    let titles: Vec<&str> = commands.iter().filter_map(|command| command.strip_prefix("0;")).collect();
    // After the empty line a shell that can draw again shows what it had been given for that.
    let is_held = base.background != Background::Off && shell != Shell::Bash;
    let third = if is_held { "2 held".to_owned() } else { format!("3 {data}") };
    assert_eq!(titles, [format!("1 {data}"), format!("2 {data}"), third], "{commands:?}");
}

fn output_is_marked(shell: Shell, base: &Setup) {
    let Some((mut session, _)) = start(shell, &base.clone()) else { return };
    session.run("true");
    session.run("");
    session.run("true");
    let commands = session.terminal().commands();
    let marks = commands.iter().filter(|command| *command == "133;C").count();
    assert_eq!(marks, 2, "{commands:?}");
}

/// `activate` leaves the prompt alone, where that shows the environment itself; a user who said something else is
/// heard.
fn virtualenv_is_shown_once(shell: Shell, base: &Setup) {
    for (before, is_shown) in [("", false), ("export VIRTUAL_ENV_DISABLE_PROMPT=", true)] {
        let Some((session, _)) = start(shell, &base.clone().before(before)) else { return };
        let made = std::process::Command::new("python3")
            .args(["-m", "venv", "--without-pip", "env"])
            .current_dir(session.home())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return ziron_tests::shells::skipped("python3 makes no virtual environments here");
        }
        let script = if shell == Shell::Fish { "activate.fish" } else { "activate" };
        session.send(&format!("source env/bin/{script}\r"));
        session.send(if shell == Shell::Fish { "echo (math 6 x 7)\r" } else { "echo $((6 * 7))\r" });
        session.wait_text("\n42\n");
        assert_eq!(session.plain().contains("(env)"), is_shown, "{}", session.plain());
    }
}
