//! Scripts of shells that cannot be had here: they are looked at, and what of them can run is run.

use std::io::Write;
use std::process::{Command, Stdio};

use ziron_runtime::shell::{Script, Shell, script};
use ziron_tests::shells::skipped;

/// A script for a program with a name that needs quotes.
fn written(shell: Shell) -> String {
    let what = Script {
        binary: "/home/it's \u{2019}mine\u{2019}/prompt",
        continuation: "\u{1b}[36m\u{2219}\u{1b}[0m ",
        transient: true,
        marks: true,
        title: true,
        build: "b",
        environment: &[("VIRTUAL_ENV_DISABLE_PROMPT", "1")],
        client: None,
    };
    script(shell, &what).unwrap()
}

/// Says where a grammar of `PowerShell` sees a mistake. There are two such grammars, and each has mistakes of its own.
const PARSE: &str = "
import sys, tree_sitter
source = sys.stdin.buffer.read()
for name in ('tree_sitter_powershell', 'tree_sitter_pwsh'):
    try:
        grammar = __import__(name)
    except ImportError:
        continue
    tree = tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(source)
    print('wrong' if tree.root_node.has_error else 'right')
";

/// What the grammars say of a script; empty where there are none.
fn verdicts(source: &str) -> Vec<String> {
    let mut python = Command::new("python3");
    python.args(["-c", PARSE]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut python) = python.spawn() else { return Vec::new() };
    // A python without the grammars does not read all of it.
    let _ = python.stdin.take().unwrap().write_all(source.as_bytes());
    let output = python.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
}

#[test]
fn powershell_can_read_its_script() {
    let broken = verdicts("function f { if (");
    if broken.is_empty() {
        return skipped("python has no tree-sitter-powershell or tree-sitter-pwsh");
    }
    assert!(broken.iter().all(|verdict| verdict == "wrong"), "{broken:?}");
    for shell in [Shell::Pwsh, Shell::PowerShell] {
        let script = written(shell);
        assert!(verdicts(&script).iter().all(|verdict| verdict == "right"), "{script}");
    }
}

/// A console of Windows reads what `init` prints in its own code page.
#[test]
fn the_script_of_powershell_is_ascii() {
    let script = written(Shell::PowerShell);
    assert!(script.is_ascii());
    assert!(script.contains("'/home/it''s ' + [char]::ConvertFromUtf32(8217) + 'mine'"));
}

#[test]
fn ion_takes_the_parts_apart() {
    let script = written(Shell::Ion);
    let (_, program) = script.split_once("awk '").unwrap();
    let (program, _) = program.split_once('\'').unwrap();
    let folder = tempfile::tempdir().unwrap();
    let terminal = folder.path().join("terminal");
    let program = program.replace("/dev/tty", terminal.to_str().unwrap());
    let show = |reply: &str| {
        let mut awk = Command::new("awk");
        let mut awk = awk.arg(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        awk.stdin.take().unwrap().write_all(reply.as_bytes()).unwrap();
        String::from_utf8(awk.wait_with_output().unwrap().stdout).unwrap()
    };
    assert_eq!(show("a %s \\n $x\n> \x1fright\x1f\x1f\x1fpre\\lude\x1f"), "a %s \\n $x\n> ");
    assert_eq!(std::fs::read_to_string(&terminal).unwrap(), "pre\\lude");
    assert_eq!(show(""), "> ", "the program is broken");
    assert_eq!(show("half\x1fof"), "> ");
}
