//! Texts in TOML files.

use toml::{Table, Value};

/// A TOML document.
#[derive(Debug)]
pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn parse(text: &str) -> Option<Document> {
        text.parse::<Table>().ok().map(|table| Document(Value::Table(table)))
    }

    /// The text at a path of names.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Whether there is `true` at a path of names.
    pub(crate) fn is_true(&self, path: &[&str]) -> bool {
        self.at(path).and_then(Value::as_bool) == Some(true)
    }

    fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |value, name| value.get(name))
    }
}
