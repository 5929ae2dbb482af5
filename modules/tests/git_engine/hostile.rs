//! Repositories that somebody else made: nothing is run, and damage is an error.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{Repository, StatusOptions, Untracked};

use crate::random::Random;
use crate::world::{World, sample};

#[test]
fn nothing_configured_is_run() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.write("x.lfs", "content\n");
    repo.write("y.proc", "content\n");
    repo.write("z.txt", "content\n");
    repo.commit("1");
    let canary = repo.path.with_file_name("canary");
    let touch = format!("sh -c 'touch {}; cat' #", canary.display());
    for (key, value) in [
        ("core.fsmonitor", &*touch),
        ("core.hooksPath", "hooks"),
        ("filter.lfs.clean", &touch),
        ("filter.lfs.smudge", &touch),
        ("filter.lfs.required", "true"),
        ("filter.proc.process", &touch),
        ("diff.x.textconv", &touch),
        ("diff.x.command", &touch),
        ("diff.external", &touch),
        ("core.pager", &touch),
        ("core.sshCommand", &touch),
        ("core.askPass", &touch),
        ("core.alternateRefsCommand", &touch),
        ("credential.helper", &touch),
        ("gpg.program", &touch),
        ("submodule.recurse", "true"),
    ] {
        repo.git(&["-c", "core.fsmonitor=false", "config", key, value]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "query-watchman"] {
        repo.write(&format!("hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", canary.display()));
        fs::set_permissions(repo.path.join("hooks").join(hook), fs::Permissions::from_mode(0o755)).unwrap();
    }
    repo.write(".git/info/attributes", "*.lfs filter=lfs diff=x\n*.proc filter=proc diff=x\n*.txt diff=x\n");
    let _ = fs::remove_file(&canary);
    for name in ["x.lfs", "y.proc", "z.txt", "one.txt"] {
        // The same size, so that only the content can tell.
        let text = fs::read(repo.path.join(name)).unwrap();
        fs::write(repo.path.join(name), text).unwrap();
    }
    let status = repo.status(Untracked::Files);
    let repository = repo.open();
    let stop = AtomicBool::new(false);
    repository.metrics(&status, &stop).unwrap();
    repository.nearest_tag(&repository.head().unwrap(), 5).unwrap();
    assert!(!canary.exists(), "something was run");
    assert_eq!((status.unknown, status.worktree_modified), (2, 0));
    repo.write("x.lfs", "another size");
    repo.write("z.txt", "Content\n");
    let status = repo.status(Untracked::Files);
    repository.metrics(&status, &stop).unwrap();
    assert!(!canary.exists(), "something was run");
    assert_eq!((status.unknown, status.worktree_modified), (1, 2));
    // The trap works: git itself does run them.
    repo.try_git(&["status"]);
    assert!(canary.exists());
}

#[test]
fn hostile_repositories() {
    fn is_send<T: Send>(_: &T) {}
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write("one", "1");
    repo.commit("1");
    is_send(&repo.open());
    // A submodule whose `.git` leads back to the superproject.
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", head.trim())]);
    repo.write("sub/.git", "gitdir: ../.git\n");
    repo.git(&["config", "core.worktree", repo.path.to_str().unwrap()]);
    assert_eq!(repo.status(Untracked::Files).unknown, 1);
    repo.git(&["config", "--unset", "core.worktree"]);
    // Names that lead out of the work tree or in a circle, put into the index by hand.
    for name in ["../x/y/z/1", "/etc/passwd", "a//b/c/d", "./a/b/cc/d", ".git/x/y/z"] {
        let repo = world.init(&name.replace(['/', '.'], "_"), &[]);
        let honest = "h".repeat(name.len() - 2) + "/f";
        repo.write(&honest, "1");
        repo.git(&["add", "-A"]);
        let index = repo.path.join(".git/index");
        let mut bytes = fs::read(&index).unwrap();
        let at = bytes.windows(honest.len()).position(|part| part == honest.as_bytes()).unwrap();
        bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
        let tree = bytes.windows(4).position(|part| part == b"TREE");
        if let Some(tree) = tree {
            bytes.truncate(tree);
            bytes.extend([0; 20]);
        }
        fs::write(&index, bytes).unwrap();
        // Any answer will do, as long as there is one.
        let _ = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
    }
}

#[test]
fn damaged_files_are_errors_not_panics() {
    let rounds = std::env::var("TEST_DAMAGE").ok().and_then(|it| it.parse().ok()).unwrap_or(150);
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["update-index", "--untracked-cache"]);
    repo.git(&["status"]);
    let tables = world.init("t", &["--ref-format=reftable"]);
    sample(&tables);
    tables.commit("1");
    tables.write("one.txt", "x");
    tables.git(&["stash", "-q"]);
    let list = fs::read_to_string(tables.path.join(".git/reftable/tables.list")).unwrap();
    let table = format!(".git/reftable/{}", list.lines().last().unwrap());
    let targets = [
        (&repo, ".git/index"),
        (&repo, ".git/config"),
        (&repo, ".git/HEAD"),
        (&repo, ".gitignore"),
        (&tables, &*table),
        (&tables, ".git/reftable/tables.list"),
    ];
    let mut random = Random(99);
    for (repo, file) in targets {
        let path = repo.path.join(file);
        let whole = fs::read(&path).unwrap();
        let _ = fs::set_permissions(&path, fs::Permissions::from_mode(0o644));
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            for _ in 0..=random.next(3) {
                let at = random.next(bytes.len());
                bytes[at] = random.next(256) as u8;
            }
            if random.next(10) == 0 {
                bytes.truncate(random.next(bytes.len()));
            }
            fs::write(&path, bytes).unwrap();
            let Ok(Some(repository)) = Repository::discover(&repo.path) else { continue };
            let stop = AtomicBool::new(false);
            if let Ok(status) = repository.status(&StatusOptions::default(), &stop) {
                let _ = repository.metrics(&status, &stop);
            }
            if let Ok(head) = repository.head() {
                let _ = repository.upstream(&head);
                let _ = repository.nearest_tag(&head, 3);
            }
            let _ = repository.stash_count();
        }
        fs::write(&path, whole).unwrap();
    }
}
