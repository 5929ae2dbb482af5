//! The background mode: each shell's way of asking, and what becomes of it when something is wrong.

use rustix::process::Signal;
use ziron_runtime::shell::Shell::{self, Bash, Fish, Zsh};
use ziron_tests::session::{Background, Setup};

use crate::{daemon_program, served, served_in_time, start};

/// Makes each function a test in each shell.
macro_rules! in_each_shell {
    ($($test:ident),* $(,)?) => {
        mod zsh { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Zsh); })* }
        mod bash { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Bash); })* }
        mod fish { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Fish); })* }
    };
}

in_each_shell! {
    no_process, no_daemon, every_fault_is_covered, a_silent_daemon_is_left_alone, killed_and_back, exported_variables, any_bytes,
    subshells_and_exec, two_shells, many_prompts,
}

fn no_process(shell: Shell) {
    let Some((mut session, told)) = start(shell, &served()) else { return };
    assert!(told.is_by_daemon(), "{told:?}");
    session.run("true");
    session.remove_program();
    for _ in 0..5 {
        assert!(session.run("false").is_by_daemon());
    }
}

fn no_daemon(shell: Shell) {
    let setup = Setup { is_patient: true, ..Setup::default().background(Background::Alone) };
    let Some((mut session, told)) = start(shell, &setup) else { return };
    assert!(!told.is_by_daemon());
    assert!(!session.run("true").is_by_daemon());
    // As soon as there is one, it is asked.
    session.serve(daemon_program(), "data");
    assert!(session.run("true").is_by_daemon());
    session.run("echo a last word");
    assert!(!session.plain().contains("_ziron"), "{}", session.plain());
}

/// Whatever the daemon does, there is the same prompt from the program, and no message.
fn every_fault_is_covered(shell: Shell) {
    for fault in ["half", "die", "garbage", "wrong-seq", "version", "flood", "silence"] {
        let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
        session.run("true");
        session.daemon().tell(&[&format!("draw={fault}")]);
        let told = session.run("false");
        assert!(!told.is_by_daemon(), "{fault}: {told:?}");
        assert_eq!(told.codes(), ("1", "1"), "{fault}");
        assert_eq!(session.run("sh -c 'exit 7'").codes(), ("7", "7"), "{fault}");
        let screen = session.plain();
        assert_eq!(screen.lines().count(), 8, "{fault}: {screen}");
    }
    for fault in ["version", "refused"] {
        let setup = Setup { is_patient: true, ..Setup::default().background(Background::Alone) };
        let Some((mut session, _)) = start(shell, &setup) else { return };
        session.serve(daemon_program(), "data");
        session.daemon().tell(&[&format!("hello={fault}")]);
        let told = session.run("false");
        // fish does not say hello.
        assert_eq!(told.is_by_daemon(), shell == Fish, "{fault}: {told:?}");
        assert!(session.run("false").is_by_daemon(), "{fault}");
    }
}

/// A bash that has not been answered and introduces itself again is one client of the stub's, which goes on listening
/// to everybody.
#[test]
fn the_stub_hears_who_comes_back() {
    let Some((mut session, _)) = start(Bash, &served_in_time()) else { return };
    session.run("true");
    session.daemon().tell(&["draw=silence"]);
    assert!(!session.run("false").is_by_daemon());
    while !session.run("true").is_by_daemon() {}
    session.run("true");
    session.daemon().tell(&["do=release"]);
}

fn a_silent_daemon_is_left_alone(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
    session.run("true");
    session.daemon().signal(Signal::STOP);
    assert!(!session.run("true").is_by_daemon());
    session.daemon().signal(Signal::CONT);
    // One late answer may be a busy machine: it is asked again.
    assert!(session.run("true").is_by_daemon());
    session.daemon().signal(Signal::STOP);
    // bash has to introduce itself again first, and is left without an answer three times.
    for _ in 0..if shell == Bash { 4 } else { 2 } {
        assert!(!session.run("true").is_by_daemon());
    }
    session.daemon().signal(Signal::CONT);
    // Two in a row are not: the next prompt would wait in vain again if it had not gone on.
    assert!(!session.run("true").is_by_daemon());
}

