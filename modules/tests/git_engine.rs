//! The git engine against the real git: a table of situations, then random ones.
//!
//! `TEST_SEEDS`, `TEST_SEED` and `TEST_STEPS` make the random part longer; `TEST_GIT` names another git.
#![cfg(all(feature = "git", unix))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::format_collect)] // Tests run git on purpose.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{
    Environment, OpenError, RefFormat, Repository, State, StateKind, Status, StatusError, StatusOptions,
    Untracked,
};

/// A directory with repositories in it.
struct World {
    dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn init(&self, name: &str, args: &[&str]) -> Repo {
        let repo = Repo { path: self.dir.path().canonicalize().unwrap().join(name) };
        fs::create_dir_all(&repo.path).unwrap();
        repo.git(&[&["init", "-q", "-b", "main"], args].concat());
        repo
    }
}

/// A work tree.
#[derive(Clone)]
struct Repo {
    path: PathBuf,
}

impl Repo {
    fn command(&self, args: &[&str]) -> Command {
        let program = std::env::var("TEST_GIT").unwrap_or_else(|_| "git".into());
        let mut command = Command::new(program);
        command
            .current_dir(&self.path)
            .args(["-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false"])
            .args(args)
            .env("GIT_AUTHOR_NAME", "a")
            .env("GIT_AUTHOR_EMAIL", "a@example.invalid")
            .env("GIT_COMMITTER_NAME", "a")
            .env("GIT_COMMITTER_EMAIL", "a@example.invalid")
            .env("GIT_EDITOR", "true")
            .stdin(Stdio::null());
        command
    }

