//! Strings that know where their characters are written.

use std::ops::Range;

use super::offsets::{Offsets, decode};

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StringKind {
    /// `"…"`, with escapes.
    Basic,
    /// `"""…"""`, with escapes, on several lines.
    MultilineBasic,
    /// `'…'`, as it is.
    Literal,
    /// `'''…'''`, as it is, on several lines.
    MultilineLiteral,
}

impl StringKind {
    /// The kind of a string in the file, by its quotes.
    pub(super) fn of(raw: &str) -> Option<Self> {
        [
            ("\"\"\"", Self::MultilineBasic),
            ("'''", Self::MultilineLiteral),
            ("\"", Self::Basic),
            ("'", Self::Literal),
        ]
        .into_iter()
        .find(|(quotes, _)| raw.len() >= 2 * quotes.len() && raw.starts_with(quotes) && raw.ends_with(quotes))
        .map(|(_, kind)| kind)
    }

    /// The quotes on each side.
    pub const fn quotes(self) -> &'static str {
        match self {
            Self::Basic => "\"",
            Self::MultilineBasic => "\"\"\"",
            Self::Literal => "'",
            Self::MultilineLiteral => "'''",
        }
    }

    /// Whether a backslash begins an escape.
    pub const fn has_escapes(self) -> bool {
        matches!(self, Self::Basic | Self::MultilineBasic)
    }

    /// Whether newlines are allowed in it.
    pub const fn is_multiline(self) -> bool {
        matches!(self, Self::MultilineBasic | Self::MultilineLiteral)
    }

    /// Writes advice about a string's value as advice about the file: doubles backslashes where the file needs two.
    pub fn encode_backslashes(self, advice: &str) -> String {
        if self.has_escapes() { advice.replace('\\', "\\\\") } else { advice.to_owned() }
    }
}

/// A string of the configuration: its value, and where each of its characters is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: String,
    span: Range<usize>,
    kind: StringKind,
    /// `None`: it is not known how the value came about, and every place in it is the whole string.
    offsets: Option<Offsets>,
}

impl Text {
    /// Makes a text whose value was read from `span` of `file`.
    pub(super) fn new(value: String, file: &str, span: Range<usize>) -> Self {
        let raw = file.get(span.clone()).unwrap_or_default();
        let kind = StringKind::of(raw);
        let offsets = kind
            .and_then(|kind| decode(raw, kind))
            .filter(|decoded| decoded.value == value)
            .map(|decoded| decoded.offsets);
        debug_assert!(offsets.is_some(), "the value of {raw} is not {value:?}");
        Self { value, span, kind: kind.unwrap_or(StringKind::Literal), offsets }
    }

    /// The value: quotes removed, escapes decoded.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Where the string is written: bytes of the file, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// How it is written.
    pub fn kind(&self) -> StringKind {
        self.kind
    }

    /// Where a part of the value is written: bytes of the value in, bytes of the file out.
    ///
    /// An escape is one character and never cut. What leaves nothing in the value (a backslash at the end of a line and the space that
    /// follows it) is included only between two characters that are. An empty part is the beginning of the character after it, or
    /// the end of the string before its quotes.
    pub fn source_span(&self, part: Range<usize>) -> Range<usize> {
        match &self.offsets {
            Some(offsets) => {
                let place = offsets.source_span(part);
                self.span.start + place.start..self.span.start + place.end
            }
            None => self.span.clone(),
        }
    }
}
