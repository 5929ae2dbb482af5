//! Two shells in one place whose environments show git different repositories do not share a fact.
#![cfg(all(feature = "git", unix))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // Tests run git on purpose.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures_lite::future::block_on;
use ziron_modules::git::status::GitStatus;
use ziron_runtime::io::Simulated;
use ziron_runtime::place::Place;
use ziron_runtime::source::Source;

/// A repository with a clean work tree, and a folder beside it that is none.
struct World {
    _guard: tempfile::TempDir,
    repository: PathBuf,
    other: PathBuf,
}

impl World {
    fn new() -> World {
        let guard = tempfile::tempdir().unwrap();
        let folder = guard.path().canonicalize().unwrap();
        let (repository, other) = (folder.join("repository"), folder.join("other"));
        fs::create_dir(&other).unwrap();
        let world = World { _guard: guard, repository, other };
        git(&["init", "-q", "-b", "main", world.repository.to_str().unwrap()]);
        fs::write(world.repository.join("file"), "").unwrap();
        world.git(&["add", "file"]);
        world.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "1"]);
        world
    }

    fn git(&self, arguments: &[&str]) {
        git(&[&["-C", self.repository.to_str().unwrap()], arguments].concat());
    }

    /// What a shell in the repository sees with these variables: the key, and the fact.
    fn look<S: Source>(&self, source: &S, variables: &[(&str, &Path)]) -> Option<(S::Key, S::Fact)> {
        let mut io = Simulated::new().file(self.repository.join(".git/HEAD"), "");
        for (name, value) in variables {
            io = io.env_var(name, *value);
        }
        let here = self.repository.clone();
        let place = Place::new(here.clone(), here, None, Duration::MAX);
        block_on(async {
            let key = source.key(&place, &io).await?;
            let fact = source.read(&key, &place, &io).await.unwrap();
            Some((key, fact))
        })
    }
}

fn git(arguments: &[&str]) {
    assert!(Command::new("git").args(arguments).status().unwrap().success());
}

#[test]
fn a_shell_with_another_work_tree_has_facts_of_its_own() {
    let world = World::new();
    let (key, status) = world.look(&GitStatus::DEFAULT, &[]).unwrap();
    assert!(status.is_clean());
    for by in [
        &[("GIT_WORK_TREE", &*world.other)][..],
        &[("GIT_WORK_TREE", &world.other), ("GIT_DIR", &world.repository.join(".git"))],
    ] {
        let (other, elsewhere) = world.look(&GitStatus::DEFAULT, by).unwrap();
        assert_eq!(elsewhere.deleted(), 1, "the other folder is empty");
        assert_ne!(key, other);
    }
}

#[test]
fn a_shell_with_another_index_has_facts_of_its_own() {
    let world = World::new();
    let index = world.other.join("index");
    let (key, _) = world.look(&GitStatus::DEFAULT, &[]).unwrap();
    let (other, status) = world.look(&GitStatus::DEFAULT, &[("GIT_INDEX_FILE", &index)]).unwrap();
    assert_eq!((status.index_deleted, status.untracked), (1, 1), "an index that is not there is empty");
    assert_ne!(key, other);
}

#[test]
fn a_shell_that_configures_git_otherwise_has_facts_of_its_own() {
    let world = World::new();
    fs::write(world.repository.join("new"), "").unwrap();
    let (key, status) = world.look(&GitStatus::DEFAULT, &[]).unwrap();
    assert_eq!(status.untracked, 1);
    let (config, excludes) = (world.other.join("config"), world.other.join("excludes"));
    fs::write(&excludes, "new").unwrap();
    fs::write(&config, format!("[core]\nexcludesFile = {}\n", excludes.display())).unwrap();
    let (other, status) = world.look(&GitStatus::DEFAULT, &[("GIT_CONFIG_GLOBAL", &config)]).unwrap();
    assert_eq!(status.untracked, 0, "that shell's configuration was read, not that of this process");
    assert_ne!(key, other);

    // Its home directory, as `.gitconfig` and as `~`.
    fs::write(world.other.join(".gitconfig"), "[core]\nexcludesFile = ~/excludes\n").unwrap();
    let (_, status) = world.look(&GitStatus::DEFAULT, &[("HOME", &world.other)]).unwrap();
    assert_eq!(status.untracked, 0);

    // The user's own folder for git, and the rules in it.
    let folder = world.other.join("git");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ignore"), "new").unwrap();
    let (other, status) = world.look(&GitStatus::DEFAULT, &[("XDG_CONFIG_HOME", &world.other)]).unwrap();
    assert_eq!(status.untracked, 0);
    assert_ne!(key, other);
}

#[test]
fn settings_that_were_not_sent_are_not_left_out_quietly() {
    let world = World::new();
    let io = Simulated::new().file(world.repository.join(".git/HEAD"), "").env_var("GIT_CONFIG_COUNT", "1");
    let here = world.repository.clone();
    let place = Place::new(here.clone(), here, None, Duration::MAX);
    let read = block_on(async {
        let key = GitStatus::DEFAULT.key(&place, &io).await.unwrap();
        GitStatus::DEFAULT.read(&key, &place, &io).await
    });
    assert!(read.unwrap_err().to_string().contains("GIT_CONFIG_COUNT"));
}
