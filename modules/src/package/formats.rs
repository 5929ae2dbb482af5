//! The manifests that tell a package's version, and how it is found in each.
//!
//! Most are read line by line, as far as that version goes; what is written in an unusual way is not found.

use crate::document::Document;
use crate::json::Json;

/// What a manifest tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The version.
    Version(String),
    /// The version of a package that is not published.
    Private(String),
    /// That a tool numbers the releases.
    Semantic,
    /// That a manifest of the same kind above tells it.
    Inherited,
    /// That another file tells it: its path.
    Elsewhere(String),
}

/// How a manifest is read.
pub(super) type Parse = fn(&str) -> Option<Found>;

/// The manifests by name, in the order in which they are asked; `*.…` is any file with that extension.
pub(super) const FORMATS: &[(&str, Parse)] = &[
    ("Cargo.toml", cargo),
    ("*.nimble", nimble),
    ("package.json", package_json),
    ("deno.json", json),
    ("deno.jsonc", json),
    ("jsr.json", json),
    ("jsr.jsonc", json),
    ("pyproject.toml", pyproject),
    ("setup.cfg", setup_cfg),
    ("composer.json", json),
    ("gradle.properties", gradle_properties),
    ("build.gradle", gradle),
    ("build.gradle.kts", gradle),
    ("Project.toml", project_toml),
    ("mix.exs", mix),
    ("Chart.yaml", yaml),
    ("pom.xml", pom),
    ("meson.build", meson),
    ("shard.yml", yaml),
    ("v.mod", v_mod),
    ("vpkg.json", json),
    ("build.sbt", sbt),
    ("daml.yaml", yaml),
    ("pubspec.yaml", yaml),
    ("DESCRIPTION", description),
    ("galaxy.yml", yaml),
];

fn version(text: &str) -> Option<Found> {
    let text = text.trim();
    (!text.is_empty()).then(|| Found::Version(text.to_owned()))
}

fn cargo(text: &str) -> Option<Found> {
    let manifest = Document::parse(text)?;
    if manifest.is_true(&["package", "version", "workspace"]) {
        return Some(workspace(&manifest).unwrap_or(Found::Inherited));
    }
    manifest.text(&["package", "version"]).and_then(version).or_else(|| workspace(&manifest))
}

/// The version that a workspace gives to its members.
pub(super) fn cargo_workspace(text: &str) -> Option<Found> {
    workspace(&Document::parse(text)?)
}

fn workspace(manifest: &Document<'_>) -> Option<Found> {
    version(manifest.text(&["workspace", "package", "version"])?)
}

fn json(text: &str) -> Option<Found> {
    version(Json::parse(text)?.text(&["version"])?)
}

fn package_json(text: &str) -> Option<Found> {
    let manifest = Json::parse(text)?;
    let raw = manifest.text(&["version"]).filter(|raw| !raw.is_empty() && *raw != "null")?;
    if manifest.is_true(&["private"]) {
        return Some(Found::Private(raw.to_owned()));
    }
    // Source: semantic-release's documentation, "Why is the package.json's version not updated".
    let number = raw.trim_start_matches('v');
    if number.starts_with("0.0.0-development") || number.starts_with("0.0.0-semantic") {
        return Some(Found::Semantic);
    }
    version(raw)
}

fn pyproject(text: &str) -> Option<Found> {
    let manifest = Document::parse(text)?;
    let own = manifest.text(&["project", "version"]).and_then(version);
    let hatch =
        || manifest.text(&["tool", "hatch", "version", "path"]).map(|path| Found::Elsewhere(path.to_owned()));
    own.or_else(hatch).or_else(|| version(manifest.text(&["tool", "poetry", "version"])?))
}

/// The version in a Python file that hatch is pointed to: `__version__ = "1.2.3"`.
pub(super) fn python_file(text: &str) -> Option<Found> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("__version__").or_else(|| line.strip_prefix("VERSION"))?;
        let rest = rest.trim_start().strip_prefix(": str").unwrap_or(rest).trim_start();
        version(quoted(rest.strip_prefix('=')?)?)
    })
}

/// The text in quotes with which a text begins.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(quote).map(|(inside, _)| inside)
}

