//! Finds cargo and rustc, and asks rustc what it is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::env::Env;
use crate::error::{CommandError, IoContext, Kind};
use crate::hash::Hash;

/// The oldest rustc that compiles our crates, as `major.minor`.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// How a program is linked where the C library can be linked statically: no dynamic linker at the start, and nothing to relocate.
/// Measured, exec to exit, with gix linked in: dynamic and static against each other in `CRATES.md`; static with relocations
/// (14,600 of them) 895 µs, without 723 µs, and 8 % smaller. The price is that the program's own code is always at the same
/// address; stack, heap and mappings are not.
const STATIC_FLAGS: [&str; 2] = ["-Ctarget-feature=+crt-static", "-Crelocation-model=static"];

/// Tables for unwinding a stack are of no use to a program that aborts when it panics: ours are not made, and the linker drops those of the
/// standard library and the C library. Measured: 1.25 MB to 1.14 MB for the smallest prompt, 4.80 MB to 4.24 MB with git. A backtrace is lost.
const UNWIND_FLAGS: [&str; 3] =
    ["-Cforce-unwind-tables=no", "-Clink-arg=-Wl,--no-eh-frame-hdr", "-Clink-arg=-T"];

/// Has the linker make one of functions whose code is the same: Rust gives no function an address of its own, and nothing in the C library compares such.
/// Measured: 4.84 MB to 4.72 MB for the default format. GNU's linker does not know it; lld, which Rust brings along, does.
const FOLD_FLAG: &str = "-Clink-arg=-Wl,--icf=all";

/// Tells the linker what to drop. The start files' own tables are empty, and referred to.
const LINK_SCRIPT: &str = "SECTIONS { /DISCARD/ : { \
    *(EXCLUDE_FILE(*crtbegin* *crtend* *crt1* *crti* *crtn*) .eh_frame) \
    *(.gcc_except_table .gcc_except_table.*) } } INSERT AFTER .text;\n";

/// How a prompt is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Linking {
    /// With the shared C library.
    Dynamic,
    /// With everything in it.
    Static,
    /// With everything in it but the tables for unwinding.
    Lean,
    /// The same, with functions that are the same code there once.
    Folded,
}

impl Linking {
    /// All of them, best first.
    pub(crate) const ALL: [Self; 4] = [Self::Folded, Self::Lean, Self::Static, Self::Dynamic];

    /// Its name in a marker.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Static => "static",
            Self::Lean => "lean",
            Self::Folded => "folded",
        }
    }

    /// The flags for rustc; `dir` is where the linker's script is kept.
    pub(crate) fn flags(self, dir: &Path) -> Vec<OsString> {
        let mut flags = Vec::new();
        if self != Self::Dynamic {
            flags.extend(STATIC_FLAGS.map(OsString::from));
        }
        if matches!(self, Self::Lean | Self::Folded) {
            flags.extend(UNWIND_FLAGS.map(OsString::from));
            let mut script = OsString::from("-Clink-arg=");
            script.push(dir.join("link.ld"));
            flags.push(script);
        }
        if self == Self::Folded {
            flags.push(OsString::from(FOLD_FLAG));
        }
        flags
    }
}

/// A cargo and its rustc.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// The cargo to run.
    pub(crate) cargo: PathBuf,
    rustc: PathBuf,
    /// What `rustc -vV` printed: version, commit, host.
    pub(crate) description: String,
    /// The triple rustc compiles for by default.
    pub(crate) host: String,
}

impl Toolchain {
    /// Finds the toolchain on `$PATH`, else where rustup puts it. `dir` is where cargo will run: rustup's choice depends on it.
    pub(crate) fn find(env: &Env, dir: &Path) -> Result<Self, CommandError> {
        let cargo = program(env, "cargo")?;
        let rustc = match env.path("RUSTC") {
            Some(rustc) => rustc,
            None => program(env, "rustc")?,
        };
        let description = describe(&rustc, dir)?;
        let field = |name: &str| {
            let mut values = description.lines().filter_map(|line| line.strip_prefix(name));
            values.next().map(|value| value.trim().to_owned())
        };
        let (Some(host), Some(release)) = (field("host:"), field("release:")) else {
            let error = CommandError::new(
                Kind::Toolchain,
                format!("`{} -vV` did not say what it is", rustc.display()),
            );
            return Err(error.because(description));
        };
        if older(&release, OLDEST) {
            let error = CommandError::new(
                Kind::Toolchain,
                format!("rustc {release} is too old: {OLDEST} or newer is needed"),
            );
            return Err(
                error.hint("Run `rustup update stable`, or install a newer Rust from your distribution.")
            );
        }
        Ok(Self { cargo, rustc, description, host })
    }

    /// Names what was compiled by this toolchain: artefacts of another are of no use to it.
    pub(crate) fn key(&self) -> String {
        Hash::new().part(self.description.as_bytes()).hex()
    }

