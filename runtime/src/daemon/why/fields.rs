//! What Rust's `Debug` writes, in words for people: the fields of a struct one by one, those of structs in it behind
//! the names of these; no quotes, brackets or names of types where they say nothing.

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name, after those of the structs that it is in; empty if the whole is no struct.
    pub(super) name: String,
    /// What it holds.
    pub(super) value: String,
    /// Whether that is something.
    pub(super) says_something: bool,
}

impl Field {
    fn new(name: &str, text: &str) -> Field {
        Field { name: name.to_owned(), value: spoken(text), says_something: says_something(text) }
    }
}

/// Takes apart what `Debug` has written. What is no struct is one field without a name.
pub(super) fn fields(text: &str) -> Vec<Field> {
    let mut found = Vec::new();
    collect("", text, &mut found);
    found
}

fn collect(path: &str, text: &str, found: &mut Vec<Field>) {
    let text = inside(text.trim());
    match pairs(text) {
        Some(pairs) => {
            for (name, value) in pairs {
                let name = name.replace('_', " ");
                let path = if path.is_empty() { name } else { format!("{path} {name}") };
                collect(&path, value, found);
            }
        }
        None => found.push(Field::new(path, text)),
    }
}

fn says_something(text: &str) -> bool {
    match enclosed(text, '(', ')').or_else(|| enclosed(text, '[', ']')) {
        // Several things of which none says something.
        Some(list) => parts(list).any(says_something),
        None => !matches!(text, "" | "0" | "\"\"" | "None" | "{}" | "false"),
    }
}

/// A value in words.
fn spoken(text: &str) -> String {
    let text = inside(text.trim());
    match text {
        "None" | "()" | "[]" | "{}" => return String::from("none"),
        "\"\"" => return String::from("empty"),
        "true" => return String::from("yes"),
        "false" => return String::from("no"),
        _ => {}
    }
    if let Some(list) = enclosed(text, '[', ']').or_else(|| enclosed(text, '(', ')')) {
        return enumerated(parts(list).map(item));
    }
    if let Some(entries) = enclosed(text, '{', '}') {
        return enumerated(parts(entries).map(|entry| match split(entry) {
            Some((key, value)) => format!("{} = {}", item(key), item(value)),
            None => item(entry),
        }));
    }
    if pairs(text).is_some() {
        let all = fields(text);
        let said = all.iter().filter(|field| field.says_something);
        let said: Vec<String> = said.map(|Field { name, value, .. }| format!("{name} {value}")).collect();
        return if said.is_empty() { String::from("none") } else { said.join(", ") };
    }
    if let Some(list) = body(text, '(', ')') {
        let name = &text[..text.len() - list.len() - 2];
        return format!("{} {}", words(name), enumerated(parts(list).map(item)));
    }
    let is_name = text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.contains(|c: char| c.is_ascii_lowercase());
    if is_name { words(text) } else { plain(text).to_owned() }
}

/// One of several things: a string keeps its quotes where its end could not be seen.
fn item(text: &str) -> String {
    if text.starts_with('"') && text.contains([',', ';', '=']) { text.to_owned() } else { spoken(text) }
}

/// Several things in a row.
fn enumerated(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    let is_long = items.iter().any(|item| item.contains(", ") && !item.starts_with('"'));
    items.join(if is_long { "; " } else { ", " })
}

/// The words of a name such as `UpToDate`.
fn words(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

/// What is between brackets without a name.
fn enclosed(text: &str, open: char, close: char) -> Option<&str> {
    let list = text.strip_prefix(open)?.strip_suffix(close)?;
    depths(list).all(|(_, depth)| depth >= 0).then_some(list)
}

/// Splits an entry of a map.
fn split(entry: &str) -> Option<(&str, &str)> {
    let at = depths(entry).find(|(at, depth)| *depth == 0 && entry.as_bytes()[*at..].starts_with(b": "))?.0;
    Some((&entry[..at], &entry[at + 2..]))
}

/// The fields of a struct, with their names.
fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let pairs: Vec<_> = parts(body(text, '{', '}')?).map(named).collect::<Option<_>>()?;
    (!pairs.is_empty()).then_some(pairs)
}

/// What is in `Some(…)` or in the parentheses of another name, if it is one thing.
fn inside(text: &str) -> &str {
    match body(text, '(', ')') {
        Some(one) if !one.trim().is_empty() && parts(one).count() == 1 => {
            inside(one.trim().trim_end_matches(','))
        }
        _ => text,
    }
}

/// What is between the brackets of `Name { … }`.
fn body(text: &str, open: char, close: char) -> Option<&str> {
    let at = text.find(open)?;
    let is_name = |c: char| c == '_' || c == ' ' || c.is_alphanumeric();
    (at > 0 && text[..at].chars().all(is_name)).then_some(())?;
    let list = text[at..].strip_prefix(open)?.strip_suffix(close)?;
    // `A { } + B { }` begins and ends so as well.
    (depths(list).all(|(_, depth)| depth >= 0)).then_some(list)
}

