//! The table of build tools whose version a wrapper in the project fixes: Gradle and Maven.
//!
//! Shows: the version that the wrapper downloads.
//! Hidden when: the directory has none of the tool's files.
//! Costs: reading the wrapper's settings.
//! Source: Gradle's manual, "The Gradle Wrapper"; maven.apache.org/wrapper.

use std::path::PathBuf;

use ziron_macros::Options;
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::options::Detection;
use super::parse::some;
use super::version::{ToolVars, Version};
use crate::files;
use crate::tools::rows::rows;

/// A build tool whose version a wrapper fixes.
#[derive(Clone, Copy, Debug, Options)]
#[source(name = self.name, cost = File, policy = Never)]
pub struct Wrapper {
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
    #[option(default = "bold bright-cyan")]
    pub style: StyleText,
    /// Looks for the wrapper in the folders above as well.
    #[option(default = false)]
    pub recursive: bool,
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
    /// The folder that shows the module if the settings are in it.
    #[fixed("")]
    pub folder: &'static str,
    /// The wrapper's settings, below the project.
    #[fixed("")]
    pub settings: &'static str,
    /// What stands before the version in the name of what is downloaded.
    #[fixed("")]
    pub prefix: &'static str,
}

rows! {
    Wrapper:
    /// Shows the version of Gradle that the directory's wrapper downloads.
    GRADLE "gradle" at 38 {
        symbol: Format("🅶 "),
        detect_extensions: &["gradle", "gradle.kts"],
        detect_folders: &["gradle"],
        settings: "gradle/wrapper/gradle-wrapper.properties",
        prefix: "gradle-",
    }
    /// Shows the version of Maven that the directory's wrapper downloads.
    MAVEN "maven" at 46 {
        symbol: Format("🅼 "),
        detect_files: &["pom.xml"],
        folder: ".mvn",
        settings: ".mvn/wrapper/maven-wrapper.properties",
        prefix: "apache-maven-",
    }
}

impl Wrapper {
    const fn detection(&self) -> Detection {
        Detection {
            files: self.detect_files,
            folders: self.detect_folders,
            extensions: self.detect_extensions,
        }
    }
}

impl Source for Wrapper {
    type Key = PathBuf;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest(self.base_manifest()).files([self.settings])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<PathBuf> {
        let is_here = self.detection().matches(place, io).await
            || (place.has_folder(io, self.folder).await
                && io.kind(&place.physical.join(self.settings)).await.is_some());
        is_here.then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, start: &PathBuf, _place: &Place, io: &I) -> Result<Version, ReadError> {
        for folder in start.ancestors().take(if self.recursive { usize::MAX } else { 1 }) {
            if let Some(settings) = files::text(io, &folder.join(self.settings)).await {
                return Ok(Version { raw: distribution(&settings, self.prefix).unwrap_or_default() });
            }
        }
        Ok(Version::default())
    }
}

/// The version of what a wrapper's settings say is downloaded: the last part of its address, without a prefix and what
/// the last `-` begins.
fn distribution(settings: &str, prefix: &str) -> Option<String> {
    let address = settings.lines().find_map(|line| line.strip_prefix("distributionUrl="))?;
    some(address.rsplit('/').next()?.strip_prefix(prefix)?.rsplit_once('-')?.0)
}

impl Segment for Wrapper {
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

    const MAVEN_SETTINGS: &str =
        "distributionUrl=https://repo/org/apache/maven/apache-maven/3.9.6/apache-maven-3.9.6-bin.zip\n";

    #[test]
    fn the_address_tells_the_version() {
        let gradle = "zipStorePath=x\ndistributionUrl=https\\://services.gradle.org/distributions/gradle-8.5-rc-1-bin.zip\n";
        assert_eq!(distribution(gradle, "gradle-").as_deref(), Some("8.5-rc-1"));
        assert_eq!(distribution(MAVEN_SETTINGS, "apache-maven-").as_deref(), Some("3.9.6"));
        assert_eq!(distribution("distributionUrl=x", "gradle-"), None);
    }

    #[test]
    fn the_wrapper_may_be_above() {
        let io = Simulated::new()
            .file(format!("{HERE}/pom.xml"), "")
            .file("/home/me/.mvn/wrapper/maven-wrapper.properties", MAVEN_SETTINGS);
        assert_eq!(read(&MAVEN, &io).unwrap().raw, "");
        assert_eq!(read(&Wrapper { recursive: true, ..MAVEN }, &io).unwrap().raw, "3.9.6");
    }

    #[test]
    fn the_settings_of_maven_alone_show_it() {
        let io = Simulated::new().file(format!("{HERE}/{}", MAVEN.settings), MAVEN_SETTINGS);
        assert_eq!(read(&MAVEN, &io).unwrap().raw, "3.9.6");
        assert_eq!(read(&GRADLE, &io), None);
    }
}
