//! JSON, as far as it is written.

use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "background"), allow(dead_code, reason = "metrics are the daemon's"))]
pub(crate) enum Json {
    Text(String),
    /// A number that a program may round; others are texts.
    Real(f64),
    /// A small number, such as that of a kind.
    Small(u8),
    Yes,
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(crate) fn text(text: &str) -> Json {
        Json::Text(text.to_owned())
    }

    pub(crate) fn object(fields: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
        Json::Object(fields.into_iter().collect())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Text(text) => quoted(f, text),
            Json::Real(number) if number.is_finite() => write!(f, "{number}"),
            // JSON has no name for what is none.
            Json::Real(_) => f.write_str("0"),
            Json::Small(number) => write!(f, "{number}"),
            Json::Yes => f.write_str("true"),
            Json::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Json::Object(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    quoted(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn another_program_reads_the_same(text in any::<String>(), number in any::<f64>()) {
            let json = Json::object([
                ("text", Json::text(&text)),
                ("list", Json::List(vec![Json::Real(number), Json::Small(2), Json::Yes])),
            ]);
            let line = json.to_string();
            prop_assert!(!line.contains('\n'), "an object is one line");
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(read["text"].as_str(), Some(&*text));
            let expected = if number.is_finite() { number } else { 0.0 };
            let got = read["list"][0].as_f64().unwrap();
            prop_assert!((got - expected).abs() <= expected.abs() * 1e-15, "{} {}", got, expected);
        }
    }
}
