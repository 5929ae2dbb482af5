//! Settings that are in variables of the environment: `GIT_CONFIG_COUNT` with its numbered pairs, and `GIT_CONFIG_PARAMETERS`, in which `git -c` hands its
//! own on to the programs that it starts.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

/// One setting as the environment has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Setting {
    /// `section.key` or `section.name.key`.
    pub(super) key: Vec<u8>,
    /// Its value; `None` stands for a yes.
    pub(super) value: Option<Vec<u8>>,
}

/// The variable that says how many numbered pairs there are.
pub(super) const COUNT: &str = "GIT_CONFIG_COUNT";
/// The variable that holds quoted settings.
pub(super) const PARAMETERS: &str = "GIT_CONFIG_PARAMETERS";

/// Reads all of them, the least important first; the name of a variable with which git would give up.
///
/// Source: git-config(1), "Environment"; what is in `GIT_CONFIG_PARAMETERS` is only to be had from git's behaviour.
pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Vec<Setting>, &'static str> {
    let bytes = |name: &str| variable(name).map(OsString::into_encoded_bytes);
    let mut settings = Vec::new();
    if let Some(count) = bytes(COUNT) {
        let count = std::str::from_utf8(&count).map_err(|_| COUNT)?;
        // Git takes an empty one for none.
        let count: u32 = if count.is_empty() { 0 } else { count.parse().map_err(|_| COUNT)? };
        for number in 0..count {
            let key = bytes(&format!("GIT_CONFIG_KEY_{number}")).filter(|key| is_key(key)).ok_or(COUNT)?;
            let value = bytes(&format!("GIT_CONFIG_VALUE_{number}")).ok_or(COUNT)?;
            settings.push(Setting { key, value: Some(value) });
        }
    }
    if let Some(parameters) = bytes(PARAMETERS) {
        quoted(&parameters, &mut settings).ok_or(PARAMETERS)?;
    }
    Ok(settings)
}

/// Whether it names a setting: a section and a key, with something in each.
fn is_key(key: &[u8]) -> bool {
    let first = key.iter().position(|byte| *byte == b'.');
    let last = key.iter().rposition(|byte| *byte == b'.');
    first.is_some_and(|first| first > 0) && last.is_some_and(|last| last + 1 < key.len())
}

/// Reads quoted settings with white space between them: `'key=value'` as git wrote them before 2.31, `'key'='value'` and `'key'=` since.
fn quoted(text: &[u8], settings: &mut Vec<Setting>) -> Option<()> {
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = unquote(rest)?;
        let (key, value, after) = match after.strip_prefix(b"=") {
            Some(after) if after.first() == Some(&b'\'') => {
                let (value, after) = unquote(after)?;
                (word, Some(value), after)
            }
            Some(after) => (word, None, after),
            None => {
                let (key, value) = match word.iter().position(|byte| *byte == b'=') {
                    Some(at) => (&word[..at], Some(word[at + 1..].to_vec())),
                    None => (&word[..], None),
                };
                (key.trim_ascii().to_vec(), value, after)
            }
        };
        let next = after.trim_ascii_start();
        if !is_key(&key) || (next.len() == after.len() && !after.is_empty()) {
            return None;
        }
        settings.push(Setting { key, value });
        rest = next;
    }
    Some(())
}

/// Takes a quoted word off the front of a text. A quote and an exclamation mark stand outside the quotes, behind a backslash.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"'")?;
    let mut word = Vec::new();
    loop {
        let end = rest.iter().position(|byte| *byte == b'\'')?;
        word.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest {
            [b'\\', escaped @ (b'\'' | b'!'), b'\'', after @ ..] => {
                word.push(*escaped);
                rest = after;
            }
            _ => return Some((word, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Vec<(String, Option<String>)>, &'static str> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let settings = read(variable)?;
        Ok(settings.into_iter().map(|one| (text(one.key), one.value.map(text))).collect())
    }

    fn pair(key: &str, value: Option<&str>) -> (String, Option<String>) {
        (key.to_owned(), value.map(ToOwned::to_owned))
    }

    #[test]
    fn numbered_pairs_come_before_quoted_ones() {
        let all = [
            ("GIT_CONFIG_COUNT", "2"),
            ("GIT_CONFIG_KEY_0", "core.abbrev"),
            ("GIT_CONFIG_VALUE_0", "9"),
            ("GIT_CONFIG_KEY_1", "remote.a.b.url"),
            ("GIT_CONFIG_VALUE_1", ""),
            ("GIT_CONFIG_PARAMETERS", "'core.abbrev'='10'"),
        ];
        let expected = [
            pair("core.abbrev", Some("9")),
            pair("remote.a.b.url", Some("")),
            pair("core.abbrev", Some("10")),
        ];
        assert_eq!(from(&all).unwrap(), expected);
        assert_eq!(from(&[("GIT_CONFIG_COUNT", "")]), Ok(Vec::new()));
        for count in ["3", "x", "-1", "99999999999"] {
            let all = [&[("GIT_CONFIG_COUNT", count)], &all[1..]].concat();
            assert_eq!(from(&all), Err("GIT_CONFIG_COUNT"), "{count}");
        }
    }

    #[test]
    fn quoted_settings() {
        let read = |text| from(&[("GIT_CONFIG_PARAMETERS", text)]);
        for (text, expected) in [
            ("", vec![]),
            ("'a.b'='c'", vec![pair("a.b", Some("c"))]),
            ("'a.b'=", vec![pair("a.b", None)]),
            ("'a.b'=''", vec![pair("a.b", Some(""))]),
            ("'a.b=c=d'", vec![pair("a.b", Some("c=d"))]),
            ("'a.b'", vec![pair("a.b", None)]),
            ("'a.b'='it'\\''s'\\!''  'c.d=e'", vec![pair("a.b", Some("it's!")), pair("c.d", Some("e"))]),
            ("'url.x=y.z'='1'", vec![pair("url.x=y.z", Some("1"))]),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for text in
            ["a.b=c", "'a.b", "'a.b'='c", "'a.b'=c", "'a.b'x", "'a.b'='c''d.e'", "'.b'='c'", "'a'='b'"]
        {
            assert_eq!(read(text), Err("GIT_CONFIG_PARAMETERS"), "{text}");
        }
    }
}
