//! Node.js.
//!
//! Shows: the version, in another style where `package.json` asks for a different one.
//! Hidden when: the directory has none of its files, or is one of esy's.
//! Costs: a look at the `PATH` and at `package.json`; one process for each version of the program, ever.
//! Source: node(1); package.json's `engines` (docs.npmjs.com).

use std::path::PathBuf;

use ziron_macros::{Describe, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::StyleText;

use super::capable::{Capability, Needed};
use super::options::tool;
use super::parse::first_release;
use super::run::{Needs, ToolKey, tool_key};
use super::version::{Version, VersionVars};
use crate::files;
use crate::json::Json;

tool! {
    /// Shows the version of Node.js in a directory that uses it.
    #[module(
        name = "nodejs", position = 49, feature = "nodejs", facts(self, tools::nodejs::Engines),
        cost = Process, policy = Keyed,
        files = ["!esy.lock/"]
    )]
    pub struct Nodejs {
        files: [
            "package.json", ".node-version", ".nvmrc", "!bunfig.toml", "!bun.lock", "!bun.lockb", "!deno.json", "!deno.jsonc", "!deno.lock"
        ],
        folders: ["node_modules"],
        extensions: ["js", "mjs", "cjs", "ts", "mts", "cts"],
        symbol: "\u{e718} ",
        style: "bold green",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// The style where the version is not one that `package.json` asks for.
        #[option(default = "bold red")]
        pub not_capable_style: StyleText,
    }
}

/// The command lines that tell the version.
const RUN: &[&[&str]] = &[&["node", "--version"]];

impl Source for Nodejs {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), RUN, Needs::NOTHING)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await || place.has_folder(io, "esy.lock").await {
            return None;
        }
        Some(tool_key(RUN, Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(first_release, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The version that `package.json` asks for.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "nodejs_engines", cost = File, policy = Never, files = ["package.json"])]
pub struct Engines;

impl Source for Engines {
    type Key = PathBuf;
    type Fact = Needed;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<PathBuf> {
        place.has_file(io, "package.json").await.then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, folder: &PathBuf, _place: &Place, io: &I) -> Result<Needed, ReadError> {
        let text = files::text(io, &folder.join("package.json")).await;
        let engines = text.as_deref().and_then(Json::parse);
        let node = engines.as_ref().and_then(|manifest| manifest.text(&["engines", "node"]));
        Ok(node.map(Needed::new).unwrap_or_default())
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct NodejsVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// What `package.json` asks for, if the version is not that.
    #[var(fact = 1)]
    pub engines_version: Option<&'a str>,
    /// The style: `not_capable_style` if the version is not what `package.json` asks for.
    #[var(style, fact = 1)]
    pub style: Capability,
}

impl Segment for Nodejs {
    type Facts<'a> = (Option<&'a Version>, Option<&'a Needed>);
    type Vars<'a> = NodejsVars<'a>;

    fn vars<'a>(&'a self, (version, needed): Self::Facts<'a>) -> Option<NodejsVars<'a>> {
        let version = version?;
        let (style, engines_version) = Needed::compare(needed, &version.raw);
        Some(NodejsVars { version: version.vars(), engines_version, style })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    #[test]
    fn the_version_is_compared_with_what_is_needed() {
        let package = r#"{"engines": {"node": ">=20"}}"#;
        let io = Simulated::new().file(format!("{HERE}/package.json"), package).program("node", "v18.19.0\n");
        let (version, needed) = (read(&Nodejs::DEFAULT, &io), read(&Engines, &io));
        let vars = Nodejs::DEFAULT.vars((version.as_ref(), needed.as_ref())).unwrap();
        assert_eq!(vars.version.unwrap().raw, "18.19.0");
        assert_eq!((vars.engines_version, vars.style), (Some(">=20"), Capability::NotCapable));
    }

    #[test]
    fn a_broken_manifest_asks_for_nothing() {
        let io = Simulated::new().file(format!("{HERE}/package.json"), "{").program("node", "v18.19.0\n");
        let (version, needed) = (read(&Nodejs::DEFAULT, &io), read(&Engines, &io));
        let vars = Nodejs::DEFAULT.vars((version.as_ref(), needed.as_ref())).unwrap();
        assert_eq!((vars.engines_version, vars.style), (None, Capability::Capable));
    }

    #[test]
    fn other_runtimes_projects_are_theirs() {
        for other in ["esy.lock/x", "bun.lock", "deno.json"] {
            let io = Simulated::new()
                .file(format!("{HERE}/package.json"), "{}")
                .file(format!("{HERE}/{other}"), "");
            assert_eq!(read(&Nodejs::DEFAULT, &io), None, "{other}");
        }
    }
}
