//! Finding and opening a repository.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{Environment, OpenError, Repository, StatusError, StatusOptions};

use crate::world::{World, counts, parse, sample};

#[test]
fn sha256_and_bare() {
    let world = World::new();
    let repo = world.init("r", &["--object-format=sha256"]);
    repo.check("unborn");
    sample(&repo);
    repo.commit("1");
    repo.write("one.txt", "changed");
    repo.write("new", "");
    repo.git(&["mv", "two.txt", "zwei.txt"]);
    repo.check("sha256");
    let bare = world.init("bare.git", &["--bare"]);
    let repository = bare.open();
    assert!(repository.is_bare());
    assert_eq!(repository.head().unwrap().branch().as_deref(), Some("main"));
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false));
    assert!(matches!(status, Err(StatusError::Bare)));
}

#[test]
fn work_tree_elsewhere() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let other = repo.path.with_file_name("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("one.txt"), "x").unwrap();
    let environment = Environment {
        git_dir: Some(repo.path.join(".git")),
        work_tree: Some(other.clone()),
        ..Environment::default()
    };
    let repository = Repository::discover_with(&other, &environment).unwrap().unwrap();
    let text = repo
        .command(&["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"])
        .current_dir(&other)
        .env("GIT_DIR", repo.path.join(".git"))
        .env("GIT_WORK_TREE", &other)
        .output()
        .unwrap();
    let expected = parse(&String::from_utf8(text.stdout).unwrap()).0;
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!(counts(&status), expected);
    repo.git(&["config", "core.worktree", other.to_str().unwrap()]);
    assert_eq!(repo.open().root(), Some(&*other));
    assert!(Repository::discover(Path::new("/")).unwrap().is_none());
}

#[test]
fn trust() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.commit("1");
    let bare = world.init("bare.git", &["--bare"]);
    assert!(Repository::discover(&bare.path).is_ok());
    // Only root can give a directory away.
    if std::os::unix::fs::chown(&repo.path, Some(12345), None).is_err() {
        return;
    }
    assert!(repo.try_git(&["status"]).is_none());
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
    std::os::unix::fs::chown(&repo.path, Some(0), None).unwrap();
    std::os::unix::fs::chown(repo.path.join(".git"), Some(12345), None).unwrap();
    assert!(repo.try_git(&["status"]).is_none());
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
}
