//! Ruby.
//!
//! Shows: the version, and RVM's gemset.
//! Hidden when: the directory has none of its files and no variable names a Ruby.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: ruby(1); rvm's `GEM_HOME`, whose last part is what `rvm current` prints.

use ziron_macros::{Describe, Vars};
use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};

use super::options::tool;
use super::parse::{some, stdout};
use super::run::{Needs, ToolKey, tool_key};
use super::version::{Version, VersionVars};
use crate::env::found;

tool! {
    /// Shows the version of Ruby in a directory that uses it.
    #[module(
        name = "ruby", position = 62, feature = "managers", facts(self, tools::ruby::Gemset),
        cost = Process, policy = Keyed
    )]
    pub struct Ruby {
        files: ["Gemfile", ".ruby-version"],
        folders: [],
        extensions: ["rb"],
        symbol: "💎 ",
        style: "bold red",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// Variables that show the module when they are set, or hide it if written with a leading `!`.
        #[option(default = &["RUBY_VERSION", "RBENV_VERSION"], names = "variables")]
        pub detect_variables: &'static [&'static str],
    }
}

/// The command lines that tell the version.
const RUN: &[&[&str]] = &[&["ruby", "-v"]];

impl Source for Ruby {
    type Key = ToolKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        self.detection()
            .manifest_of_tool(self.base_manifest(), RUN, Needs::NOTHING)
            .env(self.detect_variables)
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        let by_variable = found(io, self.detect_variables) == Some(true);
        if !by_variable && !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(RUN, Needs::NOTHING, place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(parse, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// The version in `ruby 2.7.0p0 (2019-12-25 revision 647ee6f091) [x86_64-linux]`, without the patch level.
fn parse(output: &Output) -> Option<String> {
    some(stdout(output)?.split_whitespace().nth(1)?.split('p').next()?)
}

/// RVM's gemset.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "ruby_gemset", cost = Free, policy = Never, env = ["GEM_HOME"])]
pub struct Gemset;

impl Source for Gemset {
    type Key = String;
    type Fact = String;

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<String> {
        let home = io.env_text("GEM_HOME")?;
        let (_, gemset) = home.rsplit('/').next()?.split_once('@')?;
        some(gemset)
    }

    async fn read<I: Io>(&self, gemset: &String, _place: &Place, _io: &I) -> Result<String, ReadError> {
        Ok(gemset.clone())
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct RubyVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// RVM's gemset, if there is one.
    #[var(fact = 1)]
    pub gemset: Option<&'a str>,
}

impl Segment for Ruby {
    type Facts<'a> = (Option<&'a Version>, Option<&'a String>);
    type Vars<'a> = RubyVars<'a>;

    fn vars<'a>(&'a self, (version, gemset): Self::Facts<'a>) -> Option<RubyVars<'a>> {
        Some(RubyVars { version: version?.vars(), gemset: gemset.map(String::as_str) })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read};

    const RUBY: &str = "ruby 2.7.0p0 (2019-12-25 revision 647ee6f091) [x86_64-linux]\n";

    #[test]
    fn files_or_variables_show_it() {
        let version = Some(Version { raw: "2.7.0".into() });
        let machine = || Simulated::new().program("ruby", RUBY);
        assert_eq!(read(&Ruby::DEFAULT, &machine().file(format!("{HERE}/Gemfile"), "")), version);
        assert_eq!(read(&Ruby::DEFAULT, &machine().env_var("RBENV_VERSION", "2")), version);
        assert_eq!(read(&Ruby::DEFAULT, &machine()), None);
    }

    #[test]
    fn the_gemset_is_in_a_variable() {
        let io = Simulated::new().env_var("GEM_HOME", "/home/me/.rvm/gems/ruby-2.7.0@blog");
        assert_eq!(read(&Gemset, &io), Some("blog".to_owned()));
    }
}
