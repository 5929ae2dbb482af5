//! The environment of a request: what a shell has sent, or what the process was given that draws one prompt and ends.
//!
//! There is no other that a source could see. A daemon has none of its own: it clears it when it begins.

use std::ffi::{OsStr, OsString};
#[cfg(feature = "background")]
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::variables::{EVERYTHING, is_named};

/// The environment of a request. The default is an empty one.
///
/// Of a shell it holds the variables that the plan's sources read. If the plan runs scripts of the user's, it holds all
/// others as well, which only those scripts are given.
///
/// ```
/// use ziron_runtime::io::Sent;
/// let sent = Sent::new(&["AWS_PROFILE", "HOME"], [("HOME".into(), "/home/me".into())]);
/// assert_eq!(sent.get("HOME"), Some("/home/me".as_ref()));
/// assert_eq!(sent.get("AWS_PROFILE"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sent {
    values: Arc<Values>,
}

type Pair = (OsString, OsString);

#[derive(Debug, Default)]
struct Values {
    /// What sources may see, sorted by name.
    pairs: Vec<Pair>,
    /// What only scripts are given, sorted by name.
    others: Vec<Pair>,
    /// A hash of all but what is different at each prompt: what they are told from others by, without comparing them.
    #[cfg(feature = "background")]
    hash: u64,
    /// A hash of how they were sent.
    #[cfg(feature = "background")]
    as_sent: u64,
}

/// What a shell changes by itself from prompt to prompt, and what programs that draw prompts keep there: no script
/// means anything else by it.
#[cfg(feature = "background")]
const VOLATILE: [&str; 4] = ["OLDPWD", "PWD", "SHLVL", "_"];

impl Sent {
    /// Takes over what was sent. `known` are the names that the shell was asked for, sorted, as
    /// `prelude::variables` makes them. Others are left out, since some make a program load code,
    /// unless all were asked for: then scripts are given them. A name that was sent twice has its last value.
    pub fn new(known: &[&str], values: impl IntoIterator<Item = (OsString, OsString)>) -> Sent {
        let wants_everything = known.contains(&EVERYTHING);
        let is_known = |name: &OsStr| {
            known.binary_search_by(|known| OsStr::new(known).cmp(name)).is_ok()
                || name.to_str().is_some_and(|name| known.iter().any(|known| is_named(known, name)))
        };
        #[cfg(feature = "background")]
        let mut as_sent = DefaultHasher::new();
        #[cfg(feature = "background")]
        let values = values.into_iter().inspect(|(name, value)| (name, value).hash(&mut as_sent));
        let (mut pairs, mut others) = (Vec::new(), Vec::new());
        for (name, value) in values {
            if is_known(&name) {
                pairs.push((name, value));
            } else if wants_everything {
                others.push((name, value));
            }
        }
        sort(&mut pairs);
        sort(&mut others);
        let values = Values {
            #[cfg(feature = "background")]
            hash: {
                let mut hasher = DefaultHasher::new();
                pairs.hash(&mut hasher);
                let is_lasting = |(name, _): &&Pair| VOLATILE.iter().all(|volatile| name != volatile);
                others.iter().filter(is_lasting).for_each(|pair| pair.hash(&mut hasher));
                hasher.finish()
            },
            #[cfg(feature = "background")]
            as_sent: as_sent.finish(),
            pairs,
            others,
        };
        Sent { values: Arc::new(values) }
    }

    /// Takes the environment of this process, which draws for whoever has started it and for nobody else.
    #[allow(clippy::disallowed_methods, reason = "here, and nowhere else, it becomes that of a request")]
    pub fn of_process() -> Sent {
        let mut pairs: Vec<_> = std::env::vars_os().collect();
        // Of two with one name, the first counts for everybody.
        pairs.reverse();
        sort(&mut pairs);
        Sent { values: Arc::new(Values { pairs, ..Values::default() }) }
    }

