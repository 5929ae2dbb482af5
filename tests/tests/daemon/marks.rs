//! What could not be read, and a configuration that has changed: marked, with a daemon and without.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ziron_tests::world;

use crate::common::{Home, LASTING, left, wait};

/// Runs git in a folder.
fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.args([
        "-c",
        "init.defaultBranch=main",
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.invalid",
    ]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The left prompt, drawn without a daemon, with these variables.
fn directly(home: &Home, variables: &[(&str, &str)]) -> String {
    let mut command = home.command(&["prompt", "--all"]);
    command.env("PWD", home.place()).env("ZIRON_DAEMON", "off").envs(variables.iter().copied());
    left(&command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap())
}

/// A user in a repository of one commit, whose index is damaged then.
fn damaged() -> Home {
    let home = Home::new();
    let place = home.place();
    git(&place, &["init", "--quiet"]);
    fs::write(place.join("file"), "text").unwrap();
    git(&place, &["add", "."]);
    git(&place, &["commit", "--quiet", "--message", "one"]);
    assert!(!directly(&home, &[]).contains('⚠'), "all is well");
    let index = fs::OpenOptions::new().write(true).open(place.join(".git/index")).unwrap();
    index.set_len(60).unwrap();
    home
}

#[test]
fn a_repository_that_cannot_be_read_is_marked() {
    let home = damaged();
    let shown = directly(&home, &[]);
    assert!(shown.contains("on main ") && shown.contains('⚠'), "{shown}");
    for variables in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
        let shown = directly(&home, &variables);
        assert!(shown.contains('⚠') && !shown.contains('\x1b'), "{variables:?}: {shown:?}");
    }
    let spoken = directly(&home, &[("ZIRON_PROFILE", "screen-reader")]);
    assert!(spoken.contains("git status could not be read"), "{spoken}");
    assert!(directly(&home, &[("ZIRON_PROFILE", "ascii")]).contains('!'));
    let doctor = home.says(&["doctor"]);
    assert!(doctor.contains("git_status: could not read the repository:"), "{doctor}");
}

#[test]
fn a_daemon_marks_it_too_and_says_why() {
    let home = damaged();
    home.prompt();
    home.wait_for_daemon();
    // What the memory has of it is marked as well as what was just read.
    for _ in 0..3 {
        let shown = home.prompt();
        assert!(shown.contains("on main ") && shown.contains('⚠'), "{shown}");
    }
    let why = home.says(&["why", "git_status"]);
    assert!(why.contains("could not be read: could not read the repository:"), "{why}");
    fs::remove_file(home.place().join(".git/index")).unwrap();
    git(&home.place(), &["reset", "--quiet"]);
    wait("the mark goes", || (!home.prompt().contains('⚠')).then_some(()));
}

#[test]
fn that_there_is_nothing_is_not_marked() {
    let home = Home::new();
    fs::write(home.place().join("package.json"), r#"{"name": "without a version"}"#).unwrap();
    // There is no node on this PATH, and no repository.
    let mut command = home.command(&["prompt", "--all"]);
    command.env("PATH", home.path("none")).env("ZIRON_DAEMON", "off");
    let shown = left(&command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap());
    assert!(shown.contains("node ") && !shown.contains('⚠'), "{shown}");
}

#[test]
fn a_prompt_that_is_older_than_its_configuration_says_so() {
    let config = format!("{LASTING}\n# one that is changed by a test\n");
    let home = Home::with(world::prompt(&config));
    let name = home.binary.file_name().unwrap();
    let file = home.binary.ancestors().nth(2).unwrap().join("configs").join(name).with_extension("toml");
    fs::write(&file, &config).unwrap();
    home.prompt();
    home.wait_for_daemon();
    assert!(!home.prompt().contains('↻'));
    fs::write(&file, format!("{config}# changed\n")).unwrap();
    let shown = wait("the mark comes", || Some(home.prompt()).filter(|shown| shown.contains('↻')));
    let last = shown.trim_end_matches('\x1f').lines().last().unwrap().to_owned();
    assert!(last.starts_with("\x1b[2m↻ "), "{last:?}");
    fs::write(&file, &config).unwrap();
    wait("the mark goes", || (!home.prompt().contains('↻')).then_some(()));
}