fn setup_cfg(text: &str) -> Option<Found> {
    let mut in_metadata = false;
    text.lines().find_map(|line| {
        if line.starts_with('[') {
            in_metadata = line.trim() == "[metadata]";
        }
        let (key, value) = line.split_once(['=', ':']).filter(|_| in_metadata)?;
        let value = value.trim().trim_matches(['"', '\'']);
        let is_pointer = value.starts_with("attr:") || value.starts_with("file:");
        if key.trim() == "version" && !is_pointer { version(value) } else { None }
    })
}

fn gradle_properties(text: &str) -> Option<Found> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        if key.trim() == "version" { version(value) } else { None }
    })
}

fn gradle(text: &str) -> Option<Found> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("version")?.trim_start();
        version(quoted(rest.strip_prefix('=').unwrap_or(rest))?)
    })
}

fn project_toml(text: &str) -> Option<Found> {
    version(Document::parse(text)?.text(&["version"])?)
}

fn mix(text: &str) -> Option<Found> {
    let (_, rest) = text.split_once("version: \"")?;
    version(rest.split_once('"')?.0)
}

/// A key `version` of the outermost mapping, if its value is no number, which YAML tells apart from text.
fn yaml(text: &str) -> Option<Found> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix("version:")?.trim();
        if let Some(inside) = quoted(value) {
            return version(inside);
        }
        let value = value.split(" #").next().unwrap_or_default().trim();
        let is_text =
            !value.starts_with(['#', '[', '{', '&', '*', '!', '|', '>']) && value.parse::<f64>().is_err();
        if is_text && !matches!(value, "null" | "~" | "true" | "false") { version(value) } else { None }
    })
}

/// The text of `version` in `project`, if it does not refer to a property.
fn pom(text: &str) -> Option<Found> {
    let mut rest = text;
    let mut depth = 0_usize;
    while let Some((_, behind)) = rest.split_once('<') {
        if let Some(comment) = behind.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
            continue;
        }
        if let Some(data) = behind.strip_prefix("![CDATA[") {
            rest = data.split_once("]]>")?.1;
            continue;
        }
        let (tag, after) = behind.split_once('>')?;
        rest = after;
        if tag.starts_with(['?', '!']) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            depth = depth.checked_sub(1)?;
            continue;
        }
        depth += 1;
        if depth == 2 && tag.split_whitespace().next() == Some("version") {
            let raw = after.split('<').next().unwrap_or_default();
            return if raw.contains("${") { None } else { version(raw) };
        }
    }
    None
}

/// The argument `version` of the call of `project`.
fn meson(text: &str) -> Option<Found> {
    let (_, call) = text.split_once("project(")?;
    call.match_indices("version").find_map(|(at, word)| {
        let whole = !call[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let value = call[at + word.len()..].trim_start().strip_prefix(':').filter(|_| whole)?;
        version(quoted(value)?)
    })
}

fn v_mod(text: &str) -> Option<Found> {
    text.lines().find_map(|line| version(quoted(line.trim_start().strip_prefix("version:")?)?))
}

fn sbt(text: &str) -> Option<Found> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(":=")?;
        let key = key.rsplit('/').next().unwrap_or_default().trim();
        if key == "version" { version(quoted(value)?) } else { None }
    })
}

fn description(text: &str) -> Option<Found> {
    text.lines().find_map(|line| version(line.strip_prefix("Version:")?))
}

