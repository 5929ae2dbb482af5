//! What is fetched from a remote, and where it is kept here.
//!
//! Source: git's `remote.c` and `refspec.c`; gitrepository-layout(5) for `remotes/` and `branches/`.

use std::io::ErrorKind;
use std::path::Path;

use gix::bstr::{BStr, BString, ByteSlice};
use ziron_runtime::io::open;

use super::error::ReadError;
use super::open::Repository;

const WHAT: &str = "a remote's old file";

/// The rules by which references of a remote are kept here.
#[derive(Debug, Default)]
pub(super) struct Remote {
    rules: Vec<BString>,
}

impl Remote {
    /// Finds the rules of a remote. A remote without a configured address may be described in an old file instead.
    pub(super) fn find(repository: &Repository, name: &BStr) -> Result<Self, ReadError> {
        let config = repository.inner.config_snapshot();
        let values = |key: &str| config.plumbing().strings_by("remote", Some(name), key).unwrap_or_default();
        let mut rules = values("fetch");
        let is_nickname = !name.contains(&b'/') && name != "." && name != ".." && !name.is_empty();
        if is_nickname && values("url").is_empty() && values("vcs").is_empty() {
            let dir = repository.common_dir();
            let file = gix::path::from_bstr(name).map_err(ReadError::at(WHAT))?;
            if let Some(text) = read(&dir.join("remotes").join(&file))? {
                let pulls = text.lines().filter_map(|line| line.strip_prefix(b"Pull:"));
                rules.extend(pulls.map(|rule| rule.trim_ascii().into()));
            } else if let Some(text) = read(&dir.join("branches").join(&file))? {
                let line = text.lines().next().unwrap_or_default().trim_ascii();
                if !line.is_empty() {
                    let branch = match line.find_byte(b'#') {
                        Some(at) => line[at + 1..].into(),
                        None => repository.setting("init.defaultBranch").unwrap_or_else(|| b"master".into()),
                    };
                    rules.push([b"refs/heads/", &*branch, b":refs/heads/", name].concat().into());
                }
            }
        }
        Ok(Self { rules })
    }

    /// The reference here that remembers one of the remote.
    pub(super) fn tracking(&self, reference: &[u8]) -> Option<Vec<u8>> {
        if self.is_excluded(reference) {
            return None;
        }
        self.pairs().find_map(|(from, to)| to.and_then(|to| map(from, to, reference)))
    }

    /// The sides of each rule that does not exclude; the second one need not be there.
    fn pairs(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let rules = self.rules.iter().filter(|rule| !rule.starts_with(b"^"));
        rules.map(|rule| {
            let rule = rule.strip_prefix(b"+").unwrap_or(rule);
            let (from, to) = match rule.rfind_byte(b':') {
                Some(colon) => (&rule[..colon], Some(&rule[colon + 1..])),
                None => (rule, None),
            };
            (if from == b"@" { b"HEAD" } else { from }, to.filter(|to| !to.is_empty()))
        })
    }

    /// Whether a rule with `^` leaves a reference out. Git takes the reference for one of this side when it asks for that, and so do we.
    ///
    /// Source: `query_matches_negative_refspec` in git's `remote.c`.
    fn is_excluded(&self, reference: &[u8]) -> bool {
        let mut excluded = self.rules.iter().filter_map(|rule| rule.strip_prefix(b"^")).peekable();
        if excluded.peek().is_none() {
            return false;
        }
        let there: Vec<_> = self
            .pairs()
            .filter_map(|(from, to)| {
                map(if from.contains(&b'*') { to.unwrap_or(from) } else { from }, from, reference)
            })
            .collect();
        excluded.any(|pattern| there.iter().any(|name| fit(pattern, name).is_some()))
    }
}

/// What a rule makes of a reference that fits its first side.
fn map(from: &[u8], to: &[u8], reference: &[u8]) -> Option<Vec<u8>> {
    let middle = fit(from, reference)?;
    match (from.contains(&b'*'), to.find_byte(b'*')) {
        (true, Some(star)) => Some([&to[..star], middle, &to[star + 1..]].concat()),
        (false, None) => Some(to.to_vec()),
        _ => None,
    }
}

/// What the `*` of a pattern stands for in a reference, nothing where there is none; `None` if they do not fit.
fn fit<'a>(pattern: &[u8], reference: &'a [u8]) -> Option<&'a [u8]> {
    match pattern.find_byte(b'*') {
        None => (pattern == reference).then_some(&[]),
        Some(star) => reference.strip_prefix(&pattern[..star])?.strip_suffix(&pattern[star + 1..]),
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
    match open::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(ReadError::at(WHAT)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_say_where_a_reference_is_kept() {
        for (rules, reference, kept) in [
            (
                &["+refs/heads/*:refs/remotes/origin/*"][..],
                "refs/heads/main",
                Some("refs/remotes/origin/main"),
            ),
            (&["+refs/heads/*:refs/remotes/origin/*"], "main", None),
            (&["refs/heads/a:refs/b", "refs/heads/*:refs/c/*"], "refs/heads/a", Some("refs/b")),
            (&["refs/heads/*:refs/heads/*", "^refs/heads/a*"], "refs/heads/ab", None),
            (&["refs/heads/*:refs/c/*", "^refs/heads/a*"], "refs/heads/ab", Some("refs/c/ab")),
            (&["refs/heads/*:refs/c/*", "^refs/heads/a*"], "refs/heads/b", Some("refs/c/b")),
            (&["refs/heads/a*z:refs/c/*/y"], "refs/heads/abcz", Some("refs/c/bc/y")),
            (&["refs/heads/aa*aa:refs/c/*"], "refs/heads/aaa", None),
            (&["refs/heads/*:refs/c"], "refs/heads/a", None),
            (&["refs/heads/a", "refs/heads/a:"], "refs/heads/a", None),
            (&["@:refs/c"], "HEAD", Some("refs/c")),
            (&[], "refs/heads/a", None),
        ] {
            let remote = Remote { rules: rules.iter().map(|&rule| rule.into()).collect() };
            let kept = kept.map(|kept| kept.as_bytes().to_vec());
            assert_eq!(remote.tracking(reference.as_bytes()), kept, "{rules:?} {reference}");
        }
    }
}
