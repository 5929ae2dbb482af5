//! References as files of their own, or as symbolic links.
//!
//! Source: git's `refs/files-backend.c`.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use gix::bstr::ByteSlice;
use gix::hash::Kind;
use ziron_runtime::io::open;

use super::super::error::ReadError;
use super::super::open::Repository;
use super::{RefName, Target, WHAT, is_own, is_valid, object_id, packed};

/// A file is read so far (bytes); a name is no longer than a path may be.
const MAX_BYTES: u64 = 8192;

/// Reads a reference from its file, or else from `packed-refs`.
///
/// # Cost
///
/// One file, which is opened, looked at and read.
pub(super) fn find(repository: &Repository, name: &[u8]) -> Result<Option<Target>, ReadError> {
    let dir = if is_own(name) { repository.git_dir() } else { &repository.refs_dir };
    let path = dir.join(gix::path::from_bstr(name.as_bstr()).map_err(ReadError::at(WHAT))?);
    let kind = repository.inner.object_hash();
    let text = match read(&path) {
        Ok(Content::Text { text, .. }) => text,
        Ok(Content::Link(to)) => return Ok(Some(Target::Symbolic(to))),
        // A folder is there for other references below it.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
            ) =>
        {
            if !name.starts_with(b"refs/") {
                return Ok(None);
            }
            let packed = repository.refs_dir.join("packed-refs");
            return Ok(packed::find(&packed, name, kind)?.map(Target::Object));
        }
        Err(error) => return Err(ReadError::at(WHAT)(error)),
    };
    let text = text.trim_ascii_end();
    if let Some(to) = text.strip_prefix(b"ref:") {
        return Ok(Some(Target::Symbolic(RefName::new(to.trim_ascii_start()))));
    }
    match object_id(text, kind) {
        Some((id, rest)) if rest.first().is_none_or(u8::is_ascii_whitespace) => Ok(Some(Target::Object(id))),
        _ => Err(ReadError::new(WHAT)),
    }
}

/// Whether a file is a `HEAD` by which git knows a repository: a link to a reference, a reference's name, or an object's.
pub(in super::super) fn is_head(path: &Path) -> bool {
    match read(path) {
        Ok(Content::Link(_)) => true,
        Ok(Content::Text { text, is_link }) => {
            let is_symbolic =
                text.strip_prefix(b"ref:").is_some_and(|to| to.trim_ascii_start().starts_with(b"refs/"));
            (is_symbolic || object_id(&text, Kind::Sha1).is_some()) && !is_link
        }
        Err(_) => false,
    }
}

enum Content {
    Text {
        text: Vec<u8>,
        /// Whether the file was reached by a symbolic link.
        is_link: bool,
    },
    /// The file is a symbolic link whose text is the name of another reference, which need not be a file.
    Link(RefName),
}

fn read(path: &Path) -> io::Result<Content> {
    let (mut file, is_link) = match open::unlinked(path) {
        Ok(file) => (file, false),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            match gix::path::into_bstr(fs::read_link(path)?) {
                Ok(name) if name.starts_with(b"refs/") && is_valid(&name) => {
                    return Ok(Content::Link(RefName::new(name.into_owned())));
                }
                _ => (open::file(path)?, true),
            }
        }
        Err(error) => return Err(error),
    };
    // Nearly always one call reads all.
    let mut text = vec![0; 256];
    let length = file.read(&mut text)?;
    text.truncate(length);
    if length == 256 {
        file.take(MAX_BYTES).read_to_end(&mut text)?;
    }
    Ok(Content::Text { text, is_link })
}
