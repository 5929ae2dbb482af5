//! proto: `.prototools` in the place or above pins versions, or else the user's own.
//!
//! Source: moonrepo.dev/docs/proto, "Configuration" and "Detection".

use ziron_runtime::io::Io;

use super::listed::tool_of;
use super::{Call, Choice, is_version};
use crate::document::Document;

/// The file that pins versions.
const FILE: &str = ".prototools";

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(call: &Call<'_, I>) -> Choice {
    let tool = tool_of(call.name);
    let name = tool.map_or(call.name, |tool| tool.name);
    let others = tool.map_or(&[][..], |tool| tool.files);
    let own = [call.root.to_owned()];
    for folder in call.place.physical.ancestors().map(ToOwned::to_owned).chain(own) {
        let text = call.text(&folder.join(FILE)).await.unwrap_or_default();
        let Some(document) = Document::parse(&text) else { return Choice::Unknown };
        if let Some(version) = document.text(&[name]) {
            // A range, or the name of one, is resolved by proto alone.
            let is_exact = is_version(version) && version.split('.').count() > 2;
            let folder = call.root.join("tools").join(name).join(version);
            return if is_exact { call.installed(&folder).await } else { Choice::Unknown };
        }
        // What the tool's own files ask for counts as well, folder by folder.
        for file in others {
            if call.kind(&folder.join(file)).await.is_some() {
                return Choice::Unknown;
            }
        }
    }
    Choice::NotInstalled
}
