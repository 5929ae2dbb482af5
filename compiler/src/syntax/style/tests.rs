//! Words, palettes and warnings.

use insta::{assert_debug_snapshot, assert_snapshot};
use proptest::prelude::*;

use super::{Attributes, Color, Palette, Style, parse, parse_text, select_palette};
use crate::diagnostic::{Diagnostics, Paint};
use crate::syntax::toml;

fn style(source: &str) -> Option<Style> {
    parse(
        source,
        &Palette::new([("accent", "#010203"), ("red", "bright-blue"), ("broken", "accent"), ("5", "1")]),
    )
    .style()
}

#[test]
fn means_what_it_means_in_starship() {
    let plain = Style::default();
    let fg = |color| Some(Style { fg: Some(color), ..plain });
    let bg = |color| Some(Style { bg: Some(color), ..plain });
    let attributes = |attributes| Some(Style { attributes, ..plain });
    for (source, expected) in [
        ("", Some(plain)),
        ("  \t\n ", Some(plain)),
        ("none", None),
        ("bold None", None),
        ("none bold", None),
        ("fg:none", None),
        ("bg:none", Some(plain)),
        ("bg:blue bg:none", Some(plain)),
        ("bg:blue bg:nonsense", Some(plain)),
        ("nonsense", None),
        ("fg:nonsense bold", None),
        ("bold", attributes(Attributes::BOLD)),
        ("BOLD Underline", attributes(Attributes::BOLD | Attributes::UNDERLINE)),
        ("fg:bold", attributes(Attributes::BOLD)),
        ("bg:italic", attributes(Attributes::ITALIC)),
        ("green", fg(Color::Ansi(2))),
        ("fg:bright-white", fg(Color::Ansi(15))),
        ("fg:fg:green", fg(Color::Ansi(2))),
        ("fg:bg:green", None),
        ("bg:purple", bg(Color::Ansi(5))),
        ("green blue", fg(Color::Ansi(4))),
        ("bg:green bg:blue", bg(Color::Ansi(4))),
        ("0", fg(Color::Fixed(0))),
        ("bg:255", bg(Color::Fixed(255))),
        ("256", None),
        ("#FF8000", fg(Color::Rgb(255, 128, 0))),
        ("bg:#ff8000", bg(Color::Rgb(255, 128, 0))),
        ("#ff800", None),
        ("#ff80000", None),
        ("#ggffff", None),
        ("#é0000", None),
        ("prev_fg bg:prev_bg", Some(Style { fg: Some(Color::PrevFg), bg: Some(Color::PrevBg), ..plain })),
        ("fg:prev_bg", fg(Color::PrevBg)),
        ("accent", fg(Color::Rgb(1, 2, 3))),
        ("ACCENT", fg(Color::Rgb(1, 2, 3))),
        ("bg:accent", bg(Color::Rgb(1, 2, 3))),
        ("red", fg(Color::Ansi(12))),
        ("5", fg(Color::Fixed(5))),
        ("broken", None),
        ("bg:broken", Some(plain)),
    ] {
        assert_eq!(style(source), expected, "{source}");
    }
}

