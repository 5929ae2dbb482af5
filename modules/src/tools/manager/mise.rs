//! mise: a tool's version is named by a variable, by a configuration in the place or above, or by the user's own one.
//! Each is the name of a folder, or of a link that mise keeps to the newest version that it stands for.
//!
//! Source: mise.jdx.dev, "Configuration", "Shims" and "Directory Structure".

use std::path::Path;

use ziron_runtime::io::{FileKind, Io};

use super::listed::tool_of;
use super::{Call, Choice, is_version};
use crate::document::Document;

/// The configurations of a folder, the strongest first.
const FILES: [&str; 11] = [
    "mise.local.toml",
    ".mise.local.toml",
    ".config/mise.local.toml",
    ".config/mise/config.local.toml",
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
    LINES,
];

/// The one that is not TOML.
const LINES: &str = ".tool-versions";

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    // It chooses other configurations.
    if call.variable("MISE_ENV").is_some() {
        return Choice::Unknown;
    }
    let tool = tool_of(call.name);
    let name = tool.map_or(call.name, |tool| tool.name);
    let names = [name, tool.map_or(call.name, |tool| tool.asdf)];
    let variable = format!("MISE_{}_VERSION", name.to_uppercase());
    let is_looked_at = tool.is_some_and(|tool| tool.variables.contains(&&*variable));
    let chosen = match is_looked_at.then(|| call.variable(&variable)).flatten() {
        Some(version) => Some(version),
        None => match configured(&names, call).await {
            Ok(version) => version,
            Err(()) => return Choice::Unknown,
        },
    };
    // Without a version, the shim runs what the `PATH` has.
    let Some(version) = chosen else { return Choice::System };
    let folder = match version.split_once(':') {
        None if version == "system" => return Choice::System,
        None if is_version(&version) => version,
        Some(("prefix", version)) if is_version(version) => version.to_owned(),
        Some((kind @ ("ref" | "tag" | "branch" | "rev"), version)) if is_version(version) => {
            format!("{kind}-{version}")
        }
        _ => return Choice::Unknown,
    };
    call.installed(&call.root.join("installs").join(name).join(folder)).await
}

/// The version that the nearest configuration names; an error if something else may have a say.
async fn configured<I: Io>(names: &[&str], call: &Call<'_, I>) -> Result<Option<String>, ()> {
    for folder in call.place.physical.ancestors() {
        if call.kind(&folder.join(".config/mise/conf.d")).await == Some(FileKind::Folder) {
            return Err(());
        }
        for file in FILES {
            let Some(text) = call.text(&folder.join(file)).await else { continue };
            if let Some(version) = in_file(file, &text, names)? {
                return checked(version, Some(folder), call).await;
            }
        }
    }
    let home = call.place.home.as_deref();
    let own = home.map(|home| home.join(".config/mise/config.toml"));
    for file in own.iter().map(|file| &**file).chain([Path::new("/etc/mise/config.toml")]) {
        if let Some(text) = call.text(file).await
            && let Some(version) = in_file("config.toml", &text, names)?
        {
            return checked(version, None, call).await;
        }
    }
    if uses_others(None, call).await { Err(()) } else { Ok(None) }
}

/// A version that was found, if nothing else between the place and `folder` may have a say.
async fn checked<I: Io>(
    version: String,
    folder: Option<&Path>,
    call: &Call<'_, I>,
) -> Result<Option<String>, ()> {
    // A lock file says which version a shorter one stands for.
    let is_exact = version.split('.').count() > 2;
    let is_locked = !is_exact && call.has_above(&["mise.lock"], folder).await;
    if is_locked || uses_others(folder, call).await { Err(()) } else { Ok(Some(version)) }
}

/// Whether files of other managers, which mise follows if it is told to, are in a folder from the place up to `top`.
async fn uses_others<I: Io>(top: Option<&Path>, call: &Call<'_, I>) -> bool {
    let others = tool_of(call.name).map_or(&[][..], |tool| tool.files);
    let Some(home) = &call.place.home else { return false };
    let Some(text) = call.text(&home.join(".config/mise/config.toml")).await else { return false };
    let Some(settings) = Document::parse(&text) else { return true };
    let is_told = settings.has(&["settings", "idiomatic_version_file_enable_tools"])
        || settings.is_true(&["settings", "idiomatic_version_file"])
        || settings.is_true(&["settings", "legacy_version_file"]);
    is_told && call.has_above(others, top).await
}

/// The version that a configuration names for a tool.
fn in_file(file: &str, text: &str, names: &[&str]) -> Result<Option<String>, ()> {
    if file == LINES {
        let of_line = |line: &str| {
            let mut words = line.split('#').next()?.split_whitespace().map(ToOwned::to_owned);
            names.contains(&&*words.next()?).then(|| words.next())?
        };
        return Ok(text.lines().find_map(of_line));
    }
    let document = Document::parse(text).ok_or(())?;
    let mut found = None;
    for name in names {
        let version =
            document.first_text(&["tools", name]).or_else(|| document.text(&["tools", name, "version"]));
        if version.is_none() && document.has(&["tools", name]) {
            return Err(());
        }
        found = found.or(version);
    }
    Ok(found.map(ToOwned::to_owned))
}
