//! Lua.
//!
//! Shows: the version.
//! Hidden when: the directory has none of its files.
//! Costs: a look at the `PATH`; one process for each version of the program, ever.
//! Source: lua(1).

use super::options::{tool, version_of};
use super::parse::word_of_either;
use super::run::Needs;

tool! {
    /// Shows the version of Lua in a directory that uses it.
    #[module(name = "lua", position = 45, feature = "managers", facts(self), cost = Process, policy = Keyed)]
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

version_of!(Lua, |lua| [lua.lua_binary, "-v"], Needs::NOTHING, word_of_either::<1>);

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
