//! The style of a group once its variables have values.

use std::ops::Range;

use crate::syntax::format::{StyleExpr, StylePart};

/// A style string that was put together from the parts of a group's style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    text: String,
    /// Of each part: where it ends in the text, and which part it is.
    parts: Vec<(usize, StylePart)>,
}

/// Puts a group's style together. `value` gives the text of each variable, which is itself a style string or a part of one.
pub fn expand<'a, T: AsRef<str>>(
    style: &'a StyleExpr,
    mut value: impl FnMut(&'a str, &'a Range<usize>) -> T,
) -> Expanded {
    let mut expanded = Expanded::default();
    for part in style {
        match part {
            StylePart::Raw { text, .. } => expanded.text.push_str(text),
            StylePart::Variable { name, span } => expanded.text.push_str(value(name, span).as_ref()),
        }
        expanded.parts.push((expanded.text.len(), part.clone()));
    }
    expanded
}

impl Expanded {
    /// The style string, to be read by [`super::parse`].
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where a part of the style string is written in the format string. `None`: it is the value of one variable, or in it.
    pub fn place(&self, part: Range<usize>) -> Option<Range<usize>> {
        let first = self.parts.partition_point(|(end, _)| *end <= part.start);
        let last = self.parts.partition_point(|(end, _)| *end < part.end);
        if first == last && matches!(self.parts.get(first), Some((_, StylePart::Variable { .. }))) {
            return None;
        }
        let begin = |index: usize| if index == 0 { 0 } else { self.parts[index - 1].0 };
        let start = match self.parts.get(first)? {
            (_, StylePart::Raw { span, .. }) => span.start + (part.start - begin(first)),
            (_, StylePart::Variable { span, .. }) => span.start,
        };
        let end = match self.parts.get(last)? {
            (_, StylePart::Raw { span, .. }) => span.start + (part.end - begin(last)),
            (_, StylePart::Variable { span, .. }) => span.end,
        };
        Some(start..end)
    }
}