fn killed_and_back(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
    session.run("true");
    session.daemon().kill();
    assert!(!session.run("true").is_by_daemon());
    session.serve(daemon_program(), "data");
    // A shell that noticed by waiting waits a while, until it asks again.
    let is_back = (0..30).any(|_| session.run("sh -c 'sleep 0.3'").is_by_daemon());
    assert!(is_back);
}

fn exported_variables(shell: Shell) {
    let Some((mut session, told)) = start(shell, &served()) else { return };
    assert_eq!((told.has("STUB_ONE"), told.value("PATH")), (false, "/usr/bin:/bin"));
    let [plain, export, change, unset] = match shell {
        Fish => ["set -g STUB_ONE a", "set -gx STUB_ONE a", "set -gx STUB_ONE 'b c'", "set -e STUB_ONE"],
        _ => ["STUB_ONE=a", "export STUB_ONE", "STUB_ONE='b c'", "unset STUB_ONE"],
    };
    assert!(!session.run(plain).has("STUB_ONE"));
    assert_eq!(session.run(export).value("STUB_ONE"), "a");
    assert_eq!(session.run(change).value("STUB_ONE"), "b c");
    assert!(!session.run(unset).has("STUB_ONE"));
    assert!(session.run("true").is_by_daemon());
}

fn any_bytes(shell: Shell) {
    // fish writes the path to the terminal as it is.
    let setup = if shell == Fish { served().after("function fish_title; end") } else { served() };
    let Some((mut session, _)) = start(shell, &setup) else { return };
    let all: String = ('\x01'..='\x7f').filter(|c| *c != '/').collect();
    let folder = session.home().join(format!("x{all}\n"));
    std::fs::create_dir(&folder).unwrap();
    let told = session.run("cd x*");
    assert!(told.is_by_daemon());
    assert_eq!(told.value("logical-path"), folder.to_str().unwrap());
    let told = session.run(match shell {
        Fish => "set -gx STUB_ONE a(printf '\\x1d\\x1e')\\x1f(printf '\\xff')z; set -gx STUB_TWO \\n\\n",
        _ => "export STUB_ONE=$'a\\x1d\\x1e\\x1f\\xffz' STUB_TWO=$'\\n\\n'",
    });
    assert_eq!((told.value("STUB_ONE"), told.value("STUB_TWO")), ("a\x1d\x1e\x1f\u{fffd}z", "\n\n"));
    assert!(session.run("true").is_by_daemon());
}

fn subshells_and_exec(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served()) else { return };
    session.run("true");
    if shell == Zsh {
        assert!(session.run("(_ziron_precmd); (_ziron_precmd again)").is_by_daemon());
    } else if shell == Bash {
        assert!(session.run("(_ziron_draw); (_ziron_draw)").is_by_daemon());
    }
    assert!(session.run("ls -l /proc/self/fd | cat").is_by_daemon());
    let rc = session.home().join(".bashrc");
    let told = session.run(&match shell {
        Zsh => "exec zsh -d -i".to_owned(),
        Bash => format!("exec bash --noprofile --rcfile '{}' -i", rc.display()),
        _ => "exec fish -i".to_owned(),
    });
    assert!(told.is_by_daemon(), "{told:?}");
    assert_eq!(session.run("false").codes(), ("1", "1"));
    assert!(session.run("true").is_by_daemon());
}

/// One shell within another has a connection of its own.
fn two_shells(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served()) else { return };
    session.run("true");
    let rc = session.home().join(".bashrc");
    let inner = session.run(&match shell {
        Zsh => "zsh -d -i".to_owned(),
        Bash => format!("bash --noprofile --rcfile '{}' -i", rc.display()),
        _ => "fish -i".to_owned(),
    });
    assert!(inner.is_by_daemon());
    assert!(session.run("sh -c 'exit 3'").is_by_daemon());
    let outer = session.run("exit 7");
    assert_eq!((outer.codes(), outer.is_by_daemon()), (("7", "7"), true));
}

