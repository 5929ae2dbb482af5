//! The crate that `docs/macro.md` builds from nothing compiles, just as it is written there.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes files, starts programs and fails loudly"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// The code blocks of a page, in order.
fn blocks(page: &str) -> Vec<&str> {
    let pieces = page.split("```").skip(1).step_by(2);
    pieces.filter_map(|piece| piece.split_once('\n')).map(|(_, code)| code).collect()
}

#[test]
fn the_crate_of_the_book_compiles_and_draws() {
    let macros = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(macros.join("../docs/macro.md")).unwrap();
    let [manifest, config, main] = blocks(&page)[..] else { panic!("the page has other code now") };
    let krate = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ziron-book");
    fs::create_dir_all(krate.join("src")).unwrap();
    let ziron = macros.join("../ziron");
    fs::write(krate.join("Cargo.toml"), manifest.replace("/path/to/ziron/ziron", &ziron.to_string_lossy()))
        .unwrap();
    fs::write(krate.join("prompt.toml"), config).unwrap();
    fs::write(krate.join("src/main.rs"), main).unwrap();
    fs::copy(macros.join("../Cargo.lock"), krate.join("Cargo.lock")).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--quiet", "--", "prompt", "--path", "/usr/lib"])
        .current_dir(&krate)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("warning"), "{said}");
    let drawn = String::from_utf8_lossy(&output.stdout);
    assert!(drawn.contains("usr/lib") && drawn.contains('❯'), "{drawn}");
}
