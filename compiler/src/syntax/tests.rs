//! Cases for every code that reading can end in, under the text of the file.

use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::format::{self, Piece};
use super::style::{self, Palette};
use super::toml::{self, Kind, Table, Text};
use crate::diagnostic::{Code, Diagnostics, Paint};

/// Reads a file in which every `format` is a format string and every other string a style, and says what there is to say.
fn check(file: &str) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let root = toml::parse(file, &mut diagnostics);
    let palette = style::select_palette(&root, &mut diagnostics);
    check_table(&root, &palette, &mut diagnostics);
    diagnostics
}

fn check_table(table: &Table, palette: &Palette, diagnostics: &mut Diagnostics) {
    for (key, value) in table {
        match &value.kind {
            Kind::Table(inner) if key.name != "palettes" => check_table(inner, palette, diagnostics),
            Kind::String(text) if key.name == "format" => {
                let pieces = format::parse_text(text, diagnostics);
                check_styles(text, &pieces, palette, diagnostics);
            }
            Kind::String(text) if key.name != "palette" => {
                style::parse_text(text, palette, diagnostics);
            }
            _ => {}
        }
    }
}

/// Checks the styles of groups, every variable having the value `bold nonsense`.
fn check_styles(text: &Text, pieces: &[Piece], palette: &Palette, diagnostics: &mut Diagnostics) {
    for piece in pieces {
        if let Piece::Group { style, .. } = piece {
            let expanded = style::expand(style, |_, _| "bold nonsense");
            style::parse(expanded.as_str(), palette)
                .check(palette, diagnostics, |span| Some(text.source_span(expanded.place(span)?)));
        }
        if let Piece::Group { pieces, .. } | Piece::Conditional { pieces, .. } = piece {
            check_styles(text, pieces, palette, diagnostics);
        }
    }
}

fn rendered(file: &str) -> String {
    check(file).render("ziron.toml", file, Paint::Plain)
}

