//! Format strings: `[via $symbol](bold blue) ($version )`.
//!
//! ```text
//! format      = (text | variable | group | conditional)*
//! text        = (any character except [ ] ( ) \ $ | "\" one of those six)+
//! variable    = "$" letter-or-underscore (letter | digit | "_")*
//!             | "${" (any character except [ ] ( ) \ $ { })+ "}"
//! group       = "[" format "]" "(" style ")"
//! conditional = "(" format ")"
//! style       = (variable | any character except [ ] ( ) \ $)*
//! ```
//! Spaces and newlines are ordinary text. Letters are ASCII.

mod error;
mod parser;
mod print;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use error::{ErrorKind, FormatError};
pub use print::print;

use super::toml::Text;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// How deep groups and conditionals may be nested. Source: ours; nothing real comes near, and it bounds the parser's stack.
pub const MAX_DEPTH: usize = 64;

/// The characters that mean something and need a backslash to be text.
pub const SPECIAL: [char; 6] = ['[', ']', '(', ')', '\\', '$'];

/// One part of a format string. Spans are bytes of the format string's value, brackets and `$` included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Text to draw as it is.
    Text {
        /// The text without its backslashes.
        text: String,
        /// Where it is written.
        span: Range<usize>,
    },
    /// A place for a value.
    Variable {
        /// The name without `$` and braces.
        name: String,
        /// Where it is written.
        span: Range<usize>,
    },
    /// Pieces with a style of their own.
    Group {
        /// What is styled.
        pieces: Vec<Self>,
        /// The style that replaces the one outside.
        style: StyleExpr,
        /// Where it is written, from `[` to the `)` of the style.
        span: Range<usize>,
    },
    /// Pieces that are drawn if a variable among them is not empty.
    Conditional {
        /// What is drawn or not.
        pieces: Vec<Self>,
        /// Where it is written, from `(` to `)`.
        span: Range<usize>,
    },
}

impl Piece {
    /// Where the piece is written.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Text { span, .. }
            | Self::Variable { span, .. }
            | Self::Group { span, .. }
            | Self::Conditional { span, .. } => span.clone(),
        }
    }
}

/// What stands in the parentheses of a group.
///
/// Once its variables are replaced by their values and everything is joined, it is a style string (see [`super::style`]).
pub type StyleExpr = Vec<StylePart>;

/// One part of a group's style. Spans are bytes of the format string's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StylePart {
    /// Part of a style string.
    Raw {
        /// The text as written; styles have no escapes.
        text: String,
        /// Where it is written.
        span: Range<usize>,
    },
    /// A place for a style, or for a part of one.
    Variable {
        /// The name without `$` and braces.
        name: String,
        /// Where it is written.
        span: Range<usize>,
    },
}

/// A format string that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// Its parts. What could not be understood is missing, or is there as text.
    pub pieces: Vec<Piece>,
    /// What is wrong with it, in order.
    pub errors: Vec<FormatError>,
}

/// Reads a format string.
pub fn parse(source: &str) -> Format {
    parser::parse(source)
}

/// Reads the format string that a value of the configuration is, and reports what is wrong with it.
pub fn parse_text(text: &Text, diagnostics: &mut Diagnostics) -> Vec<Piece> {
    let Format { pieces, errors } = parse(text.as_str());
    diagnostics.extend(errors.iter().map(|error| error.diagnostic(text)));
    if errors.is_empty() {
        diagnostics.extend(never_shown(&pieces).into_iter().map(|span| {
            Diagnostic::new(Code::NeverShown, text.source_span(span), "this can never be shown")
                .label("no variable is in these parentheses")
                .help(text.kind().encode_backslashes("write `\\(text\\)` for text in parentheses"))
        }));
    }
    pieces
}

/// Calls `visit` with the name and place of every variable in `pieces`, also of those in groups and conditionals, but not in styles.
pub fn for_each_variable<'a>(pieces: &'a [Piece], visit: &mut impl FnMut(&'a str, &'a Range<usize>)) {
    for piece in pieces {
        match piece {
            Piece::Text { .. } => {}
            Piece::Variable { name, span } => visit(name, span),
            Piece::Group { pieces, .. } | Piece::Conditional { pieces, .. } => {
                for_each_variable(pieces, visit);
            }
        }
    }
}

/// Calls `visit` with the name and place of every variable in the styles of `pieces`.
pub fn for_each_style_variable<'a>(pieces: &'a [Piece], visit: &mut impl FnMut(&'a str, &'a Range<usize>)) {
    for piece in pieces {
        if let Piece::Group { style, .. } = piece {
            for part in style {
                if let StylePart::Variable { name, span } = part {
                    visit(name, span);
                }
            }
        }
        if let Piece::Group { pieces, .. } | Piece::Conditional { pieces, .. } = piece {
            for_each_style_variable(pieces, visit);
        }
    }
}

/// Finds the conditionals that can never be shown because no variable is in them.
pub fn never_shown(pieces: &[Piece]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text { .. } | Piece::Variable { .. } => {}
            Piece::Group { pieces, .. } => found.extend(never_shown(pieces)),
            Piece::Conditional { pieces, span } => {
                let mut any = false;
                for_each_variable(pieces, &mut |_, _| any = true);
                if any {
                    found.extend(never_shown(pieces));
                } else {
                    found.push(span.clone());
                }
            }
        }
    }
    found
}
