//! Real plugins of others, from a folder that `ZIRON_PLUGINS` names: it holds a checkout of each, called as the project
//! is. What is not there is skipped by name; what they do that mattered once is in the tests of each shell as well, in
//! a few lines of our own.

use std::path::{Path, PathBuf};

use ziron_runtime::shell::Shell::{Bash, Zsh};
use ziron_tests::session::Setup;
use ziron_tests::shells;

use crate::start;

/// A file of a plugin.
fn plugin(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ZIRON_PLUGINS").unwrap_or_default();
    let path = Path::new(&folder).join(file);
    let is_there = !folder.is_empty() && path.is_file();
    if !is_there {
        shells::skipped(&format!("ZIRON_PLUGINS has no {file}"));
    }
    is_there.then_some(path)
}

/// All orders of bash-preexec, our script and a hook of the user's, with each kind of `PROMPT_COMMAND`.
#[test]
fn bash_preexec() {
    let Some(path) = plugin("bash-preexec/bash-preexec.sh") else { return };
    let preexec = format!(
        "source {}\npreexec() {{ echo \"pre $1\" >>$HOME/user; }}; precmd() {{ echo \"cmd $?\" >>$HOME/user; }}",
        path.display()
    );
    for hooks in ["unset PROMPT_COMMAND", "PROMPT_COMMAND='history -a'", "PROMPT_COMMAND=('history -a' true)"]
    {
        let before = format!("{hooks}\n{preexec}");
        for setup in [Setup::default().before(&before), Setup::default().before(hooks).after(&preexec)] {
            let Some((mut session, _)) = start(Bash, &setup) else { return };
            assert_eq!(session.run("echo first").codes(), ("0", "0"));
            assert_eq!(session.run("false").codes(), ("1", "1"));
            assert_eq!(session.run("echo third").codes(), ("0", "0"));
            let user = std::fs::read_to_string(session.home().join("user")).unwrap_or_default();
            let wanted = "cmd 0\npre echo first\ncmd 0\npre false\ncmd 1\npre echo third\ncmd 0\n";
            assert_eq!(user, wanted, "{hooks}");
        }
    }
}

/// ble.sh, built: the right prompt stands in the line of the input, and what is small after a line is all that stays.
#[test]
fn ble_sh() {
    let Some(path) = plugin("ble.sh/out/ble.sh") else { return };
    let load = format!(
        "source {} --noattach --norc --keep-rlvars; bleopt exec_errexit_mark= exec_elapsed_mark= exec_exit_mark=",
        path.display()
    );
    let without =
        "eval \"user_$(declare -f _ziron_ble)\"; _ziron_ble() { _ziron_transient_right=; user__ziron_ble; }";
    for (setup, left, right) in [
        (Setup::default().after("ble-attach"), "> ", Some("r")),
        (Setup::default().transient().after("ble-attach"), "T> ", Some("t")),
        (Setup::default().transient().after(&format!("{without}\nble-attach")), "T> ", None),
    ] {
        let Some((mut session, _)) = start(Bash, &setup.before(&load)) else { return };
        for _ in 0..3 {
            session.run("clear");
            session.run("echo word");
            let screen = session.plain();
            let accepted = screen.lines().find(|line| line.contains("echo word")).unwrap_or_default();
            assert!(accepted.starts_with(left), "{screen}");
            let end = right.map(|right| format!(" {right}"));
            assert_eq!(accepted.len() > 70, end.is_some(), "{screen}");
            assert!(end.is_none_or(|end| accepted.contains(&end)), "{screen}");
            let last = screen.lines().rev().find(|line| line.starts_with("> ")).unwrap_or_default();
            assert!(last.ends_with(&format!("r{}", session.calls().len())), "{screen}");
        }
    }
}

