//! Java.
//!
//! Shows: the version.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: `java -Xinternalversion`, which starts no virtual machine.

use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};

use super::options::tool;
use super::parse::either;
use super::run::{Needs, ToolKey, tool_key};
use super::version::{ToolVars, Version};

tool! {
    /// Shows the version of Java in a directory that uses it.
    #[module(
        name = "java", position = 42, feature = "managers", facts(self),
        cost = Process, policy = Keyed,
        env = ["JAVA_HOME"]
    )]
    pub struct Java {
        files: [
            "pom.xml", "build.gradle.kts", "build.sbt", ".java-version", "deps.edn", "project.clj", "build.boot", ".sdkmanrc"
        ],
        folders: [],
        extensions: ["java", "class", "jar", "gradle", "clj", "cljc"],
        symbol: "☕ ",
        style: "red dimmed",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    }
}

impl Source for Java {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(
            self.base_manifest(),
            &[&["java", "-Xinternalversion"]],
            Needs::NOTHING,
        )
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        // A relative one would be a program of the directory.
        let program = match io.env_text("JAVA_HOME").filter(|home| home.starts_with('/')) {
            Some(home) => format!("{home}/bin/java"),
            None => String::from("java"),
        };
        Some(tool_key(&[&[&program, "-Xinternalversion"]], Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(parse, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The version between `JRE (` or `OpenJ9 ` and `, built on`: up to three numbers.
fn parse(output: &Output) -> Option<String> {
    let (said, _) = either(output)?.split_once(", built on")?;
    let behind = match said.split_once("JRE") {
        Some((_, behind)) => {
            behind.rsplit('(').find(|text| text.starts_with(|c: char| c.is_ascii_digit()))?
        }
        None => said
            .match_indices("OpenJ9 ")
            .map(|(at, mark)| &said[at + mark.len()..])
            .find(|text| text.starts_with(|c: char| c.is_ascii_digit()))?,
    };
    let digits = |text: &&str| !text.is_empty();
    let end = behind.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(behind.len());
    let numbers: Vec<&str> = behind[..end].split('.').take_while(digits).take(3).collect();
    (!numbers.is_empty()).then(|| numbers.join("."))
}

impl Segment for Java {
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
    fn versions_of_several_makers() {
        let cases = [
            (
                "OpenJDK 64-Bit Server VM (11.0.4+11-Debian) for linux-amd64 JRE (11.0.4+11-Debian), built on Jul 17 2019",
                Some("11.0.4"),
            ),
            (
                "OpenJDK 64-Bit Server VM (25.222-b10) for linux-amd64 JRE (Zulu 8.40.0.25-CA-linux64) (1.8.0_222-b10), built on Jul 11",
                Some("1.8.0"),
            ),
            (
                "Eclipse OpenJ9 OpenJDK 64-bit Server VM (11.0.4+11) from linux-amd64 JRE with Extensions for OpenJDK for Eclipse OpenJ9 11.0.4.0, built on Jul",
                None,
            ),
            ("Eclipse OpenJ9 OpenJDK VM for Eclipse OpenJ9 11.0.4.0, built on Jul", Some("11.0.4")),
            (
                "OpenJDK 64-Bit Server VM (21+35-2513) for linux-amd64 JRE (21+35-2513), built on 2023",
                Some("21"),
            ),
            ("Java HotSpot(TM)", None),
        ];
        for (said, version) in cases {
            let output = Output { status: Some(0), stdout: said.into(), stderr: Vec::new() };
            assert_eq!(parse(&output).as_deref(), version, "{said}");
        }
    }

    #[test]
    fn java_home_comes_first() {
        let io = Simulated::new()
            .file(format!("{HERE}/pom.xml"), "")
            .file("/opt/jdk/bin/java", "")
            .env_var("JAVA_HOME", "/opt/jdk")
            .program("java", "OpenJDK VM (21+35) for linux-amd64 JRE (21+35), built on 2023");
        assert_eq!(read(&Java::DEFAULT, &io), Some(Version { raw: "21".into() }));
    }
}
