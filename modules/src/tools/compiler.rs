//! The table of compilers of which there are several for one language: C, C++, Fortran.
//!
//! Shows: a symbol, the version and which compiler it is.
//! Hidden when: the directory has none of the language's files.
//! Costs: a look at the `PATH`; one process for each version of the compiler, ever.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::options::Detection;
use super::parse::{semantic_word, stdout};
use super::run::{Needs, ToolKey, tool_key};
use super::version::VersionVars;
use crate::tools::rows::rows;

/// A compiler of which there are several.
#[derive(Clone, Copy, Debug, Options)]
#[source(name = self.name, cost = Process, policy = Keyed)]
pub struct Compiler {
    /// The format of the module.
    #[option(default = "via [$symbol($version(-$name) )]($style)")]
    pub format: Format,
    /// The format of the version.
    #[option(default = "v${raw}")]
    pub version_format: Format,
    /// The symbol of the language.
    #[option(default = "", var)]
    pub symbol: Format,
    /// The style of the module.
    #[option(default = "149 bold")]
    pub style: StyleText,
    /// The command lines that are tried for the version.
    #[option(default = &[])]
    pub commands: &'static [&'static [&'static str]],
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
    /// The compilers' names, each with a text that only that one says.
    #[fixed(&[])]
    pub names: &'static [(&'static str, &'static str)],
}

rows! {
    Compiler:
    /// Shows the version of the C compiler in a directory with C files.
    C "c" at 23 {
        symbol: Format("C "),
        detect_extensions: &["c", "h"],
        commands: &[&["cc", "--version"], &["gcc", "--version"], &["clang", "--version"]],
        names: &[("clang", "clang"), ("gcc", "Free Software Foundation")],
    }
    /// Shows the version of the C++ compiler in a directory with C++ files.
    CPP "cpp" at 26 {
        symbol: Format("C++ "),
        disabled: true,
        detect_extensions: &["cpp", "cc", "cxx", "c++", "hpp", "hh", "hxx", "h++", "tcc"],
        commands: &[&["c++", "--version"], &["g++", "--version"], &["clang++", "--version"]],
        names: &[("clang++", "clang"), ("g++", "Free Software Foundation")],
    }
    /// Shows the version of the Fortran compiler in a directory with Fortran files.
    FORTRAN "fortran" at 35 {
        symbol: Format("🅵  "),
        style: StyleText("bold purple"),
        version_format: Format("${raw}"),
        detect_files: &["fpm.toml"],
        detect_extensions: &[
            "f", "F", "for", "FOR", "ftn", "FTN", "f77", "F77", "f90", "F90", "f95", "F95", "f03", "F03", "f08",
            "F08", "f18", "F18",
        ],
        commands: &[&["gfortran", "--version"], &["flang", "--version"], &["flang-new", "--version"]],
        names: &[("gfortran", "GNU"), ("flang", "flang")],
    }
}

/// The version of a compiler, and which one it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompilerVersion {
    raw: String,
    name: String,
}

impl Compiler {
    const fn detection(&self) -> Detection {
        Detection {
            files: self.detect_files,
            folders: self.detect_folders,
            extensions: self.detect_extensions,
        }
    }

    fn parse(&self, said: &str) -> Option<CompilerVersion> {
        let name = self.names.iter().find(|(_, mark)| said.contains(mark)).map_or("", |(name, _)| name);
        Some(CompilerVersion { raw: semantic_word(said)?.to_owned(), name: name.to_owned() })
    }
}

impl Source for Compiler {
    type Key = ToolKey;
    type Fact = CompilerVersion;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(self.base_manifest(), self.commands, Needs::NOTHING)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(self.commands, Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<CompilerVersion, ReadError> {
        let output = key.ask(&[], place, io).await?;
        stdout(&output).and_then(|said| self.parse(said)).ok_or_else(|| key.unreadable())
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<CompilerVersion> {
        Some(CompilerVersion::default())
    }
}

/// The variables of a compiler.
#[derive(Clone, Copy, Debug, Vars)]
pub struct CompilerVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// Which compiler it is, if that is known.
    pub name: &'a str,
}

impl Segment for Compiler {
    type Facts<'a> = Option<&'a CompilerVersion>;
    type Vars<'a> = CompilerVars<'a>;

    fn vars<'a>(&'a self, fact: Option<&'a CompilerVersion>) -> Option<CompilerVars<'a>> {
        let fact = fact?;
        Some(CompilerVars { version: VersionVars::new(&fact.raw), name: &fact.name })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    const GCC: &str =
        "gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.\n";

    #[test]
    fn compilers_are_told_apart() {
        let parts = |compiler: Compiler, said| compiler.parse(said).map(|fact| (fact.raw, fact.name));
        let fact = |raw: &str, name: &str| Some((raw.to_owned(), name.to_owned()));
        assert_eq!(parts(C, GCC), fact("12.2.0", "gcc"));
        assert_eq!(parts(C, "Apple clang version 15.0.0 (clang-1500.1.0.2.5)\n"), fact("15.0.0", "clang"));
        assert_eq!(parts(C, "tcc version 0.9.27\n"), fact("0.9.27", ""));
        assert_eq!(parts(CPP, "Ubuntu clang version 10.0.0-4ubuntu1\n"), fact("10.0.0-4ubuntu1", "clang++"));
        assert_eq!(parts(FORTRAN, "GNU Fortran (Debian 12.2.0-14) 12.2.0\n"), fact("12.2.0", "gfortran"));
        assert_eq!(parts(C, "nothing"), None);
    }

    #[test]
    fn the_first_compiler_there_is_is_asked() {
        let io = Simulated::new().file(format!("{HERE}/a.c"), "").program("gcc", GCC).program("clang", "no");
        assert_eq!(read(&C, &io).unwrap().name, "gcc");
        assert_eq!(io.ran(), ["gcc --version"]);
    }
}
