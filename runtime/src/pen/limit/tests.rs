use std::iter::repeat_n;

use proptest::prelude::*;

use super::*;
use crate::pen::{Lines, Linked, Literal, Mark, Repeat, Style, Terminal, columns};
use crate::shell::Shell;
use crate::source::Health;

const SHELLS: [Shell; 4] = [Shell::Plain, Shell::Zsh, Shell::Bash, Shell::Tcsh];

fn draw(shell: Shell, profile: Profile, with: impl FnOnce(&mut Pen<'_>)) -> String {
    let mut out = Vec::new();
    let mut pen =
        Pen::new(&mut out, shell, 80).on(&Terminal { profile, ..Terminal::default() }).in_profile(profile);
    with(&mut pen);
    pen.finish();
    String::from_utf8(out).unwrap()
}

fn plain(with: impl FnOnce(&mut Pen<'_>)) -> String {
    draw(Shell::Plain, Profile::Unicode, with)
}

#[test]
fn long_data_is_cut_and_says_so() {
    let fits = "x".repeat(DATUM_COLUMNS);
    assert_eq!(plain(|pen| pen.put(&fits)), fits);
    let cut = format!("{}…", "x".repeat(DATUM_COLUMNS - 1));
    assert_eq!(plain(|pen| pen.put(&"x".repeat(DATUM_COLUMNS + 1))), cut);
    assert_eq!(plain(|pen| pen.put(&"x".repeat(300_000))), cut);
    let ascii = format!("{}...", "x".repeat(DATUM_COLUMNS - 3));
    for profile in [Profile::Ascii, Profile::ScreenReader] {
        assert_eq!(draw(Shell::Plain, profile, |pen| pen.put(&fits)), fits);
        assert_eq!(draw(Shell::Plain, profile, |pen| pen.put(&"x".repeat(300_000))), ascii);
    }
}

#[test]
fn wide_data_is_cut_by_columns() {
    let fits = "漢".repeat(DATUM_COLUMNS / 2);
    assert_eq!(plain(|pen| pen.put(&fits)), fits);
    let cut = plain(|pen| pen.put(&"漢".repeat(DATUM_COLUMNS / 2 + 1)));
    assert_eq!((columns(&cut), cut.ends_with('…')), (DATUM_COLUMNS - 1, true));
    assert_eq!(plain(|pen| pen.put_str_within(&"漢".repeat(300), 600)), "漢".repeat(300));
}

#[test]
fn a_cell_takes_so_many_marks() {
    let zalgo = |count| format!("e{}x", "\u{301}".repeat(count));
    let most = usize::from(CELL_MARKS);
    assert_eq!(plain(|pen| pen.put(&zalgo(most))), zalgo(most));
    assert_eq!(plain(|pen| pen.put(&zalgo(most + 1))), zalgo(most));
    let long = plain(|pen| pen.put(&zalgo(10_000)));
    assert_eq!(long, format!("e{}…", "\u{301}".repeat(most)));
    // What is left out between marks does not part them.
    let hidden: String = repeat_n("\u{301}\u{200b}", 100).collect();
    assert_eq!(plain(|pen| pen.put(&format!("e{hidden}"))), format!("e{}", "\u{301}".repeat(most)));
}

#[test]
fn what_is_repeated_ends() {
    let shown = plain(|pen| pen.put(&Repeat { text: "ab", count: usize::MAX }));
    assert_eq!(shown, format!("{}…", "ab".repeat(DATUM_COLUMNS / 2)));
    let lines = "\n".repeat(1 << 20);
    assert!(plain(|pen| pen.put(&Lines(&lines))).len() < PART_BYTES);
}

#[test]
fn a_link_is_whole_or_not_there() {
    let link = |length| {
        let url = format!("file://h/{}", "a".repeat(length));
        plain(|pen| pen.put(&Linked { text: "x", url: &url }))
    };
    let fits = ADDRESS_BYTES - "file://h/".len();
    assert!(link(fits).starts_with("\x1b]8;;file://h/aaa"));
    assert_eq!(link(fits + 1), "x");
}

#[test]
fn a_fill_ends_before_the_part_does() {
    for symbol in ["─", "%", "漢字"] {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, Shell::Zsh, u16::MAX);
        for _ in 0..5 {
            pen.fill(symbol);
            pen.put("x");
            pen.fill(symbol);
            pen.newline();
        }
        pen.finish();
        assert!((1000..=PART_BYTES).contains(&out.len()), "{} bytes", out.len());
        assert_eq!(String::from_utf8(out).unwrap().matches('x').count(), 5);
    }
}

#[test]
fn a_conditional_that_is_taken_back_takes_back_that_it_was_full() {
    let text = plain(|pen| {
        pen.put("a");
        let mark: Mark = pen.mark();
        for _ in 0..100 {
            pen.put(&"x".repeat(DATUM_COLUMNS));
        }
        assert!(pen.is_full());
        pen.keep_if_drawn(mark);
        pen.put("b");
    });
    assert_eq!(text, "ab");
}

/// One step of a drawing.
#[derive(Clone, Debug)]
enum Step {
    Data(String),
    Literal(usize),
    Percent(usize),
    Style(u8),
    Link(String),
    Fill,
    Newline,
    Stale(bool),
}

fn step() -> impl Strategy<Value = Step> {
    // Some of each kind of character, many times: what is long is what this is about.
    let text = ("[a%\\\\$`!\\x1b\u{301}\u{200b}漢🦀\u{1100}é \t]{1,6}", 0_usize..300);
    let text = text.prop_map(|(piece, times)| piece.repeat(times)).boxed();
    prop_oneof![
        // Each datum brings its own first character: marks are counted within one.
        4 => text.clone().prop_map(|text| Step::Data(format!("e{text}"))),
        1 => (0_usize..3).prop_map(Step::Literal),
        1 => (0_usize..3).prop_map(Step::Percent),
        2 => any::<u8>().prop_map(Step::Style),
        1 => text.prop_map(Step::Link),
        1 => Just(Step::Fill),
        1 => Just(Step::Newline),
        1 => any::<bool>().prop_map(Step::Stale),
    ]
}

const LITERALS: [&str; 3] = ["plain", "", "a long literal, such as nobody writes by hand, but a program may"];
const PERCENTS: [Literal; 3] = [
    Literal { plain: "100%", zsh: "100%%", bash: "100%", tcsh: "100%%" },
    Literal { plain: "$`\\", zsh: "$`\\", bash: "\\\\$\\\\`\\\\\\\\", tcsh: "$`\\\\" },
    Literal { plain: "!", zsh: "!", bash: "!", tcsh: "\\!" },
];

fn take(pen: &mut Pen<'_>, step: &Step) {
    match step {
        Step::Data(text) => pen.put(text),
        Step::Literal(which) => pen.text(LITERALS[*which]),
        Step::Percent(which) => pen.escaped(&PERCENTS[*which]),
        Step::Style(bits) => {
            let color = crate::pen::Color::Rgb(255, *bits, 255);
            pen.set_style(Style::new().with_attributes(*bits).fg(color).bg(color));
        }
        Step::Link(url) => pen.put(&Linked { text: "link", url }),
        Step::Fill => pen.fill("─"),
        Step::Newline => pen.newline(),
        Step::Stale(stale) => pen.begin_module(if *stale { Health::STALE } else { Health::GOOD }),
    }
}

/// Takes a prompt apart as its shell does: nothing may be left over. Says what is visible, and whether the last style
/// is the default.
fn shown(shell: Shell, drawn: &str) -> Option<(String, bool)> {
    let mut rest = drawn;
    let (mut text, mut is_default) = (String::new(), true);
    while let Some(c) = rest.chars().next() {
        let (open, close) = match shell {
            Shell::Zsh | Shell::Tcsh => ("%{", "%}"),
            Shell::Bash => ("\\[", "\\]"),
            _ => ("", ""),
        };
        if c == '\x1b' || !open.is_empty() && rest.starts_with(open) {
            let sequence = rest.strip_prefix(open)?;
            let length = if let Some(sgr) = sequence.strip_prefix("\x1b[") {
                let end = sgr.find('m')?;
                is_default = &sgr[..end] == "0";
                if !sgr[..end].bytes().all(|byte| byte.is_ascii_digit() || byte == b';') {
                    return None;
                }
                2 + end + 1
            } else {
                sequence.strip_prefix("\x1b]8;;")?;
                sequence.find('\x07')? + 1
            };
            rest = &sequence[length..];
            // A style may be followed by another in the same brackets.
            if rest.starts_with('\x1b') && !open.is_empty() {
                let sgr = rest.strip_prefix("\x1b[")?;
                let end = sgr.find('m')?;
                is_default = &sgr[..end] == "0";
                rest = &sgr[end + 1..];
            }
            rest = rest.strip_prefix(close)?;
            continue;
        }
        let escapes: &[(&str, &str)] = match shell {
            Shell::Zsh => &[("%%", "%")],
            Shell::Tcsh => &[("%%", "%"), ("\\!", "!"), ("\\\\", "\\"), ("\\n", "\n")],
            Shell::Bash => &[("\\\\\\\\", "\\"), ("\\\\$", "$"), ("\\\\`", "`")],
            _ => &[],
        };
        if let Some((escape, means)) = escapes.iter().find(|(escape, _)| rest.starts_with(escape)) {
            text.push_str(means);
            rest = &rest[escape.len()..];
            continue;
        }
        let is_special = match shell {
            Shell::Zsh => c == '%',
            Shell::Tcsh => matches!(c, '%' | '!' | '\\'),
            Shell::Bash => matches!(c, '\\' | '$' | '`'),
            _ => false,
        };
        if is_special {
            return None;
        }
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Some((text, is_default))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_part_ends_in_time_with_nothing_torn(steps in proptest::collection::vec(step(), 0..90)) {
        let mut texts = Vec::new();
        for shell in SHELLS {
            let drawn = draw(shell, Profile::Unicode, |pen| steps.iter().for_each(|step| take(pen, step)));
            prop_assert!(drawn.len() <= PART_BYTES, "{shell:?}: {} bytes", drawn.len());
            let Some((text, is_default)) = shown(shell, &drawn) else {
                return Err(TestCaseError::fail(format!("{shell:?} cannot read {drawn:?}")));
            };
            prop_assert!(is_default, "{shell:?} is left in a style");
            let mut marks = 0;
            for c in text.chars() {
                marks = if c.width() == Some(0) { marks + 1 } else { 0 };
                prop_assert!(marks <= usize::from(CELL_MARKS));
            }
            // tcsh is given a space before each line break.
            texts.push((drawn.len(), if shell == Shell::Tcsh { text.replace(" \n", "\n") } else { text }));
        }
        for profile in [Profile::Ascii, Profile::ScreenReader] {
            let drawn = draw(Shell::Bash, profile, |pen| steps.iter().for_each(|step| take(pen, step)));
            prop_assert!(drawn.len() <= PART_BYTES, "{profile:?}: {} bytes", drawn.len());
            prop_assert!(shown(Shell::Bash, &drawn).is_some_and(|(_, is_default)| is_default));
        }
        // Where nothing was cut, all shells show the same.
        if texts.iter().all(|(bytes, _)| *bytes < PART_BYTES - 2 * RESERVE_BYTES - 4096) {
            prop_assert!(texts.iter().all(|(_, text)| *text == texts[0].1));
        }
    }

    #[test]
    fn a_datum_keeps_its_limits(text in any::<String>(), times in 0_usize..200) {
        let text = text.repeat(times);
        for profile in [Profile::Unicode, Profile::Ascii, Profile::ScreenReader] {
            let drawn = draw(Shell::Plain, profile, |pen| pen.put(&text));
            prop_assert!(drawn.len() <= DATUM_COLUMNS * COLUMN_BYTES + 3);
            prop_assert!(columns(&drawn) <= DATUM_COLUMNS, "{} columns", columns(&drawn));
        }
    }

    #[test]
    fn what_is_short_is_not_cut(text in "[a-zé漢 ~/%$\u{301}]{0,40}") {
        let marks = text.matches('\u{301}').count() <= usize::from(CELL_MARKS);
        if marks {
            prop_assert_eq!(plain(|pen| pen.put(&text)), text);
        }
    }
}
