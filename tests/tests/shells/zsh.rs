//! What is zsh's own.

use insta::assert_snapshot;
use ziron_runtime::shell::Shell::Zsh;
use ziron_tests::session::{Session, Setup};

use crate::start;

/// What every zsh must go on doing, whatever its configuration did.
fn check(setup: &Setup) -> Option<Session> {
    let (mut session, told) = start(Zsh, setup)?;
    assert_eq!(told.codes(), ("0", "0"));
    assert_eq!(told.duration(), None);
    let told = session.run("sh -c 'exit 3' | true | sh -c 'exit 7'");
    assert_eq!(told.codes(), ("7", "3 0 7"));
    assert!(told.duration().is_some());
    assert_eq!(session.run("").duration(), None);
    // `command` keeps an alias of the user's away from this test.
    session.run("command true \"last word\"");
    assert!(session.plain().contains("\n>"), "{}", session.plain());
    assert!(!session.plain().contains("_ziron"), "{}", session.plain());
    assert_eq!(session.calls().len(), 4);
    Some(session)
}

#[test]
fn screen() {
    let Some((mut session, _)) = start(Zsh, &Setup::default()) else { return };
    session.run("false");
    session.send("for x in 1 2; do\r");
    session.wait_cursor_after(":> ");
    assert_snapshot!(session.styled(), @r"
    [green]#1 [/][blue]data[/]
    [red]> [/]false                                                                      [yellow]r1[/]
    [green]#2 [/][blue]data[/]
    [red]> [/]for x in 1 2; do                                                           [yellow]r2[/]
    [cyan]:> [/]
    ");
}

#[test]
fn options_do_not_matter() {
    for options in [
        "setopt warn_create_global nounset ksh_arrays sh_word_split",
        "setopt glob_subst null_glob no_match csh_null_glob prompt_bang no_prompt_subst no_prompt_percent",
        "setopt err_return all_export posix_builtins posix_identifiers rc_expand_param ksh_glob",
        "setopt extended_glob interactive_comments rc_quotes no_clobber no_exec_dummy 2>/dev/null; setopt rc_quotes no_bang_hist",
        "emulate sh",
        "emulate ksh",
        "IFS=0123456789:",
    ] {
        let data = "50% !! $HOME";
        check(&Setup::default().before(options).data(data));
        // As ksh, no function can set an option for others, so none can put back what the prompt needs.
        if options != "emulate ksh" {
            check(&Setup::default().after(options).data(data));
        }
    }
}

#[test]
fn aliases_do_not_matter() {
    let aliases = "for word in local typeset builtin setopt zle exec emulate function return print '[[' if for zmodload functions; do
        alias -- $word='echo alias of the user'
    done";
    check(&Setup::default().before(aliases));
    check(&Setup::default().after(aliases));
}

#[test]
fn twice_is_once() {
    let Some(mut session) = check(&Setup::default().after("@CONNECT@\n@CONNECT@").transient()) else {
        return;
    };
    session.run("print -l $precmd_functions $preexec_functions; zle -l | grep ziron");
    assert_eq!(session.plain().matches("_ziron_precmd").count(), 1, "{}", session.plain());
}

#[test]
fn hooks_of_others_run_before_and_after() {
    let hooks = "
        first() { false | false | true; _seen_first=$?; }
        precmd_functions=(first $precmd_functions)
        autoload -Uz add-zsh-hook
        ((${+functions[other]})) || { other() { sh -c 'exit 9'; }; add-zsh-hook precmd other; add-zsh-hook preexec other; }
        precmd() { sh -c 'exit 5'; }
        preexec() { sh -c 'exit 5'; }";
    check(&Setup::default().before(hooks));
    check(&Setup::default().after(hooks));
    check(&Setup::default().before(hooks).after(hooks));
}

#[test]
fn the_users_status_and_last_word_stay() {
    let Some((mut session, _)) = start(Zsh, &Setup::default()) else { return };
    session.run("false last-word");
    session.run("echo \"$? $_\"");
    assert!(session.plain().contains("\n1 last-word\n"), "{}", session.plain());
}

#[test]
fn vi_mode_is_shown_once_for_each_change() {
    let user = "zle-keymap-select() { print -n \"${KEYMAP} from $1\" >>$HOME/user; setopt >>$HOME/options }; zle -N zle-keymap-select";
    for setup in [
        Setup::default().after("bindkey -v; KEYTIMEOUT=1"),
        Setup::default().before(&format!("bindkey -v; KEYTIMEOUT=1; {user}")),
    ] {
        let Some((mut session, told)) = start(Zsh, &setup) else { return };
        assert_eq!(told.value("keymap"), "main");
        session.run("false");
        session.send("abc");
        session.wait_cursor_after("> abc");
        session.send("\x1b");
        let told = session.prompt();
        assert_eq!(told.value("keymap"), "vicmd");
        assert_eq!(told.codes(), ("1", "1"));
        assert!(told.duration().is_some());
        session.send("i");
        assert_eq!(session.prompt().value("keymap"), "main");
        // Moving about changes no mode.
        session.send("\x1b");
        session.prompt();
        session.send("hhll0");
        session.wait_cursor_after("> ");
        assert_eq!(session.calls().len(), 5);
        session.send("ddi");
        session.prompt();
        assert_eq!(session.run("true").value("keymap"), "main");
        if !setup.before.is_empty() {
            let user = std::fs::read_to_string(session.home().join("user")).unwrap();
            assert_eq!(user, "vicmd from mainmain from vicmdvicmd from mainmain from vicmd");
        }
    }
}

#[test]
fn transient() {
    let Some((mut session, _)) = start(Zsh, &Setup::default().transient()) else { return };
    session.run("false");
    session.run("");
    session.send("given up");
    session.wait_cursor_after("> given up");
    session.interrupt();
    session.prompt();
    session.send("for x in 1 2; do\r");
    session.wait_cursor_after(":> ");
    session.run("echo $x; done");
    session.send("if true; then\r");
    session.wait_cursor_after(":> ");
    session.interrupt();
    session.prompt();
    session.run("print -l one \\\ntwo");
    assert_snapshot!(session.styled(), @r"
    [purple]T> [/]false                                                                     [yellow]t1[/]
    [purple]T> [/]                                                                          [yellow]t2[/]
    [purple]T> [/]given up                                                                  [yellow]t3[/]
    [purple]T> [/]for x in 1 2; do                                                          [yellow]t4[/]
    [cyan]:> [/]echo $x; done
    1
    2
    [purple]T> [/]if true; then                                                             [yellow]t5[/]
    [cyan]:> [/]
    [purple]T> [/]print -l one \                                                            [yellow]t6[/]
    [cyan]:> [/]two
    one
    two
    [green]#7 [/][blue]data[/]
    [red]> [/]                                                                           [yellow]r7[/]
    ");
}

#[test]
fn transient_keeps_the_users_widgets_and_traps() {
    let user = "
        zle-line-finish() { print finish >>$HOME/user }
        zle -N zle-line-finish
        TRAPINT() { print interrupt >>$HOME/user; return $(( 128 + $1 )) }";
    for setup in [Setup::default().before(user), Setup::default().before(user).after("@CONNECT@")] {
        let Some((mut session, _)) = start(Zsh, &setup.transient()) else { return };
        session.run("true");
        session.send("given up");
        session.wait_cursor_after("> given up");
        session.interrupt();
        assert_eq!(session.prompt().value("status"), "130");
        assert_eq!(session.run("").value("status"), "130");
        assert_eq!(
            std::fs::read_to_string(session.home().join("user")).unwrap(),
            "finish\ninterrupt\nfinish\n"
        );
        assert!(session.plain().contains("T> given up"), "{}", session.plain());
    }
}

#[test]
fn the_trap_is_there_for_the_editor_only() {
    let Some((mut session, _)) = start(Zsh, &Setup::default().transient()) else { return };
    session.run("print \"<$+functions[TRAPINT]>\"");
    assert!(session.plain().contains("\n<0>\n"), "{}", session.plain());
    // A trap that is set later is not replaced.
    session.run("trap 'print interrupt >>$HOME/user' INT");
    session.run("kill -INT $$");
    assert_eq!(std::fs::read_to_string(session.home().join("user")).unwrap(), "interrupt\n");
}

#[test]
fn a_trap_that_is_a_list_stays() {
    let setup = Setup::default().before("trap 'print interrupt >>$HOME/user' INT").transient();
    let Some((mut session, _)) = start(Zsh, &setup) else { return };
    session.run("kill -INT $$");
    assert_eq!(std::fs::read_to_string(session.home().join("user")).unwrap(), "interrupt\n");
}

#[test]
fn beside_plugins() {
    let plugins = [
        "/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh",
        "/usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
    ];
    if !plugins.iter().all(|plugin| std::path::Path::new(plugin).exists()) {
        return ziron_tests::shells::skipped(
            "zsh-autosuggestions or zsh-syntax-highlighting is not installed",
        );
    }
    let load = format!("source {}; source {}", plugins[0], plugins[1]);
    for setup in [Setup::default().before(&load), Setup::default().after(&load)] {
        check(&setup.clone());
        let Some(mut session) = check(&setup.transient()) else { return };
        session.run("echo a");
        assert_eq!(session.plain().matches("T> ").count(), 4, "{}", session.plain());
    }
}

/// What stands above the prompt stays, however often others have the prompt drawn again before the editor shows it.
#[test]
fn output_above_the_prompt_stays() {
    let messages = "zle-line-init() { zle -M init }; zle -N zle-line-init
        zle-keymap-select() { zle -M \"now $KEYMAP\" }; zle -N zle-keymap-select";
    for messages in ["", messages] {
        let search = "bindkey -v; bindkey '^R' history-incremental-search-backward; KEYTIMEOUT=1";
        let lines = format!("{search}\n{messages}");
        for setup in [Setup::default().before(&lines), Setup::default().before(&lines).transient()] {
            let Some((mut session, _)) = start(Zsh, &setup) else { return };
            session.run("echo one; echo two");
            // A search that is left by Esc, and the vi mode after it.
            session.send("\x12");
            session.wait_text("bck-i-search:");
            session.send("echo");
            session.wait_text("bck-i-search: echo");
            session.send("\x1b");
            session.wait_text("> echo one; echo two");
            session.send("\x1b");
            session.prompt();
            for keys in ["i", "\x1b", "S"] {
                session.send(keys);
                session.prompt();
            }
            if !messages.is_empty() {
                session.wait_text("\nnow main");
            }
            session.send("true\r");
            session.wait_text("> true");
            // The first prompt, `true`, and the next one, with what is said below it.
            let first = if setup.is_transient { "T> echo one" } else { "#1 data\n> echo one" };
            let wanted = if setup.is_transient { 1 } else { 2 } + 2 + usize::from(!messages.is_empty());
            session.terminal().wait("lines above and below", |screen| {
                let screen = ziron_tests::dump::plain(screen);
                let below = screen.split_once("\none\ntwo\n")?.1;
                let count = below.lines().filter(|line| !line.trim().is_empty()).count();
                (screen.starts_with(first) && count == wanted).then_some(())
            });
        }
    }
}

#[test]
fn a_function_of_the_users_named_zle() {
    let function = "zle() { print own zle }";
    for setup in [Setup::default().before(function), Setup::default().after(function)] {
        check(&setup.clone());
        let Some(mut session) = check(&setup.transient().after("bindkey -v; KEYTIMEOUT=1")) else { return };
        session.send("abc\x1b");
        assert_eq!(session.prompt().value("keymap"), "vicmd");
        assert!(!session.plain().contains("own zle"), "{}", session.plain());
    }
}

/// Ctrl-C where the editor asks something is told to the user's trap, and the status is that of an interrupted line.
#[test]
fn the_status_of_a_line_that_is_given_up() {
    let Some((mut session, _)) = start(Zsh, &Setup::default().transient()) else { return };
    session.run("true");
    session.send("given up");
    session.wait_cursor_after("> given up");
    session.interrupt();
    assert_eq!(session.prompt().codes(), ("130", "130"));
}

/// Ctrl-D in an empty line leaves a small prompt, and nothing else ends so.
#[test]
fn transient_at_the_end() {
    let long = "text ".repeat(30);
    for (setup, keys, last) in [
        (
            Setup::default(),
            "\x04",
            "T>                                                                           t2",
        ),
        (
            Setup::default().data(&long),
            "\x04",
            "T>                                                                           t2",
        ),
        (
            crate::served(),
            "\x04",
            "T>                                                                           t2",
        ),
        (
            Setup::default(),
            "exit\r",
            "T> exit                                                                      t2",
        ),
        // Where the prompt has not been shown yet.
        (
            Setup::default().after("last() { (( ++_n < 3 )) || exit }; precmd_functions+=(last)"),
            "echo out\r",
            "T> echo out                                                                  t2\nout",
        ),
    ] {
        let Some((mut session, _)) = start(Zsh, &setup.transient()) else { return };
        session.run("true");
        session.send(keys);
        session.terminal().wait_exit();
        let first = "T> true                                                                      t1";
        assert_eq!(session.plain(), format!("{first}\n{last}"));
    }
}
