//! tfenv: `.terraform-version` in the place or above names a version, or else the file `version` of tfenv's own.
//!
//! Source: tfenv's README, "`.terraform-version` file".

use ziron_runtime::io::Io;

use super::{Call, Choice, is_version};

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    let chosen = match call.variable("TFENV_TERRAFORM_VERSION") {
        Some(version) => Some(version),
        None => match call.nearest(&[".terraform-version"]).await {
            Some((_, _, text)) => Some(text),
            None => {
                let home = call.place.home.as_ref().map(|home| home.join(".terraform-version"));
                let mut text = None;
                for file in home.into_iter().chain([call.root.join("version")]) {
                    if text.is_none() {
                        text = call.text(&file).await;
                    }
                }
                text
            }
        },
    };
    let Some(chosen) = chosen else { return Choice::NotInstalled };
    let version = chosen.trim().trim_start_matches('v');
    // `latest:…` and `min-required` are worked out by tfenv.
    let is_exact = is_version(version) && version.starts_with(|c: char| c.is_ascii_digit());
    if !is_exact {
        return Choice::Unknown;
    }
    call.installed(&call.root.join("versions").join(version)).await
}
