//! What a configuration says about the prompt as a whole: the root options, and the `[ziron]` table.

use std::time::Duration;

use ziron_runtime::prelude::Extras;
use ziron_runtime::prompt::Settings;

use super::extras;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::syntax::toml::{Table, Text, Value};

/// The formats of the parts, as they are written; `None` for the default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Formats<'c> {
    pub(super) left: Option<&'c Text>,
    pub(super) right: Option<&'c Text>,
    pub(super) continuation: Option<&'c Text>,
    pub(super) transient_left: Option<&'c Text>,
    pub(super) transient_right: Option<&'c Text>,
    pub(super) title: Option<&'c Text>,
    pub(super) footer: Option<&'c Text>,
    pub(super) failed: Option<&'c Text>,
    pub(super) outdated: Option<&'c Text>,
}

/// The default format of `failed`. It stands on the background of what is before it, so that it does not tear a ribbon
/// of colour.
pub(super) const FAILED: &str = "[⚠ ](bold fg:red bg:prev_bg)";

/// The default format of `outdated`.
pub(super) const OUTDATED: &str = "[↻ ](dimmed)";

/// The default formats. Source: starship's documentation; the transient ones are ours.
pub(super) const DEFAULT_FORMATS: [&str; 5] = ["$all", "", "[∙](bright-black) ", "$character", ""];

/// Options of the root that are read elsewhere, or mean nothing to a compiled prompt.
const OTHERS: &[&str] = &["palette", "palettes", "profiles", "$schema", "ziron", "daemon", "cache"];

/// Names of options of the root, for suggestions.
pub(super) const ROOT: &[&str] = &[
    "format",
    "right_format",
    "continuation_prompt",
    "add_newline",
    "scan_timeout",
    "command_timeout",
    "follow_symlinks",
    "palette",
    "palettes",
    "ziron",
    "daemon",
    "cache",
];

const ZIRON: &[&str] = &[
    "budget",
    "opentelemetry",
    "transient",
    "transient_format",
    "transient_right_format",
    "title",
    "footer",
    "failed",
    "outdated",
    "report_directory",
    "marks",
    "notify_after",
    "notify_with",
    "profile",
];

/// Whether the root understands this key.
pub(super) fn is_root_option(name: &str) -> bool {
    ROOT.contains(&name) || OTHERS.contains(&name)
}

/// What a configuration says about the prompt as a whole.
pub(super) struct Whole<'c> {
    pub(super) settings: Settings,
    pub(super) extras: Extras,
    /// Whether the program writes traces and metrics for OpenTelemetry.
    pub(super) opentelemetry: bool,
    pub(super) formats: Formats<'c>,
}

/// Reads the options of the root.
pub(super) fn read<'c>(root: &'c Table, diagnostics: &mut Diagnostics) -> Whole<'c> {
    let mut reader = Reader { table: root, diagnostics };
    let formats = Formats {
        left: reader.text("format"),
        right: reader.text("right_format"),
        continuation: reader.text("continuation_prompt"),
        ..Formats::default()
    };
    // Sources of the defaults: starship's documentation, "Prompt".
    let command_timeout = reader.milliseconds("command_timeout").unwrap_or(Duration::from_millis(500));
    let settings = Settings {
        add_newline: reader.flag("add_newline").unwrap_or(true),
        budget: command_timeout,
        command_timeout,
        scan_timeout: reader.milliseconds("scan_timeout").unwrap_or(Duration::from_millis(30)),
        follow_symlinks: reader.flag("follow_symlinks").unwrap_or(true),
        transient: false,
    };
    let mut whole = Whole { settings, extras: Extras::NONE, opentelemetry: false, formats };
    let Some(value) = root.get("ziron") else { return whole };
    let Some(table) = value.as_table() else {
        diagnostics.push(value.wrong_type("ziron", "a table"));
        return whole;
    };
    let mut reader = Reader { table, diagnostics };
    let Whole { settings, extras, opentelemetry, formats } = &mut whole;
    settings.budget = reader.milliseconds("budget").unwrap_or(command_timeout);
    settings.transient = reader.flag("transient").unwrap_or(false);
    *opentelemetry = reader.flag("opentelemetry").unwrap_or(false);
    formats.transient_left = reader.text("transient_format");
    formats.transient_right = reader.text("transient_right_format");
    formats.title = reader.text("title");
    formats.footer = reader.text("footer");
    formats.failed = reader.text("failed");
    formats.outdated = reader.text("outdated");
    *extras = extras::read(&mut reader);
    unknown_options("ziron", table, ZIRON, diagnostics);
    whole
}

/// Says which keys of a table of ours mean nothing.
pub(super) fn unknown_options(name: &str, table: &Table, known: &[&str], diagnostics: &mut Diagnostics) {
    for (key, _) in table {
        if !known.contains(&key.name.as_str()) {
            let help = nearest(&key.name, known.iter().copied()).map(|name| format!("write `{name}`"));
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownOption,
                    key.span.clone(),
                    format!("unknown option `{}`", key.name),
                )
                .label(format!("`{name}` has: {}", known.join(", ")))
                .maybe_help(help),
            );
        }
    }
}

/// Reads the options of one table.
pub(super) struct Reader<'c, 'd> {
    pub(super) table: &'c Table,
    pub(super) diagnostics: &'d mut Diagnostics,
}

impl<'c> Reader<'c, '_> {
    fn take<T>(&mut self, name: &str, expected: &str, get: impl Fn(&'c Value) -> Option<T>) -> Option<T> {
        let value = self.table.get(name)?;
        let taken = get(value);
        if taken.is_none() {
            self.diagnostics.push(value.wrong_type(name, expected));
        }
        taken
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, "a boolean", Value::as_bool)
    }

    pub(super) fn text(&mut self, name: &str) -> Option<&'c Text> {
        self.take(name, "a string with a format", Value::as_text)
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.take(name, "a string", Value::as_text)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text.as_str()) {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = nearest(text.as_str(), known.iter().copied()).map(|word| format!("write `\"{word}\"`"));
        self.diagnostics.push(
            Diagnostic::new(Code::OutOfRange, text.span(), format!("`{name}` cannot be `{}`", text.as_str()))
                .label(format!("expected one of: {}", known.join(", ")))
                .maybe_help(help),
        );
        None
    }

    pub(super) fn milliseconds(&mut self, name: &str) -> Option<Duration> {
        self.natural(name, "an integer (ms)", "expected 0 ms or more").map(Duration::from_millis)
    }

    pub(super) fn count(&mut self, name: &str) -> Option<u64> {
        self.natural(name, "an integer", "expected 0 or more")
    }

    fn natural(&mut self, name: &str, expected: &str, range: &str) -> Option<u64> {
        let number = self.take(name, expected, Value::as_integer)?;
        let Ok(number) = u64::try_from(number) else {
            let span = self.table.get(name).map(|value| value.span.clone()).unwrap_or_default();
            self.diagnostics.push(
                Diagnostic::new(Code::OutOfRange, span, format!("`{name}` cannot be negative")).label(range),
            );
            return None;
        };
        Some(number)
    }
}
