//! Changes of the index and the work tree.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{StatusError, StatusOptions, Untracked};

use crate::world::{World, sample};

#[test]
fn unborn_clean_and_detached() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.check("unborn, empty");
    sample(&repo);
    repo.check("unborn, untracked");
    repo.git(&["add", "a"]);
    repo.check("unborn, staged");
    repo.commit("1");
    repo.check("clean");
    repo.git(&["checkout", "-q", "--detach"]);
    repo.check("detached");
    let head = repo.open().head().unwrap();
    assert!(head.is_detached());
    assert_eq!(head.short_id(7).unwrap().len(), 7);
}

#[test]
fn changes_of_every_kind() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    symlink("one.txt", repo.path.join("link")).unwrap();
    repo.commit("1");
    repo.write("one.txt", "changed\n");
    repo.remove("two.txt");
    repo.remove("a/b");
    repo.remove("three");
    symlink("nowhere", repo.path.join("three")).unwrap();
    fs::set_permissions(repo.path.join("a/one.txt"), fs::Permissions::from_mode(0o755)).unwrap();
    repo.check("work tree");
    repo.remove("link");
    repo.write("link", "a file");
    repo.remove("c");
    repo.write("c", "a file");
    repo.check("replaced");
    repo.git(&["add", "-A"]);
    repo.check("staged");
    repo.write("c", "again");
    repo.remove("link");
    repo.check("staged and changed");
    repo.commit("2");
    repo.remove("c");
    repo.write("c/d/e", "x");
    repo.write("new", "intent");
    repo.git(&["add", "-N", "new"]);
    repo.check("intent to add");
    repo.remove("new");
    repo.check("intent to add, gone");
    repo.write("a/one.txt", "intent");
    repo.git(&["rm", "-q", "--cached", "a/one.txt"]);
    repo.git(&["add", "-N", "a/one.txt"]);
    repo.check("intent to add what HEAD has");
}

#[test]
fn same_size_within_the_same_second() {
    let world = World::new();
    let repo = world.init("r", &[]);
    for round in 0..20 {
        repo.write("f", &format!("{round:04}"));
        repo.git(&["add", "f"]);
        repo.write("f", &format!("{:04}", round + 1));
        repo.check("racy");
    }
}

#[test]
fn touched_is_not_changed() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    for number in 0..200 {
        repo.write(&format!("many/{number}"), &number.to_string());
    }
    repo.commit("1");
    for entry in fs::read_dir(repo.path.join("many")).unwrap() {
        let text = fs::read(entry.as_ref().unwrap().path()).unwrap();
        fs::write(entry.unwrap().path(), text).unwrap();
    }
    repo.write("many/7", "8");
    repo.check("touched");
}

#[test]
fn renames() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    let long: String = (0..100).map(|n| format!("line {n}\n")).collect();
    repo.write("long", &long);
    repo.write("other/name.rs", &long.replace("line", "row"));
    repo.write("empty", "");
    repo.commit("1");
    repo.git(&["mv", "one.txt", "moved.txt"]);
    repo.git(&["mv", "a", "z"]);
    repo.check("exact");
    repo.git(&["mv", "long", "long2"]);
    repo.write("long2", &long.replace("line 1", "LINE 1"));
    repo.git(&["mv", "other/name.rs", "name.rs"]);
    repo.write("name.rs", &long.replace("line", "row").replace("row 9", "x"));
    repo.git(&["mv", "empty", "void"]);
    repo.git(&["add", "-A"]);
    repo.check("inexact");
    repo.write("long2", "quite another text\n");
    repo.git(&["add", "-A"]);
    repo.check("too different");
    repo.git(&["config", "diff.renames", "false"]);
    repo.check("switched off");
    for (renames, limit) in
        [("true", ""), ("false", ""), ("copies", ""), ("copies", "1"), ("", "0"), ("1", "-1")]
    {
        repo.git(&["config", "status.renames", renames]);
        if !limit.is_empty() {
            repo.git(&["config", "status.renameLimit", limit]);
        }
        repo.check(&format!("status.renames = {renames}, status.renameLimit = {limit}"));
    }
}

