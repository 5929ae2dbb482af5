//! The package that a directory holds.
//!
//! Shows: its version, as its manifest tells it.
//! Hidden when: the directory has no manifest, or none with a version.
//! Costs: reading the manifest; for a member of a cargo workspace, the one above.
//! Source: the manuals of the package managers; the order of manifests is starship's.

mod formats;

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::{Place, is_named};
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use crate::files;
use crate::tools::VersionVars;
use formats::{FORMATS, Found};

/// Shows the version of the package that the directory holds.
#[derive(Clone, Copy, Debug, Options)]
#[module(
    name = "package", position = 21, feature = "package", facts(self),
    cost = File, policy = Never,
    files = FORMATS.iter().map(|(name, _)| *name)
)]
pub struct Package {
    /// The format of the module.
    #[option(default = "is [$symbol$version]($style) ")]
    pub format: Format,
    /// The format of the version.
    #[option(default = "v${raw}")]
    pub version_format: Format,
    /// What is shown in place of the version of an npm package whose releases a tool numbers.
    #[option(default = "semantic")]
    pub semantic_format: Format,
    /// The symbol before the version.
    #[option(default = "📦 ", var)]
    pub symbol: Format,
    /// The style of the module.
    #[option(default = "208 bold")]
    pub style: StyleText,
    /// Shows npm packages that are marked as private as well.
    #[option(default = false)]
    pub display_private: bool,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// The version of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PackageVersion {
    /// It has one.
    Known(String),
    /// A tool numbers the releases.
    Semantic,
}

/// The files in a place that may say which version its package has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Manifests {
    folder: PathBuf,
    names: Vec<String>,
}

impl Source for Package {
    type Key = Manifests;
    type Fact = PackageVersion;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<Manifests> {
        let is_wanted = |name: &OsStr| {
            FORMATS.iter().any(|(format, _)| match format.strip_prefix("*.") {
                Some(extension) => is_named(name, &[], &[], &[extension]),
                None => name == *format,
            })
        };
        let listing = place.listing(io, is_wanted).await;
        let mut manifests = Vec::new();
        for (name, _) in FORMATS {
            if let Some(extension) = name.strip_prefix("*.") {
                let has = |file: &&str| file.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'));
                if listing.has_extension(extension) {
                    manifests.extend(
                        listing
                            .files()
                            .filter_map(|file| file.to_str())
                            .filter(has)
                            .min()
                            .map(ToOwned::to_owned),
                    );
                }
            } else if listing.has_file(name) {
                manifests.push((*name).to_owned());
            }
        }
        (!manifests.is_empty()).then(|| Manifests { folder: place.physical.clone(), names: manifests })
    }

    async fn read<I: Io>(
        &self,
        Manifests { names, .. }: &Manifests,
        place: &Place,
        io: &I,
    ) -> Result<PackageVersion, ReadError> {
        // A manifest that cannot be read is a failure, unless another tells a version. One that tells none is no
        // failure.
        let mut failure = ReadError::nothing("no manifest here tells a version");
        for name in names {
            let matches =
                |format: &str| format.strip_prefix('*').map_or(format == name, |end| name.ends_with(end));
            let Some((_, parse)) = FORMATS.iter().find(|(format, _)| matches(format)) else { continue };
            let text = match files::readable_text(io, &place.physical.join(name)).await {
                Ok(text) => text,
                Err(error) => {
                    failure = error;
                    continue;
                }
            };
            let found = match text.as_deref().and_then(parse) {
                Some(Found::Inherited) => inherited(place, io).await,
                Some(Found::Elsewhere(path)) => elsewhere(&path, place, io).await,
                Some(Found::Private(version)) => self.display_private.then_some(Found::Version(version)),
                found => found,
            };
            match found {
                Some(Found::Version(version)) => {
                    let number = version.strip_prefix('v').unwrap_or(&version);
                    return Ok(PackageVersion::Known(number.to_owned()));
                }
                Some(Found::Semantic) => return Ok(PackageVersion::Semantic),
                _ => {}
            }
        }
        Err(failure)
    }
}

/// The version that the nearest workspace above gives to its members.
async fn inherited<I: Io>(place: &Place, io: &I) -> Option<Found> {
    for folder in place.physical.ancestors().skip(1) {
        if let Some(text) = files::text(io, &folder.join("Cargo.toml")).await
            && let Some(found) = formats::cargo_workspace(&text)
        {
            return Some(found);
        }
    }
    None
}

/// The version in a Python file below the place.
async fn elsewhere<I: Io>(path: &str, place: &Place, io: &I) -> Option<Found> {
    let is_below =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let path: PathBuf = is_below.then(|| place.physical.join(path))?;
    formats::python_file(&files::text(io, &path).await?)
}

/// The version, in one of two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum PackageChoice<'a> {
    /// There is one.
    #[choice("version_format")]
    Known {
        /// The version as the manifest has it.
        raw: &'a str,
        /// Its first number.
        major: &'a str,
        /// Its second number.
        minor: &'a str,
        /// Its third number.
        patch: &'a str,
    },
    /// A tool numbers the releases.
    #[choice("semantic_format")]
    Semantic,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct PackageVars<'a> {
    /// The version, in the form of `version_format`.
    #[var(choice)]
    pub version: PackageChoice<'a>,
}

