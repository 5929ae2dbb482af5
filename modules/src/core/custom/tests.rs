use ziron_runtime::io::Simulated;

use super::*;
use crate::testing::{HERE, read, try_read};

const PLAIN: Custom = Custom { instance: "custom.x", command: "hi", ..Custom::DEFAULT };
const ALWAYS: Custom = Custom { when: Condition::Constant(true), ..PLAIN };

fn shown(module: Custom, io: &Simulated) -> Option<String> {
    let said = read(&module, io);
    module.vars(said.as_ref()).map(|vars| vars.output.0.to_owned())
}

fn failing() -> Output {
    Output { status: Some(1), stdout: b"no".to_vec(), stderr: Vec::new() }
}

#[test]
fn shown_where_it_is_for() {
    let scripted = Custom { when: Condition::Command("test"), ..PLAIN };
    let typed = Custom { detect_extensions: &["x"], ..PLAIN };
    let io = || Simulated::new().folder(HERE).program("sh", "hi\n");
    for (module, io, expected) in [
        (PLAIN, io(), None),
        (ALWAYS, io(), Some("hi")),
        (scripted, io(), Some("hi")),
        (scripted, io().program_output("sh", failing()), None),
        (typed, io(), None),
        (typed, io().file(format!("{HERE}/a.x"), ""), Some("hi")),
        (Custom { os: Some("unix"), ..ALWAYS }, io(), Some("hi")),
        (Custom { os: Some("plan9"), ..ALWAYS }, io(), None),
        (Custom { require_repo: true, ..ALWAYS }, io(), None),
        (Custom { require_repo: true, ..ALWAYS }, io().file(format!("{HERE}/.git/HEAD"), ""), Some("hi")),
        (Custom { command: "", ..ALWAYS }, io(), Some("")),
    ] {
        assert_eq!(shown(module, &io).as_deref(), expected, "{module:?}");
    }
}

#[test]
fn a_command_that_fails_says_nothing() {
    let io = Simulated::new().program_output("sh", failing());
    assert_eq!(shown(ALWAYS, &io).as_deref(), Some(""));
    assert!(try_read(&ALWAYS, &Simulated::new()).unwrap().is_err(), "there is no shell");
}

#[test]
fn files_that_match_ask_no_script() {
    let module = Custom { detect_files: &["a"], when: Condition::Command("test"), ..PLAIN };
    let io = Simulated::new().file(format!("{HERE}/a"), "").program("sh", "hi");
    assert_eq!(shown(module, &io).as_deref(), Some("hi"));
    assert_eq!(io.ran(), ["sh"]);
}

#[test]
fn shells_take_scripts_in_their_ways() {
    let with = |words, use_stdin| Custom { shell: Words(words), use_stdin, ..ALWAYS };
    for (module, environment, expected) in [
        (ALWAYS, "", "sh"),
        (ALWAYS, "bash", "bash"),
        (ALWAYS, "nu", "nu -c hi"),
        (ALWAYS, "pwsh", "pwsh -NoProfile -Command -"),
        (with(&["bash"], None), "zsh", "bash"),
        (with(&["bash", "-e"], None), "", "bash -e"),
        (with(&["bash", "-c"], Some(false)), "", "bash -c hi"),
        (with(&["nu", "-c"], None), "", "nu -c hi"),
        (with(&["pwsh", "-c"], Some(false)), "", "pwsh -c hi"),
    ] {
        let io = ["sh", "bash", "nu", "pwsh"].iter().fold(Simulated::new(), |io, name| io.program(name, ""));
        let io = io.env_var(SHELL, environment);
        shown(module, &io);
        assert_eq!(io.ran(), [expected], "{module:?}");
    }
}

#[test]
fn escape_sequences_leave_nothing_behind() {
    for (text, expected) in [
        ("plain", "plain"),
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Bx\x1b7y", "xy"),
        ("a\x1b[31", "a"),
        ("a\x1b]never ends", "a"),
        ("a\x1b", "a"),
        ("é\x1bé日", "é日"),
    ] {
        assert_eq!(without_escapes(text), expected, "{text:?}");
    }
}

#[test]
fn the_variables_of_a_command_are_known() {
    let names: Vec<_> = of_script("echo $LEVEL ${NAME:-x} $1 $? $$ \\$(date) $_a9-").collect();
    assert_eq!(names, ["LEVEL", "NAME", "_a9"]);
}
