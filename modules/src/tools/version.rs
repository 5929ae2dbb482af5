//! What all tools share: a module that finds files, asks a program for its version and shows it.
//!
//! Shows: a symbol and the version.
//! Hidden when: the directory has none of the tool's files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::options::Detection;
use super::parse::trimmed;
use super::run::{Needs, ToolKey, tool_key};

/// A tool that shows nothing but its version: a row of the table.
#[derive(Clone, Copy, Debug, Options)]
#[source(name = self.name, cost = Process, policy = Keyed)]
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
    /// What the programs need.
    #[fixed(Needs::NOTHING)]
    pub needs: Needs,
    /// Finds the version in what the program said.
    #[fixed(trimmed)]
    pub parse: fn(&Output) -> Option<String>,
}

/// The version of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The version as the tool writes it; empty if it is not known.
    pub raw: String,
}

impl Tool {
    const fn detection(&self) -> Detection {
        Detection {
            files: self.detect_files,
            folders: self.detect_folders,
            extensions: self.detect_extensions,
        }
    }
}

impl Source for Tool {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), self.run, self.needs)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(self.run, self.needs, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(self.parse, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
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

impl Version {
    /// The version, taken apart; `None` if it is not known.
    pub(crate) fn vars(&self) -> Option<VersionVars<'_>> {
        VersionVars::new(&self.raw)
    }
}

impl<'a> VersionVars<'a> {
    /// Takes a version apart; `None` if there is none.
    pub fn new(raw: &'a str) -> Option<VersionVars<'a>> {
        if raw.is_empty() {
            return None;
        }
        let core = raw.split(['-', '+', '_', ' ']).next().unwrap_or_default();
        let mut numbers = core.split('.');
        let mut number =
            || numbers.next().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
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
        Some(ToolVars { version: version?.vars() })
    }
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
