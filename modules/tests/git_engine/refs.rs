//! References: the branch that is followed, the stash, tags, reference tables.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{RefFormat, Repository, StatusError, StatusOptions};

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
        assert_eq!(bare.open().head().unwrap().branch().as_deref(), Some("main"));
    }
}

/// Runs a test with references in files and in tables.
fn each_format(test: impl Fn(&Repo)) {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::new();
        let repo = world.init("r", &[format]);
        sample(&repo);
        repo.commit("1");
        test(&repo);
    }
}

#[test]
fn names_are_bytes() {
    each_format(|repo| {
        let name = OsStr::from_bytes(b"caf\xe9");
        let run = |args: &[&str]| assert!(repo.command(args).arg(name).status().unwrap().success());
        run(&["checkout", "-q", "-b"]);
        repo.check("a branch that is not UTF-8");
        repo.commit("2");
        repo.write("one.txt", "changed");
        repo.check("changed");
        assert_eq!(repo.branch().head, "caf\u{fffd}");
        repo.git(&["checkout", "-q", "main"]);
        run(&["branch", "-q", "--set-upstream-to"]);
        repo.check("follows a branch that is not UTF-8");
        repo.git(&["pack-refs", "--all"]);
        run(&["checkout", "-q"]);
        repo.check("packed");
        repo.git(&["branch", "-q", "--set-upstream-to=main"]);
        repo.check("it follows another");
    });
}

#[test]
fn references_that_lead_to_others() {
    each_format(|repo| {
        repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
        repo.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
        repo.check("a branch that leads to another");
        assert_eq!(repo.branch().head, "main");
        repo.git(&["branch", "side"]);
        repo.git(&["branch", "-q", "--set-upstream-to=side", "main"]);
        repo.commit("2");
        repo.check("which follows one");
        repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/none"]);
        repo.check("to one without a commit");
        repo.git(&["symbolic-ref", "refs/heads/none", "refs/heads/alias"]);
        assert!(repo.open().head().is_err(), "a circle");
        let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
        assert!(matches!(status, Err(StatusError::Read(_))), "a circle");
    });
}

#[test]
fn forms_of_head() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["branch", "side/way"]);
    for text in [
        "ref:   refs/heads/main  ",
        "ref:refs/heads/main",
        "ref:\trefs/heads/main\r\n\n",
        "ref: refs/heads/none\n",
        "ref: refs/heads/side\n",
        "ref: refs/heads/main/below\n",
    ] {
        repo.write(".git/HEAD", text);
        repo.check(text);
    }
    let head = repo.git(&["rev-parse", "main"]);
    for text in [head.trim().to_owned(), head.trim().to_uppercase(), format!("{} text\n", head.trim())] {
        repo.write(".git/HEAD", &text);
        repo.check(&text);
    }
    repo.remove(".git/HEAD");
    symlink("refs/heads/main", repo.path.join(".git/HEAD")).unwrap();
    repo.check("a link");
    repo.remove(".git/HEAD");
    repo.write(".git/real", "ref: refs/heads/main\n");
    symlink("real", repo.path.join(".git/HEAD")).unwrap();
    assert!(repo.try_git(&["status"]).is_none(), "a link to a file");
    assert!(!matches!(Repository::discover(&repo.path), Ok(Some(_))), "a link to a file");
    // Gitoxide opens none whose `HEAD` is a link to what is not there.
    repo.remove(".git/HEAD");
    repo.write(".git/HEAD", "ref: refs/heads/main\n");
    repo.git(&["pack-refs", "--all"]);
    for name in ["main", "none"] {
        repo.remove(".git/HEAD");
        symlink(format!("refs/heads/{name}"), repo.path.join(".git/HEAD")).unwrap();
        assert!(Repository::discover(&repo.path).is_err(), "a link to {name}, which is not there");
    }
}

