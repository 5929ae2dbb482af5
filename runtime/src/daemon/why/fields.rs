//! What Rust's `Debug` writes, taken apart: the fields of a struct, one by one, those of structs in it by their paths.

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name, after those of the structs that it is in; empty if the whole is no struct.
    pub(super) name: String,
    /// What it holds.
    pub(super) value: String,
}

impl Field {
    /// Whether it holds something.
    pub(super) fn says_something(&self) -> bool {
        !matches!(&*self.value, "" | "0" | "\"\"" | "None" | "[]" | "{}" | "()" | "false")
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
    let Some(list) = body(text, '{', '}') else {
        return found.push(Field { name: path.to_owned(), value: plain(text).to_owned() });
    };
    let pairs: Option<Vec<_>> = parts(list).map(|part| named(part)).collect();
    match pairs {
        Some(pairs) if !pairs.is_empty() => {
            for (name, value) in pairs {
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                collect(&path, value, found);
            }
        }
        _ => found.push(Field { name: path.to_owned(), value: text.to_owned() }),
    }
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
            .map(|Field { name, value }| format!("{name}={value}"))
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
            [
                "name=n",
                "inner.path=/a b",
                r#"inner.odd="x, y: { \" ) \\""#,
                r#"list=[(1, "a, b")]"#,
                "none=None",
            ]
        );
    }

    #[test]
    fn what_is_no_struct_is_whole() {
        assert_eq!(shown(&7), ["=7"]);
        assert_eq!(shown(&Some("a")), ["=a"]);
        assert_eq!(shown(&""), [r#"="""#]);
        assert_eq!(shown(&Some(Wrapped(3))), ["=3"]);
        assert_eq!(shown(&(1, 2)), ["=(1, 2)"]);
        assert_eq!(
            fields("A { b } + C { d }"),
            [Field { name: String::new(), value: "A { b } + C { d }".into() }]
        );
        assert_eq!(fields("could not be read")[0].value, "could not be read");
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in r#"[ -~é…]{0,40}|[A-Z] \{ [a-c:,"\\(){}\[\]é ]{0,30} \}"#) {
            let found = fields(&text);
            prop_assert!(!found.is_empty());
            for field in found {
                prop_assert!(text.contains(&field.value));
            }
        }
    }
}
