//! What the compiler has to say about a configuration: all of it at once, under the text that it is about.
//!
//! A [`Diagnostic`] is not an error of the compiler but a part of its answer. Diagnostics are collected in
//! [`Diagnostics`] and rendered in the end, so that one run shows every mistake.

mod code;
mod nearest;
mod render;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use code::Code;
pub use nearest::nearest;
pub use render::Paint;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built.
    Error,
    /// A program is built all the same; starship warns about it at every prompt.
    Warning,
}

/// One remark about one place in the text of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// What kind of remark it is.
    pub code: Code,
    /// Whether it keeps the program from being built.
    pub severity: Severity,
    /// What is wrong: lower-case, no full stop, the user's text in backticks.
    pub message: String,
    /// The bytes of the configuration's text that are underlined.
    pub span: Range<usize>,
    /// What is written beside the underline; may be empty.
    pub label: String,
    /// Other places that explain this one, each with its own label.
    pub related: Vec<(Range<usize>, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// Makes a diagnostic with the usual severity of its code.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            notes: Vec::new(),
        }
    }

    /// Writes `label` beside the underlined text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Underlines a second place that explains the first.
    #[must_use]
    pub fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do about it, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into);
        self
    }

    /// Adds something worth knowing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Replaces the usual severity of the code.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Diagnostics in the order of the text, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    sorted: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Makes an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a diagnostic, unless the same was said about the same place before.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let place = |it: &Diagnostic| (it.span.start, it.span.end, it.severity);
        let mut at = self.sorted.partition_point(|it| place(it) < place(&diagnostic));
        while let Some(other) = self.sorted.get(at)
            && place(other) == place(&diagnostic)
        {
            if other.code == diagnostic.code && other.message == diagnostic.message {
                return;
            }
            at += 1;
        }
        self.sorted.insert(at, diagnostic);
    }

    /// Whether one of them keeps the program from being built.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.sorted.iter().filter(|it| it.severity == severity).count()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Goes through them in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.sorted.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.sorted.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
