//! Facts that are worth a full prompt.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use ziron::{Facts, Request};
use ziron_build::scenario;
use ziron_runtime::scenario::FactSet;
use ziron_runtime::shell::Shell;

use crate::DEFAULT_PROMPT;

/// A repository with changes in which four tools and a package are found.
#[derive(Debug)]
pub struct Sample(FactSet);

impl Sample {
    /// Reads the facts.
    ///
    /// # Errors
    /// When they are not in the shape of the modules' facts.
    pub fn new() -> io::Result<Sample> {
        let mut set = scenario::read(include_str!("sample.toml")).map_err(io::Error::other)?;
        set.request.shell = Shell::Zsh;
        set.facts(&DEFAULT_PROMPT);
        match set.mistakes().as_slice() {
            [] => Ok(Sample(set)),
            mistakes => Err(io::Error::other(format!("{mistakes:?}"))),
        }
    }

    /// What the default prompt draws of them.
    pub fn facts(&self) -> Facts<'_> {
        self.0.facts(&DEFAULT_PROMPT)
    }

    /// What the shell says.
    pub fn request(&self) -> &Request {
        &self.0.request
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
