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
        ],
        kind: Kind::Network,
        message: "the crates that a prompt is made of could not be downloaded",
        hint: "The network is needed for the first build only; connect and run the same command again.",
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
pub(crate) fn explain(dir: &BuildDir, toolchain: &Toolchain, said: &str) -> CommandError {
    let log = dir.log();
    let main = fs::read_to_string(dir.main()).unwrap_or_default();
    let text = format!(
        "ziron-build {version}\nsources {hash}\n{toolchain}\n{said}\n--- prompt/src/main.rs ---\n{main}",
        version = env!("CARGO_PKG_VERSION"),
        hash = sources::HASH,
        toolchain = toolchain.description,
    );
    let kept = fs::write(&log, text);
    let error = recognise(said);
    match kept {
        Ok(()) if error.kind == Kind::Internal => error.hint(format!("The log is {}.", log.display())).hint(
            format!("Please report it, with the log attached: {}/issues", env!("CARGO_PKG_REPOSITORY")),
        ),
        Ok(()) => error.hint(format!("All that cargo said is in {}.", log.display())),
        Err(_) => error,
    }
}

/// The error for what cargo said.
fn recognise(said: &str) -> CommandError {
    let lower = said.to_lowercase();
    let linker = |known: &&Known| !known.says.contains(&"linker `") || lower.contains("not found");
    let known = KNOWN.iter().filter(linker).find(|known| known.says.iter().any(|text| lower.contains(text)));
    match known {
        Some(known) => {
            CommandError::new(known.kind, known.message).because(first_error(said)).hint(known.hint)
        }
        None => CommandError::new(Kind::Internal, "the generated prompt does not compile")
            .because(first_error(said)),
    }
}

/// The first line that says `error`, which is usually the one that matters.
fn first_error(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.starts_with("error"));
    let line = error.or_else(|| lines.next_back()).unwrap_or("cargo failed and said nothing");
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
            assert_eq!(recognise(said).kind, kind, "{said}");
        }
    }

    #[test]
    fn only_one_line_of_the_compiler_is_shown() {
        let error =
            recognise("   Compiling x\nerror[E0425]: cannot find value `x`\n  --> src/main.rs:1:1\n   |\n");
        let cause = error.source.map(|source| source.to_string());
        assert_eq!(cause.as_deref(), Some("error[E0425]: cannot find value `x`"));
    }
}
