//! A sealed world: a home directory, stub tools, repositories, and programs that see nothing else.

mod binary;
mod projects;
mod repositories;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub use binary::{prompt, target};
pub use projects::{PROJECTS, Project};
pub use repositories::STATES;

/// When everything in a world was committed.
const DATE: &str = "2024-05-06T07:08:09Z";

/// A temporary folder of this user alone, as everything of ours demands that is kept below a folder that everybody can write to.
///
/// # Panics
/// When the machine gives none.
pub fn private_folder(prefix: &str) -> TempDir {
    let own = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().prefix(prefix).permissions(own).tempdir().expect("a temporary folder")
}

/// A folder that stands for the whole machine.
#[derive(Debug)]
pub struct World {
    path: PathBuf,
    _folder: TempDir,
}

impl World {
    /// Makes an empty world: a home, a folder of tools in which there is only git, and caches.
    ///
    /// # Panics
    /// When the machine gives no folder, or has no git.
    pub fn new() -> World {
        let folder = private_folder("ziron-world-");
        let path = folder.path().canonicalize().expect("it is there");
        let world = World { path, _folder: folder };
        for name in ["home", "tools", "git", "cache"] {
            fs::create_dir(world.path(name)).expect("a new folder");
        }
        symlink(real_git(), world.path("git/git")).expect("a new link");
        world
    }

    /// A path in this world.
    pub fn path(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Writes a file and the folders that it is in.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// Makes a folder and those above it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn folder(&self, path: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(&path).expect("a folder");
        path
    }

    /// Puts a tool on the path: a shell script.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn tool(&self, name: &str, script: &str) {
        let path = self.write(&format!("tools/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// The variables that programs in this world see.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |path: &str| self.path(path).display().to_string();
        vec![
            ("HOME", path("home")),
            ("PATH", format!("{}:{}", path("tools"), path("git"))),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("USER", "tester".to_owned()),
            ("LOGNAME", "tester".to_owned()),
            ("XDG_CACHE_HOME", path("cache")),
            ("XDG_CONFIG_HOME", path("none")),
            ("RUSTUP_HOME", path("none/rustup")),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        ]
    }

    /// A program that will run in `folder`, with this world's environment and nothing to read.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().envs(self.environment()).env("PWD", folder);
        command.stdin(Stdio::null());
        command
    }

    /// Runs git in a folder and returns what it says.
    ///
    /// # Panics
    /// When git fails.
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let (success, text) = self.try_git(folder, arguments);
        assert!(success, "git {arguments:?} in {}: {text}", folder.display());
        text
    }

    /// Runs git in a folder; returns whether it succeeded, and all that it says.
    ///
    /// # Panics
    /// When git does not start.
    pub fn try_git(&self, folder: &Path, arguments: &[&str]) -> (bool, String) {
        let mut command = self.command(&self.path("git/git"), folder);
        command.args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"]);
        command.args(["-c", "advice.detachedHead=false"]).args(arguments);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Tester");
            command.env(format!("GIT_{role}_EMAIL"), "tester@example.invalid");
            command.env(format!("GIT_{role}_DATE"), DATE);
        }
        command.env("GIT_EDITOR", "true").env("PATH", "/usr/bin:/bin");
        let output = command.output().expect("git starts");
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        (output.status.success(), text)
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

/// Finds the machine's git.
fn real_git() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    folders.find_map(|folder| Some(folder.join("git")).filter(|git| git.is_file())).expect("there is a git")
}
