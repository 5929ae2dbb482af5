//! All variables that a shell exports, as bash's `export -p` writes them into a file.

use std::borrow::Cow;

use super::bytes;
use super::draw::Variable;

/// A variable as bash names it and quotes its value.
///
/// Source: `export -p` in bash(1), the values quoted as in "QUOTING"; in its POSIX mode, each line begins with
/// `export`.
pub(crate) fn read_exported(text: &[u8]) -> Vec<Variable<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest;
        let (attributes, begin) = match line.strip_prefix(b"declare -") {
            Some(after) => split(after, b' ').unwrap_or((after, b"")),
            None => (&b""[..], line.strip_prefix(b"export ").unwrap_or(b"")),
        };
        let end = begin.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        let (name, after) = begin.split_at(end.unwrap_or(begin.len()));
        let (value, after) = match after.strip_prefix(b"=") {
            Some(quoted) => unquote(quoted).map_or((None, after), |(value, after)| (Some(value), after)),
            // It will be exported once it has a value.
            None => (None, after),
        };
        // Arrays are not exported.
        let is_array = attributes.iter().any(|attribute| matches!(attribute, b'a' | b'A'));
        if let (false, false, Some(value)) = (name.is_empty(), is_array, value)
            && let (Some(name), Some(value)) = (bytes::name(name), bytes::value(value))
        {
            found.push((name, value));
        }
        rest = split(after, b'\n').map_or(&b""[..], |(_, rest)| rest);
    }
    found
}

/// What stands before and after the first such byte.
fn split(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|other| *other == byte)?;
    Some((&text[..at], &text[at + 1..]))
}

/// A value without its quotes, and what follows it.
fn unquote(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    match text {
        [b'"', rest @ ..] => plain(rest),
        [b'$', b'\'', rest @ ..] => escaped(rest),
        _ => None,
    }
}

/// A value in double quotes, in which a backslash stands before what would mean something.
fn plain(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let end = text.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    if text[end] == b'"' {
        return Some((Cow::Borrowed(&text[..end]), &text[end + 1..]));
    }
    let mut value = text[..end].to_vec();
    let mut rest = &text[end..];
    loop {
        rest = match rest {
            [b'"', after @ ..] => return Some((Cow::Owned(value), after)),
            [b'\\', meant, after @ ..] => {
                value.push(*meant);
                after
            }
            [byte, after @ ..] => {
                value.push(*byte);
                after
            }
            [] => return None,
        };
    }
}

/// A value in `$'…'`, in which a backslash begins the name of a character.
fn escaped(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut value = Vec::with_capacity(text.len().min(256));
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\'', after @ ..] => return Some((Cow::Owned(value), after)),
            [b'\\', digits @ ..] if digits.first().is_some_and(|digit| matches!(digit, b'0'..=b'7')) => {
                let count = digits.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                let number =
                    digits[..count].iter().fold(0, |number, digit| number * 8 + u32::from(digit - b'0'));
                value.push(number as u8);
                &digits[count..]
            }
            [b'\\', named, after @ ..] => {
                value.push(match named {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'e' | b'E' => 27,
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                value.push(*byte);
                after
            }
            [] => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let owned = |part: &std::ffi::OsStr| part.to_str().unwrap().to_owned();
        read_exported(text.as_bytes()).iter().map(|(name, value)| (owned(name), owned(value))).collect()
    }

    #[test]
    fn values_are_those_that_programs_get() {
        let text = concat!(
            "declare -x A=\"plain\"\n",
            "declare -x B=\"two\nlines and a \\\"quote\\\", \\$x \\`y\\` \\\\\"\n",
            "declare -x UNSET\n",
            "declare -ix NUMBER=\"3\"\n",
            "declare -ax LIST=([0]=\"1\")\n",
            "declare -rx C=$'a\\tb\\n\\E[1m\\001\\'\\\\'\n",
            "export POSIX=\"\"\n",
            "declare -x FALSE=\"\ndeclare -x NOT=\\\"1\\\"\"\n",
            "declare -x LAST=\"1\"",
        );
        let expected = [
            ("A", "plain"),
            ("B", "two\nlines and a \"quote\", $x `y` \\"),
            ("NUMBER", "3"),
            ("C", "a\tb\n\x1b[1m\x01'\\"),
            ("POSIX", ""),
            ("FALSE", "\ndeclare -x NOT=\"1\""),
            ("LAST", "1"),
        ];
        assert_eq!(read(text), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_cut_short_is_left_out() {
        let whole = "declare -x A=\"1\"\ndeclare -x B=$'2'\n";
        for length in 0..whole.len() {
            let found = read(&whole[..length]);
            assert!(
                found.len() <= 2
                    && found.iter().all(|(name, value)| ["A1", "B2"].contains(&&*format!("{name}{value}")))
            );
        }
    }
}
