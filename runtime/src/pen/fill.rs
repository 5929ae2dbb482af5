//! Fills: symbols that are repeated over the free room of a line.

use unicode_segmentation::UnicodeSegmentation;

use super::{ESCAPE_BYTES, Pen, Profile, RESERVE_BYTES, columns, escape_of, plain, width};

/// How many fills one line can hold; more are drawn as one symbol each.
pub(super) const FILLS_PER_LINE: usize = 8;

#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    /// Where in the output the symbol is to be repeated (bytes).
    pub(super) at: usize,
    pub(super) symbol: &'static str,
}

impl Pen<'_> {
    /// Fills the free room of the line with a symbol; several fills share it.
    pub fn fill(&mut self, symbol: &'static str) {
        let symbol = plain::fill(self.profile, symbol);
        if !self.has_room(symbol.len() * ESCAPE_BYTES) {
            return self.overflow(symbol);
        }
        self.prepare(symbol.is_empty());
        let width = columns(symbol);
        let is_single = self.profile == Profile::ScreenReader;
        if self.fill_count == FILLS_PER_LINE || width == 0 || is_single {
            symbol.chars().for_each(|c| self.put_char(c));
            self.line_columns += width;
        } else {
            self.fills[self.fill_count] = Fill { at: self.out.len(), symbol };
            self.fill_count += 1;
        }
        self.previous = None;
    }

    /// Draws a fill as one symbol, where there is no line to fill.
    pub fn single_fill(&mut self, symbol: &'static str) {
        let symbol = plain::fill(self.profile, symbol);
        if !self.has_room(symbol.len() * ESCAPE_BYTES) {
            return self.overflow(symbol);
        }
        self.prepare(symbol.is_empty());
        symbol.chars().for_each(|c| self.put_char(c));
        self.line_columns += columns(symbol);
    }

    /// Shares the free room of the line among its fills, by integer division as starship does; on a full line each is drawn once.
    pub(super) fn resolve_fills(&mut self) {
        let count = std::mem::take(&mut self.fill_count);
        if count == 0 {
            return;
        }
        let free = self.terminal_columns.saturating_sub(self.line_columns);
        let share = (free > 0).then_some(free / count);
        let shell = self.shell;
        // What is wider than any terminal has to fit as well.
        let room = self.limit_of_fills() / count;
        for &Fill { at, symbol } in self.fills[..count].iter().rev() {
            let share = share.map(|share| share.min(room / (symbol.len() * ESCAPE_BYTES) * columns(symbol)));
            let pieces = || {
                filling(symbol, share).flat_map(|cluster| {
                    cluster.char_indices().map(move |(start, c)| match escape_of(shell, c) {
                        "" => &cluster[start..start + c.len_utf8()],
                        escape => escape,
                    })
                })
            };
            let bytes: usize = pieces().map(str::len).sum();
            let tail = self.out.len();
            self.out.resize(tail + bytes, 0);
            self.out.copy_within(at..tail, at + bytes);
            let mut start = at;
            for piece in pieces() {
                self.out[start..start + piece.len()].copy_from_slice(piece.as_bytes());
                start += piece.len();
            }
        }
    }

    /// What all fills of a line may take (bytes): half of what is left, since more lines may follow.
    const fn limit_of_fills(&self) -> usize {
        self.end.saturating_sub(RESERVE_BYTES + self.out.len()) / 2
    }
}

/// Repeats a symbol, whose last repetition may be cut, to fill some columns; once where nobody knows how many.
fn filling(symbol: &'static str, columns: Option<usize>) -> impl Iterator<Item = &'static str> {
    let repetitions = if columns.is_some() { usize::MAX } else { 1 };
    let clusters = std::iter::repeat_n(symbol, repetitions).flat_map(|symbol| symbol.graphemes(true));
    clusters.scan(0, move |used, cluster| {
        *used += width::columns(cluster);
        columns.is_none_or(|columns| *used <= columns).then_some(cluster)
    })
}
