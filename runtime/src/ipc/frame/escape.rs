//! Escaping the three bytes that mean something in a frame.

use std::borrow::Cow;

use super::{ESCAPE, ESCAPED, FIELD_END, FRAME_END, FrameError};

/// Appends a value, escaped.
///
/// ```
/// let mut out = Vec::new();
/// ziron_runtime::client::escape_into(b"a\x1fb", &mut out);
/// assert_eq!(out, b"a\x1d_b");
/// ```
pub fn escape_into(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(&[ESCAPE, rest[at] ^ ESCAPED]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Reads an escaped value; nothing is copied where nothing was escaped.
///
/// ```
/// use ziron_runtime::client::unescape;
/// assert_eq!(unescape(b"a\x1d_b").unwrap().as_ref(), b"a\x1fb");
/// assert!(unescape(b"a\x1d").is_err());
/// ```
pub fn unescape(value: &[u8]) -> Result<Cow<'_, [u8]>, FrameError> {
    let Some(first) = value.iter().position(|byte| *byte == ESCAPE) else {
        return Ok(Cow::Borrowed(value));
    };
    let mut plain = Vec::with_capacity(value.len());
    let (before, mut rest) = value.split_at(first);
    plain.extend_from_slice(before);
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != ESCAPE {
            plain.push(*byte);
            continue;
        }
        let [escaped, after @ ..] = rest else { return Err(FrameError::Escape) };
        let byte = escaped ^ ESCAPED;
        if !is_special(byte) {
            return Err(FrameError::Escape);
        }
        plain.push(byte);
        rest = after;
    }
    Ok(Cow::Owned(plain))
}

pub(super) const fn is_special(byte: u8) -> bool {
    matches!(byte, ESCAPE | FRAME_END | FIELD_END)
}
