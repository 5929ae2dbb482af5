//! Texts in JSON files, with comments if need be.

/// A JSON document.
#[derive(Debug)]
pub(crate) struct Json(serde_json::Value);

impl Json {
    /// Reads a document; comments and commas before a closing bracket are left out.
    pub(crate) fn parse(text: &str) -> Option<Json> {
        let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&without_comments(text)));
        value.ok().map(Json)
    }

    /// The text at a path of names.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Whether there is `true` at a path of names.
    pub(crate) fn is_true(&self, path: &[&str]) -> bool {
        self.at(path).and_then(serde_json::Value::as_bool) == Some(true)
    }

    /// How many entries the list or the table at a path of names has.
    pub(crate) fn length(&self, path: &[&str]) -> usize {
        let value = self.at(path);
        let table = value.and_then(|value| value.as_object()).map(serde_json::Map::len);
        table.or_else(|| Some(value?.as_array()?.len())).unwrap_or_default()
    }

    fn at(&self, path: &[&str]) -> Option<&serde_json::Value> {
        path.iter().try_fold(&self.0, |value, name| value.get(name))
    }
}

/// Replaces what JSON does not have: `// …`, `/* … */`, and a comma before a closing bracket.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest[2..].find("*/").map_or("", |end| &rest[end + 4..]);
                continue;
            }
            ']' | '}' => {
                let end = plain.trim_end();
                if let Some(before) = end.strip_suffix(',') {
                    plain.truncate(before.len());
                }
                1
            }
            _ => c.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

/// The length of the string that a text begins with (bytes).
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_found_by_path() {
        let json = Json::parse(r#"{"engines": {"node": ">=18"}, "private": true, "version": 3}"#).unwrap();
        assert_eq!(json.text(&["engines", "node"]), Some(">=18"));
        assert_eq!(json.text(&["version"]), None, "a number is no text");
        assert!(json.is_true(&["private"]) && !json.is_true(&["public"]));
    }

    #[test]
    fn comments_and_last_commas_are_left_out() {
        let json = Json::parse("{ // \"no\": 1\n \"a\": \"x // y\", /* \"b\" */ \"c\": [1, 2,], }").unwrap();
        assert_eq!(json.text(&["a"]), Some("x // y"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in r#"([{}\[\]",:/*\\\n a-cé]|true|1){0,60}"#) {
            let _ = Json::parse(&text);
        }
    }
}
