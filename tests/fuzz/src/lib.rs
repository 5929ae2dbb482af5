//! What fuzz targets share: a repository, one file of which holds the bytes of an input.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use tempfile::TempDir;
use ziron_modules::git::engine::{Environment, Repository, StatusOptions};

/// The most bytes of an input that are used: what is longer finds nothing that is shorter does not.
const LONGEST: usize = 1 << 16;

/// A small repository with a commit, a staged file, an untracked one, a stash and a tag, in memory where the system has such a place.
struct World {
    root: TempDir,
}

impl World {
    fn new(arguments: &[&str]) -> World {
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }
            .expect("a folder can be made");
        let world = World { root };
        let mut init = vec!["init", "--quiet", "--initial-branch=main"];
        init.extend(arguments);
        world.git(&init);
        for (name, text) in [("one", "1\n"), ("folder/two", "2\n"), ("three.txt", "3\n"), ("-[a]", "")] {
            world.write(name, text.as_bytes());
        }
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "--message=first"]);
        world.git(&["tag", "v1"]);
        world.write("one", b"changed\n");
        world.git(&["stash", "--quiet"]);
        world.write("folder/two", b"staged\n");
        world.git(&["add", "."]);
        world.write("untracked", b"");
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the repository")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    fn git(&self, arguments: &[&str]) {
        let settings =
            ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgSign=false"];
        let mut command = Command::new("git");
        command.current_dir(self.root.path()).args(settings).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(command.status().expect("git can be run").success(), "{arguments:?}");
    }
}

/// Reads everything that a prompt reads of a repository in which the file `name` holds `bytes`. Any answer will do, and any error.
///
/// # Panics
/// Where the engine does, which is what is looked for.
pub fn read_with(name: &str, bytes: &[u8]) {
    static WORLD: OnceLock<World> = OnceLock::new();
    let world = WORLD.get_or_init(|| World::new(&[]));
    world.write(name, &bytes[..bytes.len().min(LONGEST)]);
    read(world.root.path());
}

/// The same in a repository whose references are in tables, of which the first holds `bytes`. Without a git that makes such repositories (before
/// 2.45), the layout is made by hand.
pub fn read_with_table(bytes: &[u8]) {
    static WORLD: OnceLock<World> = OnceLock::new();
    let world = WORLD.get_or_init(|| {
        let world = World::new(&[]);
        world.write(
            ".git/config",
            b"[core]\n\trepositoryformatversion = 1\n\tbare = false\n[extensions]\n\trefstorage = reftable\n",
        );
        world.write(".git/HEAD", b"ref: refs/heads/.invalid\n");
        fs::remove_dir_all(world.path(".git/refs")).expect("it is there");
        world.write(".git/refs/heads", b"this repository uses the reftable format\n");
        world.write(".git/reftable/tables.list", b"0x000000000001-0x000000000001-01234567.ref\n");
        world
    });
    world.write(
        ".git/reftable/0x000000000001-0x000000000001-01234567.ref",
        &bytes[..bytes.len().min(LONGEST)],
    );
    read(world.root.path());
}

fn read(root: &Path) {
    let interrupt = AtomicBool::new(false);
    let Ok(Some(repository)) = Repository::discover_with(root, &Environment::default()) else { return };
    let _ = repository.stash_count();
    let _ = repository.state();
    if let Ok(head) = repository.head() {
        let _ = repository.nearest_tag(&head, 10);
        if let Ok(Some(upstream)) = repository.upstream(&head) {
            let _ = repository.ahead_behind(&head, &upstream, &interrupt);
        }
    }
    if let Ok(status) = repository.status(&StatusOptions::default(), &interrupt) {
        let _ = repository.metrics(&status, &interrupt);
    }
}
