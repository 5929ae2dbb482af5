//! Terraform and OpenTofu.
//!
//! Shows: the workspace, and the version if the format uses it.
//! Hidden when: the directory has none of their files.
//! Costs: a small file; for the version a look at the `PATH` and one process for each version of the program, ever.
//! Source: developer.hashicorp.com/terraform/cli: "Environment variables" and "Manage workspaces".

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_macros::{Describe, Vars};
use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};

use super::options::{of_tool, tool};
use super::parse::{some, stdout};
use super::run::{Needs, ToolKey, tool_key};
use super::version::{Version, VersionVars};
use crate::files;

tool! {
    /// Shows the workspace of Terraform or OpenTofu in a directory that uses it.
    #[module(
        name = "terraform", position = 67, feature = "managers", facts(self, tools::terraform::TerraformVersion),
        cost = File, policy = Never,
        env = ["TF_WORKSPACE", "TF_DATA_DIR"],
        files = [".terraform/environment"]
    )]
    pub struct Terraform {
        files: [],
        folders: [".terraform"],
        extensions: ["tf", "tfplan", "tfstate"],
        symbol: "💠 ",
        style: "bold 105",
        format: "via [$symbol$workspace]($style) ",
        version_format: "v${raw}",
    }
}

/// The workspace that is selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace(String);

/// What says which workspace is selected: the place, and the variables `TF_WORKSPACE` and `TF_DATA_DIR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Selection {
    place: PathBuf,
    workspace: Option<String>,
    folder: Option<PathBuf>,
}

impl Source for Terraform {
    type Key = Selection;
    type Fact = Workspace;

    fn manifest(&self) -> Manifest {
        self.detection().manifest(self.base_manifest())
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<Selection> {
        self.detection().matches(place, io).await.then(|| Selection {
            place: place.physical.clone(),
            workspace: io.env_text("TF_WORKSPACE"),
            folder: io.env("TF_DATA_DIR").map(PathBuf::from),
        })
    }

    async fn read<I: Io>(&self, key: &Selection, _place: &Place, io: &I) -> Result<Workspace, ReadError> {
        if let Some(name) = &key.workspace {
            return Ok(Workspace(name.clone()));
        }
        let folder = key.folder.as_deref().unwrap_or_else(|| Path::new(".terraform"));
        let file = key.place.join(folder).join("environment");
        let name = files::text(io, &file).await;
        Ok(Workspace(name.as_deref().map_or("default", str::trim).to_owned()))
    }
}

/// The version of Terraform, or else of OpenTofu.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "terraform_version", cost = Process, policy = Keyed, files = [".terraform/", "*.tf", "*.tfplan", "*.tfstate"])]
pub struct TerraformVersion;

/// The command lines that are tried for the version.
const RUN: &[&[&str]] = &[&["terraform", "version"], &["tofu", "version"]];

impl Source for TerraformVersion {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        of_tool(self.base_manifest(), RUN, Needs::NOTHING)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        // What the module's own source looks for decides whether this is drawn; where there is nothing of the kind,
        // nothing is run.
        let is_used = place.matches(io, &[], &[".terraform"], &["tf", "tfplan", "tfstate"]).await;
        if !is_used {
            return None;
        }
        Some(tool_key(RUN, Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        // A prompt does not ask the network for newer versions.
        let output = key.ask(&[("CHECKPOINT_DISABLE", "1")], place, io).await?;
        Ok(Version { raw: parse(&output).ok_or_else(|| key.unreadable())? })
    }
}

/// The version in `Terraform v1.7.3` or `OpenTofu v1.6.0`, on the first line.
fn parse(output: &Output) -> Option<String> {
    let line = stdout(output)?.lines().next()?;
    let version = line.trim_start_matches("Terraform ").trim_start_matches("OpenTofu ").trim();
    some(version.strip_prefix('v').unwrap_or(version))
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct TerraformVars<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// The version, in the form of `version_format`.
    #[var(item = "version_format", fact = 1)]
    pub version: Option<VersionVars<'a>>,
}

impl Segment for Terraform {
    type Facts<'a> = (Option<&'a Workspace>, Option<&'a Version>);
    type Vars<'a> = TerraformVars<'a>;

    fn vars<'a>(&'a self, (workspace, version): Self::Facts<'a>) -> Option<TerraformVars<'a>> {
        Some(TerraformVars { workspace: &workspace?.0, version: version.and_then(Version::vars) })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    #[test]
    fn workspaces_are_selected_in_several_ways() {
        let machine = || Simulated::new().file(format!("{HERE}/main.tf"), "");
        let workspace = |io: Simulated| read(&Terraform::DEFAULT, &io).unwrap().0;
        assert_eq!(workspace(machine()), "default");
        assert_eq!(workspace(machine().file(format!("{HERE}/.terraform/environment"), "prod\n")), "prod");
        assert_eq!(workspace(machine().env_var("TF_WORKSPACE", "dev")), "dev");
        assert_eq!(workspace(machine().env_var("TF_DATA_DIR", "/d").file("/d/environment", "data")), "data");
        assert_eq!(read(&Terraform::DEFAULT, &Simulated::new()), None);
    }

    #[test]
    fn either_program_tells_its_version() {
        let version = |name: &str, said: &str| {
            read(&TerraformVersion, &Simulated::new().file(format!("{HERE}/main.tf"), "").program(name, said))
                .unwrap()
                .raw
        };
        assert_eq!(version("terraform", "Terraform v1.7.3\non linux_amd64\n"), "1.7.3");
        assert_eq!(version("tofu", "OpenTofu v1.6.0\non linux_amd64\n"), "1.6.0");
    }
}
