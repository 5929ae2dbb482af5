//! Go.
//!
//! Shows: the version, in another style where `go.mod` asks for a different one.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH` and at `go.mod` files; one process for each version of the program, ever.
//! Source: go.dev/doc/toolchain, go.dev/ref/mod; `go help version`.

mod toolchain;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ziron_macros::{Describe, Vars};
use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::StyleText;

use super::capable::{Capability, Needed};
use super::options::tool;
use super::parse::{some, stdout};
use super::run::{Needs, ToolKey, tool_key};
use super::version::{Version, VersionVars};
use crate::files;

tool! {
    /// Shows the version of Go in a directory that uses it.
    #[module(
        name = "golang", position = 37, feature = "golang", facts(self, tools::golang::GoMod),
        cost = Process, policy = Keyed,
        env = toolchain::VARIABLES,
        files = ["~/.config/go/env"]
    )]
    pub struct Golang {
        files: ["go.mod", "go.sum", "go.work", "glide.yaml", "Gopkg.yml", "Gopkg.lock", ".go-version"],
        folders: ["Godeps"],
        extensions: ["go"],
        symbol: "🐹 ",
        style: "bold cyan",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// The style where the version is not one that `go.mod` asks for.
        #[option(default = "bold red")]
        pub not_capable_style: StyleText,
    }
}

/// The command lines that tell the version.
const RUN: &[&[&str]] = &[&["go", "version"]];

/// What `go version` depends on: the program, and what makes it hand over to another toolchain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GolangKey {
    tool: ToolKey,
    /// The version of a toolchain that is there and would be used if it is newer.
    wanted: Option<String>,
}

impl Source for Golang {
    type Key = GolangKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), RUN, Needs::NOTHING)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<GolangKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        let tool = tool_key(RUN, Needs::NOTHING, place, io).await;
        let wanted = match tool.target() {
            Some(program) => toolchain::wanted(program, place, io).await,
            None => None,
        };
        Some(GolangKey { tool, wanted })
    }

    async fn read<I: Io>(&self, key: &GolangKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        let output = key.tool.ask(&[("GOTOOLCHAIN", "local")], place, io).await?;
        let raw = parse(&output).ok_or_else(|| key.tool.unreadable())?;
        let wanted = key.wanted.as_ref().filter(|wanted| toolchain::is_newer(wanted, &raw));
        Ok(Version { raw: wanted.cloned().unwrap_or(raw) })
    }

    fn without_reading(&self, _key: &GolangKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The version in `go version go1.21.3 linux/amd64`.
fn parse(output: &Output) -> Option<String> {
    let (_, version) = stdout(output)?.split_once("go version go")?;
    some(version.split_whitespace().next()?)
}

/// The version that `go.mod` asks for.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "golang_mod", cost = File, policy = Never, files = ["go.mod"])]
pub struct GoMod;

impl Source for GoMod {
    type Key = PathBuf;
    type Fact = Needed;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<PathBuf> {
        place.has_file(io, "go.mod").await.then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, folder: &PathBuf, _place: &Place, io: &I) -> Result<Needed, ReadError> {
        let text = files::text(io, &folder.join("go.mod")).await.unwrap_or_default();
        Ok(needed(&text).map(Needed::new).unwrap_or_default())
    }
}

/// The numbers after `go` in a `go.mod`: at least two, with dots between.
fn needed(text: &str) -> Option<&str> {
    let version = text.lines().find_map(|line| line.trim().strip_prefix("go "))?.trim_start();
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    Some(version[..end].trim_end_matches('.')).filter(|version| version.contains('.'))
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GolangVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// What `go.mod` asks for, if the version is not that.
    #[var(fact = 1)]
    pub mod_version: Option<&'a str>,
    /// The style: `not_capable_style` if the version is not what `go.mod` asks for.
    #[var(style, fact = 1)]
    pub style: Capability,
}

impl Segment for Golang {
    type Facts<'a> = (Option<&'a Version>, Option<&'a Needed>);
    type Vars<'a> = GolangVars<'a>;

    fn vars<'a>(&'a self, (version, needed): Self::Facts<'a>) -> Option<GolangVars<'a>> {
        let version = version?;
        let (style, mod_version) = Needed::compare(needed, &version.raw);
        Some(GolangVars { version: version.vars(), mod_version, style })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use futures_lite::future::block_on;

    use crate::testing::{HERE, place, read};

    const GO: &str = "go version go1.21.3 linux/amd64\n";

    #[test]
    fn the_version_is_compared_with_what_is_needed() {
        let io = Simulated::new().file(format!("{HERE}/go.mod"), "module x\n\ngo 1.22\n").program("go", GO);
        let (version, needed) = (read(&Golang::DEFAULT, &io), read(&GoMod, &io));
        let vars = Golang::DEFAULT.vars((version.as_ref(), needed.as_ref())).unwrap();
        assert_eq!(vars.version.unwrap().raw, "1.21.3");
        assert_eq!((vars.mod_version, vars.style), (Some("1.22"), Capability::NotCapable));
    }

    #[test]
    fn what_go_mod_needs() {
        let cases = [
            ("go 1.21\n", Some("1.21")),
            ("go 1.21rc1", Some("1.21")),
            ("go 1\n", None),
            ("toolchain go1.22.0", None),
        ];
        for (text, version) in cases {
            assert_eq!(needed(text), version, "{text}");
        }
    }

    #[test]
    fn a_toolchain_that_is_there_is_shown() {
        let shown = |wanted: Option<&str>| {
            let io = Simulated::new().file(format!("{HERE}/go.mod"), "go 1.21\n").program("go", GO);
            let place = place(&io, HERE);
            block_on(async {
                let mut key = Golang::DEFAULT.key(&place, &io).await.unwrap();
                key.wanted = wanted.map(ToOwned::to_owned);
                Golang::DEFAULT.read(&key, &place, &io).await.unwrap().raw
            })
        };
        assert_eq!(shown(None), "1.21.3");
        assert_eq!(shown(Some("1.22.0")), "1.22.0");
        assert_eq!(shown(Some("1.21.1")), "1.21.3");
    }
}
