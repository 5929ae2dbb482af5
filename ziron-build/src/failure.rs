//! Why cargo failed, told without cargo's output.
//!
//! The generated code is ours, so a compiler error in it is not the user's to read: it goes into a log. What the machine lacks
//! (a linker, space, a network) is recognised and named.

use std::fs;

use crate::build_dir::BuildDir;
use crate::error::{CommandError, Kind};
use crate::sources;
use crate::toolchain::Toolchain;

/// Something cargo or rustc says, and what it means for the user.
struct Known {
    /// Any of these, in lower case.
    says: &'static [&'static str],
    kind: Kind,
    message: &'static str,
    hint: &'static str,
}

/// What is said when a crate is missing, whatever kept cargo from downloading it.
const NOT_DOWNLOADED: &str = "the crates that a prompt is made of could not be downloaded";

/// And what to do about it.
const CONNECT: &str = "The network is needed for the first build only: connect, unset `CARGO_NET_OFFLINE` where it is set, \
                       and run the same command again.";

/// What cargo was doing when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Downloading crates.
    Fetch,
    /// Compiling.
    Build,
}

/// In order: the first that fits is told.
const KNOWN: &[Known] = &[
    Known {
        says: &["no space left on device", "disk quota exceeded", "os error 28)"],
        kind: Kind::Io,
        message: "the disk is full",
        hint: "Free some space (about 500 MB for the first build), then run the same command again.",
    },
    Known {
        says: &["linker `cc` not found", "linker `", "could not exec the linker"],
        kind: Kind::Toolchain,
        message: "there is no C linker",
        hint: "Install one: `apt install build-essential`, `dnf install gcc`, `pacman -S base-devel`, `xcode-select --install`.",
    },
    Known {
        says: &[
            "could not resolve host",
            "failed to download",
            "download of config.json failed",
            "network failure",
            "spurious network error",
            "unable to update registry",
            "failed to query replaced source",
            "couldn't connect to server",
            "could not connect to server",
            "you're using offline mode",
            "--offline was specified",
        ],
        kind: Kind::Network,
        message: NOT_DOWNLOADED,
        hint: CONNECT,
    },
    Known {
        says: &["requires rustc", "is not supported by the following package", "rustup could not choose"],
        kind: Kind::Toolchain,
        message: "the Rust toolchain does not suit",
        hint: "Run `rustup update stable`, then the same command again.",
    },
    Known {
        says: &["(signal: 9", "sigkill", "cannot allocate memory", "out of memory"],
        kind: Kind::Io,
        message: "the compiler was killed, probably for want of memory",
        hint: "Close something large, or set `CARGO_BUILD_JOBS=1`, then run the same command again.",
    },
    Known {
        says: &["permission denied", "read-only file system"],
        kind: Kind::Io,
        message: "the folder to build in cannot be written to",
        hint: "`XDG_CACHE_HOME` chooses another place to build in.",
    },
];

/// The log has the rest.
const LONGEST_CAUSE: usize = 160;

/// Turns what cargo said into an error, and keeps all of it in the log.
pub(crate) fn explain(stage: Stage, dir: &BuildDir, toolchain: &Toolchain, said: &str) -> CommandError {
    let log = dir.log();
    let main = fs::read_to_string(dir.main()).unwrap_or_default();
    let text = format!(
        "ziron-build {version}\nsources {hash}\n{toolchain}\n{said}\n--- prompt/src/main.rs ---\n{main}",
        version = env!("CARGO_PKG_VERSION"),
        hash = sources::HASH,
        toolchain = toolchain.description,
    );
    let kept = fs::write(&log, text);
    let error = recognise(stage, said);
    match kept {
        Ok(()) if error.kind == Kind::Internal => {
            error.hint(format!("Please report it, with the log attached: {}", log.display()))
        }
        Ok(()) => error.hint(format!("All that cargo said is in {}.", log.display())),
        Err(_) => error,
    }
}

/// The error for what cargo said.
fn recognise(stage: Stage, said: &str) -> CommandError {
    let lower = said.to_lowercase();
    let linker = |known: &&Known| !known.says.contains(&"linker `") || lower.contains("not found");
    let known = KNOWN.iter().filter(linker).find(|known| known.says.iter().any(|text| lower.contains(text)));
    match known {
        Some(known) => CommandError::new(known.kind, known.message).because(cause(said)).hint(known.hint),
        None => match stage {
            Stage::Fetch => {
                CommandError::new(Kind::Network, NOT_DOWNLOADED).because(cause(said)).hint(CONNECT)
            }
            Stage::Build => CommandError::new(Kind::Internal, "the generated prompt does not compile")
                .because(cause(said)),
        },
    }
}

/// The line that matters: the last one of cargo's chain of causes, else the first that says `error`.
fn cause(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.starts_with("error"));
    let chain = said.lines().skip_while(|line| !line.starts_with("Caused by:"));
    let root = chain.filter(|line| line.starts_with("  ")).map(str::trim).last();
    let line = root.or(error).or_else(|| lines.next_back()).unwrap_or("cargo failed and said nothing");
    match line.char_indices().nth(LONGEST_CAUSE) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_lacks_is_recognised() {
        let table = [
            ("error: failed to write `x`: No space left on device (os error 28)", Kind::Io),
            ("error: linker `cc` not found\n  = note: No such file or directory", Kind::Toolchain),
            (
                "warning: spurious network error (3 tries remaining)\nerror: failed to download from `https://x`",
                Kind::Network,
            ),
            (
                "error: rustc 1.80.0 is not supported by the following package:\n  ziron@0.1.0 requires rustc 1.95",
                Kind::Toolchain,
            ),
            (
                "error: could not compile `gix`\n  process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)",
                Kind::Io,
            ),
            ("error[E0425]: cannot find value `x` in this scope", Kind::Internal),
            ("error: linking with `cc` failed: undefined symbol", Kind::Internal),
            ("", Kind::Internal),
        ];
        for (said, kind) in table {
            assert_eq!(recognise(Stage::Build, said).kind, kind, "{said}");
        }
    }

    #[test]
    fn crates_that_are_missing_are_one_error_whatever_the_reason() {
        let table = [
            (
                "error: no matching package named `prettyplease` found\nlocation searched: crates.io index\n\
                 As a reminder, you're using offline mode (--offline) which can sometimes cause surprising failures",
                "error: no matching package named `prettyplease` found",
            ),
            (
                "error: failed to get `x` as a dependency\n\nCaused by:\n  download of config.json failed\n\n\
                 Caused by:\n  [7] Could not connect to server (Failed to connect to 127.0.0.1 port 9)\ncargo fetch: exit status: 101",
                "[7] Could not connect to server (Failed to connect to 127.0.0.1 port 9)",
            ),
            ("error: something that nobody has seen before", "error: something that nobody has seen before"),
        ];
        for (said, expected) in table {
            let error = recognise(Stage::Fetch, said);
            assert_eq!((error.kind, error.message.as_str()), (Kind::Network, NOT_DOWNLOADED), "{said}");
            assert_eq!(error.hints, [CONNECT]);
            assert_eq!(error.source.map(|source| source.to_string()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn only_one_line_of_the_compiler_is_shown() {
        let error = recognise(
            Stage::Build,
            "   Compiling x\nerror[E0425]: cannot find value `x`\n  --> src/main.rs:1:1\n   |\n",
        );
        let cause = error.source.map(|source| source.to_string());
        assert_eq!(cause.as_deref(), Some("error[E0425]: cannot find value `x`"));
    }
}