#[test]
fn attributes_have_the_order_of_sgr() {
    let all = Attributes::WORDS.map(|(word, _)| word).join(" ");
    let attributes = style(&all).unwrap().attributes;
    assert_eq!(attributes.bits(), 0xff);
    assert_eq!(Attributes::STRIKETHROUGH.bits(), 0x80);
    assert_eq!(Attributes::NONE.bits(), 0);
    assert_debug_snapshot!(Attributes::BOLD | Attributes::HIDDEN, @r#"
    {
        "bold",
        "hidden",
    }
    "#);
}

/// What is said about a file whose strings at the root are styles.
fn check(file: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    let root = toml::parse(file, &mut diagnostics);
    let palette = select_palette(&root, &mut diagnostics);
    for (key, value) in &root {
        if let (Some(text), true) = (value.as_text(), key.name != "palette") {
            parse_text(text, &palette, &mut diagnostics);
        }
    }
    diagnostics.render("ziron.toml", file, Paint::Plain)
}

#[test]
fn warns_about_unknown_words() {
    assert_snapshot!(check(r#"
        a = "blod gren"
        b = "\u0062old bg:purpel"
        c = '#ff80'
        d = "256 wat"
        e = "accnet bg:none bold #123456 7"
        palette = "mine"
        palettes.mine.accent = "red"
    "#), @r#"
    warning[Z0201]: unknown word `blod` in a style
     --> ziron.toml:2:14
      |
    2 |         a = "blod gren"
      |              ^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `bold`

    warning[Z0201]: unknown word `gren` in a style
     --> ziron.toml:2:19
      |
    2 |         a = "blod gren"
      |                   ^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `green`

    warning[Z0201]: unknown background `purpel` in a style
     --> ziron.toml:3:24
      |
    3 |         b = "\u0062old bg:purpel"
      |                        ^^^^^^^^^ not a colour; there is no background
      |
      = help: write `bg:purple`

    warning[Z0201]: unknown word `#ff80` in a style
     --> ziron.toml:4:14
      |
    4 |         c = '#ff80'
      |              ^^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write a colour as `#` and six hexadecimal digits

    warning[Z0201]: unknown word `256` in a style
     --> ziron.toml:5:14
      |
    5 |         d = "256 wat"
      |              ^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: a colour's number is at most 255

    warning[Z0201]: unknown word `wat` in a style
     --> ziron.toml:5:18
      |
    5 |         d = "256 wat"
      |                  ^^^ neither an attribute nor a colour; the whole style is left out

    warning[Z0201]: unknown word `accnet` in a style
     --> ziron.toml:6:14
      |
    6 |         e = "accnet bg:none bold #123456 7"
      |              ^^^^^^ neither an attribute nor a colour; the whole style is left out
      |
      = help: write `accent`
    "#);
}

#[test]
fn warns_about_palettes() {
    assert_snapshot!(check(r##"
        palette = "moka"

        [palettes.mocha]
        Red = "#ff0000"
        "light blue" = "#8080ff"
        bold = "blue"
        7 = "1"
        accent = "crimson"
        other = "accent"
        dark = "bright-blakc"
        fine = "Bright-Blue"
    "##), @r##"
    warning[Z0202]: unknown palette `moka`
     --> ziron.toml:2:19
      |
    2 |         palette = "moka"
      |                   ^^^^^^ only built-in colours have names
      |
      = help: the palettes are: mocha

    warning[Z0204]: the colour `Red` can never be used
     --> ziron.toml:5:9
      |
    5 |         Red = "#ff0000"
      |         ^^^ styles are turned into lower case
      |
      = help: write `red`

    warning[Z0204]: the colour `light blue` can never be used
     --> ziron.toml:6:9
      |
    6 |         "light blue" = "#8080ff"
      |         ^^^^^^^^^^^^ cannot be written in a style, or means something else there
      |
      = help: choose another name

    warning[Z0204]: the colour `bold` can never be used
     --> ziron.toml:7:9
      |
    7 |         bold = "blue"
      |         ^^^^ cannot be written in a style, or means something else there
      |
      = help: choose another name

    warning[Z0204]: the colour `7` can never be used
     --> ziron.toml:8:9
      |
    8 |         7 = "1"
      |         ^ cannot be written in a style, or means something else there
      |
      = help: choose another name

    warning[Z0203]: `crimson` is not a colour
     --> ziron.toml:9:18
      |
    9 |         accent = "crimson"
      |                  ^^^^^^^^^ expected `#RRGGBB`, a number from 0 to 255 or the name of a built-in colour

    warning[Z0203]: `accent` is not a colour
      --> ziron.toml:10:17
       |
    10 |         other = "accent"
       |                 ^^^^^^^^ the name of another colour of the palette
       |
       = help: write that colour's value here as well

    warning[Z0203]: `bright-blakc` is not a colour
      --> ziron.toml:11:16
       |
    11 |         dark = "bright-blakc"
       |                ^^^^^^^^^^^^^^ expected `#RRGGBB`, a number from 0 to 255 or the name of a built-in colour
       |
       = help: write `bright-black`
    "##);
}

#[test]
fn palettes_have_types() {
    assert_snapshot!(check("palette = 1\npalettes.a = 'red'\npalettes.b.red = 1\n"), @r"
    error[Z0302]: `palette` has to be a string
     --> ziron.toml:1:11
      |
    1 | palette = 1
      |           ^ expected a string, found an integer

    error[Z0302]: `palettes.a` has to be a table of colours
     --> ziron.toml:2:14
      |
    2 | palettes.a = 'red'
      |              ^^^^^ expected a table of colours, found a string

    error[Z0302]: `red` has to be a colour in quotes
     --> ziron.toml:3:18
      |
    3 | palettes.b.red = 1
      |                  ^ expected a colour in quotes, found an integer
    ");
    assert_snapshot!(check("palettes = []\npalette = 'nowhere'"), @r"
    error[Z0302]: `palettes` has to be a table of tables
     --> ziron.toml:1:12
      |
    1 | palettes = []
      |            ^^ expected a table of tables, found an array

    warning[Z0202]: unknown palette `nowhere`
     --> ziron.toml:2:11
      |
    2 | palette = 'nowhere'
      |           ^^^^^^^^^ only built-in colours have names
      |
      = help: add a table `[palettes.nowhere]`
    ");
}

proptest! {
    #[test]
    fn never_panics_and_words_know_their_places(source in "(bold|bg:|fg:|#|[0-9a-f]|red|none|\\PC|\\s){0,20}") {
        let parsed = parse(&source, &Palette::default());
        let words: Vec<_> = parsed.words.iter().map(|word| &source[word.span.clone()]).collect();
        prop_assert_eq!(words, source.split_whitespace().collect::<Vec<_>>());
        parsed.style();
    }
}