    fn try_git(&self, args: &[&str]) -> Option<String> {
        let output = self.command(args).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert!(
            output.status.success(),
            "git {args:?} in {}: {}",
            self.path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        let path = self.path.join(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    fn open(&self) -> Repository {
        Repository::discover(&self.path).unwrap().unwrap()
    }

    fn status(&self, untracked: Untracked) -> Status {
        let options = StatusOptions { untracked, ..StatusOptions::default() };
        self.open().status(&options, &AtomicBool::new(false)).unwrap()
    }

    /// Compares everything that `git status` says as well.
    fn check(&self, what: &str) {
        for (untracked, argument) in
            [(Untracked::Collapsed, "normal"), (Untracked::Files, "all"), (Untracked::No, "no")]
        {
            let argument = format!("--untracked-files={argument}");
            let text =
                self.git(&["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", &argument]);
            let (mut expected, branch) = parse(&text);
            // In the work tree the engine looks for no renames; git does, between announced or conflicting files and deleted ones.
            let plain = self.git(&[
                "--no-optional-locks",
                "status",
                "--porcelain=v2",
                "-z",
                "--no-renames",
                &argument,
            ]);
            let plain = parse(&plain).0;
            expected[6..10].copy_from_slice(&plain[6..10]);
            let actual = self.status(untracked);
            assert_eq!(
                counts(&actual),
                expected,
                "{what} {argument} {}\n{}",
                self.path.display(),
                text.replace('\0', "\n")
            );
            assert_eq!(self.branch(), branch, "{what} {}", self.path.display());
        }
        let status = self.status(Untracked::No);
        if status.conflicted == 0 {
            let metrics = self.open().metrics(&status, &AtomicBool::new(false)).unwrap();
            let mut expected = (0, 0);
            for args in [["--no-ext-diff", "--cached"], ["--no-ext-diff", "--no-renames"]] {
                let text = self.git(&[&["--no-optional-locks", "diff", "--numstat"], &args[..]].concat());
                for line in text.lines() {
                    let mut numbers = line.split('\t').map(|number| number.parse().unwrap_or(0));
                    expected.0 += numbers.next().unwrap_or(0);
                    expected.1 += numbers.next().unwrap_or(0);
                }
            }
            assert_eq!((metrics.added, metrics.deleted), expected, "{what}: lines");
        }
        let stash = self.try_git(&["stash", "list"]).map_or(0, |list| list.lines().count());
        assert_eq!(self.open().stash_count().unwrap() as usize, stash, "{what}: stash");
    }

    fn branch(&self) -> Branch {
        let repository = self.open();
        let head = repository.head().unwrap();
        let upstream = repository.upstream(&head).unwrap();
        let distance = upstream
            .as_ref()
            .and_then(|up| repository.ahead_behind(&head, up, &AtomicBool::new(false)).unwrap());
        Branch {
            oid: head.id.clone().unwrap_or_else(|| "(initial)".into()),
            head: head.branch().unwrap_or("(detached)").to_owned(),
            upstream: upstream.map(|up| {
                up.reference.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/").to_owned()
            }),
            distance: distance.map(|it| (it.ahead, it.behind)),
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Branch {
    oid: String,
    head: String,
    upstream: Option<String>,
    distance: Option<(u32, u32)>,
}

/// The counts in the order of [`counts`].
type Counts = [(&'static str, u32); 11];

fn counts(status: &Status) -> Counts {
    [
        ("conflicted", status.conflicted),
        ("index_added", status.index_added),
        ("index_deleted", status.index_deleted),
        ("index_modified", status.index_modified),
        ("index_typechanged", status.index_typechanged),
        ("renamed", status.renamed),
        ("worktree_added", status.worktree_added),
        ("worktree_deleted", status.worktree_deleted),
        ("worktree_modified", status.worktree_modified),
        ("worktree_typechanged", status.worktree_typechanged),
        ("untracked", status.untracked),
    ]
}

fn parse(text: &str) -> (Counts, Branch) {
    let mut status = Status::default();
    let mut branch = Branch::default();
    let mut lines = text.split('\0');
    while let Some(line) = lines.next() {
        let (kind, rest) = line.split_at(line.len().min(2));
        match kind {
            "# " => {
                let (key, value) = rest.split_once(' ').unwrap();
                match key {
                    "branch.oid" => value.clone_into(&mut branch.oid),
                    "branch.head" => value.clone_into(&mut branch.head),
                    "branch.upstream" => branch.upstream = Some(value.to_owned()),
                    "branch.ab" => {
                        let (ahead, behind) = value.split_once(' ').unwrap();
                        branch.distance = Some((ahead[1..].parse().unwrap(), behind[1..].parse().unwrap()));
                    }
                    _ => {}
                }
            }
            "u " => status.conflicted += 1,
            "? " => status.untracked += 1,
            "1 " | "2 " => {
                if kind == "2 " {
                    lines.next();
                }
                match &rest[..1] {
                    "A" => status.index_added += 1,
                    "D" => status.index_deleted += 1,
                    "M" => status.index_modified += 1,
                    "T" => status.index_typechanged += 1,
                    "R" => status.renamed += 1,
                    _ => {}
                }
                match &rest[1..2] {
                    "A" => status.worktree_added += 1,
                    "D" => status.worktree_deleted += 1,
                    "M" => status.worktree_modified += 1,
                    "T" => status.worktree_typechanged += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (counts(&status), branch)
}

fn sample(repo: &Repo) {
    for folder in ["", "a/", "a/b/", "c/"] {
        for file in ["one.txt", "two.txt", "three"] {
            repo.write(&format!("{folder}{file}"), &format!("{folder}{file}\n").repeat(10));
        }
    }
    repo.write(".gitignore", "*.o\n/build/\nlogs/*\n!logs/keep\n");
}

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
}

#[test]
fn ignored_files() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("x.o", "");
    repo.write("a/x.o", "");
    repo.write("build/x", "");
    repo.write("a/build/x", "");
    repo.write("logs/drop", "");
    repo.check("patterns");
    repo.write("logs/keep", "");
    repo.check("negated");
    repo.write("a/.gitignore", "!*.o\nb\n");
    repo.write("a/b/new", "");
    repo.write("only/ignored.o", "");
    repo.write("deep/er/ignored.o", "");
    repo.write("deep/er/.gitignore", "*\n");
    repo.write("sp ace/tr\u{e4}", "");
    repo.check("deeper");
    repo.write(".git/info/exclude", "sp*\n/d*/\n");
    repo.check("info/exclude");
    let users = repo.path.parent().unwrap().join("ignore");
    fs::write(&users, "only\r\n# c\n\\!x\ntrail  \n").unwrap();
    repo.git(&["config", "core.excludesFile", users.to_str().unwrap()]);
    repo.write("!x", "");
    repo.write("trail", "");
    repo.check("core.excludesFile");
    repo.git(&["add", "-f", "build/x"]);
    repo.write("build/y", "");
    repo.check("tracked in an excluded directory");
    repo.write("build/x", "changed");
    repo.check("changed in an excluded directory");
    repo.write("mid/a/b/c", "");
    repo.write("mid/foo/bar", "");
    repo.write(".gitignore", "**/foo\nmid/*/b\na/**/new\n[ab]*.tmp\n*.tm?\n");
    repo.write("abc.tmp", "");
    repo.write("xyz.tmp", "");
    repo.check("wild patterns");
    repo.remove(".gitignore");
    symlink("a/.gitignore", repo.path.join(".gitignore")).unwrap();
    repo.check("a linked .gitignore is not followed");
}

#[test]
fn conflicts_and_operations() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("one.txt", "side\n");
    repo.write("two.txt", "side\n");
    repo.remove("three");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("one.txt", "main\n");
    repo.write("three", "main\n");
    repo.commit("main");
    let state = |kind, progress| Some(State { kind, progress });
    assert_eq!(repo.open().state(), None);
    for (args, kind, abort) in [
        (&["merge", "side"][..], StateKind::Merge, &["merge", "--abort"][..]),
        (&["cherry-pick", "side"], StateKind::CherryPick, &["cherry-pick", "--abort"]),
        (&["revert", "--no-edit", "HEAD~1"], StateKind::Revert, &["revert", "--abort"]),
    ] {
        repo.try_git(args);
        if repo.open().state().is_none() {
            continue;
        }
        repo.check(&format!("{args:?}"));
        assert_eq!(repo.open().state(), state(kind, None));
        repo.git(abort);
    }
    repo.try_git(&["rebase", "side"]);
    repo.check("rebase");
    assert_eq!(repo.open().state(), state(StateKind::Rebase, Some((1, 1))));
    repo.remove("one.txt");
    repo.check("rebase, file gone");
    repo.git(&["rebase", "--abort"]);
    repo.try_git(&["rebase", "--apply", "side"]);
    assert_eq!(repo.open().state(), state(StateKind::Rebase, Some((1, 1))));
    repo.git(&["rebase", "--abort"]);
    repo.git(&["bisect", "start"]);
    assert_eq!(repo.open().state(), state(StateKind::Bisect, None));
    repo.git(&["bisect", "reset"]);
    let patch = repo.git(&["format-patch", "--stdout", "side~1..side"]);
    repo.write("../patch", &patch);
    repo.try_git(&["am", "../patch"]);
    assert_eq!(repo.open().state(), state(StateKind::Am, Some((1, 1))));
}

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
fn flags_of_entries() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["update-index", "--assume-unchanged", "one.txt"]);
    repo.git(&["update-index", "--skip-worktree", "two.txt"]);
    repo.write("one.txt", "changed");
    repo.write("two.txt", "changed");
    repo.check("flagged");
    repo.remove("one.txt");
    repo.remove("two.txt");
    repo.check("flagged and gone");
    repo.git(&["config", "core.fileMode", "false"]);
    fs::set_permissions(repo.path.join("three"), fs::Permissions::from_mode(0o755)).unwrap();
    repo.check("no executable bit");
    repo.git(&["update-index", "--split-index"]);
    repo.write("a/one.txt", "split");
    repo.git(&["add", "a/one.txt"]);
    repo.write("a/two.txt", "split");
    repo.check("split index");
    repo.git(&["update-index", "--no-split-index", "--untracked-cache"]);
    repo.write("fresh/file", "");
    repo.git(&["status"]);
    repo.write("fresh/file2", "");
    repo.check("untracked cache");
    repo.git(&["update-index", "--index-version", "4"]);
    repo.check("index version 4");
    repo.git(&["config", "core.checkStat", "minimal"]);
    repo.check("minimal stat");
}

#[test]
fn sparse() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let world = World::new();
        let repo = world.init("r", &[]);
        sample(&repo);
        repo.write("c/.gitignore", "*.log\n");
        repo.commit("1");
        repo.write("a/one.txt", "2");
        repo.commit("2");
        repo.git(&["sparse-checkout", "set", "--cone", index, "c"]);
        repo.check("sparse");
        repo.write("c/one.txt", "changed");
        repo.write("c/new.log", "");
        repo.check("changed inside");
        repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
        repo.check("staged outside");
        repo.write("a/b/one.txt", "there again");
        repo.check("exists outside");
        repo.write("a/new", "");
        repo.check("new outside");
    }
}

#[test]
fn line_endings_and_encodings() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write(
        ".gitattributes",
        "*.txt text\n*.crlf text eol=crlf\n*.id ident\n*.u16 working-tree-encoding=UTF-16LE\n",
    );
    repo.write("a.txt", "1\n2\n");
    repo.write("b.crlf", "1\n2\n");
    repo.write("c.id", "$Id$\n");
    fs::write(
        repo.path.join("d.u16"),
        "x\ny\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    )
    .unwrap();
    repo.commit("1");
    repo.git(&["rm", "-q", "-r", "--cached", "."]);
    repo.git(&["reset", "-q", "--hard"]);
    let touch = || {
        for entry in fs::read_dir(&repo.path).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            let bytes = fs::read(entry.path()).unwrap();
            fs::write(entry.path(), bytes).unwrap();
        }
    };
    touch();
    repo.check("attributes");
    for value in ["true", "input", "false"] {
        repo.git(&["config", "core.autocrlf", value]);
        touch();
        repo.check(value);
        repo.git(&["rm", "-q", "-r", "--cached", "."]);
        repo.git(&["reset", "-q", "--hard"]);
        touch();
        repo.check(value);
    }
}

#[test]
fn nested_repositories() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let inner = world.init("r/inner", &[]);
    repo.check("nested, empty");
    sample(&inner);
    inner.commit("1");
    repo.check("nested");
    let deep = world.init("r/x/y/deep", &[]);
    repo.check("nested below");
    deep.write("f", "");
    repo.write("x/file", "");
    repo.check("nested below, with files");
    repo.write("fake/.git", "not a gitfile");
    repo.write("fake/file", "");
    repo.check("not a repository after all");
    repo.git(&["-c", "advice.addEmbeddedRepo=false", "add", "inner"]);
    repo.check("embedded");
    inner.write("one.txt", "changed");
    repo.check("embedded, changed");
    inner.commit("2");
    repo.check("embedded, new commit");
}

#[test]
fn submodules() {
    let world = World::new();
    let library = world.init("library", &[]);
    sample(&library);
    library.commit("1");
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.check("added");
    repo.commit("2");
    repo.check("clean");
    let sub = Repo { path: repo.path.join("sub") };
    assert!(sub.open().is_submodule());
    sub.check("inside");
    sub.write("one.txt", "changed");
    repo.check("changed");
    sub.git(&["checkout", "-q", "."]);
    sub.write("new", "");
    repo.check("untracked");
    for value in ["untracked", "dirty", "all", "none"] {
        repo.git(&["config", "submodule.sub.ignore", value]);
        repo.check(value);
    }
    sub.commit("3");
    repo.check("new commit");
    let options = StatusOptions { ignore_submodules: true, ..StatusOptions::default() };
    assert!(repo.open().status(&options, &AtomicBool::new(false)).unwrap().is_clean());
    repo.git(&["add", "sub"]);
    repo.check("staged commit");
    repo.remove("sub");
    repo.check("gone");
    fs::create_dir(repo.path.join("sub")).unwrap();
    repo.check("empty");
    repo.remove("sub");
    repo.write("sub", "a file");
    repo.check("replaced");
}

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
    assert_eq!(repository.head().unwrap().branch(), Some("main"));
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false));
    assert!(matches!(status, Err(StatusError::Bare)));
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
fn interrupted() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(true));
    assert!(matches!(status, Err(StatusError::Interrupted)));
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

