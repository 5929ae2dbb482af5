//! Ignore rules: `.gitignore`, `info/exclude` and `core.excludesFile`.
//!
//! Each directory's rules are read once, when its listing shows that it has some, and shared with the directories below.

use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::glob::pattern::{Case, Mode};
use gix::glob::{Pattern, wildmatch};
use ziron_runtime::io::open;

use super::open::Repository;

/// The rules in force in a directory: its own, then those of the directories above.
#[derive(Debug)]
pub(super) struct Rules {
    /// The length of the directory's path with its final slash; patterns apply to what follows.
    base: usize,
    patterns: Vec<Pattern>,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// The rules that hold everywhere: the user's file, then the repository's own.
    pub(super) fn global(repository: &Repository) -> Option<Arc<Self>> {
        let config = repository.inner.config_snapshot();
        let base = repository.root().unwrap_or(repository.git_dir());
        let users = repository.configuration.file(config.plumbing(), "core.excludesFile", "ignore", base);
        let mut rules = None;
        let own = repository.common_dir().join("info/exclude");
        for path in users.into_iter().chain([own]) {
            if let Ok(bytes) = open::read(path) {
                rules = Self::extend(rules, 0, &bytes);
            }
        }
        rules
    }

    /// Puts the rules in `bytes`, which hold below a directory whose path is `base` bytes long, before those `above`.
    pub(super) fn extend(above: Option<Arc<Self>>, base: usize, bytes: &[u8]) -> Option<Arc<Self>> {
        // The end of a file ends its last line, also one with CR LF.
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let patterns: Vec<_> = gix::ignore::parse(bytes, false).map(|(pattern, ..)| pattern).collect();
        if patterns.is_empty() { above } else { Some(Arc::new(Self { base, patterns, above })) }
    }

    /// Whether the rules exclude `path`, given that no directory above it is excluded.
    pub(super) fn excludes(&self, path: &[u8], is_folder: bool, case: Case) -> bool {
        let mut next = Some(self);
        while let Some(rules) = next {
            let below = path.get(rules.base..).unwrap_or_default().as_bstr();
            let name = below.rfind_byte(b'/').map(|slash| slash + 1);
            for pattern in rules.patterns.iter().rev() {
                let mode = wildmatch::Mode::NO_MATCH_SLASH_LITERAL;
                let is_match = if case == Case::Fold && pattern.text.contains(&b'[') {
                    let is_name =
                        pattern.mode.contains(Mode::NO_SUB_DIR) && !pattern.mode.contains(Mode::ABSOLUTE);
                    let text = if is_name { &below[name.unwrap_or_default()..] } else { below };
                    (is_folder || !pattern.mode.contains(Mode::MUST_BE_DIR))
                        && super::glob::matches(&pattern.text, text)
                } else {
                    pattern.matches_repo_relative_path(below, name, Some(is_folder), case, mode)
                };
                if is_match {
                    return !pattern.is_negative();
                }
            }
            next = rules.above.as_deref();
        }
        false
    }
}