#[test]
fn limits_of_renames() {
    let world = World::new();
    let repo = world.init("r", &[]);
    let text = |number: usize| -> String { (0..6).map(|line| format!("{number} line {line}\n")).collect() };
    for number in 0..104 {
        repo.write(&format!("old/{number}"), &text(number));
    }
    repo.commit("1");
    for number in 0..104 {
        repo.write(&format!("new/n{number}"), &(text(number) + "more\n"));
    }
    repo.remove("old");
    repo.git(&["add", "-A"]);
    repo.check("more than a hundred");
    assert_eq!(repo.status(Untracked::No).renamed, 104);
    for (key, limit) in [
        ("diff.renameLimit", "103"),
        ("status.renameLimit", "104"),
        ("status.renameLimit", "100"),
        ("status.renameLimit", "0"),
    ] {
        repo.git(&["config", key, limit]);
        repo.check(&format!("{key} = {limit}"));
    }
}

#[test]
fn copies() {
    let world = World::new();
    let repo = world.init("r", &[]);
    let text = |begin: &str| -> String { (0..60).map(|line| format!("{begin} {line}\n")).collect() };
    for name in ["gone", "changed", "same", "also"] {
        repo.write(&format!("{name}.txt"), &text(name));
    }
    repo.commit("1");
    repo.git(&["config", "status.renames", "copies"]);
    repo.write("changed.txt", &text("changed").replace("changed 7", "another"));
    repo.write("a/changed.txt", &text("changed"));
    repo.write("b/copy.txt", &text("changed").replace("changed 9", "another"));
    repo.write("a/same.txt", &text("same"));
    repo.remove("gone.txt");
    for number in 0..5 {
        repo.write(&format!("c/{number}"), &(text("gone") + &"more\n".repeat(number)));
    }
    repo.write("c/other", &text("quite another"));
    repo.git(&["add", "-A"]);
    repo.check("of changed and deleted files");
    repo.git(&["config", "diff.renames", "copies"]);
    repo.check("in differences, too");
    repo.remove("also.txt");
    symlink("a/same.txt", repo.path.join("also.txt")).unwrap();
    repo.write("d/also", &text("also"));
    repo.git(&["add", "-A"]);
    repo.check("of a file that became a link");
}

#[test]
fn renames_that_are_not_staged() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    let text = |begin: &str| -> String { (0..60).map(|line| format!("{begin} {line}\n")).collect() };
    for name in ["same", "alike", "other", "stays"] {
        repo.write(&format!("{name}.txt"), &text(name));
    }
    symlink("stays.txt", repo.path.join("link")).unwrap();
    repo.commit("1");
    fs::rename(repo.path.join("same.txt"), repo.path.join("moved.txt")).unwrap();
    repo.check("not announced");
    repo.git(&["add", "-N", "moved.txt"]);
    repo.check("announced");
    assert_eq!(repo.status(Untracked::No).renamed, 1);
    repo.remove("alike.txt");
    repo.write("d/alike", &text("alike").replace("alike 7", "another"));
    repo.remove("other.txt");
    repo.write("new", &text("quite another"));
    repo.git(&["mv", "one.txt", "eins.txt"]);
    fs::rename(repo.path.join("link"), repo.path.join("connection")).unwrap();
    repo.git(&["add", "-N", "."]);
    repo.check("much alike, another, a link, and one that is staged");
    repo.write("stays.txt", &(text("stays") + "more\n"));
    repo.write("copy", &text("stays"));
    repo.git(&["add", "-N", "."]);
    repo.check("no copy");
    repo.git(&["config", "status.renames", "copies"]);
    repo.git(&["config", "diff.renames", "copies"]);
    repo.check("a copy");
    repo.git(&["config", "status.renames", "false"]);
    repo.check("switched off");
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.git(&["config", "status.renames", "true"]);
    repo.write("moved.txt", &text("same").replace('\n', "\r\n"));
    repo.check("converted");
}

#[test]
fn interrupted() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(true));
    assert!(matches!(status, Err(StatusError::Interrupted)));
}

#[test]
fn many_files_on_several_threads() {
    let world = World::new();
    let repo = world.init("r", &[]);
    for number in 0..3000 {
        repo.write(&format!("{}/{}/{number}", number % 7, number % 50), &number.to_string());
    }
    repo.commit("1");
    repo.check("clean");
    for number in (0..3000).step_by(37) {
        repo.write(&format!("{}/{}/{number}", number % 7, number % 50), "changed");
        repo.write(&format!("{}/new{number}/x", number % 7), "");
    }
    repo.remove("3");
    repo.check("changed");
    repo.git(&["add", "-A"]);
    repo.check("staged");
}

#[test]
fn settings_of_the_user() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.git(&["config", "status.showUntrackedFiles", "no"]);
    assert!(repo.status(Untracked::Files).is_clean());
}