fn many_prompts(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served()) else { return };
    for status in 0..120 {
        let status = (status % 3).to_string();
        let told = session.run(&format!("sh -c 'exit {status}'"));
        assert_eq!((told.value("status"), told.is_by_daemon()), (status.as_str(), true));
    }
    let numbers: Vec<u64> = session.calls().iter().map(|told| told.value("seq").parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

/// A zsh that begins or goes somewhere says so before it asks for a prompt: once, however far it goes.
#[test]
fn zsh_says_where_it_is() {
    let Some((mut session, _)) = start(Zsh, &served().after("mkdir -p one/two")) else { return };
    session.run("cd one; cd two; (cd ..); :");
    session.run("true");
    assert!(session.run("cd").is_by_daemon());
    let home = session.home().display().to_string();
    let said: Vec<String> = session
        .daemon()
        .messages()
        .iter()
        .map(|message| match message.kind.as_str() {
            "event" => format!("{} {}", message.value("name"), message.value("path").replace(&home, "~")),
            kind => kind.to_owned(),
        })
        .collect();
    let expected = ["directory ~", "hello", "draw", "directory ~/one", "draw", "draw", "directory ~", "draw"];
    assert_eq!(said, expected);
}

/// Shells that draw again when the daemon has news.
fn redraw(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served()) else { return };
    session.daemon().tell(&["draw=stale"]);
    session.run("true");
    session.wait_text("#2 old");
    session.send("half a li");
    session.wait_cursor_after("> half a li");
    session.daemon().tell(&["do=push"]);
    session.wait_text("#2 data");
    session.wait_cursor_after("> half a li");
    assert!(!session.plain().contains("old"), "{}", session.plain());
    session.send("ne\x15");
    session.wait_cursor_after("> ");
    // News that come at once.
    session.daemon().tell(&["draw=stale-then-redraw"]);
    session.run("true");
    session.terminal().wait("picture without old facts", |screen| {
        (!ziron_tests::dump::plain(screen).contains("old")).then_some(())
    });
    // And news that are none.
    session.daemon().tell(&["do=push"]);
    assert!(session.run("true").is_by_daemon());
    let calls = session.calls();
    assert!(calls.iter().all(ziron_tests::stub::Told::is_by_daemon), "{calls:?}");
    // fish can have been about to draw when the news came, and then asks once more.
    assert!(calls.len() == 4 || shell == Fish, "{calls:?}");
}

#[test]
fn zsh_draws_again() {
    redraw(Zsh);
}

#[test]
fn fish_draws_again() {
    redraw(Fish);
}

/// After an empty line the shell shows at once what it was given for that, asks, and shows the answer when it comes.
fn an_empty_line_is_not_waited_for(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served()) else { return };
    assert!(session.run("sh -c 'exit 3'").duration().is_some());
    session.daemon().tell(&["draw=hold"]);
    session.send("\r");
    session.wait_text("#2 held");
    session.send("half a li");
    session.wait_cursor_after("> half a li");
    session.daemon().tell(&["do=release"]);
    let asked = session.prompt();
    session.wait_cursor_after("> half a li");
    assert!(session.plain().contains("#3 data"), "{}", session.plain());
    assert_eq!((asked.codes(), asked.duration(), asked.is_by_daemon()), (("3", "3"), None, true));
    session.send("\x15");
    session.wait_cursor_after("> ");
    // Where anything is different, it asks and waits.
    session.run("cd /tmp");
    assert!(!session.plain().contains("held"), "{}", session.plain());
    assert!(session.run("false").is_by_daemon());
}

/// A daemon that hangs is noticed at the second empty line, one that has gone at the first.
fn a_daemon_is_missed_soon(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
    session.run("false");
    session.daemon().signal(Signal::STOP);
    session.send("\r");
    session.wait_text("#2 held");
    let told = session.run("");
    assert_eq!((told.is_by_daemon(), told.codes()), (false, ("1", "1")));
    session.daemon().signal(Signal::CONT);
    let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
    session.run("false");
    session.daemon().kill();
    let told = session.run("");
    assert_eq!((told.is_by_daemon(), told.codes()), (false, ("1", "1")));
    assert!(!session.plain().contains("_ziron"), "{}", session.plain());
}