#[test]
fn all_at_once_in_the_order_of_the_file() {
    assert_snapshot!(rendered(r#"
format = "$directory\\[$ [$x]"
palette = "none"

[rust]
format = '\e[$symbol](bold gren) ${version'
style = "bodl"
[go]
format = """
via \
    [$symbol$](bg:gren fg:$style nonsense) \u005c\u0065 (text)\
"""
"#), @r#"
    error[Z0106]: a dollar sign without a name
     --> ziron.toml:2:24
      |
    2 | format = "$directory\\[$ [$x]"
      |                        ^ expected a name after this
      |
      = help: write `\\$` for a dollar sign

    error[Z0104]: a group without a style
     --> ziron.toml:2:29
      |
    2 | format = "$directory\\[$ [$x]"
      |                             ^ expected `(style)` right after this
      |
      = help: write `[text](style)` for styled text, `[text]()` for no style, `\\[text\\]` for brackets as text

    warning[Z0202]: unknown palette `none`
     --> ziron.toml:3:11
      |
    3 | palette = "none"
      |           ^^^^^^ only built-in colours have names
      |
      = help: add a table `[palettes.none]`

    error[Z0105]: a backslash before `e`
     --> ziron.toml:6:11
      |
    6 | format = '\e[$symbol](bold gren) ${version'
      |           ^^ expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash
      |
      = help: write `\\` for a backslash

    warning[Z0201]: unknown word `gren` in a style
     --> ziron.toml:6:28
      |
    6 | format = '\e[$symbol](bold gren) ${version'
      |                            ^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `green`

    error[Z0101]: `${` is not closed
     --> ziron.toml:6:34
      |
    6 | format = '\e[$symbol](bold gren) ${version'
      |                                  ^^ expected `}` after this
      |
      = help: write `${name}` for a variable, `\$` for a dollar sign as text

    warning[Z0201]: unknown word `bodl` in a style
     --> ziron.toml:7:10
      |
    7 | style = "bodl"
      |          ^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `bold`

    error[Z0106]: a dollar sign without a name
      --> ziron.toml:11:13
       |
    11 |     [$symbol$](bg:gren fg:$style nonsense) \u005c\u0065 (text)\
       |             ^ expected a name after this
       |
       = help: write `\\$` for a dollar sign

    warning[Z0201]: unknown background `gren` in a style
      --> ziron.toml:11:16
       |
    11 |     [$symbol$](bg:gren fg:$style nonsense) \u005c\u0065 (text)\
       |                ^^^^^^^ not a colour; there is no background
       |
       = help: write `bg:green`

    warning[Z0201]: unknown word `nonsense` in a style
      --> ziron.toml:11:34
       |
    11 |     [$symbol$](bg:gren fg:$style nonsense) \u005c\u0065 (text)\
       |                                  ^^^^^^^^ neither an attribute nor a colour; the whole style is left out

    error[Z0105]: a backslash before `e`
      --> ziron.toml:11:44
       |
    11 |     [$symbol$](bg:gren fg:$style nonsense) \u005c\u0065 (text)\
       |                                            ^^^^^^^^^^^^ expected one of `[`, `]`, `(`, `)`, `\\`, `$` after the backslash
       |
       = help: write `\\\\` for a backslash
    "#);
}

#[test]
fn styles_of_groups_are_put_together() {
    assert_snapshot!(rendered("format = '[a](fg:$x) [b]($x) [c](bg:$x-light$y) [d]($x$y  gold)'"), @r"
    warning[Z0201]: unknown word `nonsense-lightbold` in a style
     --> ziron.toml:1:37
      |
    1 | format = '[a](fg:$x) [b]($x) [c](bg:$x-light$y) [d]($x$y  gold)'
      |                                     ^^^^^^^^^^ neither an attribute nor a colour; the whole style is left out

    warning[Z0201]: unknown word `nonsensebold` in a style
     --> ziron.toml:1:53
      |
    1 | format = '[a](fg:$x) [b]($x) [c](bg:$x-light$y) [d]($x$y  gold)'
      |                                                     ^^^^ neither an attribute nor a colour; the whole style is left out

    warning[Z0201]: unknown word `gold` in a style
     --> ziron.toml:1:59
      |
    1 | format = '[a](fg:$x) [b]($x) [c](bg:$x-light$y) [d]($x$y  gold)'
      |                                                           ^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `bold`
    ");
}

#[test]
fn advice_is_about_the_file() {
    assert_snapshot!(rendered("[a]\nformat = '(text)$'\n[b]\nformat = \"(text) \"\n[c]\nformat = \"$\"\n"), @r#"
    error[Z0106]: a dollar sign without a name
     --> ziron.toml:2:17
      |
    2 | format = '(text)$'
      |                 ^ expected a name after this
      |
      = help: write `\$` for a dollar sign

    warning[Z0110]: this can never be shown
     --> ziron.toml:4:11
      |
    4 | format = "(text) "
      |           ^^^^^^ no variable is in these parentheses
      |
      = help: write `\\(text\\)` for text in parentheses

    error[Z0106]: a dollar sign without a name
     --> ziron.toml:6:11
      |
    6 | format = "$"
      |           ^ expected a name after this
      |
      = help: write `\\$` for a dollar sign
    "#);
}

#[test]
fn every_code_of_reading_has_a_case() {
    let deep = format!("format = '{}'", "(".repeat(65));
    let cases = [
        ("a = ", Code::TomlSyntax),
        ("a = 'red'\na = 'blue'", Code::DuplicateKey),
        ("a = 99999999999999999999", Code::NumberOutOfRange),
        ("format = '[a'", Code::Unclosed),
        ("format = ']'", Code::UnexpectedClosing),
        ("format = '[a]'", Code::MissingStyle),
        ("format = '\\e'", Code::BadEscape),
        ("format = '$'", Code::BareDollar),
        ("format = '${}'", Code::BadVariableName),
        ("format = '[a](\\e)'", Code::BadStyleText),
        (&deep, Code::NestedTooDeep),
        ("format = '(a)'", Code::NeverShown),
        ("a = 'gren'", Code::UnknownColor),
        ("palette = 'a'", Code::UnknownPalette),
        ("palettes.a.b = 'c'", Code::BadPaletteColor),
        ("palettes.a.B = 'red'", Code::UnreachablePaletteName),
        ("palettes = 1", Code::WrongType),
    ];
    for (file, code) in cases {
        let codes: BTreeSet<Code> = check(file).iter().map(|it| it.code).collect();
        assert!(codes.contains(&code), "{file}: {codes:?}");
    }
    let of_reading = Code::ALL.iter().filter(|code| match code {
        Code::UnknownVariable => false,
        code => code.number() < 300,
    });
    for code in of_reading {
        assert!(cases.iter().any(|(_, it)| it == code), "{code} has no case");
    }
}
