//! Data from the world: what a variable can hold, and how it becomes harmless.

use std::time::Duration;

use super::{DATUM_COLUMNS, PART_BYTES, Pen, columns};

/// A value that a format string can show.
///
/// Implementations write through [`Pen::put_str`], so that nothing reaches a terminal or a shell unescaped.
pub trait Datum {
    /// Whether there is nothing to show, which also hides a conditional around it.
    fn is_empty(&self) -> bool;

    /// Draws the value in the pen's style.
    fn draw(&self, pen: &mut Pen<'_>);
}

impl Datum for str {
    fn is_empty(&self) -> bool {
        str::is_empty(self)
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        pen.put_str(self);
    }
}

impl Datum for String {
    fn is_empty(&self) -> bool {
        str::is_empty(self)
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        pen.put_str(self);
    }
}

impl<D: Datum + ?Sized> Datum for &D {
    fn is_empty(&self) -> bool {
        D::is_empty(self)
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        D::draw(self, pen);
    }
}

impl<D: Datum> Datum for Option<D> {
    fn is_empty(&self) -> bool {
        self.as_ref().is_none_or(Datum::is_empty)
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        if let Some(value) = self {
            value.draw(pen);
        }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Datum for $number {
            fn is_empty(&self) -> bool {
                false
            }

            fn draw(&self, pen: &mut Pen<'_>) {
                let mut digits = Digits::default();
                pen.put_str(digits.write(i128::from(*self)));
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i32, i64);

impl Datum for usize {
    fn is_empty(&self) -> bool {
        false
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        (*self as u64).draw(pen);
    }
}

/// Text that may have several lines, each of which ends a line of the prompt: the output of a custom command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines<'a>(pub &'a str);

impl Datum for Lines<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        // What has no room is not looked at, even where line breaks are left out and take none.
        for (index, line) in self.0.split('\n').take(PART_BYTES).enumerate() {
            if index > 0 {
                pen.newline();
            }
            pen.put_str(line);
            if pen.is_full() {
                break;
            }
        }
    }
}

/// Text that is a link where the terminal has links, and text elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it leads; empty for nowhere.
    pub url: &'a str,
}

impl Datum for Linked<'_> {
    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        if self.url.is_empty() || self.text.is_empty() {
            return pen.put_str(self.text);
        }
        let is_linked = pen.link(self.url);
        pen.put_str(self.text);
        if is_linked {
            pen.unlink();
        }
    }
}

/// A text that is shown several times in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat<'a> {
    /// The text.
    pub text: &'a str,
    /// How often it is shown.
    pub count: usize,
}

impl Datum for Repeat<'_> {
    fn is_empty(&self) -> bool {
        self.count == 0 || self.text.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        let most = DATUM_COLUMNS / columns(self.text).max(1);
        for _ in 0..self.count.min(most) {
            pen.put_str(self.text);
        }
        if self.count > most {
            pen.put_cut();
        }
    }
}

/// A span of time for people, from its first unit that is not zero down to seconds: `1d0h0m0s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HumanDuration {
    /// The span.
    pub duration: Duration,
    /// Whether milliseconds follow the seconds.
    pub milliseconds: bool,
}

impl Datum for HumanDuration {
    fn is_empty(&self) -> bool {
        false
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        let seconds = self.duration.as_secs();
        let units = [
            (seconds / 86_400, "d"),
            (seconds / 3600 % 24, "h"),
            (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ];
        let mut begun = false;
        for (count, unit) in units {
            // A span below a second has no seconds, but it has to have something.
            begun |= count > 0 || (unit == "s" && !self.milliseconds);
            if begun {
                count.draw(pen);
                pen.put_str(unit);
            }
        }
        if self.milliseconds {
            self.duration.subsec_millis().draw(pen);
            pen.put_str("ms");
        }
    }
}

/// Room for the digits of one number, so that drawing it allocates nothing.
#[derive(Debug)]
pub struct Digits {
    /// A 128-bit number has 39 digits and a sign.
    buffer: [u8; 40],
}

impl Default for Digits {
    fn default() -> Digits {
        Digits { buffer: [0; 40] }
    }
}

impl Digits {
    /// Writes a number in decimal and returns its text.
    pub fn write(&mut self, number: i128) -> &str {
        let mut rest = number.unsigned_abs();
        let mut start = self.buffer.len();
        loop {
            start -= 1;
            self.buffer[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            start -= 1;
            self.buffer[start] = b'-';
        }
        std::str::from_utf8(&self.buffer[start..]).unwrap_or_default()
    }
}

/// Appends a number in decimal.
pub(crate) fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(Digits::default().write(i128::from(number)).as_bytes());
}

/// What happens to one character of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    /// White space that would move the cursor becomes one space.
    Space,
    Drop,
}

/// Decides whether a character of data may reach the terminal.
///
/// Dropped are control characters (C0, DEL and C1), those that change the direction of text, those of no width, line
/// and paragraph separators, annotation marks, tag characters and fillers that show nothing. Selectors of a variant
/// stay: they belong to the character before. Source: Unicode 16, general category Cc and Cf,
/// `Default_Ignorable_Code_Point`, and UAX #9.
pub(crate) fn judge(c: char) -> Verdict {
    match c {
        '\t' | '\n' | '\r' | '\x0b' | '\x0c' => Verdict::Space,
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}' => Verdict::Drop,
        _ => Verdict::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Shell;

    #[test]
    fn digits_cover_the_extremes() {
        assert_eq!(Digits::default().write(0), "0");
        assert_eq!(Digits::default().write(i128::from(i64::MIN)), "-9223372036854775808");
        assert_eq!(Digits::default().write(i128::from(u64::MAX)), "18446744073709551615");
    }

    #[test]
    fn durations_begin_with_their_first_unit() {
        let drawn = |millis, milliseconds| {
            let mut out = Vec::new();
            let mut pen = Pen::new(&mut out, Shell::Plain, 80);
            pen.put(&HumanDuration { duration: Duration::from_millis(millis), milliseconds });
            pen.finish();
            String::from_utf8(out).unwrap()
        };
        for (millis, plain, precise) in [
            (0, "0s", "0ms"),
            (999, "0s", "999ms"),
            (2000, "2s", "2s0ms"),
            (61_005, "1m1s", "1m1s5ms"),
            (3_600_000, "1h0m0s", "1h0m0s0ms"),
            (86_400_000, "1d0h0m0s", "1d0h0m0s0ms"),
        ] {
            assert_eq!((drawn(millis, false), drawn(millis, true)), (plain.to_owned(), precise.to_owned()));
        }
    }

    #[test]
    fn what_moves_or_hides_is_not_kept() {
        for c in ['\x1b', '\u{9b}', '\u{202e}', '\u{200b}', '\u{2066}', '\x07', '\u{feff}'] {
            assert_eq!(judge(c), Verdict::Drop, "{c:?}");
        }
        assert_eq!(judge('\n'), Verdict::Space);
        for c in [
            '\u{34f}',
            '\u{115f}',
            '\u{17b5}',
            '\u{180b}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{fff0}',
            '\u{13437}',
            '\u{1bca0}',
            '\u{1d17a}',
            '\u{e0001}',
            '\u{e0fff}',
        ] {
            assert_eq!(judge(c), Verdict::Drop, "{c:?}");
        }
        for c in [
            'a',
            'é',
            '🦀',
            '\u{fe0f}',
            '漢',
            '\u{e0100}',
            '\u{1100}',
            '\u{1161}',
            '\u{ac00}',
            '\u{180a}',
            '\u{600}',
        ] {
            assert_eq!(judge(c), Verdict::Keep, "{c:?}");
        }
    }
}
