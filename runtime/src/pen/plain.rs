//! Plain text: what stands for symbols where a terminal has none, or somebody has them read aloud.

use unicode_width::UnicodeWidthChar;

use super::data::{Verdict, judge};
use super::limit::head;
use super::{ESCAPE_BYTES, Pen, Profile};

impl Pen<'_> {
    /// Begins to draw symbols for which a screen reader is given a word; [`Pen::end_spoken`] ends it.
    pub const fn begin_spoken(&mut self, word: &'static str) {
        self.spoken = Some(word);
    }

    /// Ends it.
    pub const fn end_spoken(&mut self) {
        self.spoken = None;
    }

    /// Draws a literal in ASCII, or the word that is spoken in its place.
    #[cold]
    #[inline(never)]
    pub(super) fn put_literal_plainly(&mut self, literal: &str) {
        match self.spoken {
            Some(word) if self.profile == Profile::ScreenReader && !literal.trim().is_empty() => {
                self.spoken = Some("");
                if !word.is_empty() {
                    self.put_plainly(word, usize::MAX);
                    self.word_end = self.out.len();
                }
            }
            _ => self.put_plainly(literal, usize::MAX),
        }
    }

    /// Draws a literal or data in ASCII, in no more than so many columns. Not on the way of a usual prompt.
    #[cold]
    #[inline(never)]
    pub(super) fn put_plainly(&mut self, text: &str, columns: usize) {
        if self.is_full() {
            return;
        }
        let profile = self.profile;
        let head = head(text, columns);
        if profile == Profile::ScreenReader && self.touches_word(head) {
            self.prepare(false);
            self.put_char(' ');
            self.line_columns += 1;
        }
        self.prepare(plainly(profile, head).next().is_none());
        let fits = head.len() == text.len() && plainly(profile, head).nth(columns).is_none();
        let room = if fits { columns } else { columns.saturating_sub(profile.cut().len()) };
        for c in plainly(profile, head).take(room) {
            if !self.has_room(ESCAPE_BYTES) {
                return self.overflow("");
            }
            self.put_char(c);
            self.line_columns += 1;
        }
        if !fits {
            self.put_cut();
        }
    }
}

impl Pen<'_> {
    /// Whether a text would be read as one word with a spoken one, before or after it.
    fn touches_word(&self, text: &str) -> bool {
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let follows = self.word_end == self.out.len();
        let is_spoken = self.spoken == Some("") && is_word(self.out.last());
        (follows || is_spoken) && is_word(text.as_bytes().first())
    }
}

