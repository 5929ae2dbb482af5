//! A place worth a full prompt, and its facts.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use ziron::{Parts, Prompt, Request};
use ziron_runtime::gather::{Direct, ReadContext};
use ziron_runtime::io::Simulated;
use ziron_runtime::place::Place;
use ziron_runtime::shell::Shell;

/// A repository with changes in which four tools and a package are found. The repository is real; the tools are not.
#[derive(Debug)]
pub struct Sample {
    folder: TempDir,
    request: Request,
}

const FILES: [(&str, &str); 5] = [
    ("Cargo.toml", "[package]\nname = \"sample\"\nversion = \"1.2.3\"\n"),
    ("package.json", r#"{"engines": {"node": ">=18"}}"#),
    ("pyproject.toml", ""),
    ("go.mod", "module sample\n"),
    ("tracked", "one\n"),
];

impl Sample {
    /// Makes the folder and its repository.
    ///
    /// # Errors
    /// When a file cannot be written, or git does not work.
    pub fn new() -> io::Result<Sample> {
        let folder = TempDir::with_prefix("ziron-sample-")?;
        let root = folder.path();
        for (name, text) in FILES {
            fs::write(root.join(name), text)?;
        }
        git(root, &["init", "-q", "-b", "main"])?;
        git(root, &["add", "."])?;
        git(root, &["commit", "-q", "-m", "one"])?;
        fs::write(root.join("tracked"), "two, longer\n")?;
        fs::write(root.join("untracked"), "")?;
        let request = Request {
            shell: Shell::Zsh,
            status: Some("1".to_owned()),
            duration: Some(Duration::from_secs(61)),
            jobs: 1,
            ..Request::default()
        };
        Ok(Sample { folder, request })
    }

    /// The facts that a prompt draws here.
    ///
    /// # Errors
    /// When the folder is gone.
    pub fn facts<P: Prompt>(&self) -> io::Result<P::Facts> {
        let root = self.folder.path().canonicalize()?;
        let tools = [
            ("node", "v20.1.0\n"),
            ("rustc", "rustc 1.95.0 (59807616e 2026-04-14)\n"),
            ("python3", "Python 3.13.1\n"),
            ("go", "go version go1.25.0 linux/amd64\n"),
        ];
        let mut machine = Simulated::new().folder(root.join(".git")).file(root.join(".git/HEAD"), "");
        for (name, text) in FILES {
            machine = machine.file(root.join(name), text);
        }
        for (name, output) in tools {
            machine = machine.program(name, output);
        }
        let machine = machine.user_named("me", false).host("machine").env_var("HOME", "/home/me");
        let place = Place::new(root.clone(), root, Some("/home/me".into()), Duration::from_secs(30));
        let means = ReadContext::new(machine, place, None);
        let gather = Direct::new(means, &self.request, Parts::ALL, Duration::from_secs(30));
        Ok(P::gather(&gather))
    }

    /// What the shell says here.
    pub fn request(&self) -> &Request {
        &self.request
    }
}

/// Runs git, alone in the world.
///
/// # Errors
/// When there is none, or it fails.
pub fn git(folder: &Path, arguments: &[&str]) -> io::Result<()> {
    let status = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .stdin(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("git {arguments:?}: {status}"))) }
}
