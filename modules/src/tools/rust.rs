//! Rust.
//!
//! Shows: the version of the compiler that would be used here. Hidden when: the directory has none of its files. Costs:
//! a look at the `PATH`, and at rustup's settings and toolchain files; one process for each version of the compiler,
//! ever. Source: rustc(1); the rustup book, "Overrides".

mod toolchain;

use serde::{Deserialize, Serialize};
use ziron_macros::Vars;
use ziron_runtime::io::Io;
use ziron_runtime::pen::{Datum, Pen};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};

use super::options::tool;
use super::parse::stdout;
use super::run::{Needs, ToolKey, tool_key};
use super::version::VersionVars;
use toolchain::Chosen;

tool! {
    /// Shows the version of Rust in a directory that uses it.
    #[module(
        name = "rust", position = 63, feature = "managers", facts(self),
        cost = Process, policy = Keyed,
        env = ["RUSTUP_HOME", "RUSTUP_TOOLCHAIN"],
        files = ["~/.rustup/settings.toml", "rust-toolchain", "rust-toolchain.toml"]
    )]
    pub struct Rust {
        files: ["Cargo.toml"],
        folders: [],
        extensions: ["rs"],
        symbol: "🦀 ",
        style: "bold red",
        format: "via [$symbol($version )]($style)",
        version_format: "v${raw}",
    }
}

/// The compiler that would be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RustKey {
    /// One of rustup's toolchains, or the compiler on the `PATH`.
    Compiler {
        /// The real compiler, not rustup under its name: an upgraded toolchain is another one.
        rustc: ToolKey,
        /// The toolchain, if rustup has a say.
        toolchain: Option<String>,
    },
    /// A toolchain that is not installed.
    Missing {
        /// Its name.
        toolchain: String,
    },
    /// A compiler that a file names by its path, or that makes no sense to rustup.
    Unknown,
}

/// The version of the compiler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RustVersion {
    raw: String,
    /// Where the numbers in it end (bytes).
    numbers_end: usize,
    toolchain: String,
}

impl Source for Rust {
    type Key = RustKey;
    type Fact = RustVersion;

    fn manifest(&self) -> Manifest {
        self.detection().manifest_of_tool(
            self.base_manifest(),
            &[&["rustc", "--version", "--verbose"]],
            Needs::NOTHING,
        )
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RustKey> {
        if !self.detection().matches(place, io).await {
            return None;
        }
        let (rustc, toolchain) = match toolchain::chosen(place, io).await {
            Chosen::Missing { name } => return Some(RustKey::Missing { toolchain: name }),
            Chosen::Installed { name, rustc } => (rustc.to_string_lossy().into_owned(), Some(name)),
            Chosen::Unknown => return Some(RustKey::Unknown),
            Chosen::Unmanaged => (String::from("rustc"), None),
        };
        let rustc = tool_key(&[&[&rustc, "--version", "--verbose"]], Needs::NOTHING, place, io).await;
        Some(RustKey::Compiler { rustc, toolchain })
    }

    async fn read<I: Io>(&self, key: &RustKey, place: &Place, io: &I) -> Result<RustVersion, ReadError> {
        match key {
            RustKey::Missing { .. } => {
                self.without_reading(key).ok_or_else(|| ReadError::nothing("no toolchain"))
            }
            RustKey::Unknown => Err(ReadError::nothing("only rustup could tell which compiler it runs here")),
            RustKey::Compiler { rustc, toolchain } => {
                let output = rustc.ask(&[], place, io).await?;
                let mut version = stdout(&output).and_then(parse).ok_or_else(|| rustc.unreadable())?;
                if let Some(name) = toolchain {
                    version.toolchain.clone_from(name);
                }
                Ok(version)
            }
        }
    }

    fn without_reading(&self, key: &RustKey) -> Option<RustVersion> {
        let toolchain = match key {
            RustKey::Missing { toolchain } => toolchain.as_str(),
            RustKey::Unknown => return Some(RustVersion::default()),
            RustKey::Compiler { toolchain, .. } => {
                return Some(RustVersion {
                    toolchain: toolchain.clone().unwrap_or_default(),
                    ..RustVersion::default()
                });
            }
        };
        // The name of what is not installed stands for the version that nobody knows.
        Some(RustVersion { raw: toolchain.to_owned(), numbers_end: 0, toolchain: toolchain.to_owned() })
    }
}

/// The version in `rustc 1.97.0-nightly (…)`, and the host it is for in a line `host: …`.
fn parse(said: &str) -> Option<RustVersion> {
    let raw = said.split_whitespace().nth(1)?.to_owned();
    let numbers_end = raw.find('-').unwrap_or(raw.len());
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    Some(RustVersion { raw, numbers_end, toolchain: host.trim().to_owned() })
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct RustVars<'a> {
    /// The version, in the form of `version_format`; the name of the toolchain if that is not installed.
    #[var(item = "version_format")]
    pub version: Option<VersionVars<'a>>,
    /// The version without what follows its numbers, such as `-nightly`, after a `v`.
    pub numver: Option<Numbers<'a>>,
    /// The toolchain, or the machine that the compiler is for if rustup has no say.
    pub toolchain: &'a str,
}

/// The numbers of a version, drawn after a `v`, as starship does whatever `version_format` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers<'a>(&'a str);

impl Datum for Numbers<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        pen.put_str("v");
        pen.put_str(self.0);
    }
}

