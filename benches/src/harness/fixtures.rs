//! The folders that prompts are drawn for.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use ziron_benches::git;

use super::processes::Subject;

const FOLDERS: usize = 500;
const FILES_PER_FOLDER: usize = 10;

/// The tools that are detected in the project: program, what it says, a file that calls for it.
const TOOLS: [(&str, &str, &str); 5] = [
    ("node", "v20.1.0", "package.json"),
    ("go", "go version go1.25.0 linux/amd64", "go.mod"),
    ("ruby", "ruby 3.4.1p0 (2024-12-25 revision 48d4efcb85) [x86_64-linux]", "Gemfile"),
    ("zig", "0.13.0", "main.zig"),
    ("crystal", "Crystal 1.14.0 [dacd97bcc] (2024-10-09)", "shard.yml"),
];
const VERSIONS: [&str; 5] = ["20.1.0", "1.25.0", "3.4.1", "0.13.0", "1.14.0"];
/// How long each of them takes.
const TOOL_SECONDS: &str = "0.05";

/// The variable that turns the background mode off.
pub(crate) const SWITCH: &str = "ZIRON_DAEMON";

/// The folders that prompts are drawn for, in a folder that goes away with this.
#[derive(Debug)]
pub(crate) struct Fixtures {
    root: TempDir,
    /// Nothing is in it.
    pub(crate) empty: PathBuf,
    /// A repository of 5,000 files with a few changes.
    pub(crate) repository: PathBuf,
    /// Files for which five tools are asked.
    pub(crate) project: PathBuf,
}

impl Fixtures {
    pub(crate) fn make() -> io::Result<Fixtures> {
        // Others must not be able to write to it, nor to look into it where everybody can write, or nothing in it is used.
        let root = tempfile::Builder::new()
            .prefix("ziron-figures-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()?;
        let path = root.path().canonicalize()?;
        let folder = |name: &str| -> io::Result<PathBuf> {
            fs::create_dir_all(path.join(name))?;
            Ok(path.join(name))
        };
        folder("home/.config")?;
        fs::set_permissions(folder("home/run")?, fs::Permissions::from_mode(0o700))?;
        let fixtures = Fixtures {
            empty: folder("empty")?,
            repository: folder("repository")?,
            project: folder("project")?,
            root,
        };
        repository(&fixtures.repository)?;
        project(&fixtures.project, &folder("tools")?)?;
        Ok(fixtures)
    }

    /// A folder for whatever else is made.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The home folder of what is measured.
    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// What the project's prompt is to show.
    #[allow(clippy::unused_self, reason = "it belongs to the project")]
    pub(crate) fn versions(&self) -> impl Iterator<Item = &'static str> {
        VERSIONS.into_iter()
    }

    /// What is measured runs in this environment.
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut path = self.root().join("tools").into_os_string();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        let home = self.home();
        vec![
            ("PATH".into(), path),
            ("HOME".into(), home.clone().into()),
            ("XDG_CACHE_HOME".into(), home.join(".cache").into()),
            ("XDG_CONFIG_HOME".into(), home.join(".config").into()),
            ("TERM".into(), "xterm-256color".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("USER".into(), "root".into()),
            ("GIT_CONFIG_GLOBAL".into(), "/dev/null".into()),
            ("XDG_RUNTIME_DIR".into(), self.runtime().into()),
            // Programs are measured as they are, unless they say otherwise.
            (SWITCH.into(), "off".into()),
        ]
    }

    /// Where a daemon has its folder.
    pub(crate) fn runtime(&self) -> PathBuf {
        self.home().join("run")
    }

    /// A prompt that asks the daemon.
    pub(crate) fn client(&self, name: &str, program: &Path, folder: &Path) -> Subject {
        let mut subject = self.ziron(name, program, folder);
        subject.environment.retain(|(name, _)| name != SWITCH);
        subject
    }

    fn subject(&self, name: &str, program: &Path, arguments: &[&str], folder: &Path) -> Subject {
        Subject {
            name: name.to_owned(),
            program: program.to_owned(),
            arguments: arguments.iter().map(Into::into).collect(),
            folder: folder.to_owned(),
            environment: self.environment(),
        }
    }

    /// One of ours: what a shell runs for its left prompt.
    pub(crate) fn ziron(&self, name: &str, program: &Path, folder: &Path) -> Subject {
        self.subject(name, program, &PROMPT, folder)
    }

    /// Starship with its default format.
    pub(crate) fn starship(&self, program: &Path, folder: &Path) -> Subject {
        let mut subject = self.subject("starship", program, &PROMPT, folder);
        subject.environment.push(("STARSHIP_SHELL".into(), "zsh".into()));
        subject
    }

    /// Oh My Posh with its default theme.
    pub(crate) fn oh_my_posh(&self, program: &Path, folder: &Path) -> Subject {
        self.subject("oh-my-posh", program, &["print", "primary", "--shell", "zsh"], folder)
    }

    /// What a status costs git itself.
    pub(crate) fn git_status(&self, program: &Path, folder: &Path) -> Subject {
        self.subject("git status", program, &["status", "--porcelain=v2", "--branch"], folder)
    }
}

/// What both our prompts and starship understand.
const PROMPT: [&str; 4] = ["prompt", "--status=0", "--jobs=0", "--terminal-width=120"];

fn repository(root: &Path) -> io::Result<()> {
    for folder in 0..FOLDERS {
        let path = root.join(format!("top{}/folder{folder}", folder / 25));
        fs::create_dir_all(&path)?;
        for file in 0..FILES_PER_FOLDER {
            fs::write(path.join(format!("file{file}.txt")), format!("{folder} {file}\n"))?;
        }
    }
    git(root, &["init", "-q", "-b", "main"])?;
    git(root, &["add", "."])?;
    git(root, &["commit", "-q", "-m", "one"])?;
    fs::write(root.join("top3/folder80/file1.txt"), "changed, and longer\n")?;
    fs::write(root.join("top9/folder240/file5.txt"), "changed, and staged\n")?;
    git(root, &["add", "top9"])?;
    fs::write(root.join("top10/folder255/new.txt"), "new\n")?;
    fs::remove_file(root.join("top0/folder0/file0.txt"))?;
    // Files as old as the index are compared again and again; one look by git settles them, as it does in a repository that is used.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    git(root, &["update-index", "-q", "--refresh"]).or_else(|_| git(root, &["status", "-s", "-uno"]))
}

fn project(root: &Path, tools: &Path) -> io::Result<()> {
    for (program, says, file) in TOOLS {
        fs::write(root.join(file), "")?;
        let path = tools.join(program);
        fs::write(&path, format!("#!/bin/sh\nsleep {TOOL_SECONDS}\necho '{says}'\n"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
