//! The script for cmd with Clink, under Lua, with a stand-in for Clink: there is neither here.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use ziron_runtime::shell::{Script, Shell, script};
use ziron_tests::shells::{REQUIRE, skipped};
use ziron_tests::stub::{self, Told};

/// Lua as Clink has it is 5.2; what the script uses is the same in all since.
const LUA: [&str; 3] = ["/usr/bin/lua5.2", "/usr/bin/lua5.3", "/usr/bin/lua5.4"];

/// What the script did: what it showed, line by line, and what the program was told.
struct Played {
    lines: Vec<String>,
    calls: Vec<Told>,
}

impl Played {
    /// What was shown under a name, the last time.
    fn shown(&self, name: &str) -> &str {
        let line = self.lines.iter().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name} in {:?}", self.lines))
    }
}

/// Plays events; `None` where there is no Lua.
fn play(program: &Path, is_transient: bool, events: &[&str]) -> Option<Played> {
    let Some(lua) = LUA.iter().find(|lua| Path::new(lua).is_file()) else {
        assert_ne!(std::env::var(REQUIRE).as_deref(), Ok("1"), "lua is not installed, and {REQUIRE}=1");
        skipped("lua is not installed");
        return None;
    };
    let home = TempDir::new().unwrap();
    let script = script(
        Shell::Cmd,
        &Script {
            binary: program.to_str().unwrap(),
            continuation: "",
            transient: is_transient,
            marks: false,
            title: false,
            build: "b",
            environment: &[("VIRTUAL_ENV_DISABLE_PROMPT", "1")],
            client: None,
        },
    );
    let path = home.path().join("ziron.lua");
    std::fs::write(&path, script.unwrap()).unwrap();
    let log = home.path().join("log");
    let output = Command::new(lua)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/other_shells/clink.lua"))
        .arg(&path)
        .args(events)
        .env(stub::LOG, &log)
        .env(stub::DATA, "data")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect();
    Some(Played { lines, calls: stub::read_log(&log) })
}

fn stub_prompt() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_stub_prompt"))
}

#[test]
fn the_filters_show_what_the_program_said() {
    let Some(played) = play(&stub_prompt(), true, &["prompt", "show"]) else { return };
    assert!(played.shown("left").contains("#1") && played.shown("left").contains("\\n"));
    assert!(played.shown("right").contains("r1"));
    assert!(played.shown("transient").contains("T> "));
    assert!(played.shown("transient right").contains("t1"));
    assert_eq!(played.shown("printed"), "\\e]0;1 data\\e\\");
    let [call] = &played.calls[..] else { panic!("one call a prompt: {}", played.calls.len()) };
    assert!(call.has("all"));
    assert_eq!(call.value("shell"), "cmd");
    assert_eq!(call.value("status"), "0");
    assert_eq!(call.duration(), None);
    assert_eq!(call.value("terminal-width"), "80");
    assert_eq!(call.value("keymap"), "vi-insertcalc", "what cmd would act on is left out");
    assert_eq!(call.value("logical-path"), "", "a folder's name is no text for cmd");
}

#[test]
fn status_duration_and_width_are_told() {
    let events =
        ["prompt", "command", "prompt", "enter", "prompt", "resize", "show", "unset", "prompt", "show"];
    let Some(played) = play(&stub_prompt(), false, &events) else { return };
    let told = |option: &str| -> Vec<&str> { played.calls.iter().map(|call| call.value(option)).collect() };
    assert_eq!(told("status"), ["0", "3", "3", "3", ""]);
    assert_eq!(told("cmd-duration"), ["", "1250", "", "", ""]);
    assert_eq!(told("terminal-width"), ["80", "80", "80", "120", "120"]);
    assert_eq!(played.shown("printed").matches("data").count(), 4, "once before each new prompt");
    assert_eq!(played.shown("transient"), "nil", "it is off");
}

#[test]
fn without_the_program_the_prompt_is_left_alone() {
    let Some(played) = play(Path::new("/nowhere/it's $a prompt"), true, &["prompt", "show"]) else { return };
    for name in ["left", "right", "transient", "transient right"] {
        assert_eq!(played.shown(name), "nil", "{name}");
    }
    assert_eq!(played.shown("printed"), "");
}
