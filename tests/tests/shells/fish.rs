//! What is fish's own.

use insta::assert_snapshot;
use ziron_runtime::shell::Shell::Fish;
use ziron_tests::session::{Session, Setup};

use crate::start;

/// What every fish must go on doing, whatever its configuration did.
fn check(setup: &Setup) -> Option<Session> {
    let (mut session, told) = start(Fish, setup)?;
    assert_eq!(told.codes(), ("0", "0"));
    assert_eq!(told.duration(), None);
    let told = session.run("sh -c 'exit 3' | true | sh -c 'exit 7'");
    assert_eq!(told.codes(), ("7", "3 0 7"));
    assert!(told.duration().is_some());
    assert_eq!(session.run("").duration(), None);
    session.run("command true");
    assert!(!session.plain().contains("_ziron"), "{}", session.plain());
    assert_eq!(session.calls().len(), 4);
    Some(session)
}

#[test]
fn screen() {
    let Some((mut session, _)) = start(Fish, &Setup::default()) else { return };
    session.run("false");
    session.run("");
    // The line that is being edited has colors of fish's, some time later.
    assert_snapshot!(session.plain(), @r"
    #1 data
    > false                                                                       r1
    #2 data
    >                                                                             r2
    #3 data
    >                                                                             r3
    ");
    let styled = session.styled();
    assert_snapshot!(styled.lines().skip(4).collect::<Vec<_>>().join("\n"), @r"
    [green]#3 [/][blue]data[/]
    [red]> [/]                                                                            [yellow]r3[/]
    ");
}

#[test]
fn functions_of_the_user_do_not_matter() {
    let functions = "for name in printf contains count jobs bind echo commandline
        function $name; builtin echo function of the user; end
    end";
    check(&Setup::default().after(functions));
    check(&Setup::default().after(functions).transient());
}

#[test]
fn event_functions_of_others() {
    let functions = "function user_prompt --on-event fish_prompt; sh -c 'exit 9'; end
        function user_preexec --on-event fish_preexec; sh -c 'exit 9'; end
        function user_postexec --on-event fish_postexec; sh -c 'exit 9'; end";
    check(&Setup::default().before(functions));
    check(&Setup::default().after(functions));
}

#[test]
fn wrapped_prompts_keep_the_status() {
    let wrap = "functions --copy fish_prompt wrapped_prompt
        function fish_prompt; sh -c 'exit 9'; wrapped_prompt; end";
    check(&Setup::default().after(wrap));
}

#[test]
fn twice_is_once() {
    check(&Setup::default().after("@CONNECT@\n@CONNECT@").transient());
}

#[test]
fn vi_mode() {
    let Some((mut session, told)) =
        start(Fish, &Setup::default().after("fish_vi_key_bindings; set -g fish_escape_delay_ms 10"))
    else {
        return;
    };
    assert_eq!(told.value("keymap"), "insert");
    session.send("abc");
    session.wait_cursor_after("> abc");
    session.send("\x1b");
    assert_eq!(session.prompt().value("keymap"), "default");
    session.send("R");
    assert_eq!(session.prompt().value("keymap"), "replace");
}

#[test]
fn no_vi_mode_is_insert() {
    for setup in [Setup::default(), Setup::default().transient()] {
        let Some((mut session, told)) = start(Fish, &setup) else { return };
        assert_eq!(told.value("keymap"), "insert");
        assert_eq!(session.run("true").value("keymap"), "insert");
    }
}

#[test]
fn transient() {
    let Some((mut session, _)) = start(Fish, &Setup::default().transient()) else { return };
    session.run("false");
    session.run("");
    session.send("given up");
    session.wait_cursor_after("> given up");
    session.interrupt();
    session.prompt();
    session.run("for x in 1 2\recho $x\rend");
    session.run("set -l a b");
    assert_snapshot!(session.plain(), @r"
    T> false                                                                      t1
    T>                                                                            t2
    T> given up^C                                                                 t3
    T> for x in 1 2                                                               t4
           echo $x
       end
    1
    2
    T> set -l a b                                                                 t5
    #6 data
    >                                                                             r6
    ");
}

#[test]
fn transient_in_vi_mode_returns_to_insert() {
    let vi = "fish_vi_key_bindings; set -g fish_escape_delay_ms 10";
    for setup in [Setup::default().before(vi).transient(), Setup::default().after(vi).transient()] {
        let Some((mut session, _)) = start(Fish, &setup) else { return };
        session.send("echo hi");
        session.wait_cursor_after("> echo hi");
        session.send("\x1b");
        assert_eq!(session.prompt().value("keymap"), "default");
        session.send("\r");
        assert_eq!(session.prompt().value("keymap"), "insert");
        assert!(session.plain().contains("T> echo hi"), "{}", session.plain());
    }
}

/// What fish suggests is no part of a line that was accepted, though it was typed ahead.
#[test]
fn transient_without_suggestions() {
    let suggest = "set -g fish_autosuggestion_enabled 1";
    for setup in [Setup::default().after(suggest), crate::served().after(suggest)] {
        let Some((mut session, _)) = start(Fish, &setup.transient()) else { return };
        session.run("false | true");
        session.send("sleep 1\r");
        session.wait_text("T> sleep 1");
        session.send("false\r");
        session.wait_text("#4 data");
        assert_eq!(session.prompt().codes(), ("1", "1"));
        let screen = session.plain();
        let lines: Vec<&str> = screen.lines().filter(|line| line.starts_with("T> false")).collect();
        assert_eq!(lines.len(), 2, "{screen}");
        assert!(!lines[1].contains('|'), "{screen}");
    }
}

#[test]
fn transient_at_the_end() {
    for setup in [Setup::default(), Setup::default().after("fish_vi_key_bindings"), crate::served()] {
        let Some((mut session, _)) = start(Fish, &setup.transient()) else { return };
        session.run("true");
        // No end while there is a line.
        session.send("ab\x1b[D\x04");
        session.wait_cursor_after("> a");
        session.interrupt();
        session.send("\x04");
        session.terminal().wait_exit();
        let screen = session.plain();
        assert!(!screen.contains('#'), "{screen}");
        assert_eq!(screen.matches("T>").count(), 3, "{screen}");
    }
}
