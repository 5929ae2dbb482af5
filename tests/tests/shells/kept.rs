//! What `init` prints, kept in a file and read from there: no process at the start of a shell, and right all the same.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::time::{Duration, SystemTime};

use ziron_runtime::shell::Shell;
use ziron_tests::dump;
use ziron_tests::terminal::{Size, Terminal};

use crate::user::{CONFIG, User, other_config, wait_cursor_after};

macro_rules! in_each_shell {
    ($($test:ident),* $(,)?) => {
        mod zsh { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Zsh); })* }
        mod bash { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Bash); })* }
        mod fish { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Fish); })* }
    };
}

in_each_shell! {
    read_as_it_is, other_environments, another_program, no_program, where_nothing_can_be_kept, somebody_else,
    whatever_the_user_likes, another_session,
}

/// A user whose start-up file reads the kept script.
fn user(shell: Shell) -> Option<User> {
    let user = User::new(shell)?;
    user.keep(&[shell.name()], &user.script());
    user.configure(&user.source(&user.script()));
    Some(user)
}

/// Waits for the first prompt, and for one more. Nothing else is on the screen.
fn check(terminal: &Terminal) {
    wait_cursor_after(terminal, "ok> ");
    terminal.send("false\r");
    wait_cursor_after(terminal, "bad> ");
    let screen = dump::plain(&terminal.screen());
    assert!(screen.trim_start().starts_with("in ~\nok> false\n"), "{screen}");
    assert_eq!(screen.trim_start().trim_end().lines().filter(|line| !line.is_empty()).count(), 4, "{screen}");
}

fn read_as_it_is(shell: Shell) {
    let Some(user) = user(shell) else { return };
    let version = user.version();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&user.script()), mode(user.script().parent().unwrap())), (0o600, 0o700));
    for variables in [&[][..], &[("TERM", "tmux-256color")], &[("TERM", "screen"), ("EDITOR", "vi")]] {
        check(&user.open(variables));
        assert_eq!(user.version(), version, "{variables:?}");
    }
}

fn other_environments(shell: Shell) {
    let Some(user) = user(shell) else { return };
    let text = || fs::read_to_string(user.script()).unwrap();
    let (mut version, plain) = (user.version(), text());
    for variables in [("NO_COLOR", "1"), ("TERM", "linux"), ("LC_ALL", "C"), ("ZIRON_PROFILE", "it's $odd\\")]
    {
        for is_new in [true, false] {
            check(&user.open(&[variables]));
            assert_eq!(user.version() != version, is_new, "{variables:?}");
            version = user.version();
        }
        assert_ne!(text(), plain);
    }
    // An editor's terminal leaves the file to others.
    let terminal = user.open(&[("TERM", "dumb"), ("LC_ALL", "C")]);
    terminal.wait("prompt", |screen| dump::plain(screen).contains("ok>").then_some(()));
    assert_eq!(user.version(), version);
    check(&user.open(&[]));
    assert_eq!(text(), plain);
}

fn another_program(shell: Shell) {
    let Some(user) = user(shell) else { return };
    let version = user.version();
    let terminal = user.open(&[]);
    wait_cursor_after(&terminal, "ok> ");
    user.install(&other_config());
    // The open shell shows the new prompt, and a new shell does not read what the old program wrote.
    terminal.send("false\r");
    terminal.wait("new prompt", |screen| dump::plain(screen).contains("at ~\nbad>").then_some(()));
    let later = SystemTime::now() + Duration::from_secs(1);
    File::options().write(true).open(user.binary()).unwrap().set_modified(later).unwrap();
    let terminal = user.open(&[]);
    wait_cursor_after(&terminal, "ok> ");
    assert_ne!(user.version(), version);
}

fn no_program(shell: Shell) {
    let Some(user) = user(shell) else { return };
    fs::remove_file(user.binary()).unwrap();
    let terminal = user.open(&[]);
    terminal.send("echo said | tr a-z A-Z\r");
    terminal.wait("output", |screen| dump::plain(screen).contains("\nSAID").then_some(()));
    let screen = dump::plain(&terminal.screen());
    assert!(!screen.contains("ziron") && !screen.contains("bin/prompt"), "{screen}");
}

fn where_nothing_can_be_kept(shell: Shell) {
    let Some(user) = user(shell) else { return };
    let (version, folder) = (user.version(), user.script().parent().unwrap().to_owned());
    // What is there is right, and read; what is not right cannot be replaced.
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
    for variables in [&[][..], &[("NO_COLOR", "1")], &[("NO_COLOR", "1")]] {
        check(&user.open(variables));
        assert_eq!(user.version(), version);
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
}

/// With sudo, somebody reads another one's files and must not write among them, nor run what may not be meant for him.
fn somebody_else(shell: Shell) {
    let Some(user) = user(shell) else { return };
    const NOBODY: u32 = 65534;
    let folder = user.script().parent().unwrap().to_owned();
    if [&user.script(), &folder].iter().any(|path| chown(path, Some(NOBODY), None).is_err()) {
        return ziron_tests::shells::skipped("only root can give files away");
    }
    let version = user.version();
    check(&user.open(&[]));
    assert_eq!((user.version(), fs::read_dir(folder).unwrap().count()), (version, 1));
}

fn whatever_the_user_likes(shell: Shell) {
    let Some(user) = user(shell) else { return };
    let source = user.source(&user.script());
    for likes in match shell {
        Shell::Zsh => &[
            "setopt warn_create_global nounset ksh_arrays sh_word_split rc_quotes",
            "setopt err_return glob_subst null_glob no_match prompt_bang extended_glob",
            "emulate sh",
            "emulate ksh",
            "for word in test return eval builtin; do alias -- $word='echo alias of the user'; done",
        ][..],
        Shell::Bash => &[
            "set -u; set -o posix",
            "shopt -s expand_aliases nullglob failglob; for word in test return eval builtin; do alias $word='echo alias of the user'; done",
        ],
        _ => &["function psub; echo function of the user; end", "set -g CDPATH / ~"],
    } {
        user.configure(&format!("{likes}\n{source}"));
        for (variables, is_new) in [(&[][..], false), (&[("NO_COLOR", "1")], true), (&[], true), (&[], false)]
        {
            let version = user.version();
            check(&user.open_by(&[], variables, Size { rows: 24, columns: 100 }));
            assert_eq!(user.version() != version, is_new, "{likes}");
        }
    }
}

/// The daemon of another session is another one.
fn another_session(shell: Shell) {
    let Some(user) = user(shell) else { return };
    user.install(&CONFIG.replace("enabled = false", "idle_exit = 200"));
    user.keep(&[shell.name()], &user.script());
    let folders = ["run1", "run2"].map(|name| {
        let folder = user.path(name);
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
        folder.display().to_string()
    });
    for folder in &folders {
        for is_new in [true, false] {
            let version = user.version();
            check(&user.open(&[("XDG_RUNTIME_DIR", folder)]));
            assert_eq!(user.version() != version, is_new);
        }
        let text = fs::read_to_string(user.script()).unwrap();
        // Not the whole path: there are quotes in it, and before them.
        let name = folder.rsplit_once('/').unwrap().1;
        assert!(text.contains(&format!("/{name}/ziron/")), "{text}");
    }
    // It is gone, as after a logout that left a multiplexer behind.
    let version = user.version();
    fs::rename(&folders[1], user.path("run3")).unwrap();
    check(&user.open(&[("XDG_RUNTIME_DIR", &folders[1])]));
    assert_ne!(user.version(), version);
    check(&user.open(&[("XDG_RUNTIME_DIR", &folders[1]), ("ZIRON_DAEMON", "off")]));
}
