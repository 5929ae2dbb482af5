//! Colours.

/// A colour of a style.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Color {
    /// One of the sixteen that have names: 0 to 7, and 8 to 15 for the bright ones (SGR 30–37 and 90–97, or 40–47 and 100–107).
    Ansi(u8),
    /// One of 256 by number (SGR 38;5 or 48;5), even if the number is below 16.
    Fixed(u8),
    /// Red, green and blue (SGR 38;2 or 48;2).
    Rgb(u8, u8, u8),
    /// The foreground of what was drawn before.
    PrevFg,
    /// The background of what was drawn before.
    PrevBg,
}

/// The names of the colours 0 to 7 and 8 to 15, in order.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "purple",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-purple",
    "bright-cyan",
    "bright-white",
];

/// The names of the colours of what was drawn before.
pub const PREVIOUS: [&str; 2] = ["prev_fg", "prev_bg"];

/// The names of the sixteen colours that are always there.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter()
}

impl Color {
    /// Reads `#RRGGBB` or a number from 0 to 255.
    pub(super) fn from_number(name: &str) -> Option<Self> {
        let Some(digits) = name.strip_prefix('#') else {
            return name.parse().ok().map(Self::Fixed);
        };
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self::Rgb(red, green, blue))
    }

    /// Reads the name of one of the sixteen colours; case does not count.
    pub(super) fn from_builtin(name: &str) -> Option<Self> {
        let index = NAMES.iter().position(|it| it.eq_ignore_ascii_case(name))?;
        u8::try_from(index).ok().map(Self::Ansi)
    }

    /// Reads `prev_fg` or `prev_bg`.
    pub(super) fn from_previous(name: &str) -> Option<Self> {
        match name {
            "prev_fg" => Some(Self::PrevFg),
            "prev_bg" => Some(Self::PrevBg),
            _ => None,
        }
    }
}
