//! Volta: the nearest `package.json` pins a version, or else the user's default counts.
//!
//! Source: docs.volta.sh, "Understanding Volta" and "Advanced"; its folder's layout, version 4.

use std::path::{Component, Path};

use ziron_runtime::io::{FileKind, Io};

use super::{Call, Choice, is_version};
use crate::json::Json;

/// How many files may extend each other: more than any project has.
const EXTENDED: usize = 8;

/// The program that a shim stands for. Of those that modules ask, only Node.js is one of Volta's.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    if call.name != "node" {
        return Choice::Unknown;
    }
    let version = match pinned(call).await {
        Ok(Some(version)) => version,
        Ok(None) => {
            let file = call.root.join("tools/user/platform.json");
            let text = call.text(&file).await.unwrap_or_default();
            let Some(platform) = Json::parse(&text) else { return Choice::System };
            match platform.text(&["node", "runtime"]) {
                Some(version) => version.to_owned(),
                None => return Choice::System,
            }
        }
        Err(()) => return Choice::Unknown,
    };
    if !is_version(&version) {
        return Choice::Unknown;
    }
    let image = call.root.join("tools/image/node").join(version);
    // An older layout has the version of npm below that.
    match call.kind(&image).await {
        Some(FileKind::Folder) => call.installed(&image).await,
        _ => Choice::NotInstalled,
    }
}

/// The version that the nearest `package.json` pins, or one that it extends; an error if that cannot be read.
async fn pinned<I: Io>(call: &Call<'_, I>) -> Result<Option<String>, ()> {
    let Some((mut folder, name, mut text)) = call.nearest(&["package.json"]).await else { return Ok(None) };
    debug_assert_eq!(name, "package.json");
    for _ in 0..EXTENDED {
        let manifest = Json::parse(&text).ok_or(())?;
        if let Some(version) = manifest.text(&["volta", "node"]) {
            return Ok(Some(version.to_owned()));
        }
        let Some(extended) = manifest.text(&["volta", "extends"]) else { return Ok(None) };
        let file = folder.join(extended);
        let is_relative = Path::new(extended)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir));
        if !is_relative {
            return Err(());
        }
        text = call.text(&file).await.ok_or(())?;
        folder = file.parent().ok_or(())?.to_owned();
    }
    Err(())
}
