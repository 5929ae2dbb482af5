//! The environment of a prompt: this process's own, or the one that a shell has sent.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

/// The variables that a shell has sent: those that the plan's sources read, and no others.
///
/// ```
/// use ziron_runtime::io::Sent;
/// let sent = Sent::new(&["AWS_PROFILE", "HOME"], [("HOME".into(), "/home/me".into())]);
/// assert_eq!(sent.get("HOME"), Some("/home/me".as_ref()));
/// assert_eq!(sent.get("AWS_PROFILE"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// What a shell would have sent, had it been set.
    known: Arc<[&'static str]>,
    /// Sorted by name.
    values: Arc<[(OsString, OsString)]>,
}

impl Sent {
    /// Takes over what was sent. `known` are the names that the shell was asked for, sorted; others are left out, since programs that are run get
    /// these variables, and some make a program load code. A name that was sent twice has its last value.
    pub fn new(known: &[&'static str], values: impl IntoIterator<Item = (OsString, OsString)>) -> Sent {
        let is_known = |name: &OsStr| known.binary_search_by(|known| OsStr::new(known).cmp(name)).is_ok();
        let mut values: Vec<_> = values.into_iter().filter(|(name, _)| is_known(name)).collect();
        values.reverse();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values.dedup_by(|a, b| a.0 == b.0);
        Sent { known: known.into(), values: values.into() }
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let at = self.values.binary_search_by(|(other, _)| other.as_os_str().cmp(OsStr::new(name))).ok()?;
        Some(&self.values[at].1)
    }

    /// All variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.values.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The names that the shell was asked for and that are not set there.
    pub fn unset(&self) -> impl Iterator<Item = &'static str> {
        self.known.iter().copied().filter(|name| self.get(name).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asked_for_is_left_out() {
        let pair = |name: &str| (OsString::from(name), OsString::from("/tmp/evil.so"));
        let sent = Sent::new(&["HOME", "PATH"], ["LD_PRELOAD", "PATH", "BASH_ENV", "A", "Z"].map(pair));
        assert_eq!(sent.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["PATH"]);
    }

    #[test]
    fn the_last_value_counts() {
        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let sent = Sent::new(&["A", "B", "C"], [pair("B", "1"), pair("A", "x"), pair("B", "2")]);
        assert_eq!(sent.get("B"), Some(OsStr::new("2")));
        assert_eq!(sent.iter().count(), 2);
        assert_eq!(sent.unset().collect::<Vec<_>>(), ["C"]);
    }
}
