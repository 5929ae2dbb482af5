//! Elixir.
//!
//! Shows: the version, and that of Erlang/OTP below it.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: elixir(1).

use serde::{Deserialize, Serialize};
use ziron_macros::Vars;
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};

use super::options::tool;
use super::parse::stdout;
use super::run::{Needs, ToolKey, tool_key};
use super::version::VersionVars;

tool! {
    /// Shows the version of Elixir in a directory that uses it.
    #[module(
        name = "elixir", position = 31, feature = "managers", facts(self),
        cost = Process, policy = Keyed
    )]
    pub struct Elixir {
        files: ["mix.exs"],
        folders: [],
        extensions: [],
        symbol: "💧 ",
        style: "bold purple",
        format: "via [$symbol($version \\(OTP $otp_version\\) )]($style)",
        version_format: "v${raw}",
    }
}

/// The command lines that tell the version.
const RUN: &[&[&str]] = &[&["elixir", "--version"]];

/// Elixir's script starts Erlang by its name.
const ERLANG: Needs = Needs { programs: &["erl"], variables: &[] };

/// The versions of Elixir and of Erlang/OTP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElixirVersion {
    raw: String,
    otp: String,
}

impl Source for Elixir {
    type Key = ToolKey;
    type Fact = ElixirVersion;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), RUN, ERLANG)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(RUN, ERLANG, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<ElixirVersion, ReadError> {
        stdout(&key.ask(&[], place, io).await?).and_then(parse).ok_or_else(|| key.unreadable())
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<ElixirVersion> {
        Some(ElixirVersion::default())
    }
}

/// The second words of the first line and of the third: `Erlang/OTP 26 […]`, an empty line, `Elixir 1.16.0 (…)`.
fn parse(said: &str) -> Option<ElixirVersion> {
    let mut lines = said.lines();
    let otp = lines.next()?.split_whitespace().nth(1)?.to_owned();
    let raw = lines.nth(1)?.split_whitespace().nth(1)?.to_owned();
    Some(ElixirVersion { raw, otp })
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct ElixirVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// The version of Erlang/OTP.
    pub otp_version: &'a str,
}

impl Segment for Elixir {
    type Facts<'a> = Option<&'a ElixirVersion>;
    type Vars<'a> = ElixirVars<'a>;

    fn vars<'a>(&'a self, fact: Option<&'a ElixirVersion>) -> Option<ElixirVars<'a>> {
        let fact = fact?;
        Some(ElixirVars { version: VersionVars::new(&fact.raw), otp_version: &fact.otp })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_told() {
        let said =
            "Erlang/OTP 26 [erts-14.2.1] [source] [64-bit]\n\nElixir 1.16.0 (compiled with Erlang/OTP 26)\n";
        assert_eq!(parse(said), Some(ElixirVersion { raw: "1.16.0".into(), otp: "26".into() }));
        assert_eq!(parse("Elixir 1.16.0\n"), None);
    }
}