/// What a daemon that was killed has left for an empty line is nothing that the next one knows: it is asked, and if
/// that one dies too, the program.
fn another_daemon_is_waited_for(shell: Shell) {
    let Some((mut session, _)) = start(shell, &served_in_time()) else { return };
    session.run("false");
    session.serve(daemon_program(), "data");
    session.daemon().tell(&["draw=die"]);
    let told = session.run("");
    assert_eq!((told.is_by_daemon(), told.codes()), (false, ("1", "1")));
    let screen = session.plain();
    assert!(screen.contains("#3 data") && !screen.contains("held"), "{screen}");
}

/// fish draws nothing again while it does so already, and forgets signals: it is told twice.
#[test]
fn fish_is_told_again() {
    let slow = r"
    functions --copy fish_right_prompt user_right_prompt
    function fish_right_prompt
        user_right_prompt
        test -e ~/slow; or return
        rm ~/slow
        touch ~/draws
        while test -e ~/draws
            sleep 0.01
        end
        set -g user_variable 1 # Here fish sees to signals.
    end
    bind \ct 'touch ~/slow; commandline -f repaint'";
    let Some((mut session, _)) = start(Fish, &served().after(slow)) else { return };
    let draws = session.home().join("draws");
    session.daemon().tell(&["draw=stale", "draw=stale"]);
    session.run("true");
    session.send("\x14");
    while !draws.exists() {
        std::thread::yield_now();
    }
    session.daemon().tell(&["do=push"]);
    std::fs::remove_file(draws).unwrap();
    session.wait_text("#3 old");
    session.daemon().tell(&["do=push"]);
    session.wait_text("#3 data");
}

/// While it waits for the character of a jump, fish 3.6 ends when it is told for the second time to draw again.
#[test]
fn fish_is_told_again_in_a_jump() {
    let config = "bind \\ct forward-jump; function user_heard --on-signal URG; builtin echo >>~/heard; end";
    let Some((mut session, _)) = start(Fish, &served().after(config)) else { return };
    session.daemon().tell(&["draw=stale"]);
    session.run("true");
    session.send("abc def\x01");
    session.wait_cursor_after("> ");
    session.send("\x14");
    let heard = session.home().join("heard");
    let count = || std::fs::read(&heard).map_or(0, |heard| heard.len());
    for _ in 0..3 {
        let before = count();
        while count() == before {
            // It may forget one.
            session.daemon().tell(&["do=push"]);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    session.send("e");
    session.wait_text("#2 data");
    session.wait_cursor_after("> abc d");
}

/// Somebody leans on the Enter key.
fn many_empty_lines(shell: Shell) {
    let size = ziron_tests::terminal::Size { rows: 80, columns: 80 };
    let Some((mut session, _)) = start(shell, &Setup { size, ..served() }) else { return };
    session.run("false");
    session.send(&"\r".repeat(30));
    session.send("echo the e''nd\r");
    session.wait_text("the end\n");
    let last = session.calls().len();
    session.wait_text(&format!("#{last} data"));
    let screen = session.plain();
    let numbers: Vec<(usize, &str)> = screen
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once(' '))
        .map(|(number, data)| (number.parse().unwrap(), data))
        .collect();
    assert_eq!(numbers.len(), 33, "{screen}");
    assert_eq!(screen.lines().filter(|line| line.starts_with('>')).count(), 33, "{screen}");
    assert!(numbers.is_sorted_by_key(|(number, _)| number), "{screen}");
    assert!(numbers.iter().all(|(_, data)| matches!(*data, "data" | "held")), "{screen}");
    let calls = session.calls();
    // fish may ask twice for the last one, where news of a line before have asked for a repaint.
    let mut others =
        calls[2..].iter().map(ziron_tests::stub::Told::codes).skip_while(|codes| *codes == ("1", "1"));
    assert!(others.all(|codes| codes == ("0", "0")), "{calls:?}");
    assert!(calls.iter().all(ziron_tests::stub::Told::is_by_daemon), "{calls:?}");
}

macro_rules! in_shells_that_draw_again {
    ($($test:ident),* $(,)?) => {
        mod zsh_again { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Zsh); })* }
        mod fish_again { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Fish); })* }

    };
}

in_shells_that_draw_again! {
    an_empty_line_is_not_waited_for, a_daemon_is_missed_soon, another_daemon_is_waited_for, many_empty_lines,
}
