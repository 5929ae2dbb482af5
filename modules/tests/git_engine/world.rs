//! A sealed world: directories, repositories, and git's answer to compare with.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{Renames, Repository, Status, StatusOptions, Untracked};

/// A directory with repositories in it.
pub(crate) struct World {
    dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn init(&self, name: &str, args: &[&str]) -> Repo {
        let repo = Repo { path: self.dir.path().canonicalize().unwrap().join(name) };
        fs::create_dir_all(&repo.path).unwrap();
        repo.git(&[&["init", "-q", "-b", "main"], args].concat());
        repo
    }
}

/// A work tree.
#[derive(Clone)]
pub(crate) struct Repo {
    pub(crate) path: PathBuf,
}

impl Repo {
    pub(crate) fn command(&self, args: &[&str]) -> Command {
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

    pub(crate) fn try_git(&self, args: &[&str]) -> Option<String> {
        let output = self.command(args).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert!(
            output.status.success(),
            "git {args:?} in {}: {}",
            self.path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        let path = self.path.join(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::discover(&self.path).unwrap().unwrap()
    }

    pub(crate) fn status(&self, untracked: Untracked) -> Status {
        let options = StatusOptions { untracked, ..StatusOptions::default() };
        self.open().status(&options, &AtomicBool::new(false)).unwrap()
    }

    /// Compares everything that `git status` says as well.
    pub(crate) fn check(&self, what: &str) {
        for (untracked, argument) in
            [(Untracked::Collapsed, "normal"), (Untracked::Files, "all"), (Untracked::No, "no")]
        {
            let argument = format!("--untracked-files={argument}");
            let text =
                self.git(&["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z", &argument]);
            let (mut expected, branch) = parse(&text);
            // In the work tree the engine does not look for what became a conflicting file; git does, and says nothing
            // of what it was.
            if expected[0].1 > 0 {
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
            }
            let actual = self.status(untracked);
            assert_eq!(
                counts(&actual),
                expected,
                "{what} {argument} {}\n{}",
                self.path.display(),
                text.replace('\0', "\n")
            );
            let mut actual = self.branch();
            // Git shortens the name as far as it stays clear.
            if let (Some(actual), Some(expected)) = (&mut actual.upstream, &branch.upstream)
                && actual.ends_with(&format!("/{expected}"))
            {
                actual.clone_from(expected);
            }
            assert_eq!(actual, branch, "{what} {}", self.path.display());
        }
        let options =
            StatusOptions { untracked: Untracked::No, renames: Renames::Diff, ..StatusOptions::default() };
        let status = self.open().status(&options, &AtomicBool::new(false)).unwrap();
        if status.conflicted == 0 {
            let metrics = self.open().metrics(&status, &AtomicBool::new(false)).unwrap();
            let mut expected = (0, 0);
            for staged in [&["--cached"][..], &[]] {
                let args = ["--no-optional-locks", "diff", "--numstat", "--no-ext-diff"];
                let text = self.git(&[&args, staged].concat());
                for line in text.lines() {
                    let mut numbers = line.split('\t').map(|number| number.parse().unwrap_or(0));
                    expected.0 += numbers.next().unwrap_or(0);
                    expected.1 += numbers.next().unwrap_or(0);
                }
            }
            assert_eq!((metrics.added, metrics.deleted), expected, "{what}: lines");
        }
        let text = self.git(&["--no-optional-locks", "status", "--porcelain=v2", "--show-stash"]);
        let stash = text.lines().find_map(|line| line.strip_prefix("# stash ")?.parse().ok()).unwrap_or(0);
        assert_eq!(self.open().stash_count().unwrap() as usize, stash, "{what}: stash");
    }

    pub(crate) fn branch(&self) -> Branch {
        let repository = self.open();
        let head = repository.head().unwrap();
        let upstream = repository.upstream(&head).unwrap();
        let distance = upstream
            .as_ref()
            .and_then(|up| repository.ahead_behind(&head, up, &AtomicBool::new(false)).unwrap());
        Branch {
            oid: head.id.clone().unwrap_or_else(|| "(initial)".into()),
            head: head.branch().map_or_else(|| "(detached)".into(), Cow::into_owned),
            upstream: upstream.map(|up| String::from_utf8_lossy(up.reference.as_bytes()).into_owned()),
            distance: distance.map(|it| (it.ahead, it.behind)),
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Branch {
    oid: String,
    pub(crate) head: String,
    upstream: Option<String>,
    pub(crate) distance: Option<(u32, u32)>,
}

/// The counts in the order of [`counts`].
pub(crate) type Counts = [(&'static str, u32); 11];

pub(crate) fn counts(status: &Status) -> Counts {
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

pub(crate) fn parse(text: &str) -> (Counts, Branch) {
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
                    "R" | "C" => status.renamed += 1,
                    _ => {}
                }
                match &rest[1..2] {
                    "A" => status.worktree_added += 1,
                    "D" => status.worktree_deleted += 1,
                    "M" => status.worktree_modified += 1,
                    "T" => status.worktree_typechanged += 1,
                    "R" | "C" => status.renamed += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    (counts(&status), branch)
}

pub(crate) fn sample(repo: &Repo) {
    for folder in ["", "a/", "a/b/", "c/"] {
        for file in ["one.txt", "two.txt", "three"] {
            repo.write(&format!("{folder}{file}"), &format!("{folder}{file}\n").repeat(10));
        }
    }
    repo.write(".gitignore", "*.o\n/build/\nlogs/*\n!logs/keep\n");
}
