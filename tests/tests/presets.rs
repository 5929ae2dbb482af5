//! Presets drawn over canned scenarios, at several widths and for each shell: what a change of anything changes about
//! them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the templates")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ziron_build::preview::{self, Part};
use ziron_build::{interpret, scenario};
use ziron_compiler::plan::Plan;
use ziron_compiler::plan_of;
use ziron_runtime::build::Build;
use ziron_runtime::pen::{Profile, columns};
use ziron_runtime::prompt::Prompt;
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

/// What every preset shows in a scenario that differs from `clean-repo` in one thing: one of these texts, or at least
/// something else than there.
const MUST_BE_SEEN: [(&str, &[&str]); 9] = [
    ("failed-command", &[]),
    ("long-command", &["8s"]),
    ("root", &["root"]),
    ("ssh", &["breakwater"]),
    ("virtualenv", &["lamp-env"]),
    ("detached-head", &["81fdf0f"]),
    ("conflict", &["conflict", "unmerged", "=", "2"]),
    ("vi-command-mode", &[]),
    ("jobs", &["3"]),
];

const PROFILES: [Profile; 3] = [Profile::Unicode, Profile::Ascii, Profile::ScreenReader];

/// The prompt that the interpreter makes of a plan.
fn prompt(plan: Plan) -> &'static Prompt {
    let build = Build { version: "", config: "", config_hash: "", build_hash: "" };
    interpret::prompt(plan, build).unwrap()
}

fn interpreted<T>(name: &str, with: impl FnOnce(&Prompt) -> T) -> T {
    let config = fs::read_to_string(templates().join(format!("presets/{name}/ziron.toml"))).unwrap();
    let (plan, diagnostics) = plan_of(&config);
    assert!(!diagnostics.has_errors(), "{name}");
    with(prompt(plan))
}

/// What a person sees or hears of a prompt without any style: where nothing is coloured, it has to say the same.
fn seen(prompt: &Prompt, profile: Profile, scenario: &str) -> String {
    let text = fs::read_to_string(templates().join(format!("scenarios/{scenario}.toml"))).unwrap();
    let mut facts = scenario::read(&text).unwrap();
    facts.request.terminal_columns = 200;
    // It says what it draws without styles, but for percent signs; a shell that says its keymap is needed.
    facts.request.shell = Shell::Zsh;
    // A screen reader is given no right prompt.
    let parts: &[Part] =
        if profile == Profile::ScreenReader { &[Part::Left] } else { &[Part::Left, Part::Right] };
    let drawn = parts.iter().map(|part| preview::draw_in(profile, prompt, *part, &facts, false));
    let seen = drawn.map(|bytes| String::from_utf8(bytes).unwrap().replace("%%", "%"));
    let seen = seen.collect::<Vec<_>>().join("\n");
    assert_eq!(facts.mistakes(), [], "{scenario}");
    seen
}

#[test]
fn what_matters_is_seen_in_every_preset() {
    let mut missing = String::new();
    for name in names() {
        interpreted(&name, |prompt| {
            for profile in PROFILES {
                let usual = seen(prompt, profile, "clean-repo");
                for (scenario, texts) in MUST_BE_SEEN {
                    let text = seen(prompt, profile, scenario);
                    let is_seen = text != usual
                        && (texts.is_empty() || texts.iter().any(|wanted| text.contains(wanted)));
                    if !is_seen {
                        writeln!(missing, "{name}, {profile:?}: {scenario}\n{text}").unwrap();
                    }
                }
            }
        });
    }
    assert_eq!(missing, "");
}

#[test]
fn what_could_not_be_read_is_marked_in_every_preset() {
    for name in names() {
        interpreted(&name, |prompt| {
            let marks = ["⚠", "!", "git status could not be read"];
            for (profile, mark) in PROFILES.into_iter().zip(marks) {
                let (usual, failed) =
                    ["clean-repo", "failed-reading"].map(|name| seen(prompt, profile, name)).into();
                assert!(failed.contains(mark) && !usual.contains(mark), "{name}, {profile:?}: {failed}");
                let old = ["◌", "(old)", "old"];
                assert!(old.iter().any(|old| failed.contains(old)), "{name}, {profile:?}: {failed}");
            }
        });
    }
}

#[test]
fn the_upper_line_of_horizon_ends_at_the_right_edge() {
    interpreted("horizon", |prompt| {
        for scenario in MUST_BE_SEEN.map(|(scenario, _)| scenario).into_iter().chain(SCENARIOS) {
            let text = seen(prompt, Profile::Unicode, scenario);
            let line = text.lines().find(|line| line.starts_with('╭')).unwrap();
            assert_eq!((columns(line), line.ends_with(' ')), (200, false), "{scenario}: {line}");
        }
    });
}

#[test]
fn a_screen_reader_hears_words_for_signs() {
    let said = |config: &str, scenario: &str| {
        let (plan, _) = plan_of(config);
        seen(prompt(plan), Profile::ScreenReader, scenario)
    };
    let status = said("format = '$git_status$character'\nadd_newline = false", "busy-project");
    assert_eq!(status, "[stashed deleted renamed modified staged untracked ahead] > ");
    let failed = said("format = '$character'\nadd_newline = false", "failed-command");
    assert_eq!(failed, "error ");
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
    let prompt = prompt(plan);
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
                    preview::draw(prompt, part, &facts, true)
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
