//! juliaup: the user's default channel, unless a folder has one of its own.
//!
//! Source: juliaup's README; the file `juliaup.json` that it keeps.

use std::path::{Component, Path};

use ziron_runtime::io::Io;

use super::{Call, Choice};
use crate::json::Json;

/// The program that the launcher stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    let Some(home) = &call.place.home else { return Choice::Unknown };
    let root = home.join(".julia/juliaup");
    let text = call.text(&root.join("juliaup.json")).await.unwrap_or_default();
    let Some(known) = Json::parse(&text) else { return Choice::Unknown };
    // Folders with a channel of their own, or channels that follow a project's manifest.
    let is_plain =
        known.length(&["Overrides"]) == 0 && !known.is_true(&["Settings", "ManifestVersionDetect"]);
    if !is_plain || call.variable("JULIAUP_CHANNEL").is_some() {
        return Choice::Unknown;
    }
    let path = || {
        let channel = known.text(&["Default"])?;
        let version = known.text(&["InstalledChannels", channel, "Version"])?;
        known.text(&["InstalledVersions", version, "Path"])
    };
    let Some(path) = path().map(Path::new) else { return Choice::Unknown };
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Choice::Unknown;
    }
    call.installed(&root.join(path)).await
}
