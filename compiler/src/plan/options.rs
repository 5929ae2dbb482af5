//! Values of options: from TOML to what an option holds, checked.

use ziron_runtime::spec::{OptionKind, OptionSpec, Value};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::syntax::toml;

/// Checks a value of the configuration against the option it is for; `None` if it does not fit, which has been said then.
pub(super) fn check(
    option: &OptionSpec,
    given: &toml::Value,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let value = convert(option.kind, given);
    match value {
        Ok(value) => Some(value),
        Err(Mismatch::Type) => {
            diagnostics.push(given.wrong_type(&option.name, expected(option.kind)).help(help(option)));
            None
        }
        Err(Mismatch::Negative) => {
            let unit = option.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
            let message = format!("`{}` cannot be negative", option.name);
            diagnostics.push(
                Diagnostic::new(Code::OutOfRange, given.span.clone(), message)
                    .label(format!("expected 0{unit} or more"))
                    .help(help(option)),
            );
            None
        }
    }
}

fn help(option: &OptionSpec) -> String {
    match &option.default {
        Some(default) => format!("the default is `{} = {default}`", option.name),
        None => String::from("by default it is not set"),
    }
}

enum Mismatch {
    Type,
    Negative,
}

fn convert(kind: OptionKind, given: &toml::Value) -> Result<Value, Mismatch> {
    let text = |value: &toml::Value| value.as_text().map(|text| Value::Text(text.as_str().to_owned()));
    let texts =
        |value: &toml::Value| value.as_array()?.iter().map(text).collect::<Option<Vec<_>>>().map(Value::List);
    let found = match kind {
        OptionKind::Bool | OptionKind::OptionalBool => given.as_bool().map(Value::Bool),
        OptionKind::Unsigned | OptionKind::OptionalUnsigned => match given.as_integer() {
            Some(number) if number < 0 => return Err(Mismatch::Negative),
            number => number.map(Value::Integer),
        },
        OptionKind::Integer => given.as_integer().map(Value::Integer),
        OptionKind::Text
        | OptionKind::OptionalText
        | OptionKind::Format
        | OptionKind::Style
        | OptionKind::OptionalStyle => text(given),
        OptionKind::Texts => texts(given).or_else(|| text(given).map(|one| Value::List(vec![one]))),
        OptionKind::Command => texts(given).or_else(|| text(given)),
        OptionKind::Commands => commands(given),
        OptionKind::TextTable => text_table(given),
        OptionKind::Substitutions => substitutions(given),
        OptionKind::Condition => given.as_bool().map(Value::Bool).or_else(|| text(given)),
    };
    found.ok_or(Mismatch::Type)
}

/// A list of command lines; a single word is a command line of its own, as starship takes it.
fn commands(given: &toml::Value) -> Option<Value> {
    let word = |value: &toml::Value| value.as_text().map(|text| Value::Text(text.as_str().to_owned()));
    let line = |value: &toml::Value| match value.as_array() {
        Some(words) => words.iter().map(word).collect::<Option<Vec<_>>>().map(Value::List),
        None => word(value).map(|word| Value::List(vec![word])),
    };
    match given.as_array() {
        Some(lines) => lines.iter().map(line).collect::<Option<Vec<_>>>().map(Value::List),
        None => line(given).map(|line| Value::List(vec![line])),
    }
}

fn text_table(given: &toml::Value) -> Option<Value> {
    let pair = |(key, value): (&toml::Key, &toml::Value)| {
        Some((key.name.clone(), Value::Text(value.as_text()?.as_str().to_owned())))
    };
    given.as_table()?.iter().map(pair).collect::<Option<Vec<_>>>().map(Value::Table)
}

/// A table from text to text, or a list of tables with `from`, `to` and `regex`.
fn substitutions(given: &toml::Value) -> Option<Value> {
    let one = |value: &toml::Value| {
        let table = value.as_table()?;
        let text = |name: &str| Some(Value::Text(table.get(name)?.as_text()?.as_str().to_owned()));
        let regex = match table.get("regex") {
            Some(value) => value.as_bool()?,
            None => false,
        };
        Some(Value::Table(vec![
            (String::from("from"), text("from")?),
            (String::from("to"), text("to")?),
            (String::from("regex"), Value::Bool(regex)),
        ]))
    };
    match given.as_array() {
        Some(items) => items.iter().map(one).collect::<Option<Vec<_>>>().map(Value::List),
        None => text_table(given),
    }
}

fn expected(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Bool | OptionKind::OptionalBool => "a boolean",
        OptionKind::Unsigned | OptionKind::OptionalUnsigned | OptionKind::Integer => "an integer",
        OptionKind::Text | OptionKind::OptionalText => "a string",
        OptionKind::Format => "a string with a format",
        OptionKind::Style | OptionKind::OptionalStyle => "a string with a style",
        OptionKind::Texts => "an array of strings",
        OptionKind::Command => "a string, or an array of strings",
        OptionKind::Commands => "an array of command lines, each an array of strings",
        OptionKind::TextTable => "a table of strings",
        OptionKind::Substitutions => "a table of strings, or an array of tables with `from` and `to`",
        OptionKind::Condition => "a boolean, or a string with a command",
    }
}
