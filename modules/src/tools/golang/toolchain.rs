//! Which toolchain `go` hands over to in a place, found without starting it there.
//!
//! `go` reads the nearest `go.work`, or else `go.mod`, and where that asks for a newer Go than it is, it runs that one, which it may download first. What
//! was downloaded is in the module cache, under its version; a prompt downloads nothing.
//!
//! Source: go.dev/doc/toolchain; `cmd/go/internal/toolchain`, "Select".

use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;

use crate::files;

/// The variables that have a say.
pub(super) const VARIABLES: &[&str] = &["GOTOOLCHAIN", "GOMODCACHE", "GOPATH"];

/// The newer version that a place asks for, if `go` would look for it and has it at hand: `1.22.0`. `program` is its file.
///
/// Where it is not newer than what the program is, that one counts: who knows its version compares them ([`is_newer`]).
pub(super) async fn wanted<I: Io>(program: &Path, place: &Place, io: &I) -> Option<String> {
    let root = program.parent()?.parent()?;
    let own = match &place.home {
        Some(home) => files::text(io, &home.join(".config/go/env")).await.unwrap_or_default(),
        None => String::new(),
    };
    let preset = files::text(io, &root.join("go.env")).await.unwrap_or_default();
    let setting = |name: &str| {
        let set = io.env_text(name).filter(|value| !value.is_empty());
        set.or_else(|| value(&own, name)).or_else(|| value(&preset, name))
    };
    // A plain name, with nothing that may replace it, counts wherever one is.
    let mode = setting("GOTOOLCHAIN")?;
    let (least, more) = mode.split_once('+').map_or((&*mode, None), |(least, more)| (least, Some(more)));
    let (least, more) = match least {
        "auto" | "path" => (None, Some(least)),
        "local" => (None, more),
        name => (Some(version(name)?), more),
    };
    let asked = match more {
        Some("auto" | "path") => asked_for(place, io).await,
        _ => None,
    };
    let newest = match (least, asked) {
        (Some(least), Some(asked)) if is_newer(&asked, least) => asked,
        (Some(least), _) => least.to_owned(),
        (None, asked) => asked?,
    };
    // The program's own version is in a file beside it. It is compared once more with what the program says.
    let built = files::text(io, &root.join("VERSION")).await.unwrap_or_default();
    let built = built.lines().next().and_then(version);
    if built.is_some_and(|built| !is_newer(&newest, built)) {
        return None;
    }
    is_at_hand(&newest, more != Some("path"), &setting, place, io).await.then_some(newest)
}

/// What the nearest `go.work`, or else `go.mod`, asks for.
async fn asked_for<I: Io>(place: &Place, io: &I) -> Option<String> {
    for name in ["go.work", "go.mod"] {
        for folder in place.physical.ancestors() {
            let Some(text) = files::text(io, &folder.join(name)).await else { continue };
            let line = |word: &str| {
                let value = |line: &str| {
                    let rest = line.split("//").next()?.strip_prefix(word)?;
                    rest.starts_with([' ', '\t']).then(|| rest.trim().to_owned())
                };
                text.lines().find_map(value)
            };
            let language = line("go").filter(|text| numbers(text).is_some());
            let toolchain = line("toolchain").and_then(|name| version(&name).map(ToOwned::to_owned));
            return match (language, toolchain) {
                (Some(language), Some(toolchain)) if is_newer(&language, &toolchain) => Some(language),
                (language, toolchain) => toolchain.or(language),
            };
        }
    }
    None
}

/// Whether a version is in the module cache, or on the `PATH` under its name.
async fn is_at_hand<I: Io>(
    version: &str,
    is_cached: bool,
    setting: &impl Fn(&str) -> Option<String>,
    place: &Place,
    io: &I,
) -> bool {
    if io.find_program(&format!("go{version}")).await.is_some() {
        return true;
    }
    let first = |list: String| std::env::split_paths(&list).next();
    let path = setting("GOPATH").and_then(first).or_else(|| Some(place.home.as_ref()?.join("go")));
    let cache = setting("GOMODCACHE").map(PathBuf::from).or_else(|| Some(path?.join("pkg/mod")));
    let Some(cache) = cache.filter(|cache| is_cached && cache.is_absolute()) else { return false };
    let name = format!("toolchain@v0.0.1-go{version}.{}-{}", system(), machine());
    io.kind(&cache.join("golang.org").join(name).join("bin/go")).await.is_some()
}

