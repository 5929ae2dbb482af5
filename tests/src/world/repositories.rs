//! Repositories in every state that a prompt has something to say about, made by the real git.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::World;

/// The states of [`World::repository`].
pub const STATES: &[&str] = &[
    "clean",
    "unborn",
    "dirty",
    "staged",
    "ahead",
    "behind",
    "diverged",
    "gone",
    "renamed-upstream",
    "stash",
    "conflict",
    "rename",
    "typechange",
    "intent-to-add",
    "ignored",
    "subfolder",
    "detached",
    "tag",
    "rebase",
    "rebase-apply",
    "merge",
    "cherry-pick",
    "revert",
    "bisect",
    "am",
    "bare",
    "worktree",
    "submodule",
    "sha256",
    "reftable",
    "sparse",
    "sparse-index",
    "odd-branch",
    "long-branch",
];

impl World {
    /// Makes a repository in one of [`STATES`] at a path of this world; returns the folder to draw a prompt for.
    ///
    /// # Panics
    /// When there is no such state, or git fails.
    pub fn repository(&self, path: &str, state: &str) -> PathBuf {
        let folder = self.folder(path);
        let git = |arguments: &[&str]| self.git(&folder, arguments);
        let write = |name: &str, text: &str| self.write(&format!("{path}/{name}"), text);
        match state {
            "bare" => {
                git(&["init", "--quiet", "--bare"]);
                return folder;
            }
            "sha256" => git(&["init", "--quiet", "--object-format=sha256"]),
            "reftable" => git(&["init", "--quiet", "--ref-format=reftable"]),
            _ => git(&["init", "--quiet"]),
        };
        for (key, value) in [("user.name", "Tester"), ("user.email", "tester@example.invalid")] {
            git(&["config", key, value]);
        }
        if state == "unborn" {
            return folder;
        }
        for (name, text) in [
            ("README", "one\ntwo\nthree\n"),
            ("src/main.c", "int main(void) { return 0; }\n"),
            ("src/old.txt", "a text that is long enough\nto be found again\nafter a rename\n"),
            ("notes/a", "a\n"),
            (".gitignore", "*.log\n"),
        ] {
            write(name, text);
        }
        self.commit(&folder, "first");
        match state {
            "clean" | "sha256" => {}
            "dirty" => self.make_dirty(&folder, path),
            "staged" => {
                write("README", "one\n2\nthree\n");
                write("new", "new\n");
                git(&["add", "."]);
                git(&["rm", "--quiet", "notes/a"]);
            }
            "ahead" | "behind" | "diverged" | "gone" | "renamed-upstream" => {
                self.follow(&folder, path, state);
            }
            "reftable" => {
                write("README", "one\n");
                write("untracked", "");
                self.follow(&folder, path, "ahead");
            }
            "stash" => {
                for text in ["1\n", "2\n"] {
                    write("README", text);
                    git(&["stash", "push", "--quiet"]);
                }
            }
            "rename" => {
                git(&["mv", "src/old.txt", "src/new.txt"]);
            }
            "typechange" => {
                fs::remove_file(folder.join("README")).expect("it is there");
                symlink("notes/a", folder.join("README")).expect("a new link");
            }
            "intent-to-add" => {
                write("intent", "text\n");
                git(&["add", "--intent-to-add", "intent"]);
            }
            "ignored" => {
                write("run.log", "x\n");
                write("many/one", "1\n");
                write("many/two", "2\n");
                write("many/three/four", "4\n");
            }
            "subfolder" => return folder.join("src"),
            "detached" | "tag" => {
                write("README", "second\n");
                self.commit(&folder, "second");
                git(&["tag", "v1.0", "HEAD~"]);
                git(&["checkout", "--quiet", if state == "tag" { "v1.0" } else { "HEAD~0" }]);
            }
            "odd-branch" => {
                git(&["checkout", "--quiet", "-b", "fix/50%-$HOME-`id`"]);
            }
            "long-branch" => {
                git(&["checkout", "--quiet", "-b", &format!("feature/{}", "long-name-".repeat(6))]);
            }
            "worktree" => {
                let other = self.path(&format!("{path}-linked"));
                git(&["worktree", "add", "--quiet", "-b", "linked", &other.display().to_string()]);
                fs::write(other.join("README"), "changed\n").expect("a file");
                return other;
            }
            "submodule" => {
                let other = self.repository(&format!("{path}-part"), "clean");
                git(&["submodule", "--quiet", "add", &other.display().to_string(), "part"]);
                self.commit(&folder, "submodule");
                write("part/README", "changed\n");
            }
            "sparse" | "sparse-index" => {
                if state == "sparse-index" {
                    git(&["config", "index.sparse", "true"]);
                }
                git(&["sparse-checkout", "set", "src"]);
                write("src/main.c", "changed\n");
            }
            _ => self.interrupt(&folder, path, state),
        }
        folder
    }

