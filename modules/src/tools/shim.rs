//! Shims: programs of version managers that decide at each call which version to run.
//!
//! The version behind a shim is not a fact about the shim's own file. It also depends on the version files above the place and on a few
//! variables, which become part of the key.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ziron_runtime::io::{Identity, Io};
use ziron_runtime::place::Place;

/// What a shim looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Surroundings {
    /// The version files above the place, nearest first.
    files: Vec<Identity>,
    /// The variables that are set.
    variables: Vec<(String, String)>,
}

/// The files by which version managers choose. Sources: the manuals of asdf, mise, pyenv, rbenv, nodenv, goenv, jenv, volta, rustup.
const FILES: &[&str] = &[
    ".tool-versions",
    "mise.toml",
    ".mise.toml",
    ".python-version",
    ".ruby-version",
    ".node-version",
    ".nvmrc",
    ".go-version",
    ".java-version",
    "package.json",
    "rust-toolchain",
    "rust-toolchain.toml",
];

/// The variables by which they choose, from the same sources.
const VARIABLES: &[&str] = &[
    "PYENV_VERSION",
    "RBENV_VERSION",
    "NODENV_VERSION",
    "GOENV_VERSION",
    "JENV_VERSION",
    "RUSTUP_TOOLCHAIN",
    "ASDF_DEFAULT_TOOL_VERSIONS_FILENAME",
    "MISE_ENV",
];

/// What a program looks at if it is a shim; `None` if it is not.
pub(crate) async fn surroundings<I: Io>(found: &Path, program: &Identity, place: &Place, io: &I) -> Option<Surroundings> {
    if !is_shim(found) && !is_shim(&program.path) {
        return None;
    }
    let mut files = Vec::new();
    let home = place.home.as_deref().filter(|home| !place.physical.starts_with(home));
    for folder in place.physical.ancestors().chain(home) {
        for name in FILES {
            if let Ok(identity) = io.identity(&folder.join(name)).await {
                files.push(identity);
            }
        }
    }
    let variable = |name: &&str| Some(((*name).to_owned(), io.env_text(name)?));
    Some(Surroundings { files, variables: VARIABLES.iter().filter_map(variable).collect() })
}

/// Whether a file is one of a version manager's: in a folder named `shims`, or a manager itself under another name.
fn is_shim(file: &Path) -> bool {
    let manager = |name: &std::ffi::OsStr| ["rustup", "volta-shim", "mise", "asdf"].iter().any(|manager| name == *manager);
    file.components().any(|part| part.as_os_str() == "shims") || file.file_name().is_some_and(manager)
}

#[cfg(test)]
mod tests {
    use super::is_shim;

    #[test]
    fn shims_are_known_by_where_they_are() {
        assert!(is_shim("/home/me/.pyenv/shims/python".as_ref()));
        assert!(is_shim("/home/me/.cargo/bin/rustup".as_ref()));
        assert!(!is_shim("/usr/bin/python3".as_ref()));
    }
}
