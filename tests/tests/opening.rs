//! Files are opened in one way: clippy bans the others, but files that are allowed to look at the clock or at the
//! environment are allowed to open as well. This looks at the sources themselves.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files")]

use std::fs;
use std::path::{Path, PathBuf};

/// What opens without looking, and may wait.
const WAYS: [&str; 9] = [
    "File::open(",
    "File::create(",
    "File::create_new(",
    "File::options()",
    "OpenOptions::new()",
    "fs::read(",
    "fs::read_to_string(",
    "rustix::fs::open(",
    "rustix::fs::openat(",
];

/// Where it is done, and why.
const ALLOWED: [(&str, &str); 4] = [
    ("runtime/src/io/open.rs", "the one way"),
    (
        "runtime/src/ipc/folder.rs",
        "the daemon's folder, where a FIFO is meant to be; it looks at the descriptor, and at the owner",
    ),
    ("runtime/src/detach.rs", "/dev/null"),
    ("modules/src/git/engine/disk/portable.rs", "systems without pipes among files"),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// What is before the tests, which come last, and may have attributes of their own.
fn without_tests(text: &str) -> &str {
    let mark = "\n#[cfg(test)]\n";
    let modules = text.match_indices(mark).find(|(start, _)| {
        let mut lines = text[start + mark.len()..].lines().skip_while(|line| line.starts_with("#["));
        lines.next().is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    });
    modules.map_or(text, |(start, _)| &text[..start])
}

#[test]
fn tests_are_left_out() {
    let product = "use x;\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse y;\nfn f() {}";
    assert_eq!(without_tests(product), product);
    for tests in ["mod tests {\n", "#[allow(one)]\n#[allow(two)]\nmod tests {\n"] {
        assert_eq!(without_tests(&format!("{product}\n#[cfg(test)]\n{tests}")), product);
    }
}

#[test]
fn files_are_opened_in_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut all = Vec::new();
    for folder in ["runtime/src", "modules/src"] {
        sources(&root.join(folder), &mut all);
    }
    assert!(all.len() > 200, "{}", all.len());
    let mut found = Vec::new();
    for path in all {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let is_test = name.ends_with("tests.rs")
            || name.contains("/tests/")
            || name.contains("/simulation/")
            || name == "modules/src/list/isolation.rs"
            || name == "modules/src/list/keys.rs";
        if is_test || ALLOWED.iter().any(|(allowed, _)| *allowed == name) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = without_tests(&text);
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            if WAYS.iter().any(|way| line.contains(way)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "these may wait for ever, `io::open` does not: {found:#?}");
}
