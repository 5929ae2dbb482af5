//! Maven.
//!
//! Shows: the version that the project's wrapper downloads.
//! Hidden when: the directory has none of its files.
//! Costs: reading the wrapper's settings.
//! Source: Maven's manual, "Maven Wrapper".

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Cost, Manifest, Policy, ReadError, Source};

use super::options::tool;
use super::version::{ToolVars, Version};
use super::wrapper;

tool! {
    /// Shows the version of Maven that the directory's wrapper downloads.
    #[module(name = "maven", position = 46, facts(self))]
    pub struct Maven {
        files: ["pom.xml"],
        folders: [],
        extensions: [],
        symbol: "🅼 ",
        style: "bold bright-cyan",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// Looks for the wrapper in the folders above as well.
        #[option(default = false)]
        pub recursive: bool,
    }
}

/// The wrapper's settings, below the project.
const SETTINGS: &str = ".mvn/wrapper/maven-wrapper.properties";

impl Source for Maven {
    type Key = ();
    type Fact = Version;

    fn name(&self) -> &'static str {
        "maven"
    }

    fn manifest(&self) -> Manifest {
        self.detection().manifest(Cost::File, Policy::Never).files([SETTINGS])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<()> {
        // The wrapper's settings show the module as well.
        let is_here = self.detection().matches(place, io).await
            || (place.listing(io).await.has_folder(".mvn")
                && io.kind(&place.physical.join(SETTINGS)).await.is_some());
        is_here.then_some(())
    }

    async fn read<I: Io>(&self, (): &(), place: &Place, io: &I) -> Result<Version, ReadError> {
        for folder in wrapper::folders(place, self.recursive) {
            if io.kind(&folder.join(".mvn")).await.is_some() {
                let raw = wrapper::version(folder.join(SETTINGS), "apache-maven-", io).await;
                return Ok(Version { raw: raw.unwrap_or_default() });
            }
        }
        Ok(Version::default())
    }
}

impl Segment for Maven {
    type Facts<'a> = Option<&'a Version>;
    type Vars<'a> = ToolVars<'a>;

    fn vars<'a>(&'a self, version: Option<&'a Version>) -> Option<ToolVars<'a>> {
        Some(ToolVars { version: version?.vars() })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    #[test]
    fn the_nearest_wrapper_is_asked() {
        let settings = "distributionUrl=https://repo.maven.apache.org/apache-maven-3.9.6-bin.zip\n";
        let io = Simulated::new().file(format!("{HERE}/.mvn/wrapper/maven-wrapper.properties"), settings);
        assert_eq!(read(&Maven::DEFAULT, &io).unwrap().raw, "3.9.6", "the wrapper alone shows it");
        let below = Simulated::new()
            .file(format!("{HERE}/pom.xml"), "")
            .file("/home/me/.mvn/wrapper/maven-wrapper.properties", settings);
        assert_eq!(read(&Maven::DEFAULT, &below).unwrap().raw, "");
        assert_eq!(read(&Maven { recursive: true, ..Maven::DEFAULT }, &below).unwrap().raw, "3.9.6");
    }
}