/// Go's name of this system. Source: `go tool dist list`.
fn system() -> &'static str {
    if OS == "macos" { "darwin" } else { OS }
}

/// Go's name of this processor, from the same source.
fn machine() -> &'static str {
    match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}

/// The value of a line `NAME=value` of one of Go's own settings.
fn value(text: &str, name: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The version in a toolchain's name: `go1.22.0`.
fn version(name: &str) -> Option<&str> {
    name.strip_prefix("go").filter(|version| numbers(version).is_some())
}

/// Whether a version is newer than another: `1.22` < `1.22rc1` < `1.22.0`. Source: `go/version`.
pub(super) fn is_newer(version: &str, than: &str) -> bool {
    numbers(version) > numbers(than)
}

/// A version's first two numbers, of which kind it is, and the third number; `None` if it is none. Nothing else can be in it: it becomes part of a path.
fn numbers(version: &str) -> Option<(u32, u32, u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, rest) = rest.split_at(end);
    let kinds = [("beta", 1), ("rc", 2), (".", 3)];
    let found = kinds.iter().find_map(|(mark, kind)| Some((*kind, rest.strip_prefix(mark)?)));
    let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (kind, last) = match found {
        Some((kind, last)) => (kind, number(last)?),
        None if rest.is_empty() => (0, 0),
        None => return None,
    };
    Some((number(major)?, number(minor)?, kind, last))
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, place};

    fn found(io: Simulated) -> Option<String> {
        let io = io.env_var("HOME", "/home/me");
        block_on(wanted("/opt/go/bin/go".as_ref(), &place(&io, HERE), &io))
    }

    fn cached(version: &str) -> Simulated {
        let name = format!("golang.org/toolchain@v0.0.1-go{version}.{}-{}", system(), machine());
        Simulated::new()
            .file(format!("/home/me/go/pkg/mod/{name}/bin/go"), "")
            .file("/opt/go/go.env", "# x\nGOPROXY=x\nGOTOOLCHAIN=auto\n")
    }

    #[test]
    fn versions_are_ordered() {
        let order = ["1.21", "1.22", "1.22beta1", "1.22rc1", "1.22rc2", "1.22.0", "1.22.10", "1.23"];
        for pair in order.windows(2) {
            assert!(is_newer(pair[1], pair[0]), "{pair:?}");
        }
        for text in ["", "1", "1.", "1.2.3.4", "1.22.0/../..", "1.22.x", "go1.2", "../1.2", "1.+2"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }

    #[test]
    fn a_newer_toolchain_that_is_there_is_used() {
        let module = |text: &str| cached("1.22.0").file(format!("{HERE}/go.mod"), text);
        let some = Some(String::from("1.22.0"));
        assert_eq!(found(module("go 1.22.0\n")), some);
        assert_eq!(found(module("go 1.21\n\ntoolchain go1.22.0 // x\n")), some);
        assert_eq!(found(module("go 1.22.0\ntoolchain go1.21.0\n")), some);
        assert_eq!(found(module("go 1.23.0\n")), None, "it would have to be downloaded");
        assert_eq!(found(module("toolchain go1.22.0/../../evil\n")), None);
        assert_eq!(found(module("toolchain default\n")), None);
        assert_eq!(found(module("go 1.22.0\n").env_var("GOTOOLCHAIN", "local")), None);
        assert_eq!(found(module("go 1.22.0\n").env_var("GOTOOLCHAIN", "path")), None);
        assert_eq!(found(module("go 1.21\n").env_var("GOTOOLCHAIN", "go1.22.0")), some);
        assert_eq!(found(module("go 1.22.0\n").env_var("GOTOOLCHAIN", "go1.20.0+auto")), some);
        let own = module("go 1.22.0\n").file("/home/me/.config/go/env", "GOTOOLCHAIN=local\n");
        assert_eq!(found(own), None);
        assert_eq!(
            found(module("go 1.22.0\n").file("/home/me/go.work", "go 1.21\n")),
            None,
            "the workspace counts"
        );
        assert_eq!(found(module("go 1.22.0\n").env_var("GOPATH", "go")), None, "a relative folder is none");
        let new = module("go 1.22.0\n").file("/opt/go/VERSION", "go1.22.1\ntime x\n");
        assert_eq!(found(new), None, "the program is newer");
        let old = module("go 1.22.0\n").file("/opt/go/VERSION", "go1.21.0\ntime x\n");
        assert_eq!(found(old), some);
    }
}
