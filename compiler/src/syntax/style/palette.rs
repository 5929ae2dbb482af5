//! Palettes: colours with names of the user's own.

use std::collections::BTreeMap;

use super::{Attributes, Color, builtin_names};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::syntax::toml::{Key, Kind, Table, Value};

/// The colours that can be named in styles: the built-in ones and those of the palette in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// `None`: the name is there but its value is not a colour.
    colors: BTreeMap<String, Option<Color>>,
}

impl Palette {
    /// A palette from names and values, for tests and previews.
    pub fn new<'a>(colors: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let colors = colors.into_iter().map(|(name, value)| (name.to_owned(), value_color(value)));
        Self { colors: colors.collect() }
    }

    /// The colour of a name in lower case, without `fg:` and `bg:`.
    pub fn color(&self, name: &str) -> Option<Color> {
        if let Some(color) = Color::from_previous(name) {
            return Some(color);
        }
        // A number comes first, then the palette, which may redefine the built-in names.
        if name.starts_with('#') {
            return Color::from_number(name);
        }
        Color::from_number(name)
            .or_else(|| self.colors.get(name).copied().unwrap_or_else(|| Color::from_builtin(name)))
    }

    /// The names that the palette adds and that can be used.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.colors
            .iter()
            .filter(|(name, color)| color.is_some() && is_reachable(name))
            .map(|(name, _)| name.as_str())
    }
}

/// Reads the palette that `palette` chooses among `palettes`, and checks all of them.
pub fn select_palette(root: &Table, diagnostics: &mut Diagnostics) -> Palette {
    let palettes = root.get("palettes").and_then(|value| match &value.kind {
        Kind::Table(palettes) => Some(palettes),
        _ => wrong_type(value, "palettes", "a table of tables", diagnostics),
    });
    let mut read = Vec::new();
    for (key, value) in palettes.into_iter().flatten() {
        if let Kind::Table(table) = &value.kind {
            read.push((key.name.as_str(), check_palette(table, diagnostics)));
        } else {
            let name = format!("palettes.{}", key.name);
            wrong_type::<()>(value, &name, "a table of colours", diagnostics);
        }
    }
    let Some(value) = root.get("palette") else { return Palette::default() };
    let Kind::String(chosen) = &value.kind else {
        wrong_type::<()>(value, "palette", "a string", diagnostics);
        return Palette::default();
    };
    let chosen = chosen.as_str();
    if let Some(at) = read.iter().position(|(name, _)| *name == chosen) {
        return read.swap_remove(at).1;
    }
    let names: Vec<&str> = read.iter().map(|(name, _)| *name).collect();
    let help = if let Some(meant) = nearest(chosen, names.iter().copied()) {
        format!("write `{meant}`")
    } else if names.is_empty() {
        format!("add a table `[palettes.{chosen}]`")
    } else {
        format!("the palettes are: {}", names.join(", "))
    };
    diagnostics.push(
        Diagnostic::new(Code::UnknownPalette, value.span.clone(), format!("unknown palette `{chosen}`"))
            .label("only built-in colours have names")
            .help(help),
    );
    Palette::default()
}

fn check_palette(table: &Table, diagnostics: &mut Diagnostics) -> Palette {
    let mut palette = Palette::default();
    for (key, value) in table {
        let Kind::String(text) = &value.kind else {
            wrong_type::<()>(value, &key.name, "a colour in quotes", diagnostics);
            continue;
        };
        if !is_reachable(&key.name) {
            diagnostics.push(unreachable_name(key));
        }
        let color = value_color(text.as_str());
        if color.is_none() {
            diagnostics.push(bad_color(text.as_str(), value, table));
        }
        palette.colors.insert(key.name.clone(), color);
    }
    palette
}

/// The colour of a palette's value, which cannot be a name in the palette.
fn value_color(value: &str) -> Option<Color> {
    Color::from_number(value).or_else(|| Color::from_builtin(value))
}

/// Whether a name in a palette is looked up at all: words are in lower case, and everything else is understood first.
fn is_reachable(name: &str) -> bool {
    !name.is_empty()
        && name == name.to_lowercase()
        && !name.contains(char::is_whitespace)
        && !name.starts_with(['#'])
        && !name.starts_with("fg:")
        && !name.starts_with("bg:")
        && name != "none"
        && Attributes::from_word(name).is_none()
        && Color::from_number(name).is_none()
        && Color::from_previous(name).is_none()
}

fn unreachable_name(key: &Key) -> Diagnostic {
    let lower = key.name.to_lowercase();
    let help =
        if is_reachable(&lower) { format!("write `{lower}`") } else { "choose another name".to_owned() };
    Diagnostic::new(
        Code::UnreachablePaletteName,
        key.span.clone(),
        format!("the colour `{}` can never be used", key.name),
    )
    .label(if lower == key.name {
        "cannot be written in a style, or means something else there"
    } else {
        "styles are turned into lower case"
    })
    .help(help)
}

fn bad_color(written: &str, value: &Value, table: &Table) -> Diagnostic {
    let (label, help) = if table.get(&written.to_lowercase()).is_some() {
        (
            "the name of another colour of the palette",
            Some("write that colour's value here as well".to_owned()),
        )
    } else {
        let meant = nearest(written, builtin_names()).map(|meant| format!("write `{meant}`"));
        ("expected `#RRGGBB`, a number from 0 to 255 or the name of a built-in colour", meant)
    };
    Diagnostic::new(Code::BadPaletteColor, value.span.clone(), format!("`{written}` is not a colour"))
        .label(label)
        .maybe_help(help)
}

fn wrong_type<T>(value: &Value, name: &str, expected: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    diagnostics.push(value.wrong_type(name, expected));
    None
}
