//! The book in `docs/`: its generated pages say what the code says, and its examples are configurations without a mistake.
//!
//! `ZIRON_BLESS=1 cargo test -p ziron-compiler --test docs` writes the generated pages anew.

#![allow(clippy::disallowed_methods, reason = "it compares files of the repository")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use ziron_compiler::diagnostic::{Code, Paint, Severity};
use ziron_compiler::plan_of;
use ziron_compiler::specs::specs;
use ziron_runtime::spec::{ArmSpec, ModuleSpec, OptionKind, OptionSpec, VarKind, VarSpec};

const HEADER: &str = "<!-- Written by `ZIRON_BLESS=1 cargo test -p ziron-compiler --test docs`. -->";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_modules_page_says_what_the_modules_say() -> io::Result<()> {
    compare("modules.md", &modules())
}

#[test]
fn the_diagnostics_page_says_what_the_codes_say() -> io::Result<()> {
    compare("diagnostics.md", &diagnostics())
}

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_somewhere() -> io::Result<()> {
    let docs = root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md"))?;
    for (page, text) in pages()? {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_book = page.starts_with(&docs) && name != "SUMMARY.md";
        assert!(!is_book || summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_file = Path::new(link).extension().is_some_and(|extension| extension == "md");
            let target = page.parent().unwrap_or(&docs).join(link);
            assert!(!is_file || link.contains("://") || target.is_file(), "{name} links to {link}");
        }
    }
    Ok(())
}

#[test]
fn every_example_is_a_configuration() -> io::Result<()> {
    for (page, text) in pages()? {
        for (index, block) in text.split("\n```toml\n").skip(1).enumerate() {
            let example = block.split("\n```").next().unwrap_or_default();
            let (_, said) = plan_of(example);
            let place = format!("{}, example {}", page.display(), index + 1);
            assert!(said.is_empty(), "{}", said.render(&place, example, Paint::Plain));
        }
    }
    Ok(())
}

/// The readme and the pages of the book, with their texts.
fn pages() -> io::Result<Vec<(PathBuf, String)>> {
    let mut paths = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    for entry in fs::read_dir(root().join("docs"))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.into_iter().map(|path| Ok((path.clone(), fs::read_to_string(path)?))).collect()
}

fn compare(name: &str, text: &str) -> io::Result<()> {
    let path = root().join("docs").join(name);
    if env::var_os("ZIRON_BLESS").is_some() {
        fs::write(&path, text)?;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/{name} is not what the code says: run with ZIRON_BLESS=1");
    Ok(())
}

/// Writing to a `String` cannot fail, so the results are let go, here and below.
fn modules() -> String {
    let mut page = format!("# Modules\n\n{HEADER}\n\n");
    page.push_str(
        "A module is used by naming it in a format: `$directory`. Its options are written in the table of its name: `[directory]`. \
         Every option has a default; a table need not be there.\n\n\
         A *format* and a *style* are texts with a grammar of their own: see [configuration](configuration.md). A *command line* is a \
         list of words.\n\nThe modules of `$all`, in its order:\n\n",
    );
    let link = |spec: &&ModuleSpec| format!("[{0}](#{0})", spec.name);
    let _ = writeln!(page, "{}", specs().all().iter().map(link).collect::<Vec<_>>().join(" ·\n"));
    let apart: Vec<&ModuleSpec> = specs().iter().filter(|spec| spec.position.is_none()).collect();
    let _ =
        writeln!(page, "\nNot part of `$all`: {}", apart.iter().map(link).collect::<Vec<_>>().join(" · "));
    for spec in specs().iter() {
        module(&mut page, spec);
    }
    page
}

fn module(page: &mut String, spec: &ModuleSpec) {
    let _ = writeln!(page, "\n## {}\n\n{}", spec.name, line(&spec.doc));
    if spec
        .options
        .iter()
        .any(|option| option.name == "disabled" && option.default.as_deref() == Some("true"))
    {
        let _ = writeln!(page, "\nIt is off unless its table says `disabled = false`.");
    }
    if spec.many {
        let _ = writeln!(
            page,
            "\nThere can be many: each table `[{0}.NAME]` is one, named `${{{0}.NAME}}`; `${0}` is all of them that no format names.",
            spec.name
        );
    }
    if let Some(feature) = &spec.feature {
        let _ = writeln!(
            page,
            "\nUsers of `ziron::prompt!` turn on the feature `{feature}` of the crate `ziron`; `ziron-build` does it by itself."
        );
    }
    if !spec.options.is_empty() {
        let _ = writeln!(page, "\n| option | kind | default | what |\n| --- | --- | --- | --- |");
        for option in &spec.options {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {}{} |",
                option.name,
                kind(option),
                default(option),
                cell(&option.doc),
                aliases(option)
            );
        }
    }
    variables(page, spec);
}

