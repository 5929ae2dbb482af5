//! Data that would like to be more than data, through a real prompt in real shells: shown, and nothing else.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::dump;
use ziron_tests::session::{Session, Setup};
use ziron_tests::shells::TESTED;
use ziron_tests::terminal::Size;
use ziron_tests::world::{self, World};

/// One source of data on each line; a variable stands before the cursor.
const CONFIG: &str = r#"
format = """
$directory|
$git_branch|
${custom.said}|
$python$package|
${env_var.EVIL}> """
right_format = "${env_var.EVIL}"
continuation_prompt = '\$ `touch canary` %n \\ > '
add_newline = false
command_timeout = 20000

[ziron]
transient = true
transient_format = "${env_var.EVIL}>> "

[directory]
format = "[$path](blue)"

[git_branch]
format = "[$branch](green)"

[custom.said]
command = "cat ../said"
when = true
shell = ["/bin/sh"]
format = "[$output](red)"

[python]
format = "[$version](yellow)"

[package]
format = "[$version](cyan)"

[env_var.EVIL]
format = "[$env_value](purple)"
"#;

/// Escapes that set a title and colours, prompt escapes, expansions, history, bidirectional and C1 controls, line breaks.
const EVIL: &[u8] =
    b"\x1b]0;owned\x07\x1b[31m%{%n%}$(touch canary)`touch canary`!!\\w\\\xe2\x80\xae\xc2\x9b2J\nend";
/// What of it is to be seen.
const SHOWN: &str = "]0;owned[31m%{%n%}$(touch canary)`touch canary`!!\\w\\2J end";

/// The same as far as git allows it in the name of a branch.
const EVIL_BRANCH: &str = "a%n%{$(touch${IFS}canary)`touch${IFS}canary`!!\u{202e}\u{9b}2J";
const SHOWN_BRANCH: &str = "a%n%{$(touch${IFS}canary)`touch${IFS}canary`!!2J";

/// A world with all of it, and `more`; the folder to be in.
fn hostile_world(more: &[u8]) -> (World, PathBuf) {
    let evil = [EVIL, more].concat();
    let world = World::new();
    let parent = world.folder("place");
    let folder = parent.join(OsStr::from_bytes(&evil));
    fs::create_dir(&folder).unwrap();
    world.git(&folder, &["init", "--quiet", "--initial-branch", EVIL_BRANCH]);
    fs::write(folder.join("a.py"), "").unwrap();
    fs::write(parent.join("said"), &evil).unwrap();
    let version = b"Python \x1b]0;owned\x07%n$(touch${IFS}canary)`touch${IFS}canary`\xe2\x80\xae3\n";
    fs::write(parent.join("version"), version).unwrap();
    world.tool("python", &format!("/bin/cat '{}'", parent.join("version").display()));
    (world, folder)
}

#[test]
fn nothing_but_styles_is_written() {
    // A byte that is no text; the terminal of the other test would leave out what is shown for it.
    let (world, folder) = hostile_world(b"\xff");
    for shell in ["zsh", "bash", "fish", "tcsh", "nu", "plain"] {
        let mut command = world.command(&world::prompt(CONFIG), &folder);
        command.args(["prompt", "--all", "--shell", shell]).env("EVIL", folder.file_name().unwrap());
        command.env("PATH", format!("{}:/usr/bin:/bin", world.path("tools").display()));
        let out = command.output().unwrap();
        assert!(out.status.success() && out.stderr.is_empty(), "{out:?}");
        let text = String::from_utf8(out.stdout).expect("it is text");
        assert!(text.contains("end\u{fffd}"), "{shell}: {text:?}");
        let mut rest = text.as_str();
        while let Some(at) = rest.find('\x1b') {
            let sequence = rest[at..].strip_prefix("\x1b[").unwrap_or_else(|| panic!("{shell}: {text:?}"));
            let end = sequence.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap();
            assert!(sequence[end..].starts_with('m'), "{shell}: {text:?}");
            rest = &sequence[end..];
        }
        let steers = |c: char| c.is_control() && !"\n\x1b\x1f".contains(c) || c == '\u{202e}';
        assert!(!text.contains(steers), "{shell}: {text:?}");
    }
}

