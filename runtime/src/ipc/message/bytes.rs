//! Names and values of an environment, which are any bytes on Unix.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The name of a variable.
#[allow(clippy::unnecessary_wraps, reason = "on Windows not all bytes are a name")]
pub(super) fn name(bytes: &[u8]) -> Option<&OsStr> {
    Some(OsStr::from_bytes(bytes))
}

/// The value of a variable, or a path.
#[allow(clippy::unnecessary_wraps, reason = "on Windows not all bytes are a value")]
pub(super) fn value(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, OsStr>> {
    Some(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(OsStr::from_bytes(bytes)),
        Cow::Owned(bytes) => Cow::Owned(OsString::from_vec(bytes)),
    })
}
