//! What ARCHITECTURE.md says about who may know whom: no import circles between the folders of a crate.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read the sources")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Which folder or file at the top of a crate (or of a folder in it) names which others, and where.
type Imports = BTreeMap<String, BTreeMap<String, PathBuf>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

/// A file without its comments and without what only tests compile: items behind `#[cfg(test)]`, up to the line that
/// ends them.
fn product(text: &str) -> String {
    let mut lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let mut product = String::new();
    while let Some(line) = lines.next() {
        if !(line.contains("#[cfg(test")
            || line.contains("#[cfg(all(test")
            || line.contains("#[cfg(any(test"))
        {
            product += line;
            product.push('\n');
            continue;
        }
        let indent = " ".repeat(line.len() - line.trim_start().len());
        let is_attribute = |line: &str| {
            line.starts_with(&format!("{indent}#")) || line.starts_with(&format!("{indent}    "))
        };
        // What follows the attributes is on one line, or a block that ends at the same indentation.
        let item = lines.by_ref().find(|line| !is_attribute(line) && line.trim() != ")]").unwrap_or_default();
        if item.trim_end().ends_with('{') {
            let end = format!("{indent}}}");
            lines.by_ref().find(|line| line.trim_end() == end);
        }
    }
    product
}

/// Whether a file is there for tests only.
fn is_of_tests(file: &Path) -> bool {
    let of_tests = [
        "tests",
        "tests.rs",
        "testing",
        "testing.rs",
        "simulation",
        "simulate",
        "fuzzing.rs",
        "keys.rs",
        "isolation.rs",
    ];
    file.components().any(|part| of_tests.contains(&part.as_os_str().to_str().unwrap()))
}

/// The names behind each `PREFIX::` in a text, those in braces too.
fn named(text: &str, prefix: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for after in text.split(prefix).skip(1) {
        match after.strip_prefix('{') {
            None => _ = names.insert(word(after)),
            Some(list) => {
                names.extend(list.split('}').next().unwrap().split(',').map(|name| word(name.trim())));
            }
        }
    }
    names
}

fn imports(source: &str) -> Imports {
    let folder = root().join(source);
    // Inside of a folder of a crate, names begin with the folder's path.
    let below = source.split_once("/src").unwrap().1.replace('/', "::");
    let prefix = format!("crate{below}::");
    let mut all = Vec::new();
    files(&folder, &mut all);
    let top = |path: &Path| Path::new(path.iter().next().unwrap()).with_extension("").display().to_string();
    let names: BTreeSet<String> = all.iter().map(|path| top(path.strip_prefix(&folder).unwrap())).collect();
    let mut imports = Imports::new();
    for path in all {
        let inside = path.strip_prefix(&folder).unwrap();
        if is_of_tests(inside) || ["lib.rs", "main.rs", "mod.rs"].iter().any(|root| inside == Path::new(root))
        {
            continue;
        }
        let own = top(inside);
        for name in named(&product(&fs::read_to_string(&path).unwrap()), &prefix) {
            if name != own && names.contains(&name) {
                imports.entry(own.clone()).or_default().insert(name, inside.to_owned());
            }
        }
    }
    imports
}

/// What is named, directly or by others, from `from`.
fn reached<'i>(imports: &'i Imports, from: &str) -> BTreeSet<&'i str> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&str> = vec![from];
    while let Some(name) = left.pop() {
        for next in imports.get(name).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(next.as_str()) {
                left.push(next);
            }
        }
    }
    reached
}

#[test]
fn no_folder_is_imported_by_what_it_imports() {
    let mut circles = String::new();
    for source in ["runtime/src", "modules/src", "compiler/src", "ziron-build/src"] {
        let imports = imports(source);
        assert!(!imports.is_empty(), "{source} imports something");
        for (from, named) in &imports {
            for (to, file) in named {
                if reached(&imports, to).contains(from.as_str()) {
                    let file = file.display();
                    writeln!(
                        circles,
                        "{source}: {from} imports {to} in {file}, and is imported by it in turn"
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(circles.is_empty(), "{circles}");
}

#[test]
fn what_only_tests_compile_does_not_count() {
    let text = "use crate::one;\n#[cfg(test)]\nmod tests {\n    use crate::two;\n}\nuse crate::{three, four::Five};\n// use crate::six;\n";
    let names: Vec<String> = named(&product(text), "crate::").into_iter().collect();
    assert_eq!(names, ["four", "one", "three"]);
}