/// The symbol of a fill. It has to be there as long as the program, so it is one that is known, or the most usual.
pub(super) fn fill(profile: Profile, symbol: &'static str) -> &'static str {
    match profile {
        Profile::Unicode => symbol,
        Profile::Ascii if symbol.is_ascii() => symbol,
        Profile::Ascii => match symbol.chars().next().map(|first| plain(Profile::Ascii, first)) {
            Some(Plain::As(text)) => text,
            _ => "-",
        },
        Profile::ScreenReader => " ",
    }
}

/// What stands for one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    /// The character.
    Same,
    /// Other text.
    As(&'static str),
    /// A word, with the spaces around it that it needs among others.
    Word(&'static str),
    /// Nothing.
    Gone,
    /// Nothing, and a space after it goes too: an ornament before a word.
    Ornament,
}

/// The characters that stand for a text: ASCII, none of which is a control character.
fn plainly(profile: Profile, text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().peekable();
    let mut piece = "".chars();
    let mut stands_apart = true;
    std::iter::from_fn(move || {
        loop {
            if let Some(c) = piece.next() {
                stands_apart = matches!(c, ' ' | '[' | '(' | '{' | '<');
                return Some(c);
            }
            let c = chars.next()?;
            let stands_for = match judge(c) {
                Verdict::Keep => plain(profile, c),
                Verdict::Space => Plain::As(" "),
                Verdict::Drop => Plain::Gone,
            };
            match stands_for {
                Plain::Same => {
                    stands_apart = matches!(c, ' ' | '[' | '(' | '{' | '<');
                    return Some(c);
                }
                Plain::As(text) => piece = text.chars(),
                Plain::Word(word) => {
                    let word = if stands_apart { word.trim_start() } else { word };
                    let before_space = chars.peek() == Some(&' ');
                    piece = if before_space { word.trim_end() } else { word }.chars();
                }
                Plain::Gone => {}
                Plain::Ornament => {
                    while chars.next_if(|next| next.width().unwrap_or(0) == 0).is_some() {}
                    chars.next_if_eq(&' ');
                }
            }
        }
    })
}

/// Looks up what stands for a character.
fn plain(profile: Profile, c: char) -> Plain {
    if c.is_ascii() {
        return Plain::Same;
    }
    if profile == Profile::ScreenReader
        && let Some(word) = word(c)
    {
        return Plain::Word(word);
    }
    match similar(c) {
        Some(text) => Plain::As(text),
        None if c.is_whitespace() => Plain::As(" "),
        None if c.width().unwrap_or(0) == 0 => Plain::Gone,
        // Letters and numbers in circles and squares are symbols to a prompt.
        None if matches!(c, '\u{2460}'..='\u{24ff}' | '\u{1f100}'..='\u{1f2ff}') => Plain::Ornament,
        None if c.is_alphanumeric() => Plain::As("?"),
        None => Plain::Ornament,
    }
}

/// Words for symbols whose meaning in a prompt is known.
fn word(c: char) -> Option<&'static str> {
    Some(match c {
        '⇡' => " ahead ",
        '⇣' => " behind ",
        '⇕' => " diverged ",
        '↑' => " up ",
        '↓' => " down ",
        '→' | '➜' => " to ",
        '✓' | '✔' | '✅' => " ok ",
        '✗' | '✘' | '✖' | '❌' => " error ",
        '⚠' => " warning ",
        '🔒' => " read-only ",
        '✦' => " jobs ",
        '↻' => " build due ",
        _ => return None,
    })
}

/// ASCII that looks similar.
#[allow(clippy::match_same_arms, reason = "a table in the order of what it is about")]
fn similar(c: char) -> Option<&'static str> {
    Some(match c {
        '❯' | '›' | '➜' | '▶' | '►' | '▸' | '❱' | '⟩' => ">",
        '❮' | '‹' | '◀' | '◄' | '◂' | '❰' | '⟨' => "<",
        '»' => ">>",
        '«' => "<<",
        '→' | '⇒' | '⟶' | '➔' => "->",
        '←' | '⇐' | '⟵' => "<-",
        '↔' | '⇔' => "<->",
        '↑' | '⇡' | '▲' | '⬆' | '△' => "^",
        '↓' | '⇣' | '▼' | '⬇' | '▽' => "v",
        '⇕' | '↕' => "^v",
        '…' => "...",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '‘' | '’' | '‚' | '′' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '∙' | '·' => ".",
        '•' | '↻' | '●' | '◆' | '★' | '☆' | '✱' | '✶' | '✦' | '✧' => "*",
        '○' | '◇' | '◯' => "o",
        '✓' | '✔' | '✅' => "ok",
        '×' | '✗' | '✘' | '✖' | '❌' => "x",
        '✚' | '➕' => "+",
        '±' => "+-",
        '≠' => "!=",
        '≤' => "<=",
        '≥' => ">=",
        '≈' => "~",
        '¦' | '▌' | '▐' => "|",
        '⚠' | '❗' => "!",
        '❓' => "?",
        '🔒' => "RO",
        // Lines and corners. Source: Unicode, "Box Drawing".
        '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '═' | '╴' | '╶' | '╸' | '╺' | '╼' | '╾' => {
            "-"
        }
        '│' | '┃' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '║' | '╵' | '╷' | '╹' | '╻' | '╽' | '╿' => {
            "|"
        }
        '╱' => "/",
        '╲' => "\\",
        '╳' => "X",
        '\u{2500}'..='\u{257f}' => "+",
        // Shades begin and end coloured stretches.
        '░' | '▒' | '▓' => "",
        '\u{2580}'..='\u{259f}' => "#",
        // Powerline: thin separators, then those between two backgrounds, which colours alone can tell apart.
        '\u{e0b1}' | '\u{e0b3}' | '\u{e0b5}' | '\u{e0b7}' | '\u{e0b9}' | '\u{e0bb}' | '\u{e0bd}'
        | '\u{e0bf}' => "|",
        '\u{e0b0}'..='\u{e0d4}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Shell;

    fn ascii(text: &str) -> String {
        plainly(Profile::Ascii, text).collect()
    }

    fn read_aloud(text: &str) -> String {
        plainly(Profile::ScreenReader, text).collect()
    }

    #[test]
    fn symbols_become_similar_text() {
        for (text, expected) in [
            ("plain ~/a_b", "plain ~/a_b"),
            ("❯ ", "> "),
            ("…/src", ".../src"),
            ("┌─[a]─╮│", "+-[a]-+|"),
            ("⇡2⇣1", "^2v1"),
            ("\u{e0b0}\u{e0b1}", "|"),
            ("größe 日本", "gr??e ??"),
            ("e\u{301}t", "et"),
            ("a\u{a0}b\u{1b}\u{202e}c", "a bc"),
        ] {
            assert_eq!(ascii(text), expected, "{text}");
        }
    }

    #[test]
    fn ornaments_go_with_their_space() {
        for (text, expected) in [
            ("via 🦀 v1", "via v1"),
            ("on \u{e0a0} main", "on main"),
            ("☁️  (prod)", " (prod)"),
            ("👨\u{200d}💻 x", "x"),
            ("🅰", ""),
        ] {
            assert_eq!(ascii(text), expected, "{text}");
        }
    }

    #[test]
    fn words_stand_apart() {
        for (text, expected) in
            [("⇡2", "ahead 2"), ("[!⇡", "[! ahead "), ("[⇣1]", "[behind 1]"), ("a → b", "a to b")]
        {
            assert_eq!(read_aloud(text), expected, "{text}");
        }
    }

    fn drawn(profile: Profile, columns: u16, with: impl FnOnce(&mut Pen<'_>)) -> String {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, Shell::Zsh, columns).in_profile(profile);
        with(&mut pen);
        pen.finish();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fills_stay_right() {
        let line = |symbol| {
            move |pen: &mut Pen<'_>| {
                pen.text("…🦀 100%");
                pen.fill(symbol);
                pen.put("größe");
            }
        };
        assert_eq!(drawn(Profile::Ascii, 15, line("─")), "...100%%---gr??e");
        assert_eq!(drawn(Profile::Ascii, 15, line("🦀")), "...100%%---gr??e");
        assert_eq!(drawn(Profile::Ascii, 15, line(".")), "...100%%...gr??e");
        assert_eq!(drawn(Profile::ScreenReader, 15, line("─")), "...100%% gr??e");
    }

    proptest::proptest! {
        #[test]
        fn plain_text_is_ascii_without_control_characters(text in proptest::prelude::any::<String>()) {
            for profile in [Profile::Ascii, Profile::ScreenReader] {
                let mut out = Vec::new();
                let mut pen = Pen::new(&mut out, Shell::Plain, 80).in_profile(profile);
                pen.put(&text);
                let columns = pen.line_columns;
                pen.finish();
                proptest::prop_assert!(out.iter().all(|byte| (b' '..=b'~').contains(byte)), "{:?}", out);
                proptest::prop_assert_eq!(columns, out.len());
            }
        }
    }

    #[test]
    fn a_screen_reader_is_given_words_for_symbols() {
        let status = |pen: &mut Pen<'_>| {
            pen.text("[");
            for (symbol, word) in [("?", "untracked"), ("!", "modified")] {
                pen.begin_spoken(word);
                pen.text(symbol);
                pen.end_spoken();
            }
            pen.begin_spoken("ahead");
            pen.put(&2_u32);
            pen.text("⇡");
            pen.end_spoken();
            pen.begin_spoken("diverged");
            pen.text("⇡");
            pen.put(&1_u32);
            pen.text("⇣");
            pen.put(&3_u32);
            pen.end_spoken();
            pen.text("]");
        };
        assert_eq!(drawn(Profile::ScreenReader, 80, status), "[untracked modified 2 ahead diverged 1 3]");
        assert_eq!(drawn(Profile::Ascii, 80, status), "[?!2^^1v3]");
        assert_eq!(drawn(Profile::Unicode, 80, status), "[?!2⇡⇡1⇣3]");
    }

    #[test]
    fn what_draws_nothing_shows_nothing() {
        let text = drawn(Profile::Ascii, 80, |pen| {
            pen.set_style(super::super::Style::new().bold());
            pen.text("🦀 ");
            pen.reset_style();
            pen.text("x");
        });
        assert_eq!(text, "x");
    }
}