impl Segment for Rust {
    type Facts<'a> = Option<&'a RustVersion>;
    type Vars<'a> = RustVars<'a>;

    fn vars<'a>(&'a self, fact: Option<&'a RustVersion>) -> Option<RustVars<'a>> {
        let fact = fact?;
        Some(RustVars {
            version: VersionVars::new(&fact.raw),
            numver: fact.raw.get(..fact.numbers_end).filter(|numbers| !numbers.is_empty()).map(Numbers),
            toolchain: &fact.toolchain,
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, place, read};

    const NIGHTLY: &str = "rustc 1.97.0-nightly (abc 2026-01-01)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.97.0-nightly\n";

    fn machine() -> Simulated {
        Simulated::new()
            .file(format!("{HERE}/Cargo.toml"), "")
            .env_var("HOME", "/home/me")
            .program("rustc", NIGHTLY)
    }

    fn shown(io: &Simulated) -> (String, String, String) {
        let fact = read(&Rust::DEFAULT, io);
        let vars = Rust::DEFAULT.vars(fact.as_ref()).unwrap();
        let raw = |version: Option<VersionVars<'_>>| {
            version.map(|version| version.raw).unwrap_or_default().to_owned()
        };
        let numbers = vars.numver.map(|numbers| numbers.0).unwrap_or_default().to_owned();
        (raw(vars.version), numbers, vars.toolchain.to_owned())
    }

    #[test]
    fn the_compiler_on_the_path_without_rustup() {
        let parts = ("1.97.0-nightly".into(), "1.97.0".into(), "x86_64-unknown-linux-gnu".into());
        assert_eq!(shown(&machine()), parts);
    }

    #[test]
    fn a_toolchain_that_is_not_installed_is_named() {
        let io = machine().file("/home/me/.rustup/settings.toml", "default_toolchain = \"1.75\"\n");
        assert_eq!(shown(&io), ("1.75".into(), String::new(), "1.75".into()));
        assert!(io.ran().is_empty());
    }

    #[test]
    fn an_upgraded_toolchain_is_another_key() {
        let key = |contents: &str| {
            let io = machine()
                .file("/home/me/.rustup/settings.toml", "default_toolchain = \"mine\"\n")
                .file("/home/me/.rustup/toolchains/mine/bin/rustc", contents);
            block_on(Rust::DEFAULT.key(&place(&io, HERE), &io)).unwrap()
        };
        assert_eq!(key("1.90"), key("1.90"));
        assert_ne!(key("1.90"), key("1.91"));
    }
}