fn variables(page: &mut String, spec: &ModuleSpec) {
    let root = spec.root.as_deref().and_then(|root| root.strip_prefix('$'));
    let (first, vars): (Vec<&VarSpec>, Vec<&VarSpec>) =
        spec.vars.iter().partition(|var| Some(var.name.as_str()) == root);
    for var in first {
        if let VarKind::Choice { arms, .. } = &var.kind {
            let options: Vec<String> = arms.iter().map(|arm| format!("`{}`", arm.option)).collect();
            let _ = writeln!(page, "\nIt is drawn with {}. {}", options.join(" or "), line(&var.doc));
        }
    }
    let named = |option: &&OptionSpec| option.var && !spec.vars.iter().any(|var| var.name == option.name);
    let mut rows: Vec<(String, String)> = vars
        .iter()
        .map(|var| (var.name.clone(), format!("{}{}", cell(&var.doc), drawing(&var.kind))))
        .collect();
    rows.extend(
        spec.options
            .iter()
            .filter(named)
            .map(|option| (option.name.clone(), format!("The option `{}`.", option.name))),
    );
    rows.extend(
        spec.aliases.iter().map(|alias| (alias.name.clone(), format!("Stands for {}.", code(&alias.format)))),
    );
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n| variable | what |\n| --- | --- |");
    for (name, what) in rows {
        let _ = writeln!(page, "| `${name}` | {what} |");
    }
}

/// How a variable that is not plain data is drawn.
fn drawing(kind: &VarKind) -> String {
    match kind {
        VarKind::Datum => String::new(),
        VarKind::Item { option, vars } => format!(" Drawn with `{option}`{}.", inner(vars)),
        VarKind::Each { option, separator, vars } => {
            format!(" Each is drawn with `{option}`{}; between them stands `{separator}`.", inner(vars))
        }
        VarKind::Choice { arms, .. } => format!(" Drawn with one of: {}.", chosen(arms)),
        VarKind::Style { arms, .. } => format!(" For styles only. One of: {}.", chosen(arms)),
    }
}

fn chosen(arms: &[ArmSpec]) -> String {
    let arm = |arm: &ArmSpec| format!("`{}`{}", arm.option, inner(&arm.vars));
    arms.iter().map(arm).collect::<Vec<_>>().join(", ")
}

fn inner(vars: &[VarSpec]) -> String {
    let names: Vec<String> = vars.iter().map(|var| format!("`${}`", var.name)).collect();
    if names.is_empty() { String::new() } else { format!(" (which has {})", names.join(", ")) }
}

fn kind(option: &OptionSpec) -> String {
    let name = match option.kind {
        OptionKind::Bool | OptionKind::OptionalBool => "`true` or `false`",
        OptionKind::Unsigned | OptionKind::OptionalUnsigned => "number, 0 or more",
        OptionKind::Integer => "whole number",
        OptionKind::Text | OptionKind::OptionalText => "text",
        OptionKind::Format => "format",
        OptionKind::Style | OptionKind::OptionalStyle => "style",
        OptionKind::Texts => "list of texts",
        OptionKind::Command => "command line, or one word",
        OptionKind::Commands => "list of command lines",
        OptionKind::TextTable => "table of texts",
        OptionKind::Substitutions => "table of texts, or list of `{ from, to, regex }`",
        OptionKind::Condition => "`true`, `false` or a script",
    };
    match &option.unit {
        Some(unit) => format!("{name} ({unit})"),
        None => name.to_owned(),
    }
}

fn default(option: &OptionSpec) -> String {
    match (&option.default, &option.fallback) {
        (Some(default), _) => code(default),
        (None, Some(other)) => format!("as `{other}`"),
        (None, None) => "not set".to_owned(),
    }
}

fn aliases(option: &OptionSpec) -> String {
    let names: Vec<String> = option.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    if names.is_empty() { String::new() } else { format!(" Also written {}.", names.join(", ")) }
}

/// A text in a cell of a table as code; a bar would end the cell.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A configuration with a few mistakes, to show what is said about them.
const MISTAKES: &str = "format = '$directory$git_brnach$character'\n\n[directory]\nformat = '[$pth]($style) '\ntruncation_length = 'three'\n";

fn diagnostics() -> String {
    let mut page = format!("# Diagnostics\n\n{HEADER}\n\n");
    page.push_str(
        "What `ziron-build` says about a configuration has a code. An *error* keeps the prompt from being built; the old one stays in \
         place. A *warning* does not. All of them are said at once, each under the text that it is about:\n\n```text\n",
    );
    let (_, said) = plan_of(MISTAKES);
    page.push_str(&said.render("ziron.toml", MISTAKES, Paint::Plain));
    page.push_str("```\n");
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(page, "\n## {code}\n\n{severity}: {}\n\n{}", code.title(), line(code.explanation()));
    }
    page
}
