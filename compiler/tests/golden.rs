//! What configurations expand to: `golden/NAME.toml` to `golden/NAME.expanded.rs`. `ZIRON_BLESS=1` writes the latter.
//!
//! That the expansions compile, without warnings and without a prelude, is tested by `ziron-tests`, which includes them.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use std::fs;
use std::path::Path;

use ziron_compiler::diagnostic::Paint;
use ziron_compiler::emit::{Build, items, text};
use ziron_compiler::plan_of;

#[test]
fn expansions_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("ZIRON_BLESS").is_some();
    let mut changed = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        count += 1;
        let name = path.file_name().unwrap().to_str().unwrap();
        let config = fs::read_to_string(&path).unwrap();
        let (plan, diagnostics) = plan_of(&config);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render(name, &config, Paint::Plain));
        let expanded = text(&items(&plan, Build { config: name, config_hash: "0", build_hash: "0" }));
        let golden = path.with_extension("expanded.rs");
        if fs::read_to_string(&golden).is_ok_and(|golden| golden == expanded) {
            continue;
        }
        if bless {
            fs::write(golden, expanded).unwrap();
        } else {
            changed.push(name.to_owned());
        }
    }
    assert!(count >= 6, "golden configurations are missing");
    assert!(
        changed.is_empty(),
        "changed: {changed:?}; look at them after ZIRON_BLESS=1 cargo test -p ziron-compiler"
    );
}
