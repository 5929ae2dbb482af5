//! zsh's instant prompt: what was shown before, until the start-up file has been read.

use std::fs;
use std::path::PathBuf;

use ziron_runtime::shell::Shell::Zsh;
use ziron_tests::dump;
use ziron_tests::terminal::{Size, Terminal};

use crate::user::{User, other_config, wait_cursor_after, wait_screen};

const SIZE: Size = Size { rows: 24, columns: 80 };

/// What a user with an instant prompt sees before anything has been verified.
const PICTURE: &str = "\n[dimmed blue]in ~[/]\n[dimmed green]ok>[/][dimmed] [/]";

/// The first prompt.
const PROMPT: &str = "\n[blue]in ~[/]\n[green]ok>[/]";

/// A user whose start-up file shows the instant prompt, waits for [`release`], does something, and then connects the
/// prompt.
fn user(something: &str) -> Option<User> {
    let user = User::new(Zsh)?;
    rustix::fs::mknodat(
        rustix::fs::CWD,
        user.path("gate"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    user.keep(&["zsh"], &user.script());
    user.keep(&["zsh", "--instant"], &instant(&user));
    let [instant, script] = [&instant(&user), &user.script()].map(|file| user.source(file));
    // A busy machine may answer later than a terminal does.
    user.configure(&format!(
        "{instant}\n_ziron_instant_patience=20\nread -r <$HOME/gate\n{something}\n{script}"
    ));
    Some(user)
}

fn instant(user: &User) -> PathBuf {
    user.script().with_file_name("instant.zsh")
}

/// Lets the start-up file go on. It has to be waiting, or about to.
fn release(user: &User) {
    fs::write(user.path("gate"), "go\n").unwrap();
}

/// Opens a shell and ends it at its first prompt, so that there is a prompt.
fn once(user: &User) {
    once_in(user, "");
}

fn once_in(user: &User, folder: &str) {
    let mut terminal = user.open_in(folder, &[], SIZE);
    release(user);
    // There is no prompt yet, so that this is the prompt.
    wait_cursor_after(&terminal, "ok> ");
    terminal.send("\x04");
    terminal.wait_exit();
}

fn wait_styled(terminal: &Terminal, text: &str) {
    terminal.wait(&format!("screen\n{text}\n"), |screen| (dump::styled(screen) == text).then_some(()));
}

/// Opens a shell that shows the prompt and waits.
fn open(user: &User) -> Terminal {
    let terminal = user.open(&[]);
    wait_styled(&terminal, PICTURE);
    wait_cursor_after(&terminal, "ok> ");
    terminal
}

/// Runs a command, which shows that the shell is well, and returns what was on the screen before.
fn goes_on(terminal: &Terminal) -> String {
    let before = dump::plain(&terminal.screen());
    terminal.send("print -r -- $((41 + 1))x\r");
    terminal.wait("output", |screen| dump::plain(screen).contains("\n42x\n").then_some(()));
    wait_cursor_after(terminal, "ok> ");
    before
}

#[test]
fn is_there_at_once_and_replaced_in_its_place() {
    let Some(user) = user("") else { return };
    once(&user);
    for _ in 0..3 {
        let terminal = open(&user);
        release(&user);
        wait_styled(&terminal, PROMPT);
        goes_on(&terminal);
        // zsh does again what it does about lines without an end.
        terminal.send("print -n dangling\r");
        terminal.wait("dangling line", |screen| {
            let screen = dump::plain(screen);
            // Root's mark is another.
            (screen.contains("\ndangling%\n") || screen.contains("\ndangling#\n")).then_some(())
        });
    }
}

#[test]
fn what_is_printed_stays() {
    for (something, shown) in [
        ("print one; print two", "\nin ~\nok> one\ntwo\n\nin ~\nok>"),
        ("print", "\nin ~\nok>\n\nin ~\nok>"),
        ("print -n one", "\nin ~\nok> one\n\nin ~\nok>"),
        // The cursor is in the same column as before.
        ("print; print -n 'abc '", "\nin ~\nok>\nabc\n\nin ~\nok>"),
        ("repeat 30 print; print -n 'abc '", &format!("{}abc\n\nin ~\nok>", "\n".repeat(20))),
        ("repeat 30 print; print -n '\\e7abc '", &format!("{}abc\n\nin ~\nok>", "\n".repeat(20))),
        ("clear; print one", "one\n\nin ~\nok>"),
        // An anonymous function's output before the prompt is a hook's.
        ("hook() print hooked; precmd_functions+=(hook)", "\nin ~\nok> hooked\n\nin ~\nok>"),
    ] {
        let Some(user) = user(something) else { return };
        once(&user);
        let terminal = open(&user);
        release(&user);
        wait_screen(&terminal, shown);
        if !something.contains("hook") {
            goes_on(&terminal);
        }
    }
}

#[test]
fn what_asks_gets_its_answer() {
    let Some(user) = user("print -n 'Name? '; read -r name; read -q '?Sure? '") else { return };
    let mut terminal = user.open(&[]);
    release(&user);
    wait_cursor_after(&terminal, "Name? ");
    terminal.send("first\r");
    wait_cursor_after(&terminal, "Sure? ");
    terminal.send("y");
    wait_cursor_after(&terminal, "ok> ");
    terminal.send("\x04");
    terminal.wait_exit();

    let terminal = open(&user);
    release(&user);
    wait_cursor_after(&terminal, "ok> Name? ");
    terminal.send("second\r");
    wait_cursor_after(&terminal, "Sure? ");
    terminal.send("y");
    wait_screen(&terminal, "\nin ~\nok> Name? second\nSure? y\n\nin ~\nok>");
    terminal.send("print $name\r");
    terminal.wait("answer", |screen| dump::plain(screen).contains("\nsecond\n").then_some(()));
}

#[test]
fn keys_that_come_early_are_in_the_line() {
    let Some(user) = user("") else { return };
    once(&user);
    let terminal = open(&user);
    terminal.send("print -r 'täst'");
    wait_cursor_after(&terminal, "ok> print -r 'täst'");
    release(&user);
    wait_styled(&terminal, &format!("{PROMPT} print -r 'täst'"));
    wait_cursor_after(&terminal, "ok> print -r 'täst'");
    terminal.send("x\r");
    terminal.wait("output", |screen| dump::plain(screen).contains("\ntästx\n").then_some(()));
}

/// A terminal that does not answer: what it is asked goes nowhere.
#[test]
fn a_terminal_that_says_nothing() {
    let Some(user) = user("[[ ! -e $HOME/quiet ]] || _ziron_instant_esc= _ziron_instant_patience=0.1") else {
        return;
    };
    once(&user);
    fs::write(user.path("quiet"), "").unwrap();
    let terminal = open(&user);
    terminal.send("print -r");
    wait_cursor_after(&terminal, "ok> print -r");
    release(&user);
    wait_styled(&terminal, &format!("{PICTURE}print -r[6n\n{PROMPT} print -r"));
    terminal.send(" xyz\r");
    terminal.wait("output", |screen| dump::plain(screen).contains("\nxyz\n").then_some(()));
}

/// Keys that come just while the terminal is asked, with Enter and others that make no text.
#[test]
fn keys_that_come_between_question_and_answer() {
    let widget = "zle-line-init() { print -n init >>$HOME/user }; zle -N zle-line-init";
    for theirs in ["", widget] {
        let quiet = "[[ ! -e $HOME/quiet ]] || _ziron_instant_esc= _ziron_instant_patience=2";
        let Some(user) = user(&format!("{quiet}\n{theirs}")) else { return };
        once(&user);
        fs::write(user.path("quiet"), "").unwrap();
        let terminal = open(&user);
        release(&user);
        terminal.wait("question", |screen| dump::plain(screen).contains("[6n").then_some(()));
        terminal.send("print -r 1\x01\x05\x7f$((41 + 1))x\rmore");
        terminal.wait("output", |screen| dump::plain(screen).contains("\n42x\n").then_some(()));
        wait_cursor_after(&terminal, "ok> more");
        let inits = fs::read_to_string(user.path("user")).unwrap_or_default();
        // The first shell's, and this one's two.
        assert_eq!(inits, if theirs.is_empty() { "" } else { "initinitinit" });
    }
}

#[test]
fn a_line_that_comes_early_is_run_once() {
    let Some(user) = user("") else { return };
    once(&user);
    let terminal = open(&user);
    terminal.send("print a >>$HOME/ran; read -r answer; print \"<$answer>\"\rfor it\rmore");
    wait_cursor_after(&terminal, "more");
    release(&user);
    terminal.wait("output", |screen| dump::plain(screen).contains("\n<for it>\n").then_some(()));
    wait_cursor_after(&terminal, "ok> more");
    assert_eq!(fs::read_to_string(user.path("ran")).unwrap(), "a\n");
}

#[test]
fn at_the_end_of_the_screen_and_in_the_middle_of_a_line() {
    let Some(user) = user("") else { return };
    once(&user);
    for (before, shown) in
        [("seq 50", "49\n50"), ("seq 50; printf abc", "49\n50\nabc"), ("printf abc", "abc")]
    {
        let start = format!("{before}; exec \"$@\"");
        let terminal = user.open_by(&["/bin/sh", "-c", &start, "sh"], &[], SIZE);
        let ends = |picture: &str| {
            let wanted = format!("{shown}\n{picture}");
            terminal.wait(&wanted, |screen| dump::styled(screen).ends_with(&wanted).then_some(()));
        };
        ends(PICTURE);
        release(&user);
        ends(PROMPT);
        goes_on(&terminal);
    }
}

#[test]
fn what_is_printed_at_the_end_of_the_screen_stays() {
    // It scrolls, and the cursor is in the column and, but for one line, in the place where the prompt ended.
    let Some(user) = user("print; print -n 'abc '") else { return };
    once(&user);
    let terminal = user.open_by(&["/bin/sh", "-c", "seq 50; exec \"$@\"", "sh"], &[], SIZE);
    terminal.wait("picture", |screen| dump::styled(screen).ends_with(PICTURE).then_some(()));
    release(&user);
    let shown = "50\n\nin ~\nok>\nabc\n\nin ~\nok>";
    terminal.wait(shown, |screen| dump::plain(screen).ends_with(shown).then_some(()));
}

#[test]
fn in_a_terminal_that_changes_its_size() {
    let Some(user) = user("") else { return };
    once(&user);
    let terminal = open(&user);
    terminal.resize(Size { rows: 24, columns: 60 });
    release(&user);
    wait_screen(&terminal, "\nin ~\nok>\n\nin ~\nok>");
    goes_on(&terminal);
    // This width has no prompt yet.
    let terminal = user.open_by(&[], &[], Size { rows: 24, columns: 70 });
    release(&user);
    wait_styled(&terminal, PROMPT);
}

#[test]
fn where_there_is_none() {
    let Some(user) = user("") else { return };
    once(&user);
    for variables in [("TERM", "dumb"), ("SSH_TTY", "/dev/pts/1"), ("NO_COLOR", "1"), ("LC_ALL", "C")] {
        let terminal = user.open(&[variables]);
        release(&user);
        terminal.wait("prompt", |screen| dump::plain(screen).contains("ok>").then_some(()));
        let screen = dump::plain(&terminal.screen());
        assert_eq!(screen.matches("ok>").count(), 1, "{variables:?}: {screen}");
        terminal.send("print \"<$_ziron_instant_made>\"\r");
        terminal.wait("output", |screen| dump::plain(screen).contains(">\n").then_some(()));
    }
    let mut command = std::process::Command::new("zsh");
    command.args(["-dic", "print said"]).env_clear().env("HOME", user.path("")).env("TERM", "xterm");
    command.current_dir(user.path("")).stdin(std::process::Stdio::null());
    let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    release(&user);
    assert_eq!(String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout), "said\n");
}

#[test]
fn hostile_names_are_shown_and_nothing_more() {
    let Some(user) = user("") else { return };
    let name = "%F{red}$(touch pwned)`touch pwned`%{%}!!\\e[31m%n";
    fs::create_dir(user.path(name)).unwrap();
    once_in(&user, name);
    let terminal = user.open_in(name, &[], SIZE);
    wait_styled(&terminal, &format!("\n[dimmed blue]in ~/{name}[/]\n[dimmed green]ok>[/][dimmed] [/]"));
    release(&user);
    wait_styled(&terminal, &format!("\n[blue]in ~/{name}[/]\n[green]ok>[/]"));
    assert!(!user.path("pwned").exists() && !user.path(name).join("pwned").exists());
}

/// The files with prompts.
fn pictures(user: &User) -> Vec<PathBuf> {
    let entries = fs::read_dir(user.path(".cache/ziron/instant")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_is_no_picture_is_not_shown() {
    let Some(user) = user("") else { return };
    once(&user);
    let [file] = &pictures(&user)[..] else { panic!("{:?}", pictures(&user)) };
    let whole = fs::read(file).unwrap();
    let foreign = [&whole[..], b"rest"].concat();
    for bytes in [&whole[..whole.len() / 2], b"", b"\0\0\0\0\0\0\0\0\0", &foreign, &[0xff; 9999]] {
        fs::write(file, bytes).unwrap();
        let terminal = user.open(&[]);
        release(&user);
        wait_styled(&terminal, PROMPT);
    }
    // Each of them was replaced by a right one.
    assert!(fs::read(file).unwrap().starts_with(b"instant-1"));
    // Another program may have other ideas of what is safe.
    user.install(&other_config());
    let terminal = user.open(&[]);
    release(&user);
    wait_styled(&terminal, &PROMPT.replace("in ~", "at ~"));
}

/// Whether there is a prompt of a folder. Others may have taken its place since.
fn has_picture(user: &User, folder: &str) -> bool {
    let name = format!("\0{}\0", user.path(folder).display());
    let is_of = |file: PathBuf| String::from_utf8_lossy(&fs::read(file).unwrap()).contains(&name);
    pictures(user).into_iter().any(is_of)
}

#[test]
fn only_a_picture_that_could_be_the_first_is_kept() {
    // The job has ended by the time the prompt is looked at, as it may when zsh ends it, leaving.
    let Some(user) = user("zshexit() { kill %1 2>/dev/null; wait }") else { return };
    // Where the shell ends counts too, unless the last command failed.
    for (folder, line) in [("one", "cd one"), ("two", "cd two; false"), ("three", "cd three; sleep 100 &")] {
        fs::create_dir(user.path(folder)).unwrap();
        let mut terminal = user.open(&[]);
        release(&user);
        wait_styled(&terminal, PROMPT);
        wait_cursor_after(&terminal, "ok> ");
        terminal.send(&format!("{line}\r"));
        let sign = if folder == "two" { "bad>" } else { "ok>" };
        let shown = format!("in ~/{folder}\n{sign}");
        terminal.wait(&shown, |screen| dump::plain(screen).ends_with(&shown).then_some(()));
        terminal.send("\x04");
        if folder == "three" {
            // zsh stays the first time if there is a job.
            let warned = format!("running jobs.\n\n{shown}");
            terminal.wait(&warned, |screen| dump::plain(screen).ends_with(&warned).then_some(()));
            wait_cursor_after(&terminal, "ok> ");
            terminal.send("\x04");
        }
        terminal.wait_exit();
        assert_eq!(has_picture(&user, folder), folder == "one", "{folder}");
    }
}
