//! What a terminal would show: characters, each with its style.

use std::fmt::Write as _;

use ziron_runtime::shell::Shell;

/// Whose prompt it is: the two escape for bash in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// What `ziron-build` made.
    Ours,
    /// The reference.
    Reference,
}

/// A character and its style, in the words of a style string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    c: char,
    style: Style,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Style {
    attributes: u16,
    fg: Option<String>,
    bg: Option<String>,
}

/// Undoes what was done to a prompt for its shell, as the shell does when it shows it.
pub fn shown(shell: Shell, whose: Whose, prompt: &[u8]) -> String {
    let text = String::from_utf8_lossy(prompt).into_owned();
    match shell {
        Shell::Zsh => text.replace("%{", "").replace("%}", "").replace("%%", "%"),
        Shell::Bash => {
            let text = text.replace("\\[", "").replace("\\]", "");
            match whose {
                Whose::Ours => unquoted(&unquoted(&text)),
                Whose::Reference => unquoted(&text),
            }
        }
        Shell::Fish => text.strip_prefix("\x1b[J").unwrap_or(&text).to_owned(),
        _ => text,
    }
}

/// Takes away the backslash before each character.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// Reads text and its SGR sequences.
pub fn cells(text: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut style = Style::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(sequence) = rest.strip_prefix("\x1b[")
            && let Some(end) = sequence.find(|c: char| c.is_ascii_alphabetic())
            && sequence[end..].starts_with('m')
        {
            style.change(&sequence[..end]);
            rest = &sequence[end + 1..];
            continue;
        }
        let style = if c == '\n' { Style::default() } else { style.clone() };
        cells.push(Cell { c, style });
        rest = &rest[c.len_utf8()..];
    }
    cells
}

impl Style {
    fn change(&mut self, parameters: &str) {
        let mut numbers = parameters.split(';').map(|number| number.parse().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Style::default(),
                1..=9 => self.attributes |= 1 << number,
                30..=37 => self.fg = Some(name(number - 30)),
                90..=97 => self.fg = Some(name(number - 82)),
                40..=47 => self.bg = Some(name(number - 40)),
                100..=107 => self.bg = Some(name(number - 92)),
                38 => self.fg = extended(&mut numbers),
                48 => self.bg = extended(&mut numbers),
                39 => self.fg = None,
                49 => self.bg = None,
                other => self.fg = Some(format!("unknown {other}")),
            }
        }
    }

    fn words(&self) -> String {
        const NAMES: [&str; 10] = [
            "",
            "bold",
            "dimmed",
            "italic",
            "underline",
            "blink",
            "fast",
            "inverted",
            "hidden",
            "strikethrough",
        ];
        let names = NAMES.iter().enumerate().filter(|(bit, _)| self.attributes & 1 << bit != 0);
        let mut words: Vec<String> = names.map(|(_, name)| (*name).to_owned()).collect();
        words.extend(self.fg.clone());
        words.extend(self.bg.as_ref().map(|bg| format!("bg:{bg}")));
        words.join(" ")
    }
}

fn name(index: u16) -> String {
    const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "purple", "cyan", "white"];
    let bright = if index >= 8 { "bright-" } else { "" };
    format!("{bright}{}", NAMES[usize::from(index % 8)])
}

fn extended(numbers: &mut impl Iterator<Item = u16>) -> Option<String> {
    match numbers.next()? {
        5 => Some(numbers.next()?.to_string()),
        2 => Some(format!("#{:02x}{:02x}{:02x}", numbers.next()?, numbers.next()?, numbers.next()?)),
        other => Some(format!("unknown {other}")),
    }
}

/// The characters alone.
pub fn text(cells: &[Cell]) -> String {
    cells.iter().map(|cell| cell.c).collect()
}

/// Writes cells for people: `[bold red]text[/]`, with characters that cannot be seen by their numbers.
pub fn markup(cells: &[Cell]) -> String {
    let mut out = String::new();
    let mut current = String::new();
    for Cell { c, style } in cells {
        let words = style.words();
        if words != current {
            if !current.is_empty() {
                out.push_str("[/]");
            }
            if !words.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(out, "[{words}]");
            }
            current = words;
        }
        match c {
            '\n' => out.push('⏎'),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(*c),
        }
    }
    if !current.is_empty() {
        out.push_str("[/]");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_read() {
        let drawn = |text| markup(&cells(text));
        assert_eq!(drawn("\x1b[1;31ma\x1b[0m b\n"), "[bold red]a[/] b⏎");
        assert_eq!(
            drawn("\x1b[38;5;208;48;2;1;2;3ma\x1b[92mb"),
            "[208 bg:#010203]a[/][bright-green bg:#010203]b[/]"
        );
    }

    #[test]
    fn escapes_are_undone() {
        let shown = |shell, whose, text: &str| shown(shell, whose, text.as_bytes());
        assert_eq!(shown(Shell::Zsh, Whose::Ours, "%{\x1b[1m%}50%%"), "\x1b[1m50%");
        assert_eq!(shown(Shell::Bash, Whose::Ours, "\\[\x1b[1m\\]\\\\$\\\\\\\\"), "\x1b[1m$\\");
        assert_eq!(shown(Shell::Bash, Whose::Reference, "\\$\\\\"), "$\\");
        assert_eq!(shown(Shell::Fish, Whose::Reference, "\x1b[Jx"), "x");
    }
}