/// What cannot be read is an error, never the absence of a commit: git says `(unknown)` or gives up.
#[test]
fn damaged_references_are_errors() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let options = StatusOptions::default();
    for text in [
        "text",
        "",
        "ref: refs/heads/main",
        "ref: refs/heads/a..b",
        "ref: ../../../x",
        "0123456789012345678901234567890123456789",
        "0000000000000000000000000000000000000000",
    ] {
        repo.write(".git/refs/heads/main", text);
        let status = repo.open().status(&options, &AtomicBool::new(false));
        assert!(matches!(status, Err(StatusError::Read(_))), "{text:?}: {status:?}");
        let name = repo.open().checked_out().unwrap().unwrap();
        assert_eq!(name.shown(), "main", "`HEAD` is well: {text:?}");
    }
    for name in ["../heads/main", "../..", "a..b", ".x", "x.lock", "x/", "/x", "a~1", "a b"] {
        repo.write(".git/HEAD", &format!("ref: refs/heads/{name}\n"));
        let said = repo.git(&["status", "--porcelain=v2", "--branch"]);
        assert!(said.contains("# branch.head (unknown)"), "{name}: {said}");
        let opened = repo.open();
        assert!(opened.checked_out().is_err() && opened.head().is_err(), "{name}");
    }
    repo.write(".git/HEAD", "ref: refs/heads/main\n");
    repo.remove(".git/refs/heads/main");
    for text in
        ["text\n", "# pack-refs with: peeled fully-peeled sorted \ntext\n", "# pack-refs with: peeled"]
    {
        repo.write(".git/packed-refs", text);
        assert!(repo.try_git(&["status"]).is_none(), "{text:?}");
        let status = Repository::discover(&repo.path)
            .map(|repository| repository.unwrap().status(&options, &AtomicBool::new(false)));
        assert!(!matches!(status, Ok(Ok(_))), "{text:?}: {status:?}");
    }
}

#[test]
fn tags_as_branches() {
    each_format(|repo| {
        repo.git(&["tag", "-a", "-m", "x", "annotated"]);
        repo.commit("2");
        repo.git(&["config", "branch.main.remote", "."]);
        for merge in [
            "refs/tags/annotated",
            "annotated",
            "tags/annotated",
            "none",
            "main",
            "refs/heads/main",
            // What is no name is none of a file outside of the references either.
            "refs/heads/../heads/main",
            "refs/heads/../../refs/heads/main",
            "../refs/heads/main",
            "refs/heads/main/",
        ] {
            repo.git(&["config", "branch.main.merge", merge]);
            repo.check(merge);
        }
        repo.git(&["branch", "annotated"]);
        repo.git(&["config", "branch.main.merge", "annotated"]);
        repo.check("ambiguous");
        repo.git(&["config", "core.warnAmbiguousRefs", "false"]);
        repo.check("ambiguous, and nobody minds");
    });
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["tag", "-a", "-m", "x", "annotated"]);
    let tag = repo.git(&["rev-parse", "annotated"]);
    repo.write(".git/refs/heads/main", &tag);
    repo.check("a branch that is a tag");
}

