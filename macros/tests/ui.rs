//! Mistakes in what the macros are given: `ui/NAME.rs` to `ui/NAME.stderr`. `ZIRON_BLESS=1` writes the latter.
//!
//! All cases are programs of one crate that is checked once; the errors are those of the compiler that builds the tests.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files, start programs and fail loudly"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const MANIFEST: &str = r#"
[package]
name = "ziron-macros-ui"
edition = "2024"

[workspace]

[dependencies]
ziron = { path = "MACROS/../ziron" }
ziron-macros = { path = "MACROS" }
ziron-runtime = { path = "MACROS/../runtime" }
"#;

#[test]
fn mistakes_are_explained_where_they_are() {
    let macros = Path::new(env!("CARGO_MANIFEST_DIR"));
    let krate = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ziron-macros-ui");
    let cases = copy(&macros.join("tests/ui"), &krate);
    fs::write(krate.join("Cargo.toml"), MANIFEST.replace("MACROS", &macros.to_string_lossy())).unwrap();
    fs::copy(macros.join("../Cargo.lock"), krate.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--keep-going", "--bins", "--message-format=json"])
        .current_dir(&krate)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let mut found = messages(&output.stdout, &krate);
    let bless = std::env::var_os("ZIRON_BLESS").is_some();
    let mut changed = Vec::new();
    for name in cases {
        let said = found.remove(&name).unwrap_or_default();
        let file = macros.join("tests/ui").join(format!("{name}.stderr"));
        if bless && !said.is_empty() {
            fs::write(file, said).unwrap();
        } else if said.is_empty() || fs::read_to_string(file).ok().as_ref() != Some(&said) {
            changed.push(format!("{name}:\n{said}"));
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(changed.is_empty(), "{}\n{stderr}\nZIRON_BLESS=1 accepts these", changed.join("\n"));
}

/// Copies the cases into the crate and returns their names.
fn copy(from: &Path, krate: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["src/bin", "ui"] {
        fs::create_dir_all(krate.join(folder)).unwrap();
    }
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => {
                fs::copy(&path, krate.join("src/bin").join(file)).unwrap();
                names.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
            }
            Some("toml") => drop(fs::copy(&path, krate.join("ui").join(file)).unwrap()),
            _ => {}
        }
    }
    names.sort();
    names
}

/// What the compiler says about each program, without paths of this machine.
fn messages(output: &[u8], krate: &Path) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for line in String::from_utf8_lossy(output).lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let (Some(target), Some(rendered)) =
            (message["target"]["name"].as_str(), message["message"]["rendered"].as_str())
        else {
            continue;
        };
        // How many there were is said by the others.
        let is_of_configuration = rendered.contains("use of deprecated constant");
        let is_error = message["message"]["level"] == "error" && !rendered.starts_with("error: aborting");
        if is_error || is_of_configuration {
            let rendered = rendered.replace(&*krate.to_string_lossy(), "CRATE");
            found.entry(target.to_owned()).or_default().push_str(&rendered);
        }
    }
    found
}
