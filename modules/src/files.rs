//! Reading files of a place, which are not to be trusted.

use std::path::Path;

use ziron_runtime::io::Io;

/// The largest file that is read (bytes). A manifest is far below; what is above is no manifest.
const LIMIT: u64 = 1 << 20;

/// Reads a text file; `None` if it is not there, too large, or something else than a file, such as a pipe, which has no size.
pub(crate) async fn text<I: Io>(io: &I, path: &Path) -> Option<String> {
    let identity = io.identity(path).await.ok()?;
    if !(1..=LIMIT).contains(&identity.size_bytes) {
        return None;
    }
    io.read_text(path).await.ok()
}