#[test]
fn where_a_remote_is_kept() {
    let world = World::new();
    let origin = world.init("origin", &[]);
    sample(&origin);
    origin.commit("1");
    origin.git(&["branch", "other"]);
    let repo = Repo { path: origin.path.with_file_name("clone") };
    origin.git(&["clone", "-q", ".", repo.path.to_str().unwrap()]);
    repo.commit("2");
    repo.check("ahead");
    for url in ["ssh://[::1", "a b:c", "ext::sh -c x", "::::", "http://[", ""] {
        repo.git(&["config", "remote.origin.url", url]);
        repo.check(&format!("an address that is none: {url:?}"));
    }
    repo.git(&["config", "--add", "branch.main.merge", "refs/heads/other"]);
    repo.check("two branches are followed");
    repo.git(&["config", "--unset-all", "branch.main.merge"]);
    for (fetch, merge) in [
        ("+refs/heads/*:refs/remotes/origin/*", "main"),
        ("refs/heads/m*n:refs/remotes/origin/m*n", "refs/heads/main"),
        ("refs/heads/main:refs/remotes/origin/other", "refs/heads/main"),
        ("+refs/heads/main:refs/kept", "refs/heads/main"),
        ("refs/heads/main", "refs/heads/main"),
        ("+refs/*:refs/*", "refs/heads/main"),
    ] {
        repo.git(&["config", "remote.origin.fetch", fetch]);
        repo.git(&["config", "branch.main.merge", merge]);
        repo.check(&format!("{fetch} {merge}"));
    }
    repo.git(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
    repo.git(&["config", "--add", "remote.origin.fetch", "^refs/heads/m*"]);
    repo.check("left out");
    repo.git(&["config", "--remove-section", "remote.origin"]);
    repo.check("a remote without settings");
    let pull = "Pull: +refs/heads/main:refs/remotes/origin/main";
    repo.write(".git/remotes/origin", &format!("URL: ../origin\n{pull}  \nPush: refs/heads/main\n"));
    repo.check("an old file of a remote");
    repo.git(&["config", "remote.origin.url", "../origin"]);
    repo.check("which is of no account for one with an address");
    repo.git(&["config", "--remove-section", "remote.origin"]);
    repo.remove(".git/remotes/origin");
    repo.git(&["branch", "origin", "HEAD~1"]);
    for text in ["../origin\n", "../origin#main\n", "\n"] {
        repo.write(".git/branches/origin", text);
        repo.check(&format!("an old file of a branch: {text:?}"));
    }
    repo.git(&["config", "branch.main.remote", "../origin"]);
    repo.check("an address as a remote");
}

#[test]
fn history_that_is_written_anew() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    for number in 0..6 {
        repo.write("one.txt", &number.to_string());
        repo.commit("main");
    }
    repo.git(&["checkout", "-q", "-b", "side", "HEAD~4"]);
    repo.commit("side");
    repo.git(&["branch", "-q", "--set-upstream-to=main"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    repo.check("as it is");
    let id = |name: &str| repo.git(&["rev-parse", name]).trim().to_owned();
    let line = format!("{} {}\n", id("side"), id("main~1"));
    repo.write(".git/info/grafts", &format!("# a comment\n\ntext\n{line}{} \n", id("main~3")));
    repo.check("grafts");
    repo.remove(".git/info/grafts");
    repo.git(&["replace", "--graft", "side", "main~2"]);
    repo.check("a commit with other parents");
    repo.git(&["replace", "-d", "side"]);
    // The tree of `HEAD`, and one below, while the index remembers both.
    repo.write("a/one.txt", "another");
    repo.git(&["add", "-A"]);
    let tree = repo.git(&["write-tree"]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["status"]);
    repo.git(&["replace", "HEAD^{tree}", tree.trim()]);
    repo.check("another tree in the place of that of `HEAD`");
    repo.git(&["replace", "-d", &id("HEAD^{tree}")]);
    repo.git(&["replace", &id("HEAD:a"), &format!("{}:a", tree.trim())]);
    repo.check("another tree in the place of one below");
    repo.git(&["replace", "-d", &id("HEAD:a")]);
    repo.git(&["replace", "HEAD", "main"]);
    repo.check("another commit");
    repo.git(&["pack-refs", "--all"]);
    repo.check("packed");
}

#[test]
fn replacements() {
    each_format(|repo| {
        repo.write("a/one.txt", "another");
        repo.git(&["add", "-A"]);
        let tree = repo.git(&["write-tree"]);
        repo.git(&["reset", "-q", "--hard"]);
        repo.git(&["replace", "HEAD^{tree}", tree.trim()]);
        repo.check("another tree");
        repo.git(&["config", "core.useReplaceRefs", "false"]);
        repo.check("left out");
    });
}

#[test]
fn logs_of_the_stash() {
    each_format(|repo| {
        for text in ["a", "b"] {
            repo.write("one.txt", text);
            repo.git(&["stash", "-q"]);
        }
        repo.check("two");
        repo.git(&["reflog", "expire", "--expire=all", "refs/stash"]);
        repo.check("an empty log");
        repo.git(&["update-ref", "-d", "refs/stash"]);
        repo.check("none");
    });
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("one.txt", "a");
    repo.git(&["stash", "-q"]);
    repo.remove(".git/refs/stash");
    repo.check("a log without its reference");
    let log = fs::read_to_string(repo.path.join(".git/logs/refs/stash")).unwrap();
    for text in [&*format!("{log}text\n{log}"), log.trim_end(), &log.replace(" +0000", ""), "\n\n"] {
        repo.write(".git/logs/refs/stash", text);
        repo.check(&format!("{text:?}"));
    }
    repo.remove(".git/logs/refs/stash");
    repo.write(".git/logs/refs/stash/below", "");
    repo.check("a folder in the place of the log");
}
