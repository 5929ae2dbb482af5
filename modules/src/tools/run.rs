//! Running a tool: which file a command line means here, and what it says.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_runtime::io::{Command, Identity, Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::source::ReadError;

use super::shim::{self, Surroundings};

/// What the version of a tool depends on: the program's file, and for a version manager's shim what that one looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToolKey {
    /// The programs that are tried, in order: the first that is there, and as long as that is a shim, which may know no version, the next.
    candidates: Vec<Candidate>,
    /// What the shims among them look at.
    shim: Option<Surroundings>,
}

/// A program that may tell its version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Candidate {
    /// The file as it was found, by which name it is run: a program that is many in one looks at that.
    file: PathBuf,
    identity: Identity,
    arguments: Vec<String>,
}

/// Finds the programs of some command lines, of which the first that works will do.
pub(crate) async fn tool_key<I: Io>(run: &[&[&str]], place: &Place, io: &I) -> ToolKey {
    let mut key = ToolKey::default();
    for words in run {
        let Some((name, arguments)) = words.split_first() else { continue };
        let Some(file) = io.find_program(name).await else { continue };
        let Ok(identity) = io.identity(&file).await else { continue };
        let is_shim = shim::is_shim(&file) || shim::is_shim(&identity.path);
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        key.candidates.push(Candidate { file, identity, arguments });
        if !is_shim {
            break;
        }
        if key.shim.is_none() {
            key.shim = Some(shim::surroundings(place, io).await);
        }
    }
    key
}

impl ToolKey {
    /// Makes the key depend on what a version manager looks at, whatever the programs look like.
    pub(crate) async fn managed<I: Io>(mut self, place: &Place, io: &I) -> ToolKey {
        if self.shim.is_none() {
            self.shim = Some(shim::surroundings(place, io).await);
        }
        self
    }

    /// Runs the programs until one succeeds. `environment` are variables they get besides those of this process.
    pub(crate) async fn ask<I: Io>(
        &self,
        environment: &[(&str, &str)],
        place: &Place,
        io: &I,
    ) -> Result<Output, ReadError> {
        let mut failure = ReadError::unexpected("there is no such program on the PATH");
        for Candidate { file, arguments, .. } in &self.candidates {
            let mut command =
                Command::new(file, &place.physical, place.command_timeout).args(arguments.iter().cloned());
            command.environment =
                environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
            match run_program(file, command, io).await {
                Ok(output) => return Ok(output),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Runs the programs until one succeeds, and finds the version in what it says.
    pub(crate) async fn version<I: Io>(
        &self,
        parse: fn(&Output) -> Option<String>,
        place: &Place,
        io: &I,
    ) -> Result<String, ReadError> {
        parse(&self.ask(&[], place, io).await?).ok_or_else(|| self.unreadable())
    }

    /// The error for a version that nobody can find in what the tool said.
    pub(crate) fn unreadable(&self) -> ReadError {
        let name = self.candidates.first().and_then(|first| first.file.file_name()).unwrap_or_default();
        ReadError::unexpected(format!("there is no version in what `{}` said", name.display()))
    }
}

/// Runs a program and checks that it succeeded.
async fn run_program<I: Io>(file: &Path, command: Command, io: &I) -> Result<Output, ReadError> {
    let output = io.run(command).await.map_err(ReadError::io(format!("run {}", file.display())))?;
    if output.succeeded() {
        Ok(output)
    } else {
        Err(ReadError::Failed { program: file.display().to_string(), status: output.status })
    }
}
