//! Reading files of a place, which are not to be trusted.

use std::io::{Error, ErrorKind};
use std::path::Path;

use ziron_runtime::io::Io;
use ziron_runtime::source::ReadError;

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

/// Reads a text file that has to be readable if it is there; `None` if it is not.
///
/// # Errors
/// If it is too large, something else than a file, or cannot be read.
pub(crate) async fn readable_text<I: Io>(io: &I, path: &Path) -> Result<Option<String>, ReadError> {
    let is_gone = |error: &Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    let failed = |error| ReadError::io(format!("read {}", path.display()))(error);
    match io.identity(path).await {
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(identity) if identity.size_bytes > LIMIT => {
            return Err(ReadError::unexpected(format!("{} is too large", path.display())));
        }
        Ok(_) => {}
    }
    match io.read_text(path).await {
        Err(error) if is_gone(&error) => Ok(None),
        text => text.map(Some).map_err(failed),
    }
}
