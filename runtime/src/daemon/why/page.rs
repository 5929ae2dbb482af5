//! A page for a terminal: labels on the left, what belongs to them on the right, nothing wider than the screen.

use unicode_width::UnicodeWidthChar;

use super::fields::{Field, fields};

/// Where texts begin (columns).
const INDENT: usize = 13;

/// Lines are no longer than this, however wide the terminal is: long ones are hard to read.
const LONGEST: usize = 110;

/// Nor are they cut below this.
const SHORTEST: usize = 40;

/// So many fields are shown one by one.
const FIELDS: usize = 12;

/// Names longer than this do not push the values of others to the right.
const NAME: usize = 24;

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) struct Look {
    /// How wide the terminal is.
    pub(in crate::daemon) columns: usize,
    pub(in crate::daemon) detail: Detail,
    pub(in crate::daemon) styles: Styles,
}

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Detail {
    /// What says something, each on one line.
    Short,
    /// Everything, on as many lines as it takes.
    Full,
}

/// Whether parts are set apart by styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Styles {
    /// Not where a program reads it, or where the user wants none.
    Plain,
    /// With bold headings and dim labels.
    Styled,
}

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    look: Look,
    width: usize,
}

impl Page {
    pub(super) fn new(look: Look) -> Page {
        Page { text: String::new(), look, width: look.columns.clamp(SHORTEST, LONGEST) }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// A heading: a name, and what is to be said of it as a whole.
    pub(super) fn heading(&mut self, name: &str, about: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.styled("1", name);
        self.text.push_str("  ");
        let lines = wrap(about, self.width.saturating_sub(width(name) + 2));
        self.lines(&lines, INDENT.min(width(name) + 2));
    }

    /// A line without a label.
    pub(super) fn note(&mut self, text: &str) {
        let lines = wrap(text, self.width);
        self.lines(&lines, 0);
    }

    /// A text with its label, on as many lines as it takes.
    pub(super) fn line(&mut self, label: &str, text: &str) {
        self.label(label);
        let lines = wrap(text, self.width - INDENT);
        self.lines(&lines, INDENT);
    }

    /// Words with their label: on one line, with the number of those that are left out, or all.
    pub(super) fn list<W: AsRef<str>>(&mut self, label: &str, words: &[W], between: &str) {
        let room = self.width - INDENT;
        let join = |words: &[W]| words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(between);
        let all = join(words);
        if self.look.detail == Detail::Full || width(&all) <= room {
            return self.line(label, &all);
        }
        let shortened =
            |count: usize| format!("{}{between}… {} more", join(&words[..count]), words.len() - count);
        let fitting = (1..words.len()).rev().map(shortened).find(|text| width(text) <= room);
        self.line(label, &fitting.unwrap_or_else(|| cut(&all, room)));
    }

    /// What `Debug` wrote of something, in words: its fields one by one, those first that say something.
    pub(super) fn fields(&mut self, label: &str, debug: &str) {
        let debug: String = debug.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let all = fields(&debug);
        if let [Field { name, value, .. }] = &all[..]
            && name.is_empty()
        {
            return self.value(label, value);
        }
        let is_full = self.look.detail == Detail::Full;
        let shown: Vec<&Field> = all.iter().filter(|field| is_full || field.says_something).collect();
        let shown = &shown[..shown.len().min(if is_full { shown.len() } else { FIELDS })];
        let column =
            shown.iter().map(|field| width(&field.name)).filter(|name| *name <= NAME).max().unwrap_or(0);
        let mut label = label;
        for Field { name, value, .. } in shown {
            self.label(std::mem::take(&mut label));
            self.styled("2", name);
            let indent = width(name).max(column) + 2;
            self.text.extend(std::iter::repeat_n(' ', indent - width(name)));
            let room = self.width.saturating_sub(INDENT + indent).max(SHORTEST / 2);
            let lines = if is_full { wrap(value, room) } else { vec![cut(value, room)] };
            self.lines(&lines, INDENT + indent);
        }
        let rest = all.len() - shown.len();
        if rest > 0 {
            self.label(label);
            let hidden = all.iter().filter(|field| field.says_something).count()
                - shown.iter().filter(|field| field.says_something).count();
            let what = match (shown.len(), hidden) {
                (0, 0) if rest == 1 => String::from("nothing: its one field is 0, empty or not there"),
                (0, 0) => format!("nothing: {rest} fields are 0, empty or not there"),
                (_, 0) => format!("… {rest} more: 0, empty or not there"),
                _ => format!("… {rest} more (--full)"),
            };
            self.styled("2", &cut(&what, self.width - INDENT));
            self.text.push('\n');
        }
    }

    fn value(&mut self, label: &str, value: &str) {
        match self.look.detail {
            Detail::Full => self.line(label, value),
            Detail::Short => self.line(label, &cut(value, self.width - INDENT)),
        }
    }

    fn label(&mut self, label: &str) {
        self.text.push_str("  ");
        self.styled("36", label);
        self.text.extend(std::iter::repeat_n(' ', INDENT - 2 - label.len().min(INDENT - 3)));
    }

    fn lines(&mut self, lines: &[String], indent: usize) {
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                self.text.extend(std::iter::repeat_n(' ', indent));
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A piece in a style, by the number that SGR gives it.
    fn styled(&mut self, style: &str, text: &str) {
        if self.look.styles == Styles::Plain || text.is_empty() {
            self.text.push_str(text);
        } else {
            self.text.extend(["\x1b[", style, "m", text, "\x1b[0m"]);
        }
    }
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// A text that takes no more than so many columns.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut taken = 1;
    for c in text.chars() {
        taken += c.width().unwrap_or(0);
        if taken > columns {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// Breaks a text at its spaces, and words that are too long wherever it must be. There is one line at least.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(SHORTEST / 2);
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for word in text.split(' ') {
        if taken > 0 && taken + 1 + width(word) > columns {
            lines.push(String::new());
            taken = 0;
        } else if taken > 0 {
            push(&mut lines, ' ');
            taken += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if taken + wide > columns {
                lines.push(String::new());
                taken = 0;
            }
            push(&mut lines, c);
            taken += wide;
        }
    }
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHORT: Look = Look { columns: 60, detail: Detail::Short, styles: Styles::Plain };

    fn page(look: Look, write: impl FnOnce(&mut Page)) -> String {
        let mut page = Page::new(look);
        write(&mut page);
        page.into_text()
    }

    #[test]
    fn a_fact_is_shown_field_by_field() {
        let fact = format!(
            "Status {{ untracked: 3, staged: 0, place: \"/home/me\", files: [{}], rest: None }}",
            "\"a\", ".repeat(40)
        );
        insta::assert_snapshot!(page(SHORT, |page| page.fields("fact", &fact)), @r#"
          fact       untracked  3
                     place      /home/me
                     files      a, a, a, a, a, a, a, a, a, a, a, a,…
                     … 2 more: 0, empty or not there
        "#);
        let full = page(Look { detail: Detail::Full, ..SHORT }, |page| page.fields("fact", &fact));
        assert_eq!(full.matches("a,").count(), 40 - 1, "{full}");
        assert!(full.contains("rest       none"), "{full}");
    }

    #[test]
    fn a_fact_of_nothing_says_so() {
        let text = page(SHORT, |page| page.fields("fact", "Status { untracked: 0, staged: 0 }"));
        assert_eq!(text, "  fact       nothing: 2 fields are 0, empty or not there\n");
        assert_eq!(page(SHORT, |page| page.fields("fact", "Some(\"1.2\")")), "  fact       1.2\n");
    }

    #[test]
    fn texts_are_wrapped_and_lists_are_cut() {
        let words: Vec<String> = (10..40).map(|number| format!("NAME_{number}")).collect();
        insta::assert_snapshot!(page(SHORT, |page| {
            page.heading("tool", "process · stored while its key is the same, and for no longer than an hour");
            page.line("expires", "by the event `command-end`, another key, the next prompt");
            page.list("variables", &words, " ");
        }), @r"
        tool  process · stored while its key is the same, and for no
              longer than an hour
          expires    by the event `command-end`, another key, the
                     next prompt
          variables  NAME_10 NAME_11 NAME_12 NAME_13 … 26 more
        ");
    }

    #[test]
    fn styles_are_for_terminals() {
        let text = page(Look { styles: Styles::Styled, ..SHORT }, |page| page.line("key", "1"));
        assert_eq!(text, "  \x1b[36mkey\x1b[0m        1\n");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_the_screen(text in "[a-z {},:\"日é]{0,200}", columns in 0_usize..300) {
            let look = Look { columns, ..SHORT };
            let text = page(look, |page| {
                page.heading("name", &text);
                page.line("label", &text);
                page.fields("fact", &text);
                page.fields("fact", "A { a: 0, b: 0, c: 0 }");
                page.fields("fact", &format!("A {{ b: \"{}\" }}", text.replace('"', "")));
            });
            for line in text.lines() {
                prop_assert!(width(line) <= columns.clamp(SHORTEST, LONGEST), "{line}");
            }
        }
    }
}
