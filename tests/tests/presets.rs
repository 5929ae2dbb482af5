//! Presets drawn over canned scenarios, at several widths and for each shell: what a change of anything changes about them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the templates")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ziron_build::interpret::{Interpreter, Part};
use ziron_build::scenario;
use ziron_compiler::plan_of;
use ziron_runtime::shell::Shell;
use ziron_tests::oracle::cells::{Cell, Whose, cells, markup, shown};

const WIDTHS: [u16; 3] = [40, 80, 140];
const SCENARIOS: [&str; 3] = ["clean-repo", "busy-project", "trouble"];
const PARTS: [(&str, Part); 5] = [
    ("left", Part::Left),
    ("right", Part::Right),
    ("continuation", Part::Continuation),
    ("transient", Part::TransientLeft),
    ("transient right", Part::TransientRight),
];

fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates")
}

fn names() -> Vec<String> {
    let folders = fs::read_dir(templates().join("presets")).unwrap();
    let mut names: Vec<String> =
        folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Draws a preset in every scenario, at every width, for every shell.
fn draw(name: &str) -> String {
    let folder = templates().join("presets").join(name);
    let config = fs::read_to_string(folder.join("ziron.toml")).unwrap();
    let description = fs::read_to_string(folder.join("description.txt")).unwrap();
    assert_eq!(description.trim_end().lines().count(), 1, "{name} is described in one line");
    let (plan, diagnostics) = plan_of(&config);
    assert!(
        diagnostics.is_empty(),
        "{name}:\n{}",
        diagnostics.render("ziron.toml", &config, ziron_compiler::diagnostic::Paint::Plain)
    );
    let interpreter = Interpreter::new(&plan);
    let mut out = description;
    for scenario in SCENARIOS {
        let text = fs::read_to_string(templates().join(format!("scenarios/{scenario}.toml"))).unwrap();
        let mut facts = scenario::read(&text).unwrap();
        for width in WIDTHS {
            writeln!(out, "\n{scenario}, {width} columns").unwrap();
            for (label, part) in PARTS {
                // What is drawn once, or does not depend on the width, is recorded once.
                if part != Part::Left && width != WIDTHS[1]
                    || part == Part::Continuation && scenario != SCENARIOS[0]
                {
                    continue;
                }
                facts.request.terminal_columns = width;
                let mut drawn = |shell| {
                    facts.request.shell = shell;
                    interpreter.draw(part, &facts, true)
                };
                let plain = drawn(Shell::Plain);
                let plain_cells: Vec<Cell> = cells(&shown(Shell::Plain, Whose::Ours, &plain));
                if plain_cells.is_empty() {
                    continue;
                }
                let text = markup(&plain_cells).replace('⏎', "⏎\n        ");
                write!(out, "{label:>7}|{text}|\n       plain {}", plain.len()).unwrap();
                for shell in [Shell::Zsh, Shell::Bash, Shell::Fish] {
                    let bytes = drawn(shell);
                    assert_eq!(cells(&shown(shell, Whose::Ours, &bytes)), plain_cells, "{name}: {shell:?}");
                    write!(out, ", {} {}", shell.name(), bytes.len()).unwrap();
                }
                writeln!(out, " bytes").unwrap();
            }
        }
        assert_eq!(facts.mistakes(), [], "{scenario}");
    }
    out
}

#[test]
fn presets_are_drawn_as_recorded() {
    for name in names() {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/presets" }, {
            insta::assert_snapshot!(name.clone(), draw(&name));
        });
    }
}

#[test]
fn there_is_a_choice_and_ascii_is_ascii() {
    let names = names();
    assert!(names.len() >= 6, "{names:?}");
    let ascii = fs::read_to_string(templates().join("presets/ascii/ziron.toml")).unwrap();
    assert!(ascii.is_ascii());
}
