//! Columns that text takes on a terminal.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Counts the columns of a text: the widest character of each grapheme cluster, which is starship's rule.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true)
        .map(|cluster| cluster.chars().filter_map(UnicodeWidthChar::width).max().unwrap_or(0))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn wide_and_joined_characters() {
        assert_eq!(columns("abc"), 3);
        assert_eq!(columns("漢字"), 4);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(columns("🦀 "), 3);
    }
}
