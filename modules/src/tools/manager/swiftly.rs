//! swiftly: `.swift-version` in the place or above names a toolchain, or else the one in use counts.
//!
//! Source: swiftly's documentation, "Use a toolchain".

use ziron_runtime::io::Io;

use super::{Call, Choice, is_version};
use crate::json::Json;

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    let chosen = match call.nearest(&[".swift-version"]).await {
        Some((_, _, text)) => text.trim().to_owned(),
        None => {
            let config = call.text(&call.root.join("config.json")).await.unwrap_or_default();
            let in_use = Json::parse(&config).and_then(|config| Some(config.text(&["inUse"])?.to_owned()));
            let Some(version) = in_use else { return Choice::Unknown };
            version
        }
    };
    // `5`, `main-snapshot` and the like stand for the newest one that is installed.
    let is_exact = is_version(&chosen) && (chosen.split('.').count() > 2 || chosen.contains("snapshot-2"));
    if !is_exact {
        return Choice::Unknown;
    }
    call.installed(&call.root.join("toolchains").join(chosen)).await
}
