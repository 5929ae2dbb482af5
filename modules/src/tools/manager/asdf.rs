//! asdf: a shim says which plugins have its program, `.tool-versions` which version of a plugin is meant.
//!
//! Source: asdf-vm.com, "Configuration" and "Versions"; the comment lines that asdf writes into its shims.

use std::path::Path;

use ziron_runtime::io::Io;

use super::listed::tool_of;
use super::{Call, Choice, is_version};

/// The file that chooses, unless a variable names another one.
const FILE: &str = ".tool-versions";

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    let Ok(shim) = call.io.read_text(call.file).await else { return Choice::Unknown };
    let mut plugins: Vec<&str> = shim.lines().filter_map(plugin).collect();
    plugins.dedup();
    if plugins.is_empty() || !plugins.iter().all(|plugin| is_version(plugin)) {
        return Choice::Unknown;
    }
    let mut choice = Choice::NotInstalled;
    for plugin in plugins {
        match of_plugin(plugin, call).await {
            // Another one may have the program.
            Choice::NotInstalled => {}
            found => {
                choice = found;
                break;
            }
        }
    }
    choice
}

/// The plugin in `# asdf-plugin: nodejs 20.1.0`.
fn plugin(line: &str) -> Option<&str> {
    line.strip_prefix("# asdf-plugin: ")?.split_whitespace().next()
}

async fn of_plugin<I: Io>(plugin: &str, call: &Call<'_, I>) -> Choice {
    let tool = tool_of(call.name).filter(|tool| tool.asdf == plugin);
    let variable = tool.map(|tool| format!("ASDF_{}_VERSION", tool.asdf.to_uppercase()));
    let by_variable = variable.filter(|name| tool.is_some_and(|tool| tool.variables.contains(&&**name)));
    let chosen = match by_variable.and_then(|name| call.variable(&name)) {
        Some(versions) => versions,
        None => match by_files(plugin, call).await {
            Ok(Some(versions)) => versions,
            Ok(None) => return Choice::NotInstalled,
            Err(()) => return Choice::Unknown,
        },
    };
    for version in chosen.split_whitespace() {
        if call.effort.is_spent() {
            return Choice::Unknown;
        }
        let folder = match version.split_once(':') {
            Some(("ref", reference)) if is_version(reference) => format!("ref-{reference}"),
            None if version == "system" => return Choice::System,
            None if is_version(version) => version.to_owned(),
            // A path, or what only a plugin's script resolves.
            _ => return Choice::Unknown,
        };
        match call.installed(&call.root.join("installs").join(plugin).join(folder)).await {
            Choice::NotInstalled => {}
            found => return found,
        }
    }
    Choice::NotInstalled
}

/// The versions that the nearest file names for a plugin; an error if something else may have a say.
async fn by_files<I: Io>(plugin: &str, call: &Call<'_, I>) -> Result<Option<String>, ()> {
    let file = call.variable("ASDF_DEFAULT_TOOL_VERSIONS_FILENAME").unwrap_or_else(|| FILE.to_owned());
    if file.contains('/') {
        return Err(());
    }
    let home = call.place.home.as_deref();
    let mut found = None;
    for folder in call.place.physical.ancestors().chain(home) {
        let text = call.text(&folder.join(&file)).await.unwrap_or_default();
        if let Some(versions) = text.lines().find_map(|line| of_line(line, plugin)) {
            found = Some((folder, versions.to_owned()));
            break;
        }
    }
    // With this setting, files of other managers count as well.
    let settings = match home {
        Some(home) => call.text(&home.join(".asdfrc")).await.unwrap_or_default(),
        None => String::new(),
    };
    let others = tool_of(call.name).map_or(&[][..], |tool| tool.files);
    let is_set = |line: &str| line.replace(' ', "") == "legacy_version_file=yes";
    let top = found.as_ref().map(|(folder, _): &(&Path, _)| *folder);
    if settings.lines().any(is_set) && call.has_above(others, top).await {
        return Err(());
    }
    Ok(found.map(|(_, versions)| versions))
}

/// What a line `nodejs 20.1.0 system # why` says of a plugin.
fn of_line<'l>(line: &'l str, plugin: &str) -> Option<&'l str> {
    let (name, versions) = line.split('#').next()?.trim().split_once(char::is_whitespace)?;
    (name == plugin).then_some(versions)
}
