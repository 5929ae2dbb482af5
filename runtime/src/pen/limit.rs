//! Limits: how much of one datum, and how much in all, reaches a shell and its terminal.
//!
//! Data comes from whoever wrote the files of a project. bash and tcsh expand a prompt in a time that grows with the square of its length, and a
//! terminal draws as many marks over one cell as it is sent. What is cut is followed by a sign.

use unicode_width::UnicodeWidthChar;

use super::data::{Verdict, judge};
use super::{Pen, Profile, columns_of_data};

/// The widest datum (columns), unless an option of its module says how long it may be: more than any line of a terminal that people read.
pub const DATUM_COLUMNS: usize = 256;

/// A column has so many bytes at most, so that a datum is 1 KiB: no character in UTF-8 has more.
const COLUMN_BYTES: usize = 4;

/// So many marks are drawn over one character. Unicode's stream-safe text format has up to 30; no language's writing needs more than a few.
pub const CELL_MARKS: u8 = 8;

/// The longest part of a prompt, as its shell is given it (bytes): bash 5.2 decodes one of this length in less than 0.1 s.
pub const PART_BYTES: usize = 16 << 10;

/// What is kept free at the end of a part for what closes it (bytes): one change of style, the sign, the end of a link, a mark, the reset.
pub(super) const RESERVE_BYTES: usize = 256;

/// The longest escape of one byte of text: a backslash in bash.
pub(super) const ESCAPE_BYTES: usize = 4;

/// The longest address of a link (bytes). A part of an address leads elsewhere, so that a longer one is left out. Source: VTE's
/// `VTE_HYPERLINK_URI_LENGTH_MAX`, the smallest limit among terminals.
pub(crate) const ADDRESS_BYTES: usize = 2083;

impl Pen<'_> {
    /// Draws one piece of text from the world that may take so many columns because an option says so.
    pub fn put_str_within(&mut self, text: &str, columns: usize) {
        if self.profile != Profile::Unicode {
            return self.put_plainly(text, columns);
        }
        let end = fitting(text, columns);
        self.put_fitting(&text[..end]);
        if end < text.len() {
            self.put_cut();
        }
    }

    /// Draws the sign of something that was cut.
    #[cold]
    pub fn put_cut(&mut self) {
        let sign = self.profile.cut();
        if self.has_room(sign.len()) {
            self.prepare(false);
            self.out.extend_from_slice(sign.as_bytes());
            self.line_columns += sign.chars().count();
        }
    }

    /// Whether there is no room left: nothing more is drawn.
    pub const fn is_full(&self) -> bool {
        self.limit == 0
    }

    /// Whether there is room for a piece of text of at most so many bytes, besides its style.
    #[allow(clippy::inline_always, reason = "asked for each piece of a prompt")]
    #[inline(always)]
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.out.len() + bytes <= self.limit
    }

    /// Draws what there is room for of a text that does not fit, then the sign, then nothing more.
    #[cold]
    #[inline(never)]
    pub(super) fn overflow(&mut self, text: &str) {
        if self.is_full() {
            return;
        }
        let limit = std::mem::replace(&mut self.limit, usize::MAX);
        self.prepare(false);
        let mut marks = Marks::default();
        for c in text.chars() {
            if self.out.len() + ESCAPE_BYTES > limit {
                break;
            }
            match judge(c) {
                Verdict::Keep if marks.allow(c) => self.put_char(c),
                Verdict::Space => self.put_char(' '),
                Verdict::Keep | Verdict::Drop => {}
            }
        }
        self.put_cut();
        self.limit = 0;
    }
}

impl Profile {
    /// The sign of something that was cut.
    pub(crate) const fn cut(self) -> &'static str {
        match self {
            Profile::Unicode => "…",
            Profile::Ascii | Profile::ScreenReader => "...",
        }
    }
}

/// Counts the marks over one character. What is left out between them does not part them.
#[derive(Default)]
pub(super) struct Marks(u8);

impl Marks {
    /// Below this nothing combines (U+0300, the first combining mark).
    const FIRST: char = '\u{300}';

    /// Whether there is room for this character: if it is a mark, in its cell.
    pub(super) fn allow(&mut self, c: char) -> bool {
        if c < Self::FIRST || c.width() != Some(0) {
            self.0 = 0;
            return true;
        }
        self.0 = self.0.saturating_add(1);
        self.0 <= CELL_MARKS
    }

    /// Whether a text of so many bytes can have more marks than a cell takes: none is shorter than two bytes.
    pub(super) const fn can_be_many(bytes: usize) -> bool {
        bytes > 2 * CELL_MARKS as usize
    }
}

/// Where a text has to end (bytes) so that it fits, with the sign if that is before its own end.
fn fitting(text: &str, columns: usize) -> usize {
    let head = head(text, columns);
    if head.len() == text.len() && columns_of_data(text) <= columns {
        return text.len();
    }
    // Characters take no fewer columns one by one than in clusters. What has no width stays with what is before it.
    let mut free = columns.saturating_sub(1);
    for (at, c) in head.char_indices() {
        let width = match judge(c) {
            Verdict::Keep => c.width().unwrap_or(0),
            Verdict::Space => 1,
            Verdict::Drop => 0,
        };
        match free.checked_sub(width) {
            Some(rest) => free = rest,
            None => return at,
        }
    }
    head.len()
}

/// As much of a text as has to be looked at to fill so many columns.
pub(super) fn head(text: &str, columns: usize) -> &str {
    let mut end = columns.saturating_mul(COLUMN_BYTES).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
