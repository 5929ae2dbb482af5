//! Forms of the index, and flags of its entries.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::world::{World, sample};

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
