//! Whether the configuration has changed since the program was built.
#![allow(clippy::disallowed_methods, reason = "the configuration is no fact of a prompt")]

use std::path::PathBuf;

use crate::build::Build;
use crate::store::entry::fnv1a;

/// What is said when it has.
pub(crate) const HINT: &str = "a rebuild is due: run ziron-build";

/// The configuration's file; `None` if the program was built from none.
pub(crate) fn configuration(build: Build) -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let path = match build.config.strip_prefix("~/") {
        Some(rest) => home()?.join(rest),
        None => PathBuf::from(build.config),
    };
    path.is_absolute().then_some(path)
}

/// Whether a program made from the configuration would be another one. A file that is gone says nothing.
pub(crate) fn is_due(build: Build) -> bool {
    let text = configuration(build).and_then(|path| crate::io::open::read(path).ok());
    text.is_some_and(|text| differs(&text, build.config_hash))
}

/// Whether a text is not the one with this hash. Source of the hash: `ziron_compiler::hash`.
fn differs(text: &[u8], hash: &str) -> bool {
    format!("{:016x}", fnv1a(text)) != hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_compiler() {
        // Source: the test vectors of FNV-1a in RFC 9923.
        assert!(!differs(b"", "cbf29ce484222325") && !differs(b"a", "af63dc4c8601ec8c"));
        assert!(differs(b"b", "af63dc4c8601ec8c"));
    }
}
