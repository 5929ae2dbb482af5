//! What is said about mistakes: `ui/ZNNNN-name.toml` to `ui/ZNNNN-name.stderr`. `ZIRON_BLESS=1` writes the latter.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files")]

use std::fs;
use std::path::{Path, PathBuf};

use ziron_compiler::diagnostic::{Code, Diagnostics, Paint};
use ziron_compiler::emit::Build;
use ziron_compiler::{Input, compile};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Compiles a case; a program comes out exactly if there is no error.
fn diagnostics(path: &Path) -> (String, Diagnostics) {
    let text = fs::read_to_string(path).expect("cases can be read");
    let build = Build { config: "ziron.toml", config_hash: "0", build_hash: "0" };
    let output = compile(Input { text: &text, build });
    assert_eq!(output.program.is_none(), output.diagnostics.has_errors(), "{}", name(path));
    (text, output.diagnostics)
}

#[test]
fn messages_are_as_they_were() {
    let bless = std::env::var_os("ZIRON_BLESS").is_some();
    let mut changed = Vec::new();
    for case in cases() {
        let (text, diagnostics) = diagnostics(&case);
        let rendered = diagnostics.render("ziron.toml", &text, Paint::Plain);
        let expected = case.with_extension("stderr");
        if fs::read_to_string(&expected).is_ok_and(|expected| expected == rendered) {
            continue;
        }
        if bless {
            fs::write(expected, rendered).unwrap();
        } else {
            changed.push(format!("{}:\n{rendered}", name(&case)));
        }
    }
    assert!(changed.is_empty(), "{}\nZIRON_BLESS=1 accepts these", changed.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let cases = cases();
    for code in Code::ALL {
        let of_code = cases.iter().find(|case| name(case).starts_with(&format!("{code}-")));
        let case = of_code.unwrap_or_else(|| panic!("{code} has no case"));
        let (_, diagnostics) = diagnostics(case);
        assert!(diagnostics.iter().any(|it| it.code == *code), "{} does not show it", name(case));
    }
}
