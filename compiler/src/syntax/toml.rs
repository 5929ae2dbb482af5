//! The configuration's text as a tree in which everything knows its place.
//!
//! The reading is done by the `toml` crate. This tree adds the order of the text, one kind of diagnostic for what is not TOML, and
//! [`Text`]: strings that know where in the file each of their characters is written.

mod offsets;
mod read;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;

pub use read::parse;
pub use text::{StringKind, Text};

use crate::diagnostic::{Code, Diagnostic};

/// A key, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name without quotes.
    pub name: String,
    /// Where it is written first: bytes of the file.
    pub span: Range<usize>,
}

/// A table, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    entries: Vec<(Key, Value)>,
}

impl Table {
    /// Finds the value of a key.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entry(name).map(|(_, value)| value)
    }

    /// Finds a key and its value.
    pub fn entry(&self, name: &str) -> Option<(&Key, &Value)> {
        self.iter().find(|(key, _)| key.name == name)
    }

    /// Goes through the entries in the order of the file.
    pub fn iter(&self) -> Iter<'_> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The entries of a table in the order of the file.
pub type Iter<'a> =
    std::iter::Map<std::slice::Iter<'a, (Key, Value)>, fn(&'a (Key, Value)) -> (&'a Key, &'a Value)>;

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it is written: bytes of the file, quotes included; for a `[table]` its header.
    pub span: Range<usize>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A string.
    String(Text),
    /// An integer.
    Integer(i64),
    /// A number with a point or an exponent, `inf` or `nan`.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time or both, as TOML writes it.
    Datetime(String),
    /// A list.
    Array(Vec<Value>),
    /// A table.
    Table(Table),
}

impl Value {
    /// The kind of value, with its article, for messages.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::String(_) => "a string",
            Kind::Integer(_) => "an integer",
            Kind::Float(_) => "a number with a fraction",
            Kind::Boolean(_) => "a boolean",
            Kind::Datetime(_) => "a date or time",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "a table",
        }
    }

    /// The text, if it is a string.
    pub fn as_text(&self) -> Option<&Text> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        if let Kind::Table(table) = &self.kind { Some(table) } else { None }
    }

    /// The values, if it is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Kind::Array(values) = &self.kind { Some(values) } else { None }
    }

    /// The truth, if it is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Kind::Boolean(truth) = self.kind { Some(truth) } else { None }
    }

    /// The number, if it is an integer.
    pub fn as_integer(&self) -> Option<i64> {
        if let Kind::Integer(number) = self.kind { Some(number) } else { None }
    }

    /// The diagnostic that `name` should have been `expected` (with its article) and is not.
    pub fn wrong_type(&self, name: &str, expected: &str) -> Diagnostic {
        Diagnostic::new(Code::WrongType, self.span.clone(), format!("`{name}` has to be {expected}"))
            .label(format!("expected {expected}, found {}", self.describe()))
    }
}
