//! The table of codes, the collector and the rendering.

use insta::assert_snapshot;

use super::{Code, Diagnostic, Diagnostics, Paint, Severity};

#[test]
fn codes_are_in_order_and_say_something() {
    assert!(Code::ALL.is_sorted_by(|a, b| a.number() < b.number()));
    for code in Code::ALL {
        assert!(!code.title().is_empty() && !code.title().ends_with('.'), "{code}");
        assert!(code.explanation().ends_with('.'), "{code}");
        assert!(!code.explanation().contains("  "), "{code}");
        assert_eq!(Code::find(&code.to_string()), Some(*code));
    }
    assert_eq!(Code::find("z0103"), Some(Code::UnknownVariable));
    assert_eq!(Code::find("Z9999"), None);
    assert_eq!(Code::UnknownVariable.to_string(), "Z0103");
}

const FILE: &str = r#"[battery]
format = "[$symbol$percent]($style)"
disable = true
"#;

fn place(text: &str) -> std::ops::Range<usize> {
    let start = FILE.find(text).unwrap();
    start..start + text.len()
}

fn unknown_variable() -> Diagnostic {
    Diagnostic::new(Code::UnknownVariable, place("$percent"), "unknown variable `percent`")
        .label("`battery` has: symbol, percentage, state")
        .help("write `$percentage`")
}

fn unknown_option() -> Diagnostic {
    Diagnostic::new(Code::UnknownOption, place("disable"), "unknown option `disable`")
        .related(place("battery"), "in this table")
        .help("write `disabled`")
        .note("starship ignores it")
}

#[test]
fn are_sorted_and_said_once() {
    let mut all = Diagnostics::new();
    assert!(!all.has_errors() && all.is_empty());
    all.push(unknown_option());
    assert!(!all.has_errors());
    all.extend([unknown_variable(), unknown_option(), unknown_variable()]);
    assert!(all.has_errors());
    assert_eq!((all.len(), all.count(Severity::Error), all.count(Severity::Warning)), (2, 1, 1));
    assert_snapshot!(all.render("ziron.toml", FILE, Paint::Plain), @r#"
    error[Z0103]: unknown variable `percent`
     --> ziron.toml:2:19
      |
    2 | format = "[$symbol$percent]($style)"
      |                   ^^^^^^^^ `battery` has: symbol, percentage, state
      |
      = help: write `$percentage`

    warning[Z0301]: unknown option `disable`
     --> ziron.toml:3:1
      |
    1 | [battery]
      |  ------- in this table
    2 | format = "[$symbol$percent]($style)"
    3 | disable = true
      | ^^^^^^^
      |
      = help: write `disabled`
      = note: starship ignores it
    "#);
}

#[test]
fn colours_are_escape_sequences() {
    let painted = unknown_variable().render("ziron.toml", FILE, Paint::Ansi);
    assert_snapshot!(painted.replace('\u{1b}', "␛"), @r#"
    ␛[1m␛[91merror[Z0103]␛[0m␛[1m: unknown variable `percent`␛[0m
     ␛[1m␛[94m--> ␛[0mziron.toml:2:19
      ␛[1m␛[94m|␛[0m
    ␛[1m␛[94m2␛[0m ␛[1m␛[94m|␛[0m format = "[$symbol$percent]($style)"
      ␛[1m␛[94m|␛[0m                   ␛[1m␛[91m^^^^^^^^␛[0m ␛[1m␛[91m`battery` has: symbol, percentage, state␛[0m
      ␛[1m␛[94m|␛[0m
      ␛[1m␛[94m= ␛[0m␛[1mhelp␛[0m: write `$percentage`
    "#);
}

#[test]
fn spans_may_be_anything() {
    let file = "a = '→'";
    for span in [0..0, 5..6, 6..7, 7..7, 100..200] {
        let diagnostic = Diagnostic::new(Code::OutOfRange, span, "here");
        assert!(diagnostic.render("ziron.toml", file, Paint::Plain).contains("ziron.toml:1:"));
    }
    Diagnostic::new(Code::EmptyPrompt, 0..0, "nothing").render("ziron.toml", "", Paint::Plain);
}

#[test]
fn long_lines_are_not_cut() {
    let file = format!("format = '{}$'", "x".repeat(2000));
    let end = file.len() - 2..file.len() - 1;
    let text = Diagnostic::new(Code::BareDollar, end, "here").render("z", &file, Paint::Plain);
    assert!(text.contains(&file));
}
