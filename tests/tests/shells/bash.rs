//! What is bash's own.

use insta::assert_snapshot;
use ziron_runtime::shell::Shell::Bash;
use ziron_tests::session::{Session, Setup};

use crate::start;

/// What every bash must go on doing, whatever its configuration did.
fn check(setup: &Setup) -> Option<Session> {
    let (mut session, told) = start(Bash, setup)?;
    assert_eq!(told.duration(), None);
    let told = session.run("! sh -c 'exit 3' | true | sh -c 'exit 7'");
    assert_eq!(told.codes(), ("0", "3 0 7"));
    assert!(told.duration().is_some());
    assert_eq!(session.run("").duration(), None);
    session.run("\\command true \"last word\"");
    assert!(!session.plain().contains("_ziron"), "{}", session.plain());
    assert!(!session.plain().contains("error"), "{}", session.plain());
    assert_eq!(session.calls().len(), 4);
    Some(session)
}

/// And where a failure does not end the shell.
fn check_status(setup: &Setup) {
    let Some(mut session) = check(setup) else { return };
    assert_eq!(session.run("false | sh -c 'exit 7'").codes(), ("7", "1 7"));
    session.run("echo \"<$?>\"");
    assert!(session.plain().contains("\n<7>\n"), "{}", session.plain());
}

