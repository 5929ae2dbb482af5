//! What is read, what is reported, and two properties.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{Format, MAX_DEPTH, Piece, SPECIAL, StylePart, never_shown, parse, print};

/// Pieces as text in which every kind of piece looks different: `«text»`, `<variable>`, `group[…](…)`, `maybe(…)`.
fn show(pieces: &[Piece]) -> String {
    let show_one = |piece: &Piece| match piece {
        Piece::Text { text, .. } => format!("«{text}»"),
        Piece::Variable { name, .. } => format!("<{name}>"),
        Piece::Group { pieces, style, .. } => {
            let style: String = style
                .iter()
                .map(|part| match part {
                    StylePart::Raw { text, .. } => text.clone(),
                    StylePart::Variable { name, .. } => format!("<{name}>"),
                })
                .collect();
            format!("group[{}]({style})", show(pieces))
        }
        Piece::Conditional { pieces, .. } => format!("maybe({})", show(pieces)),
    };
    pieces.iter().map(show_one).collect()
}

#[test]
fn reads() {
    for (source, expected) in [
        ("", ""),
        ("plain → text\n", "«plain → text\n»"),
        ("$a", "<a>"),
        ("$_a1$B-2", "<_a1><B>«-2»"),
        ("${custom.my thing}x", "<custom.my thing>«x»"),
        ("${env_var.PATH}", "<env_var.PATH>"),
        ("{}", "«{}»"),
        (r"\[\]\(\)\\\$", r"«[]()\$»"),
        ("[]()", "group[]()"),
        ("[a $b](bold $style bg:${c.d})", "group[«a »<b>](bold <style> bg:<c.d>)"),
        ("[a[b](red)c](blue)", "group[«a»group[«b»](red)«c»](blue)"),
        ("(a$b)", "maybe(«a»<b>)"),
        ("([$a]($s) (x$b))", "maybe(group[<a>](<s>)« »maybe(«x»<b>))"),
        ("[](a)(b)", "group[](a)maybe(«b»)"),
        ("[.](fg:#ff0000 {})", "group[«.»](fg:#ff0000 {})"),
        ("$a\\$b", "<a>«$b»"),
    ] {
        let format = parse(source);
        assert_eq!(format.errors, [], "{source}");
        assert_eq!(show(&format.pieces), expected, "{source}");
    }
}

#[test]
fn knows_places() {
    let source = r"→\[[a$b](x ${y}) (c)";
    let Format { pieces, .. } = parse(source);
    let at = |piece: &Piece| source[piece.span()].to_owned();
    assert_eq!(pieces.iter().map(at).collect::<Vec<_>>(), [r"→\[", "[a$b](x ${y})", " ", "(c)"]);
    let Piece::Group { pieces, style, .. } = &pieces[1] else { panic!() };
    assert_eq!(pieces.iter().map(at).collect::<Vec<_>>(), ["a", "$b"]);
    let parts: Vec<_> = style
        .iter()
        .map(|part| match part {
            StylePart::Raw { span, .. } | StylePart::Variable { span, .. } => &source[span.clone()],
        })
        .collect();
    assert_eq!(parts, ["x ", "${y}"]);
}

/// The format, a line of carets under each mistake, and what was read all the same.
fn mistakes(sources: &[&str]) -> String {
    let mut out = String::new();
    for source in sources {
        let format = parse(source);
        assert!(!format.errors.is_empty(), "{source}");
        writeln!(out, "{source}").unwrap();
        for error in &format.errors {
            let before = source[..error.span.start].chars().count();
            let carets = "^".repeat(source[error.span.clone()].chars().count().max(1));
            let (code, message, label, help) = (error.code(), error.message(), error.label(), error.help());
            writeln!(out, "{}{carets} {code} {message}: {label}; {help}", " ".repeat(before)).unwrap();
        }
        writeln!(out, "  = {}", show(&format.pieces)).unwrap();
    }
    out
}