/// The line that `nimble` itself reads when it need not run the file, which is a script.
fn nimble(text: &str) -> Option<Found> {
    text.lines()
        .find_map(|line| version(quoted(line.strip_prefix("version")?.trim_start().strip_prefix('=')?)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(name: &str, text: &str) -> Option<String> {
        let (_, parse) = FORMATS.iter().find(|(format, _)| *format == name).unwrap();
        Some(match parse(text)? {
            Found::Version(version) => version,
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn versions_are_found_in_manifests() {
        let cases = [
            ("Cargo.toml", "[package]\nname = \"x\"\nversion = \"0.1.0\"", Some("0.1.0")),
            (
                "Cargo.toml",
                "[package]\nversion.workspace = true\n[workspace.package]\nversion = \"2.0.0\"",
                Some("2.0.0"),
            ),
            ("Cargo.toml", "[package]\nversion = { workspace = true }", Some("Inherited")),
            ("Cargo.toml", "[workspace.package]\nversion = \"3.0.0\"", Some("3.0.0")),
            ("Cargo.toml", "[package]\nname = \"x\"", None),
            ("package.json", r#"{"version": "1.0.0"}"#, Some("1.0.0")),
            ("package.json", r#"{"version": "1.0.0", "private": true}"#, Some("Private(\"1.0.0\")")),
            ("package.json", r#"{"version": "v0.0.0-semantically-released"}"#, Some("Semantic")),
            ("package.json", r#"{"version": null}"#, None),
            ("deno.jsonc", "{ // c\n\"version\": \"1.0.2\",}", Some("1.0.2")),
            ("pyproject.toml", "[project]\nversion = \"0.1\"", Some("0.1")),
            ("pyproject.toml", "[project]\nname = \"x\"\n[tool.poetry]\nversion = \"0.2\"", Some("0.2")),
            ("pyproject.toml", "[tool.hatch.version]\npath = \"about.py\"", Some("Elsewhere(\"about.py\")")),
            ("setup.cfg", "[options]\nversion = 1\n[metadata]\nversion = 4.5.6\n", Some("4.5.6")),
            ("setup.cfg", "[metadata]\nversion: \"4.5.8\"\n", Some("4.5.8")),
            ("setup.cfg", "[metadata]\nversion = attr: x\n", None),
            ("gradle.properties", "a=1\nversion=0.4.0\n", Some("0.4.0")),
            ("build.gradle", "plugins {}\nversion = '0.1.0'\n", Some("0.1.0")),
            ("build.gradle", "version \"0.2.0\"\n", Some("0.2.0")),
            ("build.gradle", "  version = \"0.9.0\"\n", None),
            ("build.gradle.kts", "version = project.x\n", None),
            ("Project.toml", "name = \"x\"\nversion = \"0.7.0\"\n", Some("0.7.0")),
            ("mix.exs", "[app: :x,\n version: \"1.2.3\",\n]", Some("1.2.3")),
            ("Chart.yaml", "version: '1.0.5' # c\n", Some("1.0.5")),
            ("Chart.yaml", "version: 1.0\n", None),
            ("Chart.yaml", "x:\n  version: 1.0.0\n", None),
            ("pubspec.yaml", "version: 1.0.0+1 # c\n", Some("1.0.0+1")),
            (
                "pom.xml",
                "<?xml?><project><parent><version>9</version></parent><version>0.3.0</version></project>",
                Some("0.3.0"),
            ),
            ("pom.xml", "<project><!-- <version>8</version> --><version>${rev}</version></project>", None),
            ("pom.xml", "<project><parent><version>9</version></parent></project>", None),
            ("meson.build", "project('x', 'c',\n  meson_version: '>=1', version : '0.2.0')", Some("0.2.0")),
            ("v.mod", "Module {\n name: 'x'\n version: '1.2.4'\n}", Some("1.2.4")),
            ("build.sbt", "ThisBuild / version := \"1.0.1\"\n", Some("1.0.1")),
            ("build.sbt", "scalaVersion := \"2\"\n  version  :=  \"1.1.0\",\n", Some("1.1.0")),
            ("DESCRIPTION", "Package: x\nVersion: 1.0.0\n", Some("1.0.0")),
            ("*.nimble", "# Package\nversion       = \"0.1.0\"\n", Some("0.1.0")),
        ];
        for (name, text, version) in cases {
            assert_eq!(parse(name, text).as_deref(), version, "{name}: {text}");
        }
    }

    #[test]
    fn python_files_tell_a_version() {
        let found = |text: &str| python_file(text).is_some();
        assert!(found("x = 1\n__version__ = \"1.2.3\"\n") && found("VERSION: str = '1'"));
        assert!(!found("version = \"1.2.4\""));
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in r#"(version|project|\[metadata\]|<version>|</|<!--|-->|[\[\]{}()<>/"'=:,#\n é1.])*"#) {
            for (_, parse) in FORMATS {
                let _ = parse(&text);
            }
            let _ = (python_file(&text), cargo_workspace(&text));
        }
    }
}
