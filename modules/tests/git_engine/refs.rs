//! References: the branch that is followed, the stash, tags, reference tables.

use std::process::Stdio;

use ziron_modules::git::engine::RefFormat;

use crate::world::{Repo, World, sample};

#[test]
fn upstream_and_stash() {
    let world = World::new();
    let origin = world.init("origin", &[]);
    sample(&origin);
    origin.commit("1");
    origin.git(&["branch", "other/branch"]);
    let repo = Repo { path: origin.path.with_file_name("clone") };
    origin.git(&["clone", "-q", ".", repo.path.to_str().unwrap()]);
    repo.check("level");
    for number in 0..5 {
        origin.write("one.txt", &number.to_string());
        origin.commit("there");
    }
    repo.git(&["fetch", "-q"]);
    repo.check("behind");
    for number in 0..3 {
        repo.write("two.txt", &number.to_string());
        repo.commit("here");
    }
    repo.check("diverged");
    repo.git(&["merge", "-q", "--no-edit", "origin/main"]);
    repo.check("ahead by a merge");
    repo.git(&["commit-graph", "write", "--reachable"]);
    repo.write("two.txt", "after the graph");
    repo.commit("more");
    repo.check("with a commit graph");
    repo.write("one.txt", "a");
    repo.git(&["stash", "-q"]);
    repo.write("two.txt", "b");
    repo.git(&["stash", "-q"]);
    repo.check("two stashed");
    repo.git(&["checkout", "-q", "-b", "local", "--track", "main"]);
    repo.commit("local");
    repo.check("follows a local branch");
    repo.git(&["checkout", "-q", "other/branch"]);
    let repository = repo.open();
    let upstream = repository.upstream(&repository.head().unwrap()).unwrap().unwrap();
    assert_eq!((&*upstream.remote, &*upstream.branch, upstream.exists), ("origin", "other/branch", true));
    origin.git(&["branch", "-D", "other/branch"]);
    repo.git(&["fetch", "-q", "--prune"]);
    repo.check("upstream gone");
    let upstream = repository.upstream(&repository.head().unwrap()).unwrap().unwrap();
    assert!(!upstream.exists);
    let shallow = Repo { path: origin.path.with_file_name("shallow") };
    let url = format!("file://{}", origin.path.display());
    origin.git(&["clone", "-q", "--depth", "2", &url, shallow.path.to_str().unwrap()]);
    shallow.commit("one more");
    shallow.check("shallow");
    repo.git(&["worktree", "add", "-q", "../linked", "main"]);
    let linked = Repo { path: origin.path.with_file_name("linked") };
    linked.write("one.txt", "other");
    linked.check("linked work tree");
    assert!(linked.open().is_linked_worktree());
}

#[test]
fn tags() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.commit("1");
    repo.git(&["tag", "light"]);
    let tag = |candidates| {
        let repository = repo.open();
        repository.nearest_tag(&repository.head().unwrap(), candidates).unwrap()
    };
    assert_eq!(tag(0).as_deref(), Some("light"));
    repo.commit("2");
    assert_eq!(tag(0), None);
    assert_eq!(tag(5).as_deref(), Some("light"));
    repo.git(&["tag", "-a", "-m", "x", "annotated"]);
    assert_eq!(tag(0).as_deref(), Some("annotated"));
}

#[test]
fn reference_tables() {
    for format in ["sha1", "sha256"] {
        let world = World::new();
        let argument = format!("--object-format={format}");
        let repo = world.init("r", &["--ref-format=reftable", &argument]);
        assert_eq!(repo.open().ref_format(), RefFormat::Reftable);
        repo.check("unborn");
        sample(&repo);
        repo.commit("1");
        repo.write("one.txt", "changed");
        repo.git(&["mv", "two.txt", "zwei.txt"]);
        repo.check("changes");
        for number in 0..60 {
            repo.write("one.txt", &number.to_string());
            repo.git(&["stash", "-q"]);
        }
        repo.check("stashed");
        repo.git(&["stash", "drop", "-q", "stash@{3}"]);
        repo.check("dropped");
        repo.git(&["tag", "-a", "-m", "x", "annotated"]);
        repo.git(&["tag", "light"]);
        let input: String =
            (0..3000).map(|number| format!("create refs/heads/many/{number:05} HEAD\n")).collect();
        let mut child = repo.command(&["update-ref", "--stdin"]).stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        for branch in ["many/00000", "many/00001", "many/01234", "many/02999", "main"] {
            repo.git(&["checkout", "-q", branch]);
            repo.check(branch);
        }
        let repository = repo.open();
        let head = repository.head().unwrap();
        assert_eq!(repository.nearest_tag(&head, 0).unwrap().as_deref(), Some("annotated"));
        repo.git(&["branch", "-q", "--set-upstream-to=many/00100"]);
        repo.commit("ahead");
        assert_ne!(repository.head().unwrap(), head, "a kept repository sees later changes");
        repo.check("ahead");
        assert_eq!(
            repository.nearest_tag(&repository.head().unwrap(), 5).unwrap().as_deref(),
            Some("annotated")
        );
        repo.git(&["branch", "-q", "-D", "many/00100"]);
        repo.check("upstream gone");
        repo.git(&["pack-refs", "--all"]);
        repo.git(&["checkout", "-q", "--detach"]);
        repo.check("detached");
        repo.git(&["worktree", "add", "-q", "../linked", "many/00007"]);
        let linked = Repo { path: repo.path.with_file_name("linked") };
        linked.write("one.txt", "other");
        linked.check("linked work tree");
        let bare = world.init("bare.git", &["--bare", "--ref-format=reftable", &argument]);
        assert_eq!(bare.open().head().unwrap().branch(), Some("main"));
    }
}
