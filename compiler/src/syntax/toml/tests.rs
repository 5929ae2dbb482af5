//! The tree, what is not TOML, and where characters are written.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{Kind, StringKind, Table, Value, parse};
use crate::diagnostic::{Diagnostics, Paint};

fn read(file: &str) -> Table {
    let mut diagnostics = Diagnostics::new();
    let table = parse(file, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render("ziron.toml", file, Paint::Plain));
    table
}

/// A tree as text, every key and value with the text of its span.
fn show(file: &str, table: &Table, indent: usize, out: &mut String) {
    for (key, value) in table {
        write!(out, "{}{} <{}> ", "  ".repeat(indent), key.name, &file[key.span.clone()]).unwrap();
        show_value(file, value, indent, out);
    }
}

fn show_value(file: &str, value: &Value, indent: usize, out: &mut String) {
    write!(out, "<{}> ", &file[value.span.clone()]).unwrap();
    match &value.kind {
        Kind::String(text) => writeln!(out, "{:?}", text.as_str()).unwrap(),
        Kind::Integer(number) => writeln!(out, "{number}").unwrap(),
        Kind::Float(number) => writeln!(out, "{number:?}").unwrap(),
        Kind::Boolean(truth) => writeln!(out, "{truth}").unwrap(),
        Kind::Datetime(datetime) => writeln!(out, "{datetime}").unwrap(),
        Kind::Array(values) => {
            out.push_str("[\n");
            for value in values {
                out.push_str(&"  ".repeat(indent + 1));
                show_value(file, value, indent + 1, out);
            }
        }
        Kind::Table(table) => {
            out.push_str("{\n");
            show(file, table, indent + 1, out);
        }
    }
}