    /// Whether just this would be sent again. False is no proof of the opposite: what is sent in another order may come
    /// to the same.
    #[cfg(feature = "background")]
    pub(crate) fn is<'v>(&self, values: impl IntoIterator<Item = (&'v OsStr, &'v OsStr)>) -> bool {
        let mut hasher = DefaultHasher::new();
        values.into_iter().for_each(|pair| pair.hash(&mut hasher));
        hasher.finish() == self.values.as_sent
    }

    /// A hash of what was sent, without what is different at each prompt.
    #[cfg(feature = "background")]
    pub(crate) fn hash(&self) -> u64 {
        self.values.hash
    }

    /// The value of a variable that a source may see.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let pairs = &self.values.pairs;
        let at = pairs.binary_search_by(|(other, _)| other.as_os_str().cmp(OsStr::new(name))).ok()?;
        Some(&pairs[at].1)
    }

    /// The variables that sources may see, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.values.pairs.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// What a script of the user's is given, in no order.
    pub fn for_scripts(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let Values { pairs, others, .. } = &*self.values;
        pairs.iter().chain(others).map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// Sorts variables by name. Of one name, the last stays.
fn sort(pairs: &mut Vec<Pair>) {
    pairs.reverse();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.dedup_by(|a, b| a.0 == b.0);
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test looks at the process")]
mod tests {
    use super::*;

    fn names(sent: &Sent) -> Vec<&str> {
        let mut names: Vec<_> = sent.for_scripts().map(|(name, _)| name.to_str().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_nobody_asked_for_is_left_out() {
        let pair = |name: &str| (OsString::from(name), OsString::from("/tmp/evil.so"));
        let sent = Sent::new(&["HOME", "PATH"], ["LD_PRELOAD", "PATH", "BASH_ENV", "A", "Z"].map(pair));
        assert_eq!(names(&sent), ["PATH"]);
        // As one of a family.
        let sent =
            Sent::new(&["KEY_#"], ["KEY_0", "KEY_12", "KEY_", "KEY_X", "KEY_1X", "LD_PRELOAD"].map(pair));
        assert_eq!(names(&sent), ["KEY_0", "KEY_12"]);
        assert!(sent.get("KEY_12").is_some());
    }

    #[test]
    fn scripts_are_given_everything_if_there_are_any() {
        let pair = |name: &str| (OsString::from(name), OsString::from("value"));
        let sent = Sent::new(&["*", "HOME"], ["LD_PRELOAD", "HOME", "A"].map(pair));
        assert_eq!(names(&sent), ["A", "HOME", "LD_PRELOAD"]);
        assert_eq!((sent.get("LD_PRELOAD"), sent.get("HOME").is_some()), (None, true));
    }

    #[test]
    #[cfg(feature = "background")]
    fn what_is_the_same_is_known_again() {
        let pairs =
            [("A", "1"), ("B", "")].map(|(name, value)| (OsString::from(name), OsString::from(value)));
        for known in [&["A", "B"][..], &["*"]] {
            let sent = Sent::new(known, pairs.clone());
            let again = || pairs.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()));
            assert!(sent.is(again()));
            assert!(!sent.is(again().take(1)) && !sent.is(again().chain(again())));
            assert!(!sent.is([("A".as_ref(), "1".as_ref()), ("B".as_ref(), "2".as_ref())]));
            assert_ne!(sent.hash(), Sent::new(known, pairs.clone().into_iter().take(1)).hash());
        }
        let moved =
            |folder: &str| Sent::new(&["*"], [("A".into(), "1".into()), ("OLDPWD".into(), folder.into())]);
        assert_eq!(moved("/").hash(), moved("/tmp").hash());
    }

    #[test]
    fn the_last_value_counts() {
        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let sent = Sent::new(&["A", "B", "C"], [pair("B", "1"), pair("A", "x"), pair("B", "2")]);
        assert_eq!(sent.get("B"), Some(OsStr::new("2")));
        assert_eq!(names(&sent), ["A", "B"]);
    }

    #[test]
    fn a_process_is_given_its_own() {
        let sent = Sent::of_process();
        assert_eq!(sent.get("PATH").map(OsStr::to_owned), std::env::var_os("PATH"));
        assert_eq!(sent.for_scripts().count(), std::env::vars_os().count());
    }
}