/// Splits a list at its own commas.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let commas =
        depths(list).filter(|(at, depth)| *depth == 0 && list.as_bytes()[*at] == b',').map(|(at, _)| at);
    let ends: Vec<usize> = commas.chain([list.len()]).collect();
    let mut begin = 0;
    ends.into_iter().filter_map(move |end| {
        let part = list[begin..end].trim();
        begin = end + 1;
        (!part.is_empty()).then_some(part)
    })
}

/// The bytes outside of strings, with how many brackets are open after each.
fn depths(text: &str) -> impl Iterator<Item = (usize, i32)> {
    let (mut depth, mut quote, mut is_escaped) = (0, None, false);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        if let Some(end) = quote {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                _ if byte == end => quote = None,
                _ => {}
            }
            return None;
        }
        match byte {
            b'"' => quote = Some(byte),
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => {}
        }
        Some((at, depth))
    })
}

/// Splits `name: value`.
fn named(part: &str) -> Option<(&str, &str)> {
    let (name, value) = part.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_alphanumeric());
    is_name.then(|| (name, value.trim()))
}

/// A string without its quotes, where they are not needed to see what is in it.
fn plain(text: &str) -> &str {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) if !inner.trim().is_empty() && !inner.contains(['\\', '"']) => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;

    use super::*;

    fn shown(value: &impl Debug) -> Vec<String> {
        fields(&format!("{value:?}"))
            .into_iter()
            .map(|Field { name, value, .. }| format!("{name}={value}"))
            .collect()
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "it is only written")]
    struct Outer {
        name: &'static str,
        inner: Option<Inner>,
        list: Vec<(u32, &'static str)>,
        none: Option<u32>,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "it is only written")]
    struct Inner {
        path: std::path::PathBuf,
        odd: &'static str,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "it is only written")]
    struct Wrapped(u32);

    #[test]
    fn structs_are_taken_apart() {
        let inner = Inner { path: "/a b".into(), odd: "x, y: { \" ) \\" };
        let outer = Outer { name: "n", inner: Some(inner), list: vec![(1, "a, b")], none: None };
        assert_eq!(
            shown(&Some(outer)),
            ["name=n", "inner path=/a b", r#"inner odd="x, y: { \" ) \\""#, r#"list=1, "a, b""#, "none=none",]
        );
    }

    #[test]
    fn what_is_no_struct_is_whole() {
        assert_eq!(shown(&7), ["=7"]);
        assert_eq!(shown(&Some("a")), ["=a"]);
        assert_eq!(shown(&""), ["=empty"]);
        assert_eq!(shown(&Some(Wrapped(3))), ["=3"]);
        assert_eq!(shown(&(1, 2)), ["=1, 2"]);
        assert_eq!(fields("A { b } + C { d }")[0].value, "A { b } + C { d }");
        assert_eq!(fields("could not be read")[0].value, "could not be read");
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "it is only written")]
    enum State {
        UpToDate,
        Between(u32, u32),
    }

    #[test]
    fn values_are_words() {
        use std::collections::{BTreeMap, BTreeSet};
        let inner = |path: &str| Inner { path: path.into(), odd: "" };
        assert_eq!(shown(&State::UpToDate), ["=up to date"]);
        assert_eq!(shown(&State::Between(1, 2)), ["=between 1, 2"]);
        assert_eq!(shown(&Some(true)), ["=yes"]);
        assert_eq!(shown(&vec!["a", "b c"]), ["=a, b c"]);
        assert_eq!(shown(&vec![Some("a"), None]), ["=a, none"]);
        assert_eq!(shown(&vec![inner("/a"), inner("/b")]), ["=path /a, path /b"]);
        assert_eq!(shown(&vec![(1, "a"), (2, "b")]), ["=1, a; 2, b"]);
        assert_eq!(shown(&BTreeMap::from([("A: B", 1), ("C", 2)])), ["=A: B = 1, C = 2"]);
        assert_eq!(shown(&BTreeSet::from(["HOME", "PATH"])), ["=HOME, PATH"]);
        assert_eq!(shown(&Vec::<u32>::new()), ["=none"]);
        assert_eq!(fields("{é: 1}")[0].value, "é = 1");
        let says = |value: &dyn Debug| fields(&format!("{value:?}"))[0].says_something;
        assert!(
            !says(&(None::<u32>, [""; 0])) && !says(&[0, 0]) && says(&(None::<u32>, "a")) && says(&[0, 1])
        );
        // What may be anything stays in quotes where its ends could not be seen, and in one piece.
        assert_eq!(shown(&"]"), ["=]"]);
        assert_eq!(shown(&vec!["a, b", "UpToDate"]), [r#"="a, b", UpToDate"#]);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in r#"[ -~é…]{0,40}|[A-Z] \{ [a-c:,"\\(){}\[\]é ]{0,30} \}"#) {
            let found = fields(&text);
            prop_assert!(!found.is_empty());
            for field in found {
                prop_assert!(!field.says_something || !field.value.is_empty(), "{field:?}");
            }
        }
    }
}
