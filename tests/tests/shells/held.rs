//! Empty lines with a real daemon: what is shown at once, and what is true.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use ziron_runtime::shell::Shell;
use ziron_tests::dump;

use crate::user::{User, wait_cursor_after};

/// Shows whether there is a file, and how the last command ended.
const CONFIG: &str = r#"
format = "in $directory $rust$line_break$character"
[directory]
format = "$path"
[rust]
symbol = "crate"
format = "$symbol"
[character]
success_symbol = "[ok>](green)"
error_symbol = "[bad>](red)"
"#;

/// What other programs do to the folder between two empty lines is there without a third one.
fn what_changes_meanwhile_is_shown(shell: Shell) {
    let Some(user) = User::new(shell) else { return };
    user.install(CONFIG);
    user.keep(&[shell.name()], &user.script());
    user.configure(&user.source(&user.script()));
    let folder = user.path("run");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = folder.display().to_string();
    let daemon = |what: &str| {
        let mut command = Command::new(user.binary());
        command.args(["daemon", what]).env_clear().env("XDG_RUNTIME_DIR", &folder).env("HOME", user.path(""));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    daemon("start");
    let terminal = user.open(&[("XDG_RUNTIME_DIR", &folder)]);
    wait_cursor_after(&terminal, "ok> ");
    terminal.send("false\r");
    wait_cursor_after(&terminal, "bad> ");
    let file = user.path("Cargo.toml");
    for line in 0..12 {
        if line % 2 == 0 {
            fs::write(&file, "").unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
        terminal.send("\r");
        let wanted: Vec<&str> =
            (0..=line).map(|line| if line % 2 == 0 { "in ~ crate" } else { "in ~" }).collect();
        terminal.wait("all lines as they were", |screen| {
            let text = dump::plain(screen);
            let shown: Vec<&str> =
                text.lines().filter(|line| line.starts_with("in ~")).map(str::trim_end).collect();
            // Those that are still on the screen.
            shown.ends_with(&wanted[wanted.len().saturating_sub(6)..]).then_some(())
        });
        wait_cursor_after(&terminal, "bad> ");
    }
    let status = daemon("status");
    daemon("stop");
    let count = |what: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
        line.trim().parse::<u32>().unwrap()
    };
    assert!(count("redraws") >= 6, "they were told by the daemon: {status}");
    // The first prompt, `false`, and each line: a repaint that shows news asks for nothing.
    assert_eq!(count("requests"), 14, "{status}");
}

#[test]
fn zsh_shows_what_changes_meanwhile() {
    what_changes_meanwhile_is_shown(Shell::Zsh);
}

#[test]
fn fish_shows_what_changes_meanwhile() {
    what_changes_meanwhile_is_shown(Shell::Fish);
}