    /// The target to compile for: the host, or with `musl` its musl relative, which must be installed.
    pub(crate) fn target(&self, musl: bool) -> Result<String, CommandError> {
        if !musl || self.host.ends_with("-linux-musl") {
            return Ok(self.host.clone());
        }
        let architecture = self.host.split('-').next().unwrap_or_default();
        if !self.host.contains("-linux-") {
            return Err(CommandError::new(
                Kind::Usage,
                format!("`--musl` is for Linux; this is {}", self.host),
            ));
        }
        let target = format!("{architecture}-unknown-linux-musl");
        let output =
            Command::new(&self.rustc).args(["--print", "target-libdir", "--target", &target]).output();
        let output = output.doing(|| format!("could not run `{}`", self.rustc.display()))?;
        let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        if output.status.success() && libraries.is_dir() {
            return Ok(target);
        }
        let error = CommandError::new(Kind::Toolchain, format!("the target `{target}` is not installed"));
        Err(error.hint(format!("Run `rustup target add {target}`, or build without `--musl`.")))
    }

    /// The best way to link that works here, tried out on a small program: some distributions ship the static C library apart
    /// (Fedora's `glibc-static`), and not every linker reads our script. A static program starts in two thirds of the time.
    pub(crate) fn linking(&self, target: &str, dir: &Path) -> Linking {
        let works = |linking: &Linking| *linking == Linking::Dynamic || self.links(*linking, target, dir);
        let known = target.ends_with("-linux-gnu");
        Linking::ALL.into_iter().filter(|_| known).find(works).unwrap_or(Linking::Dynamic)
    }

    /// Whether a small program can be linked so, and runs.
    fn links(&self, linking: Linking, target: &str, dir: &Path) -> bool {
        let Ok(scratch) = tempfile::tempdir_in(dir) else { return false };
        let (source, probe) = (scratch.path().join("probe.rs"), scratch.path().join("probe"));
        let written = fs::write(&source, "fn main() { println!(\"{:?}\", std::env::args()) }\n")
            .and_then(|()| fs::write(dir.join("link.ld"), LINK_SCRIPT));
        if written.is_err() {
            return false;
        }
        let mut command = Command::new(&self.rustc);
        command.current_dir(dir).arg(&source).arg("-o").arg(&probe);
        command.args(["--edition", "2024", "-Cpanic=abort", "--target", target]).args(linking.flags(dir));
        let linked = command.output().is_ok_and(|output| output.status.success());
        linked && Command::new(probe).output().is_ok_and(|output| output.status.success())
    }
}

/// Runs `rustc -vV`.
fn describe(rustc: &Path, dir: &Path) -> Result<String, CommandError> {
    let failed = |cause: String| {
        let error =
            CommandError::new(Kind::Toolchain, format!("`{}` does not work", rustc.display())).because(cause);
        error.hint("With rustup, `rustup default stable` installs and chooses a toolchain.")
    };
    match Command::new(rustc).arg("-vV").current_dir(dir).output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(failed(first_paragraph(&output.stderr))),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// What a program says up to an empty line: rustup appends a stack trace where `RUST_BACKTRACE` is set.
fn first_paragraph(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<_> = text.trim().lines().take_while(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

/// Finds a program of the toolchain, never in a folder that depends on where this runs.
fn program(env: &Env, name: &str) -> Result<PathBuf, CommandError> {
    let mut folders = env.search_path();
    folders.extend(env.path("CARGO_HOME").map(|home| home.join("bin")));
    folders.push(env.home().join(".cargo").join("bin"));
    let file = OsString::from(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let absolute = folders.iter().filter(|folder| folder.is_absolute());
    absolute.map(|folder| folder.join(&file)).find(|path| is_program(path)).ok_or_else(|| {
        let error = CommandError::new(Kind::Toolchain, format!("`{name}` was not found"));
        let error = error.because("it is neither on $PATH nor in ~/.cargo/bin");
        error.hint(
            "Install Rust from https://rustup.rs or from your distribution, then run the same command again.",
        )
    })
}

/// Whether `path` is a file that may be run.
#[cfg(unix)]
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let runnable = |metadata: fs::Metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
    fs::metadata(path).is_ok_and(runnable)
}

/// Whether version `have` is older than `need`; a suffix such as `-nightly` does not count.
fn older(have: &str, need: &str) -> bool {
    let numbers = |version: &str| -> Vec<u32> {
        let version = version.split(['-', '+']).next().unwrap_or_default();
        version.split('.').map(|number| number.parse().unwrap_or(0)).chain([0, 0]).take(2).collect()
    };
    numbers(have) < numbers(need)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(older("1.94.1", "1.95"));
        assert!(older("1.9", "1.95"));
        assert!(!older("1.95.0", "1.95"));
        assert!(!older("1.100.0-nightly", "1.95"));
        assert!(!older("2.0.0", "1.95"));
    }

    #[test]
    fn a_missing_cargo_says_where_to_get_it() {
        let error = program(&Env::of([("PATH", "/nowhere"), ("HOME", "/nowhere")]), "cargo")
            .expect_err("nothing is there");
        assert_eq!((error.kind, error.message.as_str()), (Kind::Toolchain, "`cargo` was not found"));
        assert!(error.hints[0].contains("rustup.rs"));
    }

    #[test]
    fn the_key_changes_with_the_compiler() {
        let key = |description: &str| {
            let paths = (PathBuf::from("cargo"), PathBuf::from("rustc"));
            Toolchain { cargo: paths.0, rustc: paths.1, description: description.into(), host: String::new() }
                .key()
        };
        assert_eq!(key("rustc 1.95.0"), key("rustc 1.95.0"));
        assert_ne!(key("rustc 1.95.0"), key("rustc 1.96.0"));
    }
}
