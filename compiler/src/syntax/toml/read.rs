//! From the tree of the `toml` crate to ours.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Key, Kind, Table, Text, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Reads a configuration.
///
/// What is not TOML is reported, and values with something wrong in them are left out, so that the rest can be checked in the same run.
pub fn parse(file: &str, diagnostics: &mut Diagnostics) -> Table {
    let (root, errors) = DeTable::parse_recoverable(file);
    let mut reader = Reader { file, bad: Vec::new(), diagnostics };
    for error in &errors {
        let diagnostic = syntax_error(file, error);
        reader.bad.push(diagnostic.span.clone());
        reader.diagnostics.push(diagnostic);
    }
    reader.table(root.into_inner())
}

struct Reader<'a> {
    file: &'a str,
    /// Where something is not TOML.
    bad: Vec<Range<usize>>,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn table(&mut self, table: DeTable<'_>) -> Table {
        let mut entries: Vec<(Key, Value)> = table
            .into_iter()
            .filter_map(|(key, value)| {
                let key = Key { span: key.span(), name: key.into_inner().into_owned() };
                Some((key, self.value(value)?))
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        Table { entries }
    }

    /// Reads a value; `None` if it has been reported as wrong.
    fn value(&mut self, value: Spanned<DeValue<'_>>) -> Option<Value> {
        let span = value.span();
        let kind = match value.into_inner() {
            // What follows a header that does not end may be anything.
            DeValue::Table(_) if self.is_cut_short(&span) => return None,
            DeValue::Table(table) => Kind::Table(self.table(table)),
            DeValue::Array(values) => {
                Kind::Array(values.into_iter().filter_map(|value| self.value(value)).collect())
            }
            _ if self.is_bad(&span) => return None,
            DeValue::String(value) => Kind::String(Text::new(value.into_owned(), self.file, span.clone())),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Kind::Integer(number),
                Err(_) => return self.out_of_range(span),
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(value) if value.is_infinite() && !number.as_str().ends_with("inf") => {
                    return self.out_of_range(span);
                }
                Ok(value) => Kind::Float(value),
                Err(_) => return self.out_of_range(span),
            },
            DeValue::Boolean(truth) => Kind::Boolean(truth),
            DeValue::Datetime(datetime) => Kind::Datetime(datetime.to_string()),
        };
        Some(Value { kind, span })
    }

    fn is_bad(&self, span: &Range<usize>) -> bool {
        self.bad.iter().any(|bad| bad.start <= span.end && span.start <= bad.end)
    }

    fn is_cut_short(&self, header: &Range<usize>) -> bool {
        let text = self.file.get(header.clone()).unwrap_or_default();
        text.starts_with('[') && !text.ends_with(']')
    }

    fn out_of_range(&mut self, span: Range<usize>) -> Option<Value> {
        self.diagnostics.push(
            Diagnostic::new(Code::NumberOutOfRange, span, "a number that does not fit")
                .label("does not fit in 64 bits"),
        );
        None
    }
}

fn syntax_error(file: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    if message.starts_with("duplicate key") {
        return Diagnostic::new(Code::DuplicateKey, span, "a key is given twice")
            .label("given before")
            .help("remove one of them, or merge them");
    }
    // A fragment of the form "what is wrong, expected one, another".
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, format!("expected {expected}")),
        None => (message, String::new()),
    };
    let mut diagnostic = Diagnostic::new(Code::TomlSyntax, span.clone(), what).label(expected);
    let next = file.get(span.start..).and_then(|rest| rest.chars().next());
    let in_escape = file.get(..span.start).is_some_and(|before| before.ends_with('\\'));
    if let (true, Some(next)) = (in_escape, next) {
        diagnostic.message = format!("`\\{next}` is not an escape of a string in double quotes");
        diagnostic = diagnostic.label("this character cannot follow a backslash");
        diagnostic.span = span.start - 1..span.start + next.len_utf8();
        diagnostic.help = Some(format!(
            "write `\\\\{next}`, or put the string in single quotes, where `\\{next}` is just that"
        ));
    }
    diagnostic
}
