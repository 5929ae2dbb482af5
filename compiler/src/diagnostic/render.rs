//! Diagnostics as text for people.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Severity};

/// Lines are never cut to fit a terminal: what is wrong may be at the end of a long format.
const UNLIMITED_COLUMNS: usize = 1 << 20;

/// Whether rendered diagnostics contain escape sequences for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Text only.
    Plain,
    /// Colours for a terminal.
    Ansi,
}

impl Diagnostic {
    /// Renders the diagnostic: code and message, the place in `source` underlined, help and notes. Ends without a newline.
    ///
    /// `path` is the name of the file that `source` was read from, as the user knows it.
    pub fn render(&self, path: &str, source: &str, paint: Paint) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let primary = AnnotationKind::Primary
            .span(clamp(&self.span, source))
            .label((!self.label.is_empty()).then_some(self.label.as_str()));
        let related = self
            .related
            .iter()
            .map(|(span, label)| AnnotationKind::Context.span(clamp(span, source)).label(label.as_str()));
        let code = self.code.to_string();
        let group = level
            .primary_title(&self.message)
            .id(&code)
            .element(Snippet::source(source).path(path).annotation(primary).annotations(related))
            .elements(self.help.iter().map(|help| Level::HELP.message(help)))
            .elements(self.notes.iter().map(|note| Level::NOTE.message(note)));
        renderer(paint).render(&[group])
    }
}

impl Diagnostics {
    /// Renders all diagnostics in the order of the text, an empty line between any two. Ends with a newline unless empty.
    pub fn render(&self, path: &str, source: &str, paint: Paint) -> String {
        let mut all = String::new();
        for diagnostic in self {
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(&diagnostic.render(path, source, paint));
            all.push('\n');
        }
        all
    }
}

fn renderer(paint: Paint) -> Renderer {
    match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Ansi => Renderer::styled(),
    }
    .term_width(UNLIMITED_COLUMNS)
}

/// Makes a range of whole characters of `source` out of any range.
fn clamp(span: &Range<usize>, source: &str) -> Range<usize> {
    let start = source.floor_char_boundary(span.start);
    start..source.ceil_char_boundary(span.end.max(start))
}
