//! The output of a command of one's own.
//!
//! Shows: what a command writes.
//! Hidden when: the directory has none of the files and folders it is for, and `when` does not hold either.
//! Costs: a process for `when`, if that is a command, and one for `command`; both for every prompt.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::{Command, Io, Output};
use ziron_runtime::pen::Lines;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Condition, Format, StyleText, Words};
use ziron_runtime::variables::{EVERYTHING, of_script};

use crate::tools::options::Detection;

/// Shows what a command of your own writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "custom", position = 89, many, facts(self),
    cost = Process, policy = Last,
    // The scripts are given all that the shell exports.
    env = ["PATH", SHELL, "GIT_CEILING_DIRECTORIES", EVERYTHING]
)]
pub struct Custom {
    /// The format of the module.
    #[option(default = "[$symbol($output )]($style)")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "green bold")]
    pub style: StyleText,
    /// The symbol before the output.
    #[option(default = "", var)]
    pub symbol: Format,
    /// The script whose output is shown. Escape sequences in the output are left out.
    #[option(default = "", names = "script")]
    pub command: &'static str,
    /// Shows the module wherever this is true, or wherever this script succeeds.
    #[option(default = Condition::Constant(false), names = "script")]
    pub when: Condition,
    /// Shows the module in repositories only.
    #[option(default = false)]
    pub require_repo: bool,
    /// The program that runs the scripts, with its arguments; the shell at hand if nothing is said (`STARSHIP_SHELL`,
    /// else `sh`).
    #[option(default = &[])]
    pub shell: Words,
    /// Gives scripts to the shell on its standard input (true) or as its last argument (false).
    /// If nothing is said, on the standard input, except for shells that do not read scripts there.
    #[option(default = None)]
    pub use_stdin: Option<bool>,
    /// Lets scripts run beyond `command_timeout`.
    #[option(default = false)]
    pub ignore_timeout: bool,
    /// Shows the module on this system only: `linux`, `macos`, or `unix` for both.
    #[option(default = None)]
    pub os: Option<&'static str>,
    /// Files that show the module, unless there is one of those written with a leading `!`.
    #[option(default = &[], alias = "files")]
    pub detect_files: &'static [&'static str],
    /// Folders that show the module, unless there is one of those written with a leading `!`.
    #[option(default = &[], alias = "directories")]
    pub detect_folders: &'static [&'static str],
    /// Extensions of files that show the module, unless there is one of those written with a leading `!`.
    #[option(default = &[], alias = "extensions")]
    pub detect_extensions: &'static [&'static str],
    /// Has no effect: what a command writes cannot steer the terminal or the shell.
    #[option(default = false)]
    pub unsafe_no_escape: bool,
    /// What the module is for, in a few words.
    #[option(default = "<custom config>")]
    pub description: &'static str,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
    /// The full name of the table: `custom.NAME`.
    #[fixed("custom")]
    pub instance: &'static str,
}

/// The variable that names the shell at hand.
const SHELL: &str = "STARSHIP_SHELL";

/// How long a script may run that ignores the timeout: so long that nobody waits for it.
const FOREVER: Duration = Duration::from_hours(24);

/// Where the scripts run, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Setting {
    folder: std::path::PathBuf,
    shell: Vec<String>,
    /// Whether the module is shown whatever `when` says.
    is_certain: bool,
    /// A hash of the variables that the scripts name and of the `PATH`. They may be secrets, and keys are written into
    /// files.
    variables: u64,
    /// What tells the shell's other variables, which programs that the scripts run may read, from those of other
    /// shells.
    environment: u64,
}

/// What the scripts said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    is_shown: bool,
    output: String,
}

impl Source for Custom {
    type Key = Setting;
    type Fact = Said;

    fn manifest(&self) -> Manifest {
        let shell = if self.shell.0.is_empty() { String::from("sh") } else { self.shell.0.join(" ") };
        let named: Vec<&'static str> = self.named().collect();
        self.detection().manifest(self.base_manifest()).env(&named).programs([shell])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<Setting> {
        if !self.os.is_none_or(is_this_system) {
            return None;
        }
        if self.require_repo && place.repository_root(io).await.is_none() {
            return None;
        }
        let is_certain = self.when == Condition::Constant(true) || self.finds_something(place, io).await;
        if !is_certain && self.when == Condition::Constant(false) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        self.named().chain(["PATH"]).for_each(|name| io.env(name).hash(&mut hasher));
        let variables = hasher.finish();
        let (folder, environment) = (place.physical.clone(), io.environment_of_scripts());
        Some(Setting { folder, shell: self.shell(io), is_certain, variables, environment })
    }

    async fn read<I: Io>(&self, setting: &Setting, place: &Place, io: &I) -> Result<Said, ReadError> {
        if let (Condition::Command(script), false) = (self.when, setting.is_certain)
            && !self.run(script, setting, place, io).await?.succeeded()
        {
            return Ok(Said { is_shown: false, output: String::new() });
        }
        let mut output = String::new();
        if !self.command.is_empty() {
            let said = self.run(self.command, setting, place, io).await?;
            if said.succeeded() {
                output = without_escapes(&String::from_utf8_lossy(&said.stdout));
            }
        }
        Ok(Said { is_shown: true, output: output.trim().to_owned() })
    }

    fn without_reading(&self, setting: &Setting) -> Option<Said> {
        setting.is_certain.then(|| Said { is_shown: true, output: String::new() })
    }
}

impl Custom {
    /// The variables that its scripts name.
    fn named(&self) -> impl Iterator<Item = &'static str> {
        let when = if let Condition::Command(command) = self.when { command } else { "" };
        of_script(self.command).chain(of_script(when))
    }

