use super::*;
use crate::pen::{Color, Style};
use crate::shell::Shell;

/// A mark as a configuration might have it.
fn mark(pen: &mut Pen<'_>) {
    pen.set_style(Style::new().fg(Color::Ansi(1)));
    pen.text("⚠ ");
}

/// Draws modules `a` and `b` on a terminal with or without styles.
fn draw(profile: Profile, colors: bool, a: (Health, &str), b: (Health, &str)) -> String {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, Shell::Plain, 80).colored(colors).in_profile(profile);
    for (name, (health, text)) in [("mod_a", a), ("mod_b", b)] {
        if text.is_empty() {
            pen.omit_module(health, name, Some(&mark));
        } else {
            pen.begin_module(health);
            pen.put(text);
            pen.end_module_marked(name, Some(&mark));
        }
    }
    pen.finish();
    String::from_utf8(out).unwrap().replace('\x1b', "␛")
}

const NOTHING: (Health, &str) = (Health::GOOD, "");

#[test]
fn what_could_not_be_read_is_marked() {
    let failed = |text| draw(Profile::Unicode, true, (Health::FAILED, text), NOTHING);
    assert_eq!(failed(""), "␛[31m⚠ ␛[0m");
    assert_eq!(failed("key "), "key ␛[31m⚠ ␛[0m");
    let awaited = draw(Profile::Unicode, true, (Health::AWAITED, ""), NOTHING);
    assert_eq!(awaited, "␛[2;31m⚠ ␛[0m", "what may still arrive is dimmed");
    assert_eq!(draw(Profile::Unicode, true, NOTHING, NOTHING), "");
    assert_eq!(draw(Profile::Unicode, true, (Health::STALE, ""), NOTHING), "");
}

#[test]
fn one_cause_has_one_mark() {
    let gone = (Health::FAILED, "");
    assert_eq!(draw(Profile::Unicode, false, gone, gone), "⚠ ");
    assert_eq!(draw(Profile::Unicode, false, gone, (Health::FAILED, "b ")), "⚠ b ⚠ ");
    assert_eq!(draw(Profile::ScreenReader, false, gone, gone), "mod a could not be read ");
}

#[test]
fn what_is_old_is_seen_without_styles() {
    let old = (Health::STALE, "main ");
    assert_eq!(draw(Profile::Unicode, true, old, NOTHING), "␛[2mmain ␛[0m", "its width is that of a new one");
    assert_eq!(draw(Profile::Unicode, false, old, NOTHING), "main ◌ ");
    assert_eq!(draw(Profile::Ascii, false, (Health::STALE, "main"), NOTHING), "main (old) ");
    assert_eq!(draw(Profile::ScreenReader, false, old, NOTHING), "main old ");
}

#[test]
fn a_screen_reader_says_words() {
    let said = |health, text| draw(Profile::ScreenReader, false, (health, text), NOTHING);
    assert_eq!(said(Health::FAILED, ""), "mod a could not be read ");
    assert_eq!(said(Health::AWAITED, ""), "mod a is not known yet ");
    assert_eq!(said(Health::FAILED, "v1"), "v1 mod a could not be read ");
    assert_eq!(draw(Profile::Ascii, false, (Health::FAILED, ""), NOTHING), "! ");
}

#[test]
fn a_mark_is_text_of_its_module() {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, Shell::Plain, 80).colored(false);
    let start = pen.mark();
    pen.text("(");
    pen.omit_module(Health::FAILED, "a", Some(&mark));
    pen.text(")");
    pen.keep_if_drawn(start);
    let start = pen.mark();
    pen.text("[");
    pen.omit_module(Health::FAILED, "a", None);
    pen.text("]");
    pen.keep_if_drawn(start);
    pen.finish();
    assert_eq!(String::from_utf8(out).unwrap(), "(⚠ )");
}

#[test]
fn what_stands_before_the_last_line_moves_the_rest() {
    let lines = |shell, several: bool| {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, shell, 8);
        if several {
            pen.text("one");
            pen.newline();
        }
        pen.set_style(Style::new().fg(Color::Ansi(2)));
        pen.text("a");
        pen.fill("-");
        pen.text("$");
        pen.before_last_line(|pen| {
            pen.set_style(Style::new().dimmed());
            pen.text("* ");
        });
        pen.finish();
        String::from_utf8(out).unwrap().replace('\x1b', "␛")
    };
    assert_eq!(lines(Shell::Plain, true), "one\n␛[2m* ␛[0m␛[32ma----$␛[0m");
    assert_eq!(lines(Shell::Zsh, false), "%{␛[2m%}* %{␛[0m%}%{␛[32m%}a----$%{␛[0m%}");
}
