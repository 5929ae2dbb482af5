//! Kotlin.
//!
//! Shows: the version.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: `kotlin -version`, `kotlinc -version`.

use ziron_runtime::io::Output;

use super::options::{tool, version_of};
use super::parse::{either, some};
use super::run::Needs;

tool! {
    /// Shows the version of Kotlin in a directory that uses it.
    #[module(name = "kotlin", position = 44, feature = "managers", facts(self), cost = Process, policy = Keyed)]
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

version_of!(Kotlin, |kotlin| [kotlin.kotlin_binary, "-version"], Needs::JAVA, parse);

/// The first digits and dots, three or more of them: `Kotlin version 1.9.22-release-704 (JRE 17)`.
fn parse(output: &Output) -> Option<String> {
    some(either(output)?.split(|c: char| !c.is_ascii_digit() && c != '.').find(|run| run.len() >= 3)?)
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};
    use crate::tools::Version;

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