#[test]
fn shells_show_it_and_do_nothing_else() {
    let (world, folder) = hostile_world(b"");
    let parent = folder.parent().unwrap();
    let program = world::prompt(CONFIG);
    for shell in TESTED {
        let Some(session) = start(shell, &program, &world, parent) else { continue };
        let before = format!("{SHOWN}> ");
        session.wait_cursor_after(&before);
        // Where the shell believes the cursor to be shows when it draws the line again.
        session.send("bc");
        session.wait_cursor_after(&format!("{before}bc"));
        session.send("\x01a");
        session.wait_cursor_after(&format!("{before}a"));
        session.wait_text(&format!("{before}abc"));
        let screen = session.plain();
        for line in [
            format!("{SHOWN}|"),
            format!("{SHOWN_BRANCH}|"),
            "v]0;owned%n$(touch${IFS}canary)`touch${IFS}canary`3|".to_owned(),
        ] {
            assert!(screen.contains(&line), "{shell:?}: {line}\n{screen}");
        }
        // Give the line up, then run something: the transient prompt, the history and the next prompt have their chance.
        session.send("\x05\x15echo d''one '\r");
        if shell == Shell::Fish {
            session.send("'\r");
        } else {
            session.wait_cursor_after("$ `touch canary` %n \\ > ");
            session.send("'\r");
        }
        session.wait_text("done");
        session.wait_cursor_after(&before);
        let screen = session.plain();
        if shell != Shell::Bash {
            assert!(screen.contains(&format!("{SHOWN}>> echo")), "{shell:?}\n{screen}");
        }
        let canaries = find(&[&folder, parent, session.home()]);
        assert!(canaries.is_empty(), "{shell:?} has run something: {canaries:?}");
    }
}

/// Starts a shell in the hostile folder.
fn start(shell: Shell, program: &Path, world: &World, parent: &Path) -> Option<Session> {
    let quoting = if shell == Shell::Fish { Quoting::Fish } else { Quoting::Posix };
    let quote = |path: PathBuf| quoting.quote(&path.display().to_string());
    let (said, tools) = (quote(parent.join("said")), quote(world.path("tools")));
    let set = if shell == Shell::Fish {
        format!("set -gx EVIL (cat {said} | string collect)\nset -gx PATH {tools} $PATH")
    } else {
        format!("export EVIL=\"$(cat {said})\"\nexport PATH={tools}:$PATH")
    };
    // Its name is none that a configuration can be written in.
    let go = format!("cd {}/*end*", quote(parent.to_owned()));
    let setup = Setup { size: Size { rows: 30, columns: 200 }, ..Setup::default() };
    Session::open(shell, program, &setup.before(&format!("{set}\n{go}")))
}

/// What a shell expands in a time that grows with the square of its length: 300 kB in a `package.json` left bash without a prompt for ten seconds.
const DEAR: &str = r"\w$`!%~";

#[test]
fn long_data_costs_no_shell_its_time() {
    let world = World::new();
    let folder = world.folder("place/long");
    world.write("place/long/package.json", &format!("{{\"version\": \"1.{}\"}}", "9".repeat(300_000)));
    world.write("place/long/a.py", "");
    world.write("place/said", &DEAR.repeat(100_000 / DEAR.len()));
    world.write("place/version", &format!("Python 3.{}\n", "1".repeat(300_000)));
    world.write("place/evil", &format!("e{}", DEAR.repeat(120_000 / DEAR.len())));
    let parent = folder.parent().unwrap();
    world.tool("python", &format!("/bin/cat '{}'", parent.join("version").display()));
    let program = world::prompt(CONFIG);
    // fish cuts lines of a prompt by itself.
    for shell in [Shell::Bash, Shell::Tcsh, Shell::Zsh] {
        let (evil, tools) = (parent.join("evil"), world.path("tools"));
        let (evil, tools, folder) = (evil.display(), tools.display(), folder.display());
        let before = match shell {
            Shell::Tcsh => format!("setenv EVIL \"`cat {evil}`\"\nset path = ({tools} $path)\ncd {folder}"),
            _ => format!("export EVIL=\"$(cat {evil})\"\nexport PATH={tools}:$PATH\ncd {folder}"),
        };
        let setup = Setup { size: Size { rows: 60, columns: 120 }, ..Setup::default() };
        let Some(mut session) = Session::open(shell, &program, &setup.before(&before)) else { continue };
        let mut is_ready = |said: &str| {
            session.send(&format!("echo sa''id {said}\r"));
            let begin = Instant::now();
            session.terminal().wait(&format!("prompt after {said}"), |screen| {
                let shown = dump::plain(screen);
                let at = shown.find(&format!("said {said}\n"))?;
                (shown[at..].contains('…') && dump::before_cursor(screen).ends_with("> ")).then_some(())
            });
            begin.elapsed()
        };
        // What came too late the first time comes later; a machine that has other things to do is forgiven.
        let quickest = ["one", "two", "three", "four"].map(&mut is_ready).into_iter().min();
        assert!(quickest < Some(Duration::from_secs(1)), "{shell:?}: {quickest:?}");
        let screen = session.plain();
        assert!(screen.contains("v1.999"), "{shell:?}\n{screen}");
    }
}

/// Files that only a command could have made.
fn find(folders: &[&Path]) -> Vec<PathBuf> {
    let all =
        folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"canary"))).collect()
}

#[test]
fn the_canary_can_sing() {
    // So that its silence says something.
    let world = World::new();
    let folder = world.folder("place");
    let status = Command::new("/bin/sh").current_dir(&folder).args(["-c", "touch canary"]).status().unwrap();
    assert!(status.success());
    assert_eq!(find(&[&folder]).len(), 1);
}