#[test]
fn everything_knows_its_place() {
    let file = r#"
z = 'last letter first'
"quo\u0074ed" = 1_000
[custom.b]
when = true
[custom.a]
list = [0x1F, 1.5e3, "x"]
inline = { a.b = 1979-05-27, c = -inf }
[[display]]
threshold = 10
[[display]]
threshold = 20
"#;
    let mut out = String::new();
    show(file, &read(file), 0, &mut out);
    assert_snapshot!(out, @r#"
    z <z> <'last letter first'> "last letter first"
    quoted <"quo\u0074ed"> <1_000> 1000
    custom <custom> <custom> {
      b <b> <[custom.b]> {
        when <when> <true> true
      a <a> <[custom.a]> {
        list <list> <[0x1F, 1.5e3, "x"]> [
          <0x1F> 31
          <1.5e3> 1500.0
          <"x"> "x"
        inline <inline> <{ a.b = 1979-05-27, c = -inf }> {
          a <a> <a> {
            b <b> <1979-05-27> 1979-05-27
          c <c> <-inf> -inf
    display <display> <[[display]]> [
      <[[display]]> {
        threshold <threshold> <10> 10
      <[[display]]> {
        threshold <threshold> <20> 20
    "#);
}

#[test]
fn accepts_a_byte_order_mark() {
    let file = "\u{feff}a = '[x'\n";
    let root = read(file);
    let text = root.get("a").unwrap().as_text().unwrap();
    assert_eq!(&file[text.source_span(0..1)], "[");
}

fn check(file: &str) -> String {
    let mut diagnostics = Diagnostics::new();
    let table = parse(file, &mut diagnostics);
    let mut out = diagnostics.render("ziron.toml", file, Paint::Plain);
    out.push_str("read all the same:\n");
    show(file, &table, 0, &mut out);
    out
}

#[test]
fn reports_what_is_not_toml() {
    assert_snapshot!(check("a = \"\\[x\\]\"\nb = 1\n"), @r#"
    error[Z0001]: `\[` is not an escape of a string in double quotes
     --> ziron.toml:1:6
      |
    1 | a = "\[x\]"
      |      ^^ this character cannot follow a backslash
      |
      = help: write `\\[`, or put the string in single quotes, where `\[` is just that

    error[Z0001]: `\]` is not an escape of a string in double quotes
     --> ziron.toml:1:9
      |
    1 | a = "\[x\]"
      |         ^^ this character cannot follow a backslash
      |
      = help: write `\\]`, or put the string in single quotes, where `\]` is just that
    read all the same:
    b <b> <1> 1
    "#);
    assert_snapshot!(check("a = \"\\uD800 \\u12\"\nb = 1\n"), @r#"
    error[Z0001]: invalid value
     --> ziron.toml:1:8
      |
    1 | a = "\uD800 \u12"
      |        ^ expected unicode hexadecimal value

    error[Z0001]: too few unicode value digits
     --> ziron.toml:1:17
      |
    1 | a = "\uD800 \u12"
      |                 ^ expected unicode hexadecimal value
    read all the same:
    b <b> <1> 1
    "#);
    assert_snapshot!(check("a = \"no end\nb = 1\n"), @r#"
    error[Z0001]: invalid basic string
     --> ziron.toml:1:12
      |
    1 | a = "no end
      |            ^ expected `"`
    read all the same:
    b <b> <1> 1
    "#);
    assert_snapshot!(check("a = \nb = 1\n[c\nd = 2\n"), @r"
    error[Z0001]: string values must be quoted
     --> ziron.toml:1:5
      |
    1 | a = 
      |     ^ expected literal string

    error[Z0001]: unclosed table
     --> ziron.toml:3:3
      |
    3 | [c
      |   ^ expected `]`
    read all the same:
    b <b> <1> 1
    ");
    assert_snapshot!(check("a = 1\n\n[t]\na = 1\n[u]\n[t]\nb = 2\na = 3\n"), @r"
    error[Z0002]: a key is given twice
     --> ziron.toml:6:2
      |
    6 | [t]
      |  ^ given before
      |
      = help: remove one of them, or merge them

    error[Z0002]: a key is given twice
     --> ziron.toml:8:1
      |
    8 | a = 3
      | ^ given before
      |
      = help: remove one of them, or merge them
    read all the same:
    a <a> <1> 1
    u <u> <[u]> {
    t <t> <[t]> {
      a <a> <1> 1
      b <b> <2> 2
    ");
    assert_snapshot!(check("a = 9223372036854775808\nb = 1e999\nc = truth\nd = 1\n"), @r"
    error[Z0003]: a number that does not fit
     --> ziron.toml:1:5
      |
    1 | a = 9223372036854775808
      |     ^^^^^^^^^^^^^^^^^^^ does not fit in 64 bits

    error[Z0003]: a number that does not fit
     --> ziron.toml:2:5
      |
    2 | b = 1e999
      |     ^^^^^ does not fit in 64 bits

    error[Z0001]: invalid boolean
     --> ziron.toml:3:5
      |
    3 | c = truth
      |     ^^^^^ expected `true`
    read all the same:
    d <d> <1> 1
    ");
    assert_snapshot!(check("key with space = 1\n= 2\nok = 'yes'"), @r"
    error[Z0001]: key with no value
     --> ziron.toml:1:5
      |
    1 | key with space = 1
      |     ^ expected `=`
    read all the same:
    ");
    assert_snapshot!(check("a = [1, 'x' 'y', 3]\nb = {c = 1 d = 2}\n"), @r#"
    error[Z0001]: missing comma between array elements
     --> ziron.toml:1:13
      |
    1 | a = [1, 'x' 'y', 3]
      |             ^ expected `,`

    error[Z0001]: string values must be quoted
     --> ziron.toml:2:10
      |
    2 | b = {c = 1 d = 2}
      |          ^^^ expected literal string

    error[Z0001]: extra assignment between key-value pairs
     --> ziron.toml:2:14
      |
    2 | b = {c = 1 d = 2}
      |              ^ expected `,`

    error[Z0001]: missing comma between key-value pairs
     --> ziron.toml:2:16
      |
    2 | b = {c = 1 d = 2}
      |                ^ expected `,`

    error[Z0001]: invalid literal string
     --> ziron.toml:2:17
      |
    2 | b = {c = 1 d = 2}
      |                 ^ expected `'`
    read all the same:
    a <a> <[1, 'x' 'y', 3]> [
      <1> 1
      <'x'> "x"
      <3> 3
    b <b> <{c = 1 d = 2}> {
    "#);
}

#[test]
fn finds_characters_by_hand() {
    let file = "f = \"\"\"\r\na\\\n   \\tb\\u2192\\\"\\\n\n c\\  \r\n\"\"\"";
    let root = read(file);
    let text = root.get("f").unwrap().as_text().unwrap();
    assert_eq!(text.as_str(), "a\tb→\"c");
    assert_eq!(text.kind(), StringKind::MultilineBasic);
    let at = |part| &file[text.source_span(part)];
    assert_eq!(at(0..1), "a");
    assert_eq!(at(1..2), "\\t");
    assert_eq!(at(0..2), "a\\\n   \\t");
    assert_eq!(at(3..6), "\\u2192");
    assert_eq!(at(3..7), "\\u2192\\\"");
    assert_eq!(at(7..8), "c");
    assert_eq!(text.source_span(1..1).start, file.find("\\t").unwrap());
    assert_eq!(text.source_span(8..8), file.len() - 3..file.len() - 3);
    assert_eq!(text.source_span(0..8), 9..file.find("\\  \r").unwrap());
}

/// How one character is written, and what is written before it that leaves nothing.
fn encoded(character: char, kind: StringKind, choice: u8) -> (String, String) {
    let code = u32::from(character);
    let mut forms = Vec::new();
    let is_newline = character == '\n';
    let may_stand_as_it_is = match character {
        '\n' => kind.is_multiline(),
        '"' | '\\' if kind.has_escapes() => false,
        '\t' => true,
        character => !character.is_ascii_control(),
    };
    if may_stand_as_it_is {
        forms.push(character.to_string());
    }
    if kind.has_escapes() {
        forms.push(format!("\\U{code:08x}"));
        if code <= 0xffff {
            forms.push(format!("\\u{code:04X}"));
        }
        if code <= 0xff {
            forms.push(format!("\\x{code:02x}"));
        }
        match character {
            '\n' => forms.push("\\n".into()),
            '\t' => forms.push("\\t".into()),
            '\r' => forms.push("\\r".into()),
            '\u{8}' => forms.push("\\b".into()),
            '\u{c}' => forms.push("\\f".into()),
            '\u{1b}' => forms.push("\\e".into()),
            '"' => forms.push("\\\"".into()),
            '\\' => forms.push("\\\\".into()),
            _ => {}
        }
    }
    let form = forms[usize::from(choice) % forms.len()].clone();
    // A newline or space as it is would belong to the continuation before it.
    let as_it_is = form.starts_with([' ', '\t', '\n', '\r']);
    let may_continue = kind == StringKind::MultilineBasic && !is_newline && !as_it_is && choice >= 200;
    let before = match choice {
        _ if !may_continue => "",
        200..220 => "\\\n",
        220..240 => "\\  \r\n\t \n",
        _ => "\\\n\n    ",
    };
    (before.to_owned(), form)
}

/// Characters that a kind of string can contain.
fn characters(kind: StringKind) -> impl Strategy<Value = Vec<(char, u8)>> {
    let either = prop_oneof![
        4 => prop::sample::select(vec!['[', ']', '(', ')', '\\', '$', '"', '\n', '\t', ' ', 'a', '→', '🚀', '\u{e0a0}']),
        1 => any::<char>(),
    ];
    let allowed = either.prop_filter("not in this kind of string", move |character| match kind {
        StringKind::Basic | StringKind::MultilineBasic => true,
        StringKind::Literal => *character != '\'' && (*character == '\t' || !character.is_ascii_control()),
        StringKind::MultilineLiteral => {
            *character != '\'' && (matches!(character, '\t' | '\n') || !character.is_ascii_control())
        }
    });
    prop::collection::vec((allowed, any::<u8>()), 0..30)
}

fn kinds() -> impl Strategy<Value = StringKind> {
    prop::sample::select(vec![
        StringKind::Basic,
        StringKind::MultilineBasic,
        StringKind::Literal,
        StringKind::MultilineLiteral,
    ])
}

proptest! {
    #[test]
    fn finds_every_character(
        (kind, characters) in kinds().prop_flat_map(|kind| (Just(kind), characters(kind))),
        newline in prop::sample::select(vec!["\n", "\r\n"]),
        before in "[a-z→]{1,5}",
    ) {
        let mut file = format!("# {before}\nkey = {}", kind.quotes());
        if kind.is_multiline() {
            file.push_str(newline);
        }
        let mut places = Vec::new();
        for (character, choice) in &characters {
            let (nothing, form) = encoded(*character, kind, *choice);
            file.push_str(&nothing);
            places.push(file.len()..file.len() + form.len());
            file.push_str(&form);
        }
        let content_end = file.len();
        file.push_str(kind.quotes());
        file.push_str(" # comment\n");

        let root = read(&file);
        let text = root.get("key").and_then(Value::as_text).unwrap();
        let value: String = characters.iter().map(|(character, _)| *character).collect();
        prop_assert_eq!(text.as_str(), &value);
        prop_assert_eq!(text.kind(), kind);
        for ((start, character), place) in value.char_indices().zip(&places) {
            let end = start + character.len_utf8();
            prop_assert_eq!(text.source_span(start..end), place.clone());
            prop_assert_eq!(text.source_span(start..start), place.start..place.start);
            prop_assert_eq!(text.source_span(0..end), places[0].start..place.end);
        }
        prop_assert_eq!(text.source_span(value.len()..value.len()), content_end..content_end);
    }

    #[test]
    fn never_panics(file in "([a-c=\\[\\]{}\"'\\\\.,#\n\r 0-9]|\"\"\"|'''|\\PC){0,60}") {
        let mut diagnostics = Diagnostics::new();
        parse(&file, &mut diagnostics);
        diagnostics.render("ziron.toml", &file, Paint::Ansi);
    }
}
