//! Kotlin.
//!
//! Shows: the version.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: `kotlin -version`, `kotlinc -version`.

use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Manifest, ReadError, Source};

use super::options::tool;
use super::parse::{either, some};
use super::run::{ToolKey, tool_key};
use super::version::{ToolVars, Version};

tool! {
    /// Shows the version of Kotlin in a directory that uses it.
    #[module(name = "kotlin", position = 44, facts(self))]
    pub struct Kotlin {
        files: [],
        folders: [],
        extensions: ["kt", "kts"],
        symbol: "🅺 ",
        style: "bold blue",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// The program that tells the version: `kotlin` or `kotlinc`.
        #[option(default = "kotlin")]
        pub kotlin_binary: &'static str,
    }
}

impl Source for Kotlin {
    type Key = ToolKey;
    type Fact = Version;

    fn name(&self) -> &'static str {
        "kotlin"
    }

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(&[&[self.kotlin_binary, "-version"]])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(&[&[self.kotlin_binary, "-version"]], place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(parse, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The first digits and dots, three or more of them: `Kotlin version 1.9.22-release-704 (JRE 17)`.
fn parse(output: &Output) -> Option<String> {
    some(either(output)?.split(|c: char| !c.is_ascii_digit() && c != '.').find(|run| run.len() >= 3)?)
}

impl Segment for Kotlin {
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
    fn either_program_tells_the_version() {
        let version = Some(Version { raw: "1.9.22".into() });
        let io = Simulated::new()
            .file(format!("{HERE}/a.kt"), "")
            .program("kotlin", "Kotlin version 1.9.22-release-704 (JRE 17.0.9+9-Debian)\n")
            .program_output(
                "kotlinc",
                Output {
                    status: Some(0),
                    stderr: "info: kotlinc-jvm 1.9.22 (JRE 17)\n".into(),
                    ..Output::default()
                },
            );
        assert_eq!(read(&Kotlin::DEFAULT, &io), version);
        assert_eq!(read(&Kotlin { kotlin_binary: "kotlinc", ..Kotlin::DEFAULT }, &io), version);
    }
}
