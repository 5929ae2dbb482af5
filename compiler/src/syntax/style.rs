//! Style strings: `bold bg:blue fg:#ff8800`.
//!
//! Words between white space; case does not count.
//! ```text
//! word      = attribute | ("fg:")? color | "bg:" color | "none"
//! attribute = bold | dimmed | italic | underline | blink | inverted | hidden | strikethrough
//! color     = "#" 6 hexadecimal digits | 0..=255 | name from the palette
//!           | ("bright-")? (black | red | green | yellow | blue | purple | cyan | white) | prev_fg | prev_bg
//! ```

mod color;
mod expand;
mod palette;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::{BitOr, BitOrAssign, Range};

pub use color::{Color, PREVIOUS, builtin_names};
pub use expand::{Expanded, expand};
pub use palette::{Palette, select_palette};

use super::toml::Text;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};

/// Attributes of text: a set, one bit each, in the order of their SGR parameters 1 2 3 4 5 7 8 9.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attributes(u8);

impl Attributes {
    /// No attribute.
    pub const NONE: Self = Self(0);
    /// SGR 1.
    pub const BOLD: Self = Self(1);
    /// SGR 2.
    pub const DIMMED: Self = Self(1 << 1);
    /// SGR 3.
    pub const ITALIC: Self = Self(1 << 2);
    /// SGR 4.
    pub const UNDERLINE: Self = Self(1 << 3);
    /// SGR 5.
    pub const BLINK: Self = Self(1 << 4);
    /// SGR 7.
    pub const INVERTED: Self = Self(1 << 5);
    /// SGR 8.
    pub const HIDDEN: Self = Self(1 << 6);
    /// SGR 9.
    pub const STRIKETHROUGH: Self = Self(1 << 7);

    /// Every attribute with its word, in the order of the bits.
    pub const WORDS: [(&'static str, Self); 8] = [
        ("bold", Self::BOLD),
        ("dimmed", Self::DIMMED),
        ("italic", Self::ITALIC),
        ("underline", Self::UNDERLINE),
        ("blink", Self::BLINK),
        ("inverted", Self::INVERTED),
        ("hidden", Self::HIDDEN),
        ("strikethrough", Self::STRIKETHROUGH),
    ];

    /// The set as bits, the lowest being SGR 1.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether all of `other` is in the set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, attribute)| *attribute)
    }
}

impl BitOr for Attributes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Attributes {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_set()
            .entries(Self::WORDS.iter().filter(|(_, it)| self.contains(*it)).map(|(name, _)| name))
            .finish()
    }
}

/// What a style string means. The default is the plain style, which is not the same as no style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Bold and the like.
    pub attributes: Attributes,
    /// The colour of the text.
    pub fg: Option<Color>,
    /// The colour behind the text.
    pub bg: Option<Color>,
}

/// One word of a style string. Spans are bytes of the style string's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it does.
    pub effect: Effect,
    /// Where it is written.
    pub span: Range<usize>,
}

/// What one word of a style does to the words before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Adds an attribute.
    Attribute(Attributes),
    /// Replaces the colour of the text.
    Fg(Color),
    /// Replaces the colour behind the text.
    Bg(Color),
    /// Takes the background away: `bg:none`.
    NoBg,
    /// Takes the whole style away: `none`.
    Absent,
    /// A word that is not known; takes the whole style away.
    UnknownFg(String),
    /// A background that is not known; takes the background away.
    UnknownBg(String),
}

/// A style string that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyleString {
    /// Its words in order.
    pub words: Vec<Word>,
}

/// Reads a style string. Never fails: what is unknown has an effect as well.
pub fn parse(source: &str, palette: &Palette) -> StyleString {
    let words = source
        .split_whitespace()
        .map(|word| {
            let start = word.as_ptr().addr() - source.as_ptr().addr();
            Word { effect: effect(word, palette), span: start..start + word.len() }
        })
        .collect();
    StyleString { words }
}

fn effect(word: &str, palette: &Palette) -> Effect {
    let lower = word.to_lowercase();
    // As in starship, a prefix may be repeated, and makes no difference to an attribute.
    let (name, is_fg) = if lower.starts_with("fg:") {
        (lower.trim_start_matches("fg:"), true)
    } else if lower.starts_with("bg:") {
        (lower.trim_start_matches("bg:"), false)
    } else {
        (lower.as_str(), true)
    };
    if let Some(attribute) = Attributes::from_word(name) {
        return Effect::Attribute(attribute);
    }
    let color = palette.color(name);
    match (color, is_fg) {
        (_, true) if name == "none" => Effect::Absent,
        (_, false) if name == "none" => Effect::NoBg,
        (Some(color), true) => Effect::Fg(color),
        (Some(color), false) => Effect::Bg(color),
        (None, true) => Effect::UnknownFg(name.to_owned()),
        (None, false) => Effect::UnknownBg(name.to_owned()),
    }
}

impl StyleString {
    /// The style that the words make together. `None`: absent, text takes the style of what is around it.
    pub fn style(&self) -> Option<Style> {
        let mut style = Style::default();
        for word in &self.words {
            match &word.effect {
                Effect::Attribute(attribute) => style.attributes |= *attribute,
                Effect::Fg(color) => style.fg = Some(*color),
                Effect::Bg(color) => style.bg = Some(*color),
                Effect::NoBg | Effect::UnknownBg(_) => style.bg = None,
                Effect::Absent | Effect::UnknownFg(_) => return None,
            }
        }
        Some(style)
    }

    /// Warns about every word that is not known. `place` maps bytes of the style string's value to bytes of the configuration,
    /// or to `None` if nothing is to be said here because the word is written, and checked, elsewhere.
    pub fn check(
        &self,
        palette: &Palette,
        diagnostics: &mut Diagnostics,
        place: impl Fn(Range<usize>) -> Option<Range<usize>>,
    ) {
        for word in &self.words {
            let (name, is_fg) = match &word.effect {
                Effect::UnknownFg(name) => (name, true),
                Effect::UnknownBg(name) => (name, false),
                _ => continue,
            };
            if let Some(place) = place(word.span.clone()) {
                diagnostics.push(unknown(place, name, is_fg, palette));
            }
        }
    }
}

/// Reads the style string that a value of the configuration is, and warns about what is unknown in it.
pub fn parse_text(text: &Text, palette: &Palette, diagnostics: &mut Diagnostics) -> Option<Style> {
    let parsed = parse(text.as_str(), palette);
    parsed.check(palette, diagnostics, |span| Some(text.source_span(span)));
    parsed.style()
}

fn unknown(place: Range<usize>, name: &str, is_fg: bool, palette: &Palette) -> Diagnostic {
    let what = if is_fg { "word" } else { "background" };
    let mut candidates: Vec<&str> = builtin_names().chain(PREVIOUS).chain(["none"]).collect();
    candidates.extend(palette.names());
    if is_fg {
        candidates.extend(Attributes::WORDS.map(|(word, _)| word));
    }
    let help = if let Some(meant) = nearest(name, candidates) {
        Some(if is_fg { format!("write `{meant}`") } else { format!("write `bg:{meant}`") })
    } else if name.starts_with('#') {
        Some("write a colour as `#` and six hexadecimal digits".to_owned())
    } else if name.parse::<u64>().is_ok() {
        Some("a colour's number is at most 255".to_owned())
    } else {
        None
    };
    let label = if is_fg {
        "neither an attribute nor a colour; the whole style is left out"
    } else {
        "not a colour; there is no background"
    };
    Diagnostic::new(Code::UnknownColor, place, format!("unknown {what} `{name}` in a style"))
        .label(label)
        .maybe_help(help)
}