/// A small generator: the same seed, the same run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.next(items.len())]
    }
}

const NAMES: &[&str] = &[
    "a",
    "b.txt",
    "c.o",
    "d-e",
    "d",
    "d.f",
    "lib",
    "src",
    "src/a",
    "src/b.txt",
    "src/x.o",
    "src/in/a",
    "src/in/c",
    "lib/a",
    "lib/b/c/d",
    "build/out",
    "e e/f",
    "\u{e4}/\u{f6}",
    "src/in/er/most",
    "lib/d.txt",
    "deep/a/b/c/d/e",
];

fn step(repo: &Repo, random: &mut Random) -> String {
    let name = random.pick(NAMES);
    let path = repo.path.join(name);
    let is_free = {
        // A parent may be a file.
        let mut parent = path.parent();
        let mut free = true;
        while let Some(dir) = parent.filter(|dir| dir.starts_with(&repo.path)) {
            free &= !fs::symlink_metadata(dir).is_ok_and(|facts| !facts.is_dir());
            parent = dir.parent();
        }
        free
    };
    let operation = random.next(26);
    match operation {
        0..=4 if is_free && !path.is_dir() => {
            if path.is_symlink() {
                fs::remove_file(&path).unwrap();
            }
            let line = ["x\n", "yy\n", "a longer line\n"][random.next(3)];
            repo.write(name, &line.repeat(random.next(30)));
        }
        5 => drop(repo.try_git(&["add", "-A"])),
        6..=7 => drop(repo.try_git(&["add", name])),
        8 if path.exists() => {
            repo.remove(name);
        }
        9 => drop(repo.try_git(&["rm", "-q", "-r", "-f", name])),
        10 => drop(repo.try_git(&["mv", name, random.pick(NAMES)])),
        11 if path.is_file() => {
            let mode = if random.next(2) == 0 { 0o755 } else { 0o644 };
            let _ = fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        }
        12 if is_free && !path.is_dir() => {
            let _ = fs::remove_file(&path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(random.pick(NAMES), &path).unwrap();
        }
        13 => drop(repo.try_git(&["stash", "-q", "-u"])),
        14 => drop(repo.try_git(&["stash", "pop", "-q"])),
        15..=16 => drop(repo.try_git(&["commit", "-q", "-m", "x"])),
        17 => drop(repo.try_git(&["commit", "-q", "-a", "-m", "x"])),
        18 => drop(repo.try_git(&["checkout", "-q", random.pick(&["main", "side", "third"])])),
        19 => drop(repo.try_git(&["merge", "-q", "--no-edit", random.pick(&["main", "side", "third"])])),
        20 => {
            let rules = ["*.o\n", "build/\n", "/lib\n!lib/b\n", "src/*\n!src/in\n", "d*\n!d.f\n", ""];
            let rules: String = (0..2).map(|_| random.pick(&rules)).collect();
            let folder = random.pick(&["", "src/", "lib/"]);
            if folder.is_empty() || repo.path.join(folder).is_dir() {
                let file = repo.path.join(format!("{folder}.gitignore"));
                let _ = fs::remove_file(&file);
                let _ = fs::write(file, rules);
            }
        }
        21 if is_free && !path.exists() && !path.is_symlink() => {
            fs::create_dir_all(&path).unwrap();
            let inner = Repo { path };
            inner.git(&["init", "-q"]);
            if random.next(2) == 0 {
                inner.write("f", "x");
                inner.commit("x");
            }
        }
        22 => drop(repo.try_git(&["add", "-N", name])),
        23 => drop(repo.try_git(&[
            "reset",
            "-q",
            random.pick(&["--mixed", "--soft", "--hard"]),
            random.pick(&["HEAD", "HEAD~1"]),
        ])),
        24 => drop(repo.try_git(&["rm", "-q", "--cached", "-r", name])),
        25 => drop(repo.try_git(&[
            "update-index",
            random.pick(&[
                "--assume-unchanged",
                "--skip-worktree",
                "--no-assume-unchanged",
                "--no-skip-worktree",
            ]),
            name,
        ])),
        _ => {}
    }
    format!("{operation} {name}")
}

#[test]
fn random_operations() {
    let seeds: u64 = std::env::var("TEST_SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(6);
    let first: u64 = std::env::var("TEST_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    let steps: usize = std::env::var("TEST_STEPS").ok().and_then(|it| it.parse().ok()).unwrap_or(60);
    for seed in first..first + seeds {
        let world = World::new();
        let repo = world.init("r", &[]);
        for name in NAMES.iter().step_by(2) {
            if !repo.path.join(name).exists() {
                let parent = repo.path.join(name);
                if parent.ancestors().skip(1).any(Path::is_file) {
                    continue;
                }
                repo.write(name, &format!("{name}\n").repeat(9));
            }
        }
        repo.commit("first");
        repo.git(&["branch", "side"]);
        repo.git(&["branch", "third"]);
        repo.git(&["branch", "-q", "--set-upstream-to=side", "main"]);
        repo.git(&["branch", "-q", "--set-upstream-to=main", "side"]);
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for number in 0..steps {
            let done = step(&repo, &mut random);
            repo.check(&format!("seed {seed} step {number}: {done}"));
        }
    }
}