#[test]
fn reports_what_is_not_closed() {
    assert_snapshot!(mistakes(&["[a", "(a$b", "[a](b", "${a", "$a${", "([a)", "[(a](b)", "[a](red [b](blue)", "((", "[a](b)]["]), @r"
    [a
    ^ Z0101 `[` is not closed: expected `](style)` after this; write `\[` for a bracket as text
      = group[«a»]()
    (a$b
    ^ Z0101 `(` is not closed: expected `)` after this; write `\(` for a parenthesis as text
      = maybe(«a»<b>)
    [a](b
       ^ Z0101 the `(` of a style is not closed: expected `)` after this; close the style with `)`; it has no escapes
      = group[«a»](b)
    ${a
    ^^ Z0101 `${` is not closed: expected `}` after this; write `${name}` for a variable, `\$` for a dollar sign as text
      = «${a»
    $a${
      ^^ Z0101 `${` is not closed: expected `}` after this; write `${name}` for a variable, `\$` for a dollar sign as text
      = <a>«${»
    ([a)
     ^ Z0101 `[` is not closed: expected `](style)` after this; write `\[` for a bracket as text
      = maybe(group[«a»]())
    [(a](b)
     ^ Z0101 `(` is not closed: expected `)` after this; write `\(` for a parenthesis as text
      = group[maybe(«a»)](b)
    [a](red [b](blue)
       ^ Z0101 the `(` of a style is not closed: expected `)` after this; close the style with `)`; it has no escapes
      = group[«a»](red )group[«b»](blue)
    ((
    ^ Z0101 `(` is not closed: expected `)` after this; write `\(` for a parenthesis as text
     ^ Z0101 `(` is not closed: expected `)` after this; write `\(` for a parenthesis as text
      = maybe(maybe())
    [a](b)][
          ^ Z0102 `]` closes nothing: there is no `[` before it; write `\]` for a bracket as text
           ^ Z0101 `[` is not closed: expected `](style)` after this; write `\[` for a bracket as text
      = group[«a»](b)group[]()
    ");
}

#[test]
fn reports_what_closes_nothing() {
    assert_snapshot!(mistakes(&["a)b", "a]b", "(a]$b)", "[a)](b)", ")]"]), @r"
    a)b
     ^ Z0102 `)` closes nothing: there is no `(` before it; write `\)` for a parenthesis as text
      = «a»«b»
    a]b
     ^ Z0102 `]` closes nothing: there is no `[` before it; write `\]` for a bracket as text
      = «a»«b»
    (a]$b)
      ^ Z0102 `]` closes nothing: there is no `[` before it; write `\]` for a bracket as text
      = maybe(«a»<b>)
    [a)](b)
      ^ Z0102 `)` closes nothing: there is no `(` before it; write `\)` for a parenthesis as text
      = group[«a»](b)
    )]
    ^ Z0102 `)` closes nothing: there is no `(` before it; write `\)` for a parenthesis as text
     ^ Z0102 `]` closes nothing: there is no `[` before it; write `\]` for a bracket as text
      =
    ");
}

#[test]
fn reports_groups_without_style() {
    assert_snapshot!(mistakes(&["[a]", "[a] (b)", "[a]b", "[[a]](b)", "[a][b](c)"]), @r"
    [a]
      ^ Z0104 a group without a style: expected `(style)` right after this; write `[text](style)` for styled text, `[text]()` for no style, `\[text\]` for brackets as text
      = group[«a»]()
    [a] (b)
      ^ Z0104 a group without a style: expected `(style)` right after this; write `[text](style)` for styled text, `[text]()` for no style, `\[text\]` for brackets as text
      = group[«a»]()« »maybe(«b»)
    [a]b
      ^ Z0104 a group without a style: expected `(style)` right after this; write `[text](style)` for styled text, `[text]()` for no style, `\[text\]` for brackets as text
      = group[«a»]()«b»
    [[a]](b)
       ^ Z0104 a group without a style: expected `(style)` right after this; write `[text](style)` for styled text, `[text]()` for no style, `\[text\]` for brackets as text
      = group[group[«a»]()](b)
    [a][b](c)
      ^ Z0104 a group without a style: expected `(style)` right after this; write `[text](style)` for styled text, `[text]()` for no style, `\[text\]` for brackets as text
      = group[«a»]()group[«b»](c)
    ");
}

#[test]
fn reports_backslashes_and_dollars() {
    assert_snapshot!(mistakes(&[r"\e", r"a\→b\", r"\{x\}", "\\\n", "$", "$ 5", "$1", "a$$b", "$-", "[$](a)", "[a]($)"]), @r"
    \e
    ^^ Z0105 a backslash before `e`: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
      = «e»
    a\→b\
     ^^ Z0105 a backslash before `→`: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
        ^ Z0105 a backslash at the end of a format: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
      = «a→b»
    \{x\}
    ^^ Z0105 a backslash before `{`: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
       ^^ Z0105 a backslash before `}`: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
      = «{x}»
    \

    ^^ Z0105 a backslash before `\n`: expected one of `[`, `]`, `(`, `)`, `\`, `$` after the backslash; write `\\` for a backslash
      = «
    »
    $
    ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = «$»
    $ 5
    ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = «$ 5»
    $1
    ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = «$1»
    a$$b
     ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = «a$»<b>
    $-
    ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = «$-»
    [$](a)
     ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = group[«$»](a)
    [a]($)
        ^ Z0106 a dollar sign without a name: expected a name after this; write `\$` for a dollar sign
      = group[«a»]()
    ");
}

#[test]
fn reports_bad_names_and_styles() {
    assert_snapshot!(mistakes(&["${}", "${a[b}c", "${a$b}", "${a{b}}", "${a b(c}", "[a](b[c)", r"[a](\$b)", "[a](rgb(1,2))", "[a](b]c)", "[a](${})"]), @r"
    ${}
    ^^^ Z0107 a variable without a name: expected a name in the braces; write `${name}`
      = «${}»
    ${a[b}c
       ^ Z0107 `[` in the name of a variable: expected `}` before this; a name has none of `[`, `]`, `(`, `)`, `\`, `$`, `{`, `}`
      = «${a[b}c»
    ${a$b}
    ^^ Z0101 `${` is not closed: expected `}` after this; write `${name}` for a variable, `\$` for a dollar sign as text
      = «${a»<b>«}»
    ${a{b}}
       ^ Z0107 `{` in the name of a variable: expected `}` before this; a name has none of `[`, `]`, `(`, `)`, `\`, `$`, `{`, `}`
      = «${a{b}}»
    ${a b(c}
    ^^ Z0101 `${` is not closed: expected `}` after this; write `${name}` for a variable, `\$` for a dollar sign as text
         ^ Z0101 `(` is not closed: expected `)` after this; write `\(` for a parenthesis as text
      = «${a b»maybe(«c}»)
    [a](b[c)
       ^ Z0101 the `(` of a style is not closed: expected `)` after this; close the style with `)`; it has no escapes
         ^ Z0101 `[` is not closed: expected `](style)` after this; write `\[` for a bracket as text
           ^ Z0102 `)` closes nothing: there is no `(` before it; write `\)` for a parenthesis as text
      = group[«a»](b)group[«c»]()
    [a](\$b)
        ^ Z0108 `\` in a style: expected a word, a variable or `)`; a style consists of words such as `bold` and `bg:blue` and of variables such as `$style`
      = group[«a»](<b>)
    [a](rgb(1,2))
           ^ Z0108 `(` in a style: expected a word, a variable or `)`; a style consists of words such as `bold` and `bg:blue` and of variables such as `$style`
                ^ Z0102 `)` closes nothing: there is no `(` before it; write `\)` for a parenthesis as text
      = group[«a»](rgb1,2)
    [a](b]c)
         ^ Z0108 `]` in a style: expected a word, a variable or `)`; a style consists of words such as `bold` and `bg:blue` and of variables such as `$style`
      = group[«a»](bc)
    [a](${})
        ^^^ Z0107 a variable without a name: expected a name in the braces; write `${name}`
      = group[«a»]()
    ");
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(MAX_DEPTH)).errors, []);
    assert_snapshot!(mistakes(&[&nested(MAX_DEPTH + 1)]).lines().nth(1).unwrap().trim(), @"^ Z0109 a format nested more than 64 deep: one too many; leave out some of the brackets or parentheses");
    assert_eq!(parse(&nested(1_000_000)).errors.len(), 1);
    assert_eq!(parse(&"[".repeat(1_000_000)).errors.len(), 1);
}

#[test]
fn finds_conditionals_that_are_never_shown() {
    for (source, expected) in [
        ("(a)", vec!["(a)"]),
        ("([a]($style))", vec!["([a]($style))"]),
        ("(a(b)$c)", vec!["(b)"]),
        ("[(a)(b)](c)", vec!["(a)", "(b)"]),
        ("([$a](b))", vec![]),
    ] {
        let found = never_shown(&parse(source).pieces);
        assert_eq!(found.into_iter().map(|span| &source[span]).collect::<Vec<_>>(), expected, "{source}");
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z_][a-zA-Z0-9_]{0,6}", "[^\\[\\]()\\\\${}]{1,6}"]
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let span = 0..0;
    let text = {
        let span = span.clone();
        "\\PC{1,8}".prop_map(move |text| Piece::Text { text, span: span.clone() })
    };
    let variable = {
        let span = span.clone();
        name().prop_map(move |name| Piece::Variable { name, span: span.clone() })
    };
    let part = {
        let span = span.clone();
        let raw_span = span.clone();
        prop_oneof![
            "[^\\[\\]()\\\\$]{1,8}".prop_map(move |text| StylePart::Raw { text, span: raw_span.clone() }),
            name().prop_map(move |name| StylePart::Variable { name, span: span.clone() }),
        ]
    };
    let style = prop::collection::vec(part, 0..4).prop_map(|mut style| {
        style.dedup_by(|a, b| matches!((a, b), (StylePart::Raw { .. }, StylePart::Raw { .. })));
        style
    });
    let leaf = prop_oneof![text, variable];
    let piece = leaf.prop_recursive(5, 40, 5, move |inner| {
        let span = span.clone();
        let span2 = span.clone();
        let pieces = prop::collection::vec(inner, 0..5).prop_map(without_neighbours);
        prop_oneof![
            (pieces.clone(), style.clone()).prop_map(move |(pieces, style)| Piece::Group {
                pieces,
                style,
                span: span.clone()
            }),
            pieces.prop_map(move |pieces| Piece::Conditional { pieces, span: span2.clone() }),
        ]
    });
    prop::collection::vec(piece, 0..6).prop_map(without_neighbours)
}

/// Two texts beside each other are read as one.
fn without_neighbours(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.dedup_by(|a, b| matches!((a, b), (Piece::Text { .. }, Piece::Text { .. })));
    pieces
}

/// The same pieces, all places forgotten.
fn without_places(pieces: Vec<Piece>) -> Vec<Piece> {
    let span = 0..0;
    let forget = |piece| match piece {
        Piece::Text { text, .. } => Piece::Text { text, span: span.clone() },
        Piece::Variable { name, .. } => Piece::Variable { name, span: span.clone() },
        Piece::Conditional { pieces, .. } => {
            Piece::Conditional { pieces: without_places(pieces), span: span.clone() }
        }
        Piece::Group { pieces, style, .. } => {
            let style = style
                .into_iter()
                .map(|part| match part {
                    StylePart::Raw { text, .. } => StylePart::Raw { text, span: span.clone() },
                    StylePart::Variable { name, .. } => StylePart::Variable { name, span: span.clone() },
                })
                .collect();
            Piece::Group { pieces: without_places(pieces), style, span: span.clone() }
        }
    };
    pieces.into_iter().map(forget).collect()
}

proptest! {
    #[test]
    fn reads_what_was_printed(pieces in pieces()) {
        let format = parse(&print(&pieces));
        prop_assert_eq!(&format.errors, &[]);
        prop_assert_eq!(without_places(format.pieces), pieces);
    }

    #[test]
    fn never_panics_and_places_are_in_order(source in "([\\[\\]()\\\\${} a→]|\\PC|\n){0,40}") {
        let format = parse(&source);
        let mut end = 0;
        for piece in &format.pieces {
            prop_assert!(source.get(piece.span()).is_some());
            prop_assert!(piece.span().start >= end);
            end = piece.span().end;
        }
        for error in &format.errors {
            prop_assert!(source.get(error.span.clone()).is_some_and(|wrong| !wrong.is_empty()));
        }
        // Without mistakes nothing is lost.
        if format.errors.is_empty() {
            let again = parse(&print(&format.pieces));
            prop_assert_eq!(without_places(again.pieces), without_places(format.pieces));
            prop_assert_eq!(end, source.len());
        }
        prop_assert_eq!(source.contains(SPECIAL) || format.errors.is_empty(), true);
    }
}
