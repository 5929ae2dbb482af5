//! What the documents refer to is there: links between pages, and files of the repository by their paths.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]
#![allow(clippy::disallowed_methods, reason = "the files are the repository's own")]

use std::path::{Path, PathBuf};

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn pages() -> Vec<PathBuf> {
    let pages_in = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages_in(root()).chain(pages_in(root().join("docs")));
    pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The lines that are in no block of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// What stands between two marks, each time.
fn between<'t>(text: &'t str, open: &'t str, close: char) -> impl Iterator<Item = &'t str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(inside, _)| inside)
}

/// Where a link leads within the repository; `None` for one to elsewhere.
fn linked(link: &str) -> Option<&str> {
    let path = link.split('#').next().unwrap_or_default();
    (!path.is_empty() && !path.contains("://") && !path.starts_with("mailto:")).then_some(path)
}

/// Whether code in a text is the path of a file of the repository: it begins with one of its folders and has no
/// placeholders in it.
fn is_own_path(code: &str) -> bool {
    const FOLDERS: [&str; 11] = [
        "benches",
        "compiler",
        "docs",
        "macros",
        "modules",
        "runtime",
        "templates",
        "tests",
        "ziron",
        "ziron-build",
        ".ci",
    ];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase());
    code.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder))
        && code.chars().all(is_plain)
        && !code.split('/').any(is_name)
}

#[test]
fn links_and_paths_lead_somewhere() {
    let mut missing = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let here = page.parent().unwrap();
        let lines = || prose(&text).map(|line| line.split('`'));
        let words = lines().flat_map(|parts| parts.step_by(2));
        let links = words.flat_map(|words| between(words, "](", ')')).filter_map(linked);
        let links = links.map(|link| here.join(link));
        let code = lines().flat_map(|parts| parts.skip(1).step_by(2));
        let paths = code.filter(|code| is_own_path(code)).map(|path| root().join(path));
        for path in links.chain(paths) {
            count += 1;
            if !path.exists() {
                missing.push(format!("{} in {}", path.display(), page.display()));
            }
        }
    }
    assert!(count > 100, "the documents refer to {count} files only");
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}
