//! Running a tool: which file a command line means here, and what it says.
//!
//! A tool runs where no project reaches, and is given its user's home, a `PATH`, and the variables of its row: neither files of the directory nor
//! variables such as `NODE_OPTIONS` and `PERL5OPT` make it load anything.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_runtime::io::{Command, Identity, Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::source::ReadError;

use super::manager::{self, Resolved};

/// What the version of a tool depends on: the program's file, and what that needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToolKey {
    program: Program,
    /// Programs that it starts: they are found first.
    companions: Vec<(PathBuf, Identity)>,
    /// Variables that it needs, with absolute paths in them.
    variables: Vec<(String, PathBuf)>,
}

/// A program that may tell its version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Program {
    /// The file by which name it is run, since a program that is many in one looks at that.
    File { file: PathBuf, identity: Identity, arguments: Vec<String> },
    /// There is none of that name.
    Absent(String),
    /// The version that a manager chooses is not installed.
    NotInstalled { name: String, manager: String },
    /// It cannot be told which program a manager would choose.
    Unknown { name: String, manager: String },
}

/// What a tool needs besides its own file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Programs that it starts by their names.
    pub programs: &'static [&'static str],
    /// Variables that name folders to it.
    pub variables: &'static [&'static str],
}

impl Needs {
    /// Nothing.
    pub const NOTHING: Needs = Needs { programs: &[], variables: &[] };
    /// A Java that it runs on.
    pub const JAVA: Needs = Needs { programs: &["java"], variables: &["JAVA_HOME"] };
}

/// Finds the programs of some command lines, of which the first that there is will do.
pub(crate) async fn tool_key<I: Io>(run: &[&[&str]], needs: Needs, place: &Place, io: &I) -> ToolKey {
    let mut key =
        ToolKey { program: Program::Absent(String::new()), companions: Vec::new(), variables: Vec::new() };
    for words in run {
        let Some((name, arguments)) = words.split_first() else { continue };
        let found = manager::resolve(name, place, io).await;
        let name = (*name).to_owned();
        match found {
            Resolved::Program(file, identity) => {
                let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
                key.program = Program::File { file, identity, arguments };
                break;
            }
            Resolved::Unknown(manager) => {
                // Another program's version would be a guess.
                key.program = Program::Unknown { name, manager: manager.to_owned() };
                break;
            }
            Resolved::NotInstalled(manager) => {
                key.program = Program::NotInstalled { name, manager: manager.to_owned() }
            }
            Resolved::Absent if matches!(key.program, Program::Absent(_)) => {
                key.program = Program::Absent(name);
            }
            Resolved::Absent => {}
        }
    }
    if matches!(key.program, Program::File { .. }) {
        key.add(needs, place, io).await;
    }
    key
}

impl ToolKey {
    async fn add<I: Io>(&mut self, needs: Needs, place: &Place, io: &I) {
        for name in needs.programs {
            match manager::resolve(name, place, io).await {
                Resolved::Program(file, identity) => self.companions.push((file, identity)),
                Resolved::Unknown(manager) => {
                    self.program = Program::Unknown { name: (*name).to_owned(), manager: manager.to_owned() };
                }
                // It may know where to look itself.
                Resolved::NotInstalled(_) | Resolved::Absent => {}
            }
        }
        for name in needs.variables {
            if let Some(folder) = io.env(name).map(PathBuf::from).filter(|folder| folder.is_absolute()) {
                self.variables.push(((*name).to_owned(), folder));
            }
        }
    }

    /// The file that is run, if there is one, with symbolic links resolved.
    pub(crate) fn target(&self) -> Option<&Path> {
        match &self.program {
            Program::File { identity, .. } => Some(&identity.path),
            _ => None,
        }
    }

    /// Runs the program. `environment` are variables that it is given besides.
    pub(crate) async fn ask<I: Io>(
        &self,
        environment: &[(&str, &str)],
        place: &Place,
        io: &I,
    ) -> Result<Output, ReadError> {
        // None of this is a failure: there is no program whose version could be shown, or nobody but a manager knows which it is.
        let (file, identity, arguments) = match &self.program {
            Program::File { file, identity, arguments } => (file, identity, arguments),
            Program::Absent(name) => {
                return Err(ReadError::nothing(format!("there is no program `{name}` on the PATH")));
            }
            Program::NotInstalled { name, manager } => {
                return Err(ReadError::nothing(format!(
                    "the version of `{name}` that {manager} chooses here is not installed"
                )));
            }
            Program::Unknown { name, manager } => {
                return Err(ReadError::nothing(format!(
                    "only {manager} could tell which `{name}` it runs here"
                )));
            }
        };
        if manager::is_script_of_manager(file, identity, io).await {
            return Err(ReadError::nothing(format!("`{}` is a script of a version manager", file.display())));
        }
        let mut command = Command::isolated(file, place.command_timeout).args(arguments.iter().cloned());
        command.environment = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        command.environment.push(("PATH".into(), self.search(io)));
        command.environment.extend(place.home.iter().map(|home| ("HOME".into(), home.into())));
        command.environment.extend(self.variables.iter().map(|(name, folder)| (name.into(), folder.into())));
        run_program(file, command, io).await
    }

    /// The `PATH` that the program is given: the programs that it needs, then the user's, without folders of shims.
    fn search<I: Io>(&self, io: &I) -> OsString {
        let companions = self.companions.iter().filter_map(|(file, _)| file.parent().map(Path::to_owned));
        let path = io.env("PATH").unwrap_or_default();
        let own = std::env::split_paths(&path)
            .filter(|folder| folder.is_absolute() && folder.file_name() != Some(OsStr::new("shims")));
        let last = ["/usr/bin", "/bin"].map(PathBuf::from);
        // A folder with a colon in its name cannot be on a `PATH`.
        std::env::join_paths(companions.chain(own).chain(last)).unwrap_or_else(|_| "/usr/bin:/bin".into())
    }

    /// Runs the program, and finds the version in what it says.
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
        let name = match &self.program {
            Program::File { file, .. } => file.file_name().unwrap_or_default(),
            Program::Absent(name) | Program::NotInstalled { name, .. } | Program::Unknown { name, .. } => {
                OsStr::new(name)
            }
        };
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