    /// Commits everything in a folder.
    pub fn commit(&self, folder: &Path, message: &str) {
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Something of everything.
    fn make_dirty(&self, folder: &Path, path: &str) {
        let git = |arguments: &[&str]| self.git(folder, arguments);
        let write = |name: &str, text: &str| self.write(&format!("{path}/{name}"), text);
        write("README", "stashed\n");
        git(&["stash", "push", "--quiet"]);
        git(&["mv", "src/old.txt", "src/new.txt"]);
        write("staged", "staged\n");
        git(&["add", "staged"]);
        write("staged", "staged\nand changed\n");
        write("README", "one\n2\n3\nfour\n");
        write("untracked", "");
        write("folder/untracked", "");
        write("folder/another", "");
        fs::remove_file(folder.join("notes/a")).expect("it is there");
    }

    /// A branch that follows one of another repository.
    fn follow(&self, folder: &Path, path: &str, state: &str) {
        let git = |arguments: &[&str]| self.git(folder, arguments);
        let origin = self.path(&format!("{path}-origin"));
        self.git(&self.path, &["init", "--quiet", "--bare", &origin.display().to_string()]);
        git(&["remote", "add", "origin", &origin.display().to_string()]);
        let theirs = if state == "renamed-upstream" { "main:trunk" } else { "main:main" };
        git(&["push", "--quiet", "origin", theirs]);
        let upstream = if state == "renamed-upstream" { "origin/trunk" } else { "origin/main" };
        git(&["branch", "--quiet", "--set-upstream-to", upstream]);
        let commit = |message| git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        if state == "behind" || state == "diverged" {
            for message in ["theirs", "theirs too", "and this"] {
                commit(message);
            }
            git(&["push", "--quiet", "origin", "main"]);
            git(&["reset", "--quiet", "--hard", "HEAD~3"]);
        }
        if state == "ahead" || state == "diverged" {
            commit("ours");
            commit("ours too");
        }
        if state == "gone" {
            git(&["update-ref", "-d", "refs/remotes/origin/main"]);
        }
    }

    /// Leaves something half done.
    fn interrupt(&self, folder: &Path, path: &str, state: &str) {
        let git = |arguments: &[&str]| self.git(folder, arguments);
        let write = |name: &str, text: &str| self.write(&format!("{path}/{name}"), text);
        // Must fail, and stop where it does.
        let stop = |arguments: &[&str]| {
            let (success, text) = self.try_git(folder, arguments);
            assert!(!success, "git {arguments:?} has met no conflict: {text}");
        };
        git(&["checkout", "--quiet", "-b", "side"]);
        for count in ["one", "two"] {
            write("README", &format!("{count} of the side\n"));
            self.commit(folder, count);
        }
        git(&["checkout", "--quiet", "main"]);
        write("README", "of main\n");
        self.commit(folder, "main");
        match state {
            "conflict" | "merge" => {
                stop(&["merge", "--quiet", "side"]);
                if state == "merge" {
                    git(&["add", "README"]);
                }
            }
            "rebase" => {
                git(&["checkout", "--quiet", "side"]);
                stop(&["rebase", "--quiet", "main"]);
            }
            "rebase-apply" => {
                git(&["checkout", "--quiet", "side"]);
                stop(&["rebase", "--quiet", "--apply", "main"]);
            }
            "cherry-pick" => stop(&["cherry-pick", "side"]),
            "revert" => stop(&["revert", "--no-edit", "HEAD~"]),
            "am" => {
                let patch = git(&["format-patch", "--stdout", "main..side"]);
                let patch = self.write(&format!("{path}.patch"), &patch);
                stop(&["am", "--quiet", &patch.display().to_string()]);
            }
            "bisect" => {
                git(&["bisect", "start", "main", "main~"]);
            }
            _ => panic!("there is no state `{state}`"),
        }
    }
}
