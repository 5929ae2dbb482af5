//! Writing frames into a buffer of the caller's.

use super::{FIELD_END, FRAME_END, escape::is_special, escape_into};

/// Writes one frame at the end of a buffer, which is the only thing that may grow.
///
/// ```
/// use ziron_runtime::client::Encoder;
/// let mut out = Vec::new();
/// Encoder::begin(&mut out, "event").pair("name", b"build").pair("data", b"a\x1fb").end();
/// assert_eq!(out, b"event\x1fname=build\x1fdata=a\x1d_b\x1e");
/// ```
#[derive(Debug)]
#[must_use = "a frame is not complete without its end"]
pub struct Encoder<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Encoder<'o> {
    /// Begins a frame of a kind.
    pub fn begin(out: &'o mut Vec<u8>, kind: &str) -> Encoder<'o> {
        escape_into(kind.as_bytes(), out);
        Encoder { out }
    }

    /// Adds `name=value`.
    pub fn pair(self, name: &str, value: &[u8]) -> Self {
        self.prefixed("", name.as_bytes(), value)
    }

    /// Adds `name=value` where the name has a prefix: `e.HOME=/root`.
    pub fn prefixed(self, prefix: &str, name: &[u8], value: &[u8]) -> Self {
        self.out.push(FIELD_END);
        self.out.extend_from_slice(prefix.as_bytes());
        escape_into(name, self.out);
        self.out.push(b'=');
        escape_into(value, self.out);
        self
    }

    /// Adds `name=value` where the value has a beginning that needs no escape.
    pub fn joined(self, name: &str, beginning: &str, value: &[u8]) -> Self {
        self.out.push(FIELD_END);
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'=');
        self.out.extend_from_slice(beginning.as_bytes());
        escape_into(value, self.out);
        self
    }

    /// Adds `name=` and words with spaces between them.
    pub fn words(self, name: &str, words: &[String]) -> Self {
        self.out.push(FIELD_END);
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'=');
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                self.out.push(b' ');
            }
            escape_into(word.as_bytes(), self.out);
        }
        self
    }

    /// Adds `name=number`.
    pub fn number(self, name: &str, number: impl Into<i128>) -> Self {
        self.out.push(FIELD_END);
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'=');
        write_number(number.into(), self.out);
        self
    }

    /// Adds a field that is only a value.
    pub fn value(self, value: &[u8]) -> Self {
        self.out.push(FIELD_END);
        escape_into(value, self.out);
        self
    }

    /// Adds a field that is only a number.
    pub fn plain_number(self, number: impl Into<i128>) -> Self {
        self.out.push(FIELD_END);
        write_number(number.into(), self.out);
        self
    }

    /// Adds a drawn part as a field. A pen writes none of the three bytes that mean something; should one come all the
    /// same, it is left out, because a shell that splits a reply does not look for escapes.
    pub fn drawn(self, part: &[u8]) -> Self {
        self.out.push(FIELD_END);
        let mut rest = part;
        while let Some(at) = rest.iter().position(|byte| is_special(*byte)) {
            self.out.extend_from_slice(&rest[..at]);
            rest = &rest[at + 1..];
        }
        self.out.extend_from_slice(rest);
        self
    }

    /// Ends the frame.
    pub fn end(self) {
        self.out.push(FRAME_END);
    }
}

/// Writes a number without the formatting machinery, which would take longer than the rest of a frame.
fn write_number(number: i128, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let begin = out.len();
    let mut rest = number.unsigned_abs();
    loop {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out[begin..].reverse();
}
