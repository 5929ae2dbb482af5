//! Gradle.
//!
//! Shows: the version that the project's wrapper downloads.
//! Hidden when: the directory has none of its files.
//! Costs: reading the wrapper's settings.
//! Source: Gradle's manual, "The Gradle Wrapper".

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Cost, Manifest, Policy, ReadError, Source};

use super::options::tool;
use super::version::{ToolVars, Version};
use super::wrapper;

tool! {
    /// Shows the version of Gradle that the directory's wrapper downloads.
    #[module(name = "gradle", position = 38, facts(self))]
    pub struct Gradle {
        files: [],
        folders: ["gradle"],
        extensions: ["gradle", "gradle.kts"],
        symbol: "🅶 ",
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
const SETTINGS: &str = "gradle/wrapper/gradle-wrapper.properties";

impl Source for Gradle {
    type Key = ();
    type Fact = Version;

    fn name(&self) -> &'static str {
        "gradle"
    }

    fn manifest(&self) -> Manifest {
        self.detection().manifest(Cost::File, Policy::Never).files([SETTINGS])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<()> {
        self.detection().matches(place, io).await.then_some(())
    }

    async fn read<I: Io>(&self, (): &(), place: &Place, io: &I) -> Result<Version, ReadError> {
        for folder in wrapper::folders(place, self.recursive) {
            if let Some(raw) = wrapper::version(folder.join(SETTINGS), "gradle-", io).await {
                return Ok(Version { raw });
            }
        }
        Ok(Version::default())
    }
}

impl Segment for Gradle {
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
    fn the_wrapper_may_be_above() {
        let io = Simulated::new().file(format!("{HERE}/build.gradle"), "").file(
            "/home/me/gradle/wrapper/gradle-wrapper.properties",
            "distributionUrl=https\\://services.gradle.org/distributions/gradle-7.5.1-bin.zip\n",
        );
        assert_eq!(read(&Gradle::DEFAULT, &io).unwrap().raw, "");
        assert_eq!(read(&Gradle { recursive: true, ..Gradle::DEFAULT }, &io).unwrap().raw, "7.5.1");
    }
}
