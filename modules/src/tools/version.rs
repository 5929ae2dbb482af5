//! What all tools share: a module that finds files, asks a program for its version and shows it.
//!
//! Shows: a symbol and the version.
//! Hidden when: the directory has none of the tool's files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::{Command, Identity, Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Cost, Manifest, Policy, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::shim::{self, Surroundings};

/// A tool that shows nothing but its version: a row of the table.
#[derive(Clone, Copy, Debug, Options)]
pub struct Tool {
    /// The format of the module.
    #[option(default = "via [$symbol($version )]($style)")]
    pub format: Format,
    /// The format of the version.
    #[option(default = "v${raw}")]
    pub version_format: Format,
    /// The symbol of the tool.
    #[option(default = "", var)]
    pub symbol: Format,
    /// The style of the module.
    #[option(default = "bold blue")]
    pub style: StyleText,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
    /// Extensions of files that show the module; one with a leading `!` hides it.
    #[option(default = &[])]
    pub detect_extensions: &'static [&'static str],
    /// Files that show the module; one with a leading `!` hides it.
    #[option(default = &[])]
    pub detect_files: &'static [&'static str],
    /// Folders that show the module; one with a leading `!` hides it.
    #[option(default = &[])]
    pub detect_folders: &'static [&'static str],
    /// The module's name.
    #[fixed("")]
    pub name: &'static str,
    /// The command lines that are tried for the version: the first whose program there is.
    #[fixed(&[])]
    pub run: &'static [&'static [&'static str]],
    /// Finds the version in what the program said.
    #[fixed(trimmed)]
    pub parse: fn(&Output) -> Option<String>,
}

/// What the version of a tool depends on: the program's file, and for a version manager's shim what that one looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToolKey {
    /// The index of the command line.
    command: usize,
    /// The program; `None` if it is not installed.
    program: Option<Identity>,
    /// What a shim looks at.
    shim: Option<Surroundings>,
}

/// The version of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The version as the tool writes it; empty if it is not known.
    pub raw: String,
}

impl Source for Tool {
    type Key = ToolKey;
    type Fact = Version;