#[test]
fn screen() {
    let Some((mut session, _)) = start(Bash, &Setup::default()) else { return };
    session.run("false");
    session.send("for x in 1 2; do\r");
    session.wait_cursor_after(":> ");
    assert_snapshot!(session.styled(), @r"
    [green]#1 [/][blue]data[/]
    [red]> [/]false
    [green]#2 [/][blue]data[/]
    [red]> [/]for x in 1 2; do
    [cyan]:> [/]
    ");
}

#[test]
fn options_do_not_matter() {
    for options in [
        "set -u",
        "set -o posix",
        "set -f; shopt -s nullglob failglob nocasematch extglob",
        "set -o noclobber; set -o functrace; set -o errtrace",
        "shopt -u checkwinsize promptvars",
        "IFS=0123456789:",
    ] {
        check_status(&Setup::default().before(options).data("50% !! $HOME"));
        if !options.contains("promptvars") {
            check_status(&Setup::default().after(options).data("50% !! $HOME"));
        }
    }
}

/// In Persian and Pashto locales the clock has a decimal sign of its own, of which bash shows the first byte.
#[test]
fn a_clock_may_have_any_decimal_sign() {
    for sign in ["\\331", ",", " "] {
        let clock = format!("unset EPOCHREALTIME; EPOCHREALTIME=$'1795829271{sign}064342'");
        check_status(&Setup::default().after(&clock));
    }
}

#[test]
fn errexit_does_not_end_the_shell() {
    for setup in [
        Setup::default().before("set -eu"),
        Setup::default().after("set -eu"),
        Setup::default().before("set -e; PS0='x\\n'"),
    ] {
        let Some(session) = check(&setup) else { return };
        drop(session);
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        session.remove_program();
        session.send("echo still here | tr a-z A-Z\r");
        session.wait_text("STILL HERE\n");
        session.terminal();
    }
}

#[test]
fn aliases_do_not_matter() {
    let aliases = "shopt -s expand_aliases
        for word in local builtin shopt exec return if for unset set; do alias $word='echo alias of the user'; done";
    check(&Setup::default().before(aliases));
    check(&Setup::default().after(aliases));
}

#[test]
fn prompt_command_as_a_string() {
    for hooks in [
        "PROMPT_COMMAND='history -a'",
        "PROMPT_COMMAND='sh -c \"exit 9\"; '",
        "PROMPT_COMMAND=\"history -a; $PROMPT_COMMAND\"",
        "PROMPT_COMMAND=\"${PROMPT_COMMAND:+$PROMPT_COMMAND; }false\"",
        "PROMPT_COMMAND+='; false'",
    ] {
        check_status(&Setup::default().after(hooks));
        if !hooks.contains("+=") {
            check_status(&Setup::default().before(hooks));
        }
    }
}

#[test]
fn prompt_command_as_an_array() {
    let hooks = "PROMPT_COMMAND=('sh -c \"exit 9\"' \"${PROMPT_COMMAND[@]}\" false)";
    check_status(&Setup::default().before(hooks));
    check_status(&Setup::default().after(hooks));
    check_status(&Setup::default().before(hooks).after(hooks));
}

#[test]
fn twice_is_once() {
    check_status(&Setup::default().after("@CONNECT@\n@CONNECT@"));
}

#[test]
fn the_users_status_and_last_word_stay() {
    let Some((mut session, _)) = start(Bash, &Setup::default()) else { return };
    session.run("false last-word");
    session.run("echo \"$? $_\"");
    assert!(session.plain().contains("\n1 last-word\n"), "{}", session.plain());
}

/// Works as bash-preexec does where it matters here: a DEBUG trap, which it sets up at the first prompt, tells commands
/// from prompts.
pub(crate) const PREEXEC: &str = r#"
    precmd_functions=() preexec_functions=()
    _pe_interactive=
    _pe_debug() {
        [[ -n $_pe_interactive ]] || return 0
        local one
        for one in "${PROMPT_COMMAND[@]}"; do [[ $one != *"$BASH_COMMAND"* ]] || { _pe_interactive=; return 0; }; done
        _pe_interactive=
        echo "preexec: $BASH_COMMAND" >>"$HOME/user"
    }
    _pe_precmd() { _pe_last=$?; echo "precmd: $_pe_last" >>"$HOME/user"; return 0; }
    __bp_interactive_mode() { _pe_interactive=on; }
    _pe_install() {
        PROMPT_COMMAND=${PROMPT_COMMAND//_pe_install/:}
        PROMPT_COMMAND=$'_pe_precmd\n'$PROMPT_COMMAND
        PROMPT_COMMAND+=('__bp_interactive_mode')
        trap '_pe_debug' DEBUG
        _pe_precmd
        __bp_interactive_mode
    }
    PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND;} _pe_install"
"#;

#[test]
fn beside_preexec_hooks() {
    let later = Setup::default()
        .before(PREEXEC)
        .after("PROMPT_COMMAND+=('@CONNECT@')".replace("@CONNECT@", "true").as_str());
    for setup in [Setup::default().before(PREEXEC), Setup::default().after(PREEXEC), later] {
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        assert_eq!(session.run("false | sh -c 'exit 7'").codes(), ("7", "1 7"));
        assert_eq!(session.run("echo hi").codes(), ("0", "0"));
        let user = std::fs::read_to_string(session.home().join("user")).unwrap();
        assert!(user.contains("precmd: 7"), "{user}");
        assert!(user.contains("preexec: echo hi"), "{user}");
        assert!(!user.contains("_ziron"), "{user}");
    }
}

#[test]
fn before_5_1_prompt_command_is_a_string() {
    let old =
        "eval \"$(\"$HOME\"/it*/prompt init bash | sed 's/_ziron_version -ge 501/_ziron_version -ge 999/')\"";
    for hooks in [
        "",
        "PROMPT_COMMAND=\"sh -c 'exit 9'; $PROMPT_COMMAND\"",
        "PROMPT_COMMAND=\"${PROMPT_COMMAND-:}; sh -c 'exit 9'\"",
    ] {
        for setup in [format!("{hooks}\n{old}"), format!("{old}\n{hooks}"), format!("{old}\n{hooks}\n{old}")]
        {
            let setup =
                Setup::default().after(&format!("PROMPT_COMMAND=() ; unset PROMPT_COMMAND PS0\n{setup}"));
            check_status(&setup);
        }
    }
}

/// After an empty line the variables are not looked at, unless a hook of somebody else's may have set one.
#[test]
fn variables_that_a_hook_sets_are_seen_after_an_empty_line() {
    let hook = "hook() { [[ ! -e $HOME/on ]] || export STUB_ONE=set; }; PROMPT_COMMAND=(hook \"${PROMPT_COMMAND[@]}\")";
    let Some((mut session, _)) = start(Bash, &crate::served().after(hook)) else { return };
    assert!(!session.run("").has("STUB_ONE"));
    std::fs::write(session.home().join("on"), "").unwrap();
    assert_eq!(session.run("").value("STUB_ONE"), "set");
    assert!(session.run("").is_by_daemon());
}

/// What VS Code's script does: it keeps and replaces the first element, and puts marks around the prompt that it finds
/// there.
const WRAPPED: &str = r#"
    f=${PROMPT_COMMAND:-}
    h() { eval "$f"; [[ $PS1 == "$m" ]] || { m='\[\e]633;A\a\]'$PS1'\[\e]633;B\a\]'; PS1=$m; }; }
    PROMPT_COMMAND=h"#;

#[test]
fn marks_of_others_stay_around_the_prompt() {
    for setup in
        [Setup::default().after(WRAPPED), crate::served().after(WRAPPED), Setup::default().before(WRAPPED)]
    {
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        session.run("true");
        session.run("false");
        let commands = session.terminal().commands();
        for mark in ["633;A", "633;B"] {
            let count = commands.iter().filter(|command| *command == mark).count();
            // Before ours, it marks what was the prompt then.
            let first = usize::from(!setup.before.is_empty());
            assert!((3 - first..=3).contains(&count), "{mark}: {commands:?}");
        }
        let name = "declare -p PS1 | grep -o '633;A' | wc -l";
        session.run(name);
        assert!(session.plain().contains("\n1\n"), "{}", session.plain());
    }
}

/// Debian's kitty-shell-integration.
#[test]
fn beside_kittys_integration() {
    let path = "/usr/lib/kitty/shell-integration/bash/kitty.bash";
    if !std::path::Path::new(path).exists() {
        return ziron_tests::shells::skipped("kitty-shell-integration is not installed");
    }
    let kitty = format!("KITTY_SHELL_INTEGRATION=enabled; source {path}");
    for setup in [Setup::default().before(&kitty), Setup::default().after(&kitty)] {
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        assert_eq!(session.run("false | sh -c 'exit 7'").codes(), ("7", "1 7"));
        session.run("true");
        let commands = session.terminal().commands();
        let marks = commands.iter().filter(|command| command.starts_with("133;A")).count();
        assert_eq!(marks, 3, "{commands:?}");
        // Of a command's output: ours and theirs.
        assert!(commands.iter().any(|command| command.starts_with("133;C")), "{commands:?}");
    }
}

/// A prompt all the same where `PROMPT_COMMAND` cannot be changed, and no word about it.
#[test]
fn variables_that_cannot_be_changed() {
    for fixed in [
        "readonly PROMPT_COMMAND='echo hook'",
        "readonly PROMPT_COMMAND",
        "set -u; readonly PROMPT_COMMAND=",
        "declare -ar PROMPT_COMMAND=(true true)",
        "readonly PS0 PS2",
    ] {
        for setup in [Setup::default().before(fixed), crate::served().before(fixed)] {
            let Some((mut session, _)) = start(Bash, &setup) else { return };
            assert_eq!(session.run("sh -c 'exit 3' | true | sh -c 'exit 7'").codes(), ("7", "3 0 7"));
            assert_eq!(session.run("sleep 100 &").value("jobs"), "1");
            if !fixed.contains("PS0") {
                assert!(session.run("sleep 0.2").duration().is_some_and(|ms| ms >= 200));
                assert_eq!(session.run("").duration(), None);
            }
            session.run("kill %1");
            assert!(!session.plain().contains("readonly variable"), "{}", session.plain());
        }
    }
    let Some(session) =
        Session::open(Bash, crate::program(), &Setup::default().before("readonly PS1='own> '"))
    else {
        return;
    };
    session.wait_cursor_after("own> ");
    session.send("echo $((6 * 7))\r");
    session.wait_text("\n42\nown>");
    assert!(!session.plain().contains("readonly variable"), "{}", session.plain());
}

#[test]
fn the_folder_is_known_without_its_variable() {
    for setup in [Setup::default(), crate::served(), Setup::default().before("set -u")] {
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        let told = session.run("unset PWD");
        assert_eq!(told.value("logical-path"), session.home().to_str().unwrap());
        session.run("");
        session.run("echo \"<${PWD-none}>\"");
        assert!(session.plain().contains("\n<none>\n"), "{}", session.plain());
    }
}

/// Works as bash-preexec does while it is set up: whatever runs after its element at the first prompt is taken for a
/// command.
const LATE_PREEXEC: &str = r#"
    __bp_on=
    __bp_debug() {
        [[ -n $__bp_on ]] || return 0
        __bp_on=
        for one in "${PROMPT_COMMAND[@]}"; do [[ $one != *"$BASH_COMMAND"* ]] || return 0; done
        echo "preexec: $BASH_COMMAND" >>"$HOME/user"
    }
    __bp_interactive_mode() { __bp_on=1; }
    __bp_install() {
        PROMPT_COMMAND=("${PROMPT_COMMAND[@]//'__bp_install "$_"'/:}")
        PROMPT_COMMAND+=(__bp_interactive_mode)
        trap '__bp_debug' DEBUG
        __bp_interactive_mode
    }
    PROMPT_COMMAND+=('__bp_install "$_"')
"#;

#[test]
fn preexec_hooks_hear_of_the_first_command() {
    for hooks in ["unset PROMPT_COMMAND", "PROMPT_COMMAND='history -a'", "PROMPT_COMMAND=('history -a' true)"]
    {
        let before = format!("{hooks}\n{LATE_PREEXEC}");
        for setup in [Setup::default().before(&before), Setup::default().before(hooks).after(LATE_PREEXEC)] {
            let Some((mut session, _)) = start(Bash, &setup) else { return };
            assert_eq!(session.run("sh -c 'exit 3'").codes(), ("3", "3"));
            assert_eq!(session.run("echo hi").codes(), ("0", "0"));
            let user = std::fs::read_to_string(session.home().join("user")).unwrap_or_default();
            assert_eq!(user, "preexec: sh -c 'exit 3'\npreexec: echo hi\n", "{hooks}");
        }
    }
}

/// What ble.sh does with prompts, reduced: it shows `PS1` as it is, and is told of all other parts with `bleopt`.
const BLE: &str = r#"BLE_VERSION=0.4
bleopt() { printf '<%s>\n' "$@" >$HOME/bleopt; }"#;

/// The right prompt stands in the last line of a prompt of two, and nothing of it stays where the small prompt has
/// none.
#[test]
fn ble_is_told_all() {
    let without =
        "eval \"user_$(declare -f _ziron_ble)\"; _ziron_ble() { _ziron_transient_right=; user__ziron_ble; }";
    for (setup, small) in [
        (Setup::default(), None),
        (Setup::default().transient(), Some("t2")),
        (Setup::default().transient().after(without), Some("")),
    ] {
        let setup = setup.before(BLE);
        let Some((mut session, _)) = start(Bash, &setup) else { return };
        session.run("true");
        let told = std::fs::read_to_string(session.home().join("bleopt")).unwrap();
        let Some(small) = small else {
            assert!(told.starts_with("<prompt_rps1=\n") && told.contains("r2"), "{told}");
            continue;
        };
        assert!(
            told.contains("<prompt_rps1_transient=always>") && told.contains("<prompt_ps1_transient=always>")
        );
        let right = told.split("<prompt_rps1_final=").nth(1).unwrap();
        assert_eq!(right == ">\n", small.is_empty(), "{told}");
        assert!(right.contains(small) && told.contains("<prompt_ps1_final="), "{told}");
    }
}