impl Segment for Package {
    type Facts<'a> = Option<&'a PackageVersion>;
    type Vars<'a> = PackageVars<'a>;

    fn vars<'a>(&'a self, version: Option<&'a PackageVersion>) -> Option<PackageVars<'a>> {
        let version = match version? {
            PackageVersion::Known(version) => {
                let VersionVars { raw, major, minor, patch } = VersionVars::new(version)?;
                PackageChoice::Known { raw, major, minor, patch }
            }
            PackageVersion::Semantic => PackageChoice::Semantic,
        };
        Some(PackageVars { version })
    }
}

#[cfg(fuzzing)]
pub(crate) fn read_any(kind: usize, text: &str) {
    let (_, parse) = FORMATS[kind % FORMATS.len()];
    parse(text);
    formats::cargo_workspace(text);
    formats::python_file(text);
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, try_read};

    /// The version shown in a directory with these files.
    fn shown(package: &Package, files: &[(&str, &str)]) -> Option<String> {
        let put = |io: Simulated, (name, text): &(&str, &str)| io.file(format!("{HERE}/{name}"), *text);
        let io = files.iter().fold(Simulated::new(), put);
        Some(match try_read(package, &io)?.ok()? {
            PackageVersion::Known(version) => version,
            PackageVersion::Semantic => String::from("semantic"),
        })
    }

    #[test]
    fn the_first_manifest_with_a_version_is_shown() {
        let chart = ("Chart.yaml", "version: 2.0.0\n");
        let version = |files: &[(&str, &str)]| shown(&Package::DEFAULT, files);
        assert_eq!(version(&[]), None);
        assert_eq!(version(&[chart]).as_deref(), Some("2.0.0"));
        assert_eq!(version(&[("package.json", r#"{"version": "v1.0.0"}"#), chart]).as_deref(), Some("1.0.0"));
        assert_eq!(version(&[("package.json", "{"), chart]).as_deref(), Some("2.0.0"));
        assert_eq!(version(&[("a.nimble", "version = \"3\"")]).as_deref(), Some("3"));
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_a_failure() {
        let large = "1".repeat(2 << 20);
        let chart = ("Chart.yaml", "version: 2.0.0\n");
        let read = |files: &[(&str, &str)]| {
            let put = |io: Simulated, (name, text): &(&str, &str)| io.file(format!("{HERE}/{name}"), *text);
            let io = files.iter().fold(Simulated::new(), put);
            try_read(&Package::DEFAULT, &io).unwrap()
        };
        assert!(read(&[("package.json", &large)]).unwrap_err().is_failure());
        assert_eq!(read(&[("package.json", &large), chart]).unwrap(), PackageVersion::Known("2.0.0".into()));
        for text in ["{}", "{", ""] {
            assert!(!read(&[("package.json", text)]).unwrap_err().is_failure(), "{text:?}");
        }
    }

    #[test]
    fn private_packages_are_hidden_unless_told() {
        let files = [("package.json", r#"{"version": "1.0.0", "private": true}"#)];
        assert_eq!(shown(&Package::DEFAULT, &files), None);
        let all = Package { display_private: true, ..Package::DEFAULT };
        assert_eq!(shown(&all, &files).as_deref(), Some("1.0.0"));
    }

    #[test]
    fn members_inherit_from_their_workspace() {
        let files = [
            ("Cargo.toml", "[package]\nversion.workspace = true"),
            ("../Cargo.toml", "[package]\nversion = \"9.0.0\""),
            ("../../Cargo.toml", "[workspace.package]\nversion = \"4.0.0\""),
        ];
        let io = Simulated::new()
            .file(format!("{HERE}/Cargo.toml"), files[0].1)
            .file("/home/me/Cargo.toml", files[1].1)
            .file("/home/Cargo.toml", files[2].1);
        assert_eq!(try_read(&Package::DEFAULT, &io).unwrap().unwrap(), PackageVersion::Known("4.0.0".into()));
    }

    #[test]
    fn a_manifest_points_nowhere_but_below() {
        let files = |path: &'static str| {
            [
                ("pyproject.toml", path),
                ("about.py", "__version__ = '1.2.3'"),
                ("src/about.py", "VERSION = '4'"),
            ]
        };
        let version = |path| shown(&Package::DEFAULT, &files(path));
        assert_eq!(version("[tool.hatch.version]\npath = \"about.py\"").as_deref(), Some("1.2.3"));
        assert_eq!(version("[tool.hatch.version]\npath = \"./src/about.py\"").as_deref(), Some("4"));
        assert_eq!(version("[tool.hatch.version]\npath = \"../here/about.py\""), None);
        assert_eq!(version("[tool.hatch.version]\npath = \"/home/me/here/about.py\""), None);
    }
}
