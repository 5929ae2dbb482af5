//! Shims: programs of version managers that decide at each call which version to run.
//!
//! The version behind a shim is not a fact about the shim's own file. It also depends on the version files above the place and on a few
//! variables, which become part of the key.

use std::ffi::OsStr;
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

/// The files by which version managers choose. Sources: the manuals of asdf, mise, pyenv, rbenv, nodenv,
/// goenv, jenv, luaenv, plenv, phpenv, volta, rustup, swiftly, tfenv, tofuenv.
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
    ".lua-version",
    ".perl-version",
    ".php-version",
    ".swift-version",
    ".terraform-version",
    ".opentofu-version",
];

/// The files below the home directory that hold what is chosen where nothing else is.
const GLOBAL_FILES: &[&str] = &[
    ".pyenv/version",
    ".rbenv/version",
    ".nodenv/version",
    ".goenv/version",
    ".jenv/version",
    ".phpenv/version",
    ".plenv/version",
    ".luaenv/version",
    ".tfenv/version",
    ".config/mise/config.toml",
    ".volta/tools/user/platform.json",
    ".rustup/settings.toml",
    ".local/share/swiftly/config.json",
];

/// The variables by which they choose, from the same sources.
pub(crate) const VARIABLES: &[&str] = &[
    "PYENV_VERSION",
    "RBENV_VERSION",
    "NODENV_VERSION",
    "GOENV_VERSION",
    "JENV_VERSION",
    "LUAENV_VERSION",
    "PLENV_VERSION",
    "PHPENV_VERSION",
    "TFENV_TERRAFORM_VERSION",
    "RUSTUP_TOOLCHAIN",
    "ASDF_DEFAULT_TOOL_VERSIONS_FILENAME",
    "MISE_ENV",
];

/// What a shim looks at.
pub(crate) async fn surroundings<I: Io>(place: &Place, io: &I) -> Surroundings {
    let mut files = Vec::new();
    let home = place.home.as_deref().filter(|home| !place.physical.starts_with(home));
    for folder in place.physical.ancestors().chain(home) {
        for name in FILES {
            if let Ok(identity) = io.identity(&folder.join(name)).await {
                files.push(identity);
            }
        }
    }
    for name in GLOBAL_FILES {
        if let Some(home) = &place.home
            && let Ok(identity) = io.identity(&home.join(name)).await
        {
            files.push(identity);
        }
    }
    let variable = |name: &&str| Some(((*name).to_owned(), io.env_text(name)?));
    Surroundings { files, variables: VARIABLES.iter().filter_map(variable).collect() }
}

/// Whether a file is one of a version manager's: in a folder of its own, or a manager itself under another name.
pub(crate) fn is_shim(file: &Path) -> bool {
    let manager = |name: &OsStr| {
        ["rustup", "volta-shim", "mise", "asdf", "swiftly"].iter().any(|manager| name == *manager)
    };
    let folder = |name: &OsStr| ["shims", ".tfenv", ".tofuenv"].iter().any(|folder| name == *folder);
    file.components().any(|part| folder(part.as_os_str())) || file.file_name().is_some_and(manager)
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