    fn name(&self) -> &'static str {
        self.name
    }

    fn manifest(&self) -> Manifest {
        manifest(self.detect_files, self.detect_folders, self.detect_extensions, self.run)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !place.listing().matches(self.detect_files, self.detect_folders, self.detect_extensions) {
            return None;
        }
        Some(tool_key(self.run, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        let output = ask(self.run, key, place, io).await?;
        let raw = (self.parse)(&output).ok_or_else(|| unreadable(self.name))?;
        Ok(Version { raw })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The manifest of a tool.
pub(crate) fn manifest(files: &[&str], folders: &[&str], extensions: &[&str], run: &[&[&str]]) -> Manifest {
    Manifest::new(Cost::Process, Policy::Keyed)
        .env(&["PATH"])
        .files(files.iter().map(|name| (*name).to_owned()))
        .files(folders.iter().map(|name| format!("{name}/")))
        .files(extensions.iter().map(|name| match name.strip_prefix('!') {
            Some(name) => format!("!*.{name}"),
            None => format!("*.{name}"),
        }))
        .programs(run.iter().map(|words| words.join(" ")))
}

/// The key of a tool: the first of its programs that is on the `PATH`.
pub(crate) async fn tool_key<I: Io>(run: &[&[&str]], place: &Place, io: &I) -> ToolKey {
    for (command, words) in run.iter().enumerate() {
        let Some(name) = words.first() else { continue };
        if let Some(file) = io.find_program(name).await
            && let Ok(identity) = io.identity(&file).await
        {
            let shim = shim::surroundings(&file, &identity, place, io).await;
            return ToolKey { command, program: Some(identity), shim };
        }
    }
    ToolKey { command: 0, program: None, shim: None }
}

/// Runs a tool's command line and checks that it succeeded.
pub(crate) async fn ask<I: Io>(run: &[&[&str]], key: &ToolKey, place: &Place, io: &I) -> Result<Output, ReadError> {
    let words = run.get(key.command).copied().unwrap_or_default();
    let name = words.first().copied().unwrap_or_default();
    if key.program.is_none() {
        return Err(ReadError::unexpected(format!("`{name}` is not on the PATH")));
    }
    // Run by the name it was found under: a program that is many in one looks at that.
    let file = io.find_program(name).await.ok_or_else(|| ReadError::unexpected(format!("`{name}` is not on the PATH")))?;
    run_program(&file, &words[1..], place, io).await
}

/// Runs a program in the place and checks that it succeeded.
pub(crate) async fn run_program<I: Io>(file: &Path, words: &[&str], place: &Place, io: &I) -> Result<Output, ReadError> {
    let command = Command::new(file, &place.physical, place.command_timeout).args(words.iter().copied());
    let output = io.run(command).await.map_err(ReadError::io(format!("run {}", file.display())))?;
    if output.succeeded() {
        Ok(output)
    } else {
        Err(ReadError::Failed { program: file.display().to_string(), status: output.status })
    }
}

/// The error for a version that nobody can find in what a tool said.
pub(crate) fn unreadable(name: &str) -> ReadError {
    ReadError::unexpected(format!("there is no version in what `{name}` said"))
}

/// A version, taken apart for `version_format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Vars)]
pub struct VersionVars<'a> {
    /// The version as the tool writes it.
    pub raw: &'a str,
    /// Its first number.
    pub major: &'a str,
    /// Its second number.
    pub minor: &'a str,
    /// Its third number.
    pub patch: &'a str,
}

impl<'a> VersionVars<'a> {
    /// Takes a version apart; `None` if there is none.
    pub fn new(raw: &'a str) -> Option<VersionVars<'a>> {
        if raw.is_empty() {
            return None;
        }
        let core = raw.split(['-', '+', '_', ' ']).next().unwrap_or_default();
        let mut numbers = core.split('.');
        let mut number = || numbers.next().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
        let (major, minor, patch) = (number(), number(), number());
        // A version of one number, or of none, is not taken apart.
        let known = major.is_some() && minor.is_some();
        let part = |part: Option<&'a str>| part.filter(|_| known).unwrap_or_default();
        Some(VersionVars { raw, major: part(major), minor: part(minor), patch: part(patch) })
    }
}

/// The variables of a tool.
#[derive(Clone, Copy, Debug, Vars)]
pub struct ToolVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
}

impl Segment for Tool {
    type Facts<'a> = Option<&'a Version>;
    type Vars<'a> = ToolVars<'a>;

    fn vars<'a>(&'a self, version: Option<&'a Version>) -> Option<ToolVars<'a>> {
        Some(ToolVars { version: VersionVars::new(&version?.raw) })
    }
}

/// The standard output, or the standard error if there is none.
pub(crate) fn either(output: &Output) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).ok();
    text(&output.stdout).filter(|text| !text.is_empty()).or_else(|| text(&output.stderr))
}

/// The standard output.
pub(crate) fn stdout(output: &Output) -> Option<String> {
    String::from_utf8(output.stdout.clone()).ok()
}

/// A version that is all that a tool says.
pub fn trimmed(output: &Output) -> Option<String> {
    Some(stdout(output)?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A version that is one word of what a tool says: the word `N`, counted from 0.
pub fn word<const N: usize>(output: &Output) -> Option<String> {
    stdout(output)?.split_whitespace().nth(N).map(ToOwned::to_owned)
}

/// The same for tools that may say it on their standard error.
pub fn word_of_either<const N: usize>(output: &Output) -> Option<String> {
    either(output)?.split_whitespace().nth(N).map(ToOwned::to_owned)
}

/// The first word of what a tool says that is a version of three numbers.
pub fn semantic_word(output: &Output) -> Option<String> {
    let is_version = |word: &&str| {
        let core = word.split(['-', '+']).next().unwrap_or_default();
        core.split('.').count() == 3 && core.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    stdout(output)?.split_whitespace().find(is_version).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_apart() {
        let parts = |raw| VersionVars::new(raw).map(|v| (v.major, v.minor, v.patch));
        assert_eq!(parts("1.2.3-beta.1"), Some(("1", "2", "3")));
        assert_eq!(parts("3.11"), Some(("3", "11", "")));
        assert_eq!(parts("nightly"), Some(("", "", "")));
        assert_eq!(parts(""), None);
    }
}
