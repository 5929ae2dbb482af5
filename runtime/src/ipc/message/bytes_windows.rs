//! Names and values of an environment, which are Unicode on Windows; in a frame they are UTF-8.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

/// The name of a variable.
pub(super) fn name(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

/// The value of a variable, or a path.
pub(super) fn value(bytes: Cow<'_, [u8]>) -> Option<Cow<'_, OsStr>> {
    Some(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(OsStr::new(std::str::from_utf8(bytes).ok()?)),
        Cow::Owned(bytes) => Cow::Owned(OsString::from(String::from_utf8(bytes).ok()?)),
    })
}
