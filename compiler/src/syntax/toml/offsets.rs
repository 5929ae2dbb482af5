//! Which bytes of the file a byte of a string's value was written as.

use std::ops::Range;

use super::StringKind;

/// Bytes that belong together: a stretch written as it is, or one escape.
///
/// Both are told apart by their lengths: every escape is longer than the character it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// Its bytes in the value.
    value: Range<usize>,
    /// Its bytes in the raw string, quotes included.
    raw: Range<usize>,
}

impl Run {
    fn is_escape(&self) -> bool {
        self.value.len() != self.raw.len()
    }
}

/// Where the parts of a string's value are written, counted from the beginning of the raw string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offsets {
    /// In order; what is written between two of them leaves nothing in the value.
    runs: Vec<Run>,
    /// Where the content ends, before the quotes.
    end: usize,
}

/// A raw string that has been read.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) value: String,
    pub(super) offsets: Offsets,
}

/// Reads a raw string, quotes included. `None`: it is not a string of that kind.
pub(super) fn decode(raw: &str, kind: StringKind) -> Option<Decoded> {
    let quotes = kind.quotes();
    let content = raw.strip_prefix(quotes)?.strip_suffix(quotes)?;
    let newline =
        ["\n", "\r\n"].into_iter().find(|newline| kind.is_multiline() && content.starts_with(newline));
    let start = quotes.len() + newline.map_or(0, str::len);
    let end = raw.len() - quotes.len();
    let mut at = start;
    let mut decoded = Decoded { value: String::new(), offsets: Offsets { runs: Vec::new(), end } };
    while at < end {
        let rest = &raw[at..end];
        at += if !kind.has_escapes() || !rest.starts_with('\\') {
            let length = if kind.has_escapes() { rest.find('\\') } else { None }.unwrap_or(rest.len());
            decoded.add(&rest[..length], at..at + length);
            length
        } else if let Some(length) = line_continuation(rest).filter(|_| kind.is_multiline()) {
            length
        } else {
            let (character, length) = escape(rest)?;
            decoded.add(character.encode_utf8(&mut [0; 4]), at..at + length);
            length
        };
    }
    Some(decoded)
}

impl Decoded {
    fn add(&mut self, text: &str, raw: Range<usize>) {
        let start = self.value.len();
        self.value.push_str(text);
        self.offsets.runs.push(Run { value: start..self.value.len(), raw });
    }
}

/// The length of a backslash at the end of a line together with all white space and newlines after it.
fn line_continuation(rest: &str) -> Option<usize> {
    let after = &rest[1..];
    let next_word = after.trim_start_matches([' ', '\t', '\r', '\n']);
    let space = &after[..after.len() - next_word.len()];
    let first_line = space.trim_start_matches([' ', '\t']);
    first_line.starts_with(['\n', '\r']).then_some(1 + space.len())
}

/// The character of an escape, and the length of the escape.
fn escape(rest: &str) -> Option<(char, usize)> {
    let digits = |length: usize| {
        let number = u32::from_str_radix(rest.get(2..2 + length)?, 16).ok()?;
        Some((char::from_u32(number)?, 2 + length))
    };
    let character = match rest.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'e' => '\u{1b}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'"' => '"',
        b'\\' => '\\',
        b'x' => return digits(2),
        b'u' => return digits(4),
        b'U' => return digits(8),
        _ => return None,
    };
    Some((character, 2))
}

impl Offsets {
    /// Where a part of the value is written. See [`super::Text::source_span`].
    pub(super) fn source_span(&self, part: Range<usize>) -> Range<usize> {
        let start = self.start_of(part.start);
        let end = if part.is_empty() { start } else { self.end_of(part.end) };
        start..end.max(start)
    }

    /// Where the character at a byte of the value begins.
    fn start_of(&self, value: usize) -> usize {
        let index = self.runs.partition_point(|run| run.value.end <= value);
        match self.runs.get(index) {
            None => self.end,
            Some(run) if run.is_escape() => run.raw.start,
            Some(run) => run.raw.start + (value - run.value.start),
        }
    }

    /// Where the character before a byte of the value ends.
    fn end_of(&self, value: usize) -> usize {
        let index = self.runs.partition_point(|run| run.value.end < value);
        match self.runs.get(index) {
            None => self.end,
            Some(run) if run.is_escape() => run.raw.end,
            Some(run) => run.raw.start + (value - run.value.start),
        }
    }
}