/// Plugins of zsh, each alone, before ours and after: a command, a line given up, the vi mode, a completion.
#[test]
fn zsh_plugins() {
    for file in [
        "zsh-autosuggestions/zsh-autosuggestions.zsh",
        "zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
        "fast-syntax-highlighting/fast-syntax-highlighting.plugin.zsh",
        "zsh-history-substring-search/zsh-history-substring-search.zsh",
        "zsh-completions/zsh-completions.plugin.zsh",
        "zsh-vi-mode/zsh-vi-mode.plugin.zsh",
        "zsh-vim-mode/zsh-vim-mode.plugin.zsh",
        "fzf-tab/fzf-tab.plugin.zsh",
        "zsh-you-should-use/you-should-use.plugin.zsh",
        "zsh-autopair/autopair.zsh",
        "zsh-z/zsh-z.plugin.zsh",
        "zsh-abbr/zsh-abbr.plugin.zsh",
        "history-search-multi-word/history-search-multi-word.plugin.zsh",
        "zsh-defer/zsh-defer.plugin.zsh",
        "z/z.sh",
        "ohmyzsh/plugins/git/git.plugin.zsh",
        "ohmyzsh/plugins/sudo/sudo.plugin.zsh",
        "ohmyzsh/plugins/extract/extract.plugin.zsh",
        "ohmyzsh/plugins/colored-man-pages/colored-man-pages.plugin.zsh",
        "ohmyzsh/plugins/command-not-found/command-not-found.plugin.zsh",
        "ohmyzsh/plugins/vi-mode/vi-mode.plugin.zsh",
    ] {
        let Some(path) = plugin(file) else { continue };
        let load = format!("autoload -Uz compinit && compinit -u -D; source {}", path.display());
        for setup in [Setup::default().before(&load), Setup::default().after(&load)] {
            let Some((mut session, _)) = start(Zsh, &setup.transient()) else { return };
            assert_eq!(session.run("echo one; (exit 3)").codes(), ("3", "3"), "{file}");
            session.send("abc");
            session.wait_cursor_after("> abc");
            // A vi mode, where there is one, and back.
            for keys in ["\x1b", "i"] {
                session.send(keys);
                std::thread::sleep(std::time::Duration::from_millis(600));
            }
            session.interrupt();
            session.send("echo $((6 * 7))\r");
            session.wait_text("\n42\n");
            let screen = session.plain();
            assert!(screen.contains("\none\nT> abc"), "{file}: {screen}");
            assert!(!screen.contains("_ziron"), "{file}: {screen}");
        }
    }
}

/// Plugins that show completions in their own way: nothing above the prompt is touched, and the line goes on.
#[test]
fn zsh_plugins_that_complete() {
    for file in ["zsh-autocomplete/zsh-autocomplete.plugin.zsh", "fzf-tab/fzf-tab.plugin.zsh"] {
        let Some(path) = plugin(file) else { continue };
        let is_fzf = file.starts_with("fzf");
        if is_fzf && !Path::new("/usr/bin/fzf").is_file() {
            shells::skipped("fzf-tab needs fzf");
            continue;
        }
        // zsh-autocomplete does this by itself, later.
        let load = if is_fzf { "autoload -Uz compinit && compinit -u -D; " } else { "" };
        let load = format!("{load}source {}", path.display());
        for setup in [Setup::default().before(&load), Setup::default().after(&load)] {
            let Some((mut session, _)) = start(Zsh, &setup.transient()) else { return };
            session.run("mkdir few; touch few/{one,two,three}");
            session.run("clear; echo mark");
            session.send("ls few/");
            session.wait_cursor_after("> ls few/");
            session.send("\t");
            // One shows a list to choose from, the other takes the first.
            session.terminal().wait("a completion", |screen| {
                let is_taken = ziron_tests::dump::before_cursor(screen).starts_with("> ls few/one");
                (is_taken || ziron_tests::dump::plain(screen).contains("three")).then_some(())
            });
            if is_fzf {
                session.send("\x1b");
            }
            session.terminal().wait("line behind the prompt", |screen| {
                ziron_tests::dump::before_cursor(screen).starts_with("> ls few/").then_some(())
            });
            session.interrupt();
            session.send("echo $((6 * 7))\r");
            session.wait_text("\n42\n");
            let screen = session.plain();
            assert!(screen.starts_with("mark\nT> ls few/"), "{file}: {screen}");
            assert!(!screen.contains("_ziron"), "{file}: {screen}");
        }
    }
}
