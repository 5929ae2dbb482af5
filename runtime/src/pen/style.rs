//! Styles, and the shortest change from one to the next.

/// A colour of text or of what is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// One of the sixteen colours of the terminal's theme: 0 to 7, and 8 to 15 for the bright ones.
    Ansi(u8),
    /// One of 256 fixed colours.
    Fixed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
    /// The text colour of what was drawn before on this line.
    PrevFg,
    /// The background of what was drawn before on this line.
    PrevBg,
}

/// How a piece of text looks: attributes and two colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Bit n stands for `Attribute` n, in the order of their SGR codes.
    pub(crate) attributes: u8,
    pub(crate) fg: Option<Color>,
    pub(crate) bg: Option<Color>,
}

/// SGR codes of the attribute bits. Source: ECMA-48, 8.3.117.
const ATTRIBUTE_CODES: [u8; 8] = [1, 2, 3, 4, 5, 7, 8, 9];

macro_rules! attributes {
    ($($bit:literal $name:ident $doc:literal),* $(,)?) => {
        $(
            #[doc = $doc]
            #[must_use]
            pub const fn $name(self) -> Style {
                Style { attributes: self.attributes | 1 << $bit, ..self }
            }
        )*
    };
}

impl Style {
    /// The terminal's default look.
    pub const PLAIN: Style = Style::new();

    /// Starts from the terminal's default look.
    pub const fn new() -> Style {
        Style { attributes: 0, fg: None, bg: None }
    }

    attributes! {
        0 bold "Adds bold.",
        1 dimmed "Adds dimmed.",
        2 italic "Adds italic.",
        3 underline "Adds underline.",
        4 blink "Adds blink.",
        5 inverted "Adds inverted colours.",
        6 hidden "Hides the text.",
        7 strikethrough "Strikes the text through.",
    }

    /// Adds attributes by their bits, in the order of [`Style::bold`] … [`Style::strikethrough`].
    #[must_use]
    pub const fn with_attributes(self, bits: u8) -> Style {
        Style { attributes: self.attributes | bits, ..self }
    }

    /// Sets the text colour.
    #[must_use]
    pub const fn fg(self, color: Color) -> Style {
        Style { fg: Some(color), ..self }
    }

    /// Sets the background.
    #[must_use]
    pub const fn bg(self, color: Color) -> Style {
        Style { bg: Some(color), ..self }
    }

    /// Replaces `prev_fg` and `prev_bg` by what was drawn before.
    pub(crate) fn resolve(self, previous: Option<Style>) -> Style {
        let look = |color: Option<Color>| match color {
            Some(Color::PrevFg) => previous.and_then(|style| style.fg),
            Some(Color::PrevBg) => previous.and_then(|style| style.bg),
            fixed => fixed,
        };
        Style { fg: look(self.fg), bg: look(self.bg), ..self }
    }

    /// Whether something of `self` is not in `next`, so that the change has to go through a reset.
    fn loses_something_in(self, next: Style) -> bool {
        self.attributes & !next.attributes != 0
            || self.fg.is_some() && next.fg.is_none()
            || self.bg.is_some() && next.bg.is_none()
    }
}

/// Writes the SGR sequences that change a terminal from `from` to `to`; nothing if they are the same.
pub(crate) fn write_change(out: &mut Vec<u8>, from: Style, to: Style) {
    if from == to {
        return;
    }
    let mut added = to;
    if from.loses_something_in(to) {
        out.extend_from_slice(b"\x1b[0m");
    } else {
        added.attributes &= !from.attributes;
        if from.fg == to.fg {
            added.fg = None;
        }
        if from.bg == to.bg {
            added.bg = None;
        }
    }
    if added == Style::PLAIN {
        return;
    }
    out.extend_from_slice(b"\x1b[");
    let mut first = true;
    for (bit, code) in ATTRIBUTE_CODES.iter().enumerate() {
        if added.attributes & 1 << bit != 0 {
            separate(out, &mut first);
            out.push(b'0' + code);
        }
    }
    if let Some(color) = added.bg {
        separate(out, &mut first);
        write_color(out, color, 10);
    }
    if let Some(color) = added.fg {
        separate(out, &mut first);
        write_color(out, color, 0);
    }
    out.push(b'm');
}

fn separate(out: &mut Vec<u8>, first: &mut bool) {
    if !std::mem::take(first) {
        out.push(b';');
    }
}

/// Writes the parameters of one colour; `shift` is 0 for text and 10 for background.
fn write_color(out: &mut Vec<u8>, color: Color, shift: u8) {
    match color {
        Color::Ansi(n @ 0..=7) => super::data::write_number(out, u64::from(30 + shift + n)),
        Color::Ansi(n) => super::data::write_number(out, u64::from(90 + shift + (n & 7))),
        Color::Fixed(n) => {
            super::data::write_number(out, u64::from(38 + shift));
            out.extend_from_slice(b";5;");
            super::data::write_number(out, u64::from(n));
        }
        Color::Rgb(red, green, blue) => {
            super::data::write_number(out, u64::from(38 + shift));
            out.extend_from_slice(b";2");
            for part in [red, green, blue] {
                out.push(b';');
                super::data::write_number(out, u64::from(part));
            }
        }
        // Resolved before anything is written.
        Color::PrevFg | Color::PrevBg => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: Style, to: Style) -> String {
        let mut out = Vec::new();
        write_change(&mut out, from, to);
        String::from_utf8(out).unwrap().replace('\x1b', "␛")
    }

    #[test]
    fn only_what_is_added_is_written() {
        let red = Style::new().fg(Color::Ansi(1));
        assert_eq!(change(Style::PLAIN, red.bold()), "␛[1;31m");
        assert_eq!(change(red, red.bold()), "␛[1m");
        assert_eq!(change(red, red.fg(Color::Fixed(208))), "␛[38;5;208m");
        assert_eq!(change(red, red), "");
    }

    #[test]
    fn what_is_lost_goes_through_a_reset() {
        let red = Style::new().fg(Color::Ansi(9)).bg(Color::Rgb(1, 20, 255));
        assert_eq!(change(red.bold(), red), "␛[0m␛[48;2;1;20;255;91m");
        assert_eq!(change(red, Style::PLAIN), "␛[0m");
    }

    #[test]
    fn previous_colours_are_looked_up() {
        let before = Some(Style::new().fg(Color::Ansi(1)).bg(Color::Ansi(2)));
        let arrow = Style::new().fg(Color::PrevBg);
        assert_eq!(arrow.resolve(before), Style::new().fg(Color::Ansi(2)));
        assert_eq!(arrow.resolve(None), Style::PLAIN);
    }
}