    const fn detection(&self) -> Detection {
        Detection {
            files: self.detect_files,
            folders: self.detect_folders,
            extensions: self.detect_extensions,
        }
    }

    async fn finds_something<I: Io>(&self, place: &Place, io: &I) -> bool {
        let Detection { files, folders, extensions } = self.detection();
        let looks = !(files.is_empty() && folders.is_empty() && extensions.is_empty());
        looks && self.detection().matches(place, io).await
    }

    /// The program that runs the scripts, and its arguments.
    fn shell<I: Io>(&self, io: &I) -> Vec<String> {
        if !self.shell.0.is_empty() {
            return self.shell.0.iter().map(|word| (*word).to_owned()).collect();
        }
        let shell = io.env_text(SHELL).filter(|shell| !shell.is_empty());
        vec![shell.unwrap_or_else(|| String::from("sh"))]
    }

    /// Runs a script to its end.
    async fn run<I: Io>(
        &self,
        script: &str,
        setting: &Setting,
        place: &Place,
        io: &I,
    ) -> Result<Output, ReadError> {
        let (program, arguments) =
            setting.shell.split_first().ok_or_else(|| ReadError::nothing("there is no shell"))?;
        let file = io.find_program(program).await;
        let file = file.ok_or_else(|| ReadError::nothing(format!("`{program}` is not on the PATH")))?;
        let timeout = if self.ignore_timeout { FOREVER } else { place.command_timeout };
        let mut command = Command::new(file, &setting.folder, timeout).args(arguments);
        let flags: &[&str] = match (family(program), self.use_stdin) {
            _ if !arguments.is_empty() || self.use_stdin == Some(false) => &[],
            (Family::PowerShell, _) => &["-NoProfile", "-Command", "-"],
            (Family::Nu, None) => &["-c"],
            _ => &[],
        };
        command = command.args(flags);
        if self.use_stdin.unwrap_or(family(program) != Family::Nu) {
            command.input = script.as_bytes().to_vec();
        } else {
            command = command.args([script]);
        }
        io.run(command).await.map_err(ReadError::io(format!("run {program}")))
    }
}

/// Shells, by how they take scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// On the standard input.
    Posix,
    /// On the standard input, if told.
    PowerShell,
    /// As an argument.
    Nu,
}

fn family(program: &str) -> Family {
    match Path::new(program).file_name().and_then(|name| name.to_str()) {
        Some("pwsh" | "powershell") => Family::PowerShell,
        Some("nu") => Family::Nu,
        _ => Family::Posix,
    }
}

fn is_this_system(os: &str) -> bool {
    os == std::env::consts::OS || (os == "unix" && cfg!(unix))
}

/// Leaves out escape sequences as a whole, of which the pen would leave the harmless rest.
///
/// Source: ECMA-48, 5.4 for control sequences and 5.6 for control strings.
fn without_escapes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, sequence)) = rest.split_once('\x1b') {
        kept.push_str(before);
        rest = match sequence.chars().next() {
            Some('[') => after(&sequence[1..], |c| ('@'..='~').contains(&c)),
            Some(']' | 'P' | 'X' | '^' | '_') => after_string(&sequence[1..]),
            // One of two bytes, with intermediate ones between.
            _ => after(sequence, |c| !(' '..='/').contains(&c)),
        };
    }
    kept + rest
}

/// What follows the first character that ends something; nothing if none does.
fn after(text: &str, ends: impl Fn(char) -> bool) -> &str {
    text.char_indices().find(|(_, c)| ends(*c)).map_or("", |(at, c)| &text[at + c.len_utf8()..])
}

/// What follows a control string.
fn after_string(text: &str) -> &str {
    let rest = text.trim_start_matches(|c| c != '\x07' && c != '\x1b');
    rest.strip_prefix("\x1b\\").or_else(|| rest.strip_prefix('\x07')).unwrap_or(rest)
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct CustomVars<'a> {
    /// What the command wrote to its standard output, without white space around it; nothing if it failed.
    pub output: Lines<'a>,
}

impl Segment for Custom {
    type Facts<'a> = Option<&'a Said>;
    type Vars<'a> = CustomVars<'a>;

    fn vars<'a>(&'a self, said: Option<&'a Said>) -> Option<CustomVars<'a>> {
        let said = said.filter(|said| said.is_shown)?;
        Some(CustomVars { output: Lines(&said.output) })
    }
}

#[cfg(test)]
mod tests;
