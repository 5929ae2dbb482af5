//! Haskell.
//!
//! Shows: the snapshot that `stack.yaml` names, or else the version of GHC.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH` and at `stack.yaml`; one process for each version of the program, ever.
//! Source: ghc(1); docs.haskellstack.org, "snapshot".

use std::path::PathBuf;

use ziron_macros::{Describe, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::Format;

use super::options::tool;
use super::parse::trimmed;
use super::run::{Needs, ToolKey, tool_key};
use super::version::Version;
use crate::files;

tool! {
    /// Shows the Stack snapshot or the version of GHC in a directory that uses Haskell.
    #[module(
        name = "haskell", position = 39, feature = "managers", facts(self, tools::haskell::Snapshot),
        cost = Process, policy = Keyed
    )]
    pub struct Haskell {
        files: ["stack.yaml", "cabal.project"],
        folders: [],
        extensions: ["hs", "cabal", "hs-boot"],
        symbol: "λ ",
        style: "bold purple",
        format: "via [$symbol($version )]($style)",
    } with {
        /// Accepted because starship accepts it; like there, the version is shown as it is.
        #[option(default = "v${raw}")]
        pub version_format: Format,
    }
}

/// The command lines that tell the version.
const RUN: &[&[&str]] = &[&["ghc", "--numeric-version"]];

impl Source for Haskell {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), RUN, Needs::NOTHING)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(RUN, Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(trimmed, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The snapshot that `stack.yaml` names.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "haskell_snapshot", cost = File, policy = Never, files = ["stack.yaml"])]
pub struct Snapshot;

impl Source for Snapshot {
    type Key = PathBuf;
    type Fact = String;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<PathBuf> {
        place.has_file(io, "stack.yaml").await.then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, folder: &PathBuf, _place: &Place, io: &I) -> Result<String, ReadError> {
        let text = files::text(io, &folder.join("stack.yaml")).await.unwrap_or_default();
        Ok(snapshot(&text).unwrap_or("<custom snapshot>").to_owned())
    }
}

/// The name of a snapshot that everyone knows: `resolver: lts-22.7`.
fn snapshot(text: &str) -> Option<&str> {
    let line = |line| str::strip_prefix(line, "resolver:").or_else(|| str::strip_prefix(line, "snapshot:"));
    let name = text.lines().find_map(line)?.split(" #").next()?.trim().trim_matches(['"', '\'']);
    ["lts", "nightly", "ghc"].iter().any(|known| name.starts_with(known)).then_some(name)
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct HaskellVars<'a> {
    /// The snapshot, or else the version of GHC.
    #[var(fact = 1)]
    pub version: &'a str,
    /// The snapshot that `stack.yaml` names.
    #[var(fact = 1)]
    pub snapshot: Option<&'a str>,
    /// The version of GHC.
    pub ghc_version: &'a str,
}

impl Segment for Haskell {
    type Facts<'a> = (Option<&'a Version>, Option<&'a String>);
    type Vars<'a> = HaskellVars<'a>;

    fn vars<'a>(&'a self, (version, snapshot): Self::Facts<'a>) -> Option<HaskellVars<'a>> {
        let ghc_version = version?.raw.as_str();
        let snapshot = snapshot.map(String::as_str);
        Some(HaskellVars { version: snapshot.unwrap_or(ghc_version), snapshot, ghc_version })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    #[test]
    fn a_snapshot_comes_before_the_version() {
        let cases = [
            ("resolver: lts-18.1\n", "lts-18.1"),
            ("snapshot: 'nightly-2024-01-01' # new\n", "nightly-2024-01-01"),
            ("resolver: https://x/y\n", "<custom snapshot>"),
            ("packages: []\n", "<custom snapshot>"),
        ];
        for (stack, shown) in cases {
            let io = Simulated::new().file(format!("{HERE}/stack.yaml"), stack).program("ghc", "9.2.1\n");
            let (version, snapshot) = (read(&Haskell::DEFAULT, &io), read(&Snapshot, &io));
            let vars = Haskell::DEFAULT.vars((version.as_ref(), snapshot.as_ref())).unwrap();
            assert_eq!((vars.version, vars.ghc_version), (shown, "9.2.1"), "{stack}");
        }
        let io = Simulated::new().file(format!("{HERE}/a.hs"), "").program("ghc", "9.2.1\n");
        assert_eq!(
            Haskell::DEFAULT.vars((read(&Haskell::DEFAULT, &io).as_ref(), None)).unwrap().version,
            "9.2.1"
        );
    }
}
