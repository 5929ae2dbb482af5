//! The environment of a prompt: this process's own, or the one that a shell has sent.

use std::ffi::{OsStr, OsString};
#[cfg(feature = "background")]
use std::hash::{DefaultHasher, Hash, Hasher};
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
    known: &'static [&'static str],
    values: Arc<Values>,
}

#[derive(Debug, Default)]
struct Values {
    /// Sorted by name.
    pairs: Vec<(OsString, OsString)>,
    /// A hash of them: what they are told from others by, without comparing them.
    #[cfg(feature = "background")]
    hash: u64,
}

impl Sent {
    /// Takes over what was sent. `known` are the names that the shell was asked for, sorted; others are left out, since programs that are run get
    /// these variables, and some make a program load code. A name that was sent twice has its last value.
    pub fn new(
        known: &'static [&'static str],
        values: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Sent {
        let is_known = |name: &OsStr| known.binary_search_by(|known| OsStr::new(known).cmp(name)).is_ok();
        let mut pairs: Vec<_> = values.into_iter().filter(|(name, _)| is_known(name)).collect();
        pairs.reverse();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|a, b| a.0 == b.0);
        let values = Values {
            #[cfg(feature = "background")]
            hash: {
                let mut hasher = DefaultHasher::new();
                pairs.hash(&mut hasher);
                hasher.finish()
            },
            pairs,
        };
        Sent { known, values: Arc::new(values) }
    }

    /// Whether just this would be sent again. False is no proof of the opposite: what is sent in another order may come to the same.
    #[cfg(feature = "background")]
    pub(crate) fn is<'v>(&self, values: impl IntoIterator<Item = (&'v OsStr, &'v OsStr)>) -> bool {
        let mut own = self.iter();
        let is_next = |(name, value)| own.next().is_some_and(|known| known.0 == name && known.1 == value);
        values.into_iter().all(is_next) && own.next().is_none()
    }

    /// A hash of what was sent.
    #[cfg(feature = "background")]
    pub(crate) fn hash(&self) -> u64 {
        self.values.hash
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let pairs = &self.values.pairs;
        let at = pairs.binary_search_by(|(other, _)| other.as_os_str().cmp(OsStr::new(name))).ok()?;
        Some(&pairs[at].1)
    }

    /// All variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.values.pairs.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
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
    #[cfg(feature = "background")]
    fn what_is_the_same_is_known_again() {
        let pairs =
            [("A", "1"), ("B", "")].map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let sent = Sent::new(&["A", "B"], pairs.clone());
        let again = || pairs.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        assert!(sent.is(again()));
        assert!(!sent.is(again().take(1)) && !sent.is(again().chain(again())));
        assert!(!sent.is([("A".as_ref(), "1".as_ref()), ("B".as_ref(), "2".as_ref())]));
        assert_ne!(sent.hash(), Sent::new(&["A", "B"], pairs.into_iter().take(1)).hash());
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
