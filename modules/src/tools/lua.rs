//! Lua.
//!
//! Shows: the version.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: lua(1).

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Manifest, ReadError, Source};

use super::options::tool;
use super::parse::word_of_either;
use super::run::{ToolKey, tool_key};
use super::version::{ToolVars, Version};

tool! {
    /// Shows the version of Lua in a directory that uses it.
    #[module(name = "lua", position = 45, facts(self))]
    pub struct Lua {
        files: [".lua-version"],
        folders: ["lua"],
        extensions: ["lua"],
        symbol: "🌙 ",
        style: "bold blue",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    } with {
        /// The program that tells the version: `lua`, `luajit` or another.
        #[option(default = "lua")]
        pub lua_binary: &'static str,
    }
}

impl Source for Lua {
    type Key = ToolKey;
    type Fact = Version;

    fn name(&self) -> &'static str {
        "lua"
    }

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(&[&[self.lua_binary, "-v"]])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<ToolKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        Some(tool_key(&[&[self.lua_binary, "-v"]], place, io).await)
    }

    async fn read<I: Io>(&self, key: &ToolKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version { raw: key.version(word_of_either::<1>, place, io).await? })
    }

    fn without_reading(&self, _key: &ToolKey) -> Option<Version> {
        Some(Version::default())
    }
}

impl Segment for Lua {
    type Facts<'a> = Option<&'a Version>;
    type Vars<'a> = ToolVars<'a>;

    fn vars<'a>(&'a self, version: Option<&'a Version>) -> Option<ToolVars<'a>> {
        Some(ToolVars { version: version?.vars() })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::{Output, Simulated};

    use super::*;
    use crate::testing::{HERE, read};

    #[test]
    fn any_lua_will_do() {
        let old =
            Output { status: Some(0), stderr: "Lua 5.1.5  Copyright (C)\n".into(), ..Output::default() };
        let io = Simulated::new()
            .file(format!("{HERE}/init.lua"), "")
            .program_output("lua", old)
            .program("luajit", "LuaJIT 2.1.1 -- Copyright\n");
        assert_eq!(read(&Lua::DEFAULT, &io).unwrap().raw, "5.1.5");
        assert_eq!(read(&Lua { lua_binary: "luajit", ..Lua::DEFAULT }, &io).unwrap().raw, "2.1.1");
    }
}
