//! What can be wrong with a format string.

use std::ops::Range;

use super::MAX_DEPTH;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::toml::Text;

/// One mistake in a format string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FormatError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Which bytes of the format string's value.
    pub span: Range<usize>,
}

/// The kinds of mistakes in a format string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A `[` without its `]`.
    UnclosedGroup,
    /// A `(` without its `)`.
    UnclosedConditional,
    /// The `(` of a style without its `)`.
    UnclosedStyle,
    /// A `${` without its `}`.
    UnclosedBrace,
    /// A `)` or `]` that closes nothing.
    UnexpectedClosing(char),
    /// A `[text]` that is not followed by `(style)`.
    MissingStyle,
    /// A backslash before a character that needs none; `None` at the end.
    BadEscape(Option<char>),
    /// A `$` that is followed by neither a name nor a brace.
    BareDollar,
    /// Nothing between the braces.
    EmptyName,
    /// A character between the braces that a name cannot have.
    BadNameCharacter(char),
    /// A character in a group's style that a style cannot have.
    BadStyleCharacter(char),
    /// Too many groups and conditionals around each other.
    NestedTooDeep,
}

impl FormatError {
    /// The code of the diagnostic.
    pub fn code(&self) -> Code {
        match self.kind {
            ErrorKind::UnclosedGroup
            | ErrorKind::UnclosedConditional
            | ErrorKind::UnclosedStyle
            | ErrorKind::UnclosedBrace => Code::Unclosed,
            ErrorKind::UnexpectedClosing(_) => Code::UnexpectedClosing,
            ErrorKind::MissingStyle => Code::MissingStyle,
            ErrorKind::BadEscape(_) => Code::BadEscape,
            ErrorKind::BareDollar => Code::BareDollar,
            ErrorKind::EmptyName | ErrorKind::BadNameCharacter(_) => Code::BadVariableName,
            ErrorKind::BadStyleCharacter(_) => Code::BadStyleText,
            ErrorKind::NestedTooDeep => Code::NestedTooDeep,
        }
    }

    /// What is wrong: lower-case, no full stop.
    pub fn message(&self) -> String {
        match &self.kind {
            ErrorKind::UnclosedGroup => "`[` is not closed".into(),
            ErrorKind::UnclosedConditional => "`(` is not closed".into(),
            ErrorKind::UnclosedStyle => "the `(` of a style is not closed".into(),
            ErrorKind::UnclosedBrace => "`${` is not closed".into(),
            ErrorKind::UnexpectedClosing(closing) => format!("`{closing}` closes nothing"),
            ErrorKind::MissingStyle => "a group without a style".into(),
            ErrorKind::BadEscape(Some(character)) => format!("a backslash before `{}`", shown(*character)),
            ErrorKind::BadEscape(None) => "a backslash at the end of a format".into(),
            ErrorKind::BareDollar => "a dollar sign without a name".into(),
            ErrorKind::EmptyName => "a variable without a name".into(),
            ErrorKind::BadNameCharacter(character) => {
                format!("`{}` in the name of a variable", shown(*character))
            }
            ErrorKind::BadStyleCharacter(character) => format!("`{}` in a style", shown(*character)),
            ErrorKind::NestedTooDeep => format!("a format nested more than {MAX_DEPTH} deep"),
        }
    }

    /// What was expected in its place.
    pub fn label(&self) -> &'static str {
        match self.kind {
            ErrorKind::UnclosedGroup => "expected `](style)` after this",
            ErrorKind::UnclosedConditional | ErrorKind::UnclosedStyle => "expected `)` after this",
            ErrorKind::UnclosedBrace => "expected `}` after this",
            ErrorKind::UnexpectedClosing(']') => "there is no `[` before it",
            ErrorKind::UnexpectedClosing(_) => "there is no `(` before it",
            ErrorKind::MissingStyle => "expected `(style)` right after this",
            ErrorKind::BadEscape(_) => "expected one of `[`, `]`, `(`, `)`, `\\`, `$` after the backslash",
            ErrorKind::BareDollar => "expected a name after this",
            ErrorKind::EmptyName => "expected a name in the braces",
            ErrorKind::BadNameCharacter(_) => "expected `}` before this",
            ErrorKind::BadStyleCharacter(_) => "expected a word, a variable or `)`",
            ErrorKind::NestedTooDeep => "one too many",
        }
    }

    /// What to write instead, as a format string: `\$` even where the file needs `\\$`.
    pub fn help(&self) -> String {
        match &self.kind {
            ErrorKind::UnclosedGroup => "write `\\[` for a bracket as text".into(),
            ErrorKind::UnclosedConditional => "write `\\(` for a parenthesis as text".into(),
            ErrorKind::UnclosedStyle => "close the style with `)`; it has no escapes".into(),
            ErrorKind::UnclosedBrace => {
                "write `${name}` for a variable, `\\$` for a dollar sign as text".into()
            }
            ErrorKind::UnexpectedClosing(']') => "write `\\]` for a bracket as text".into(),
            ErrorKind::UnexpectedClosing(_) => "write `\\)` for a parenthesis as text".into(),
            ErrorKind::MissingStyle => {
                "write `[text](style)` for styled text, `[text]()` for no style, `\\[text\\]` for brackets as text"
                    .into()
            }
            ErrorKind::BadEscape(_) => "write `\\\\` for a backslash".into(),
            ErrorKind::BareDollar => "write `\\$` for a dollar sign".into(),
            ErrorKind::EmptyName => "write `${name}`".into(),
            ErrorKind::BadNameCharacter(_) => {
                "a name has none of `[`, `]`, `(`, `)`, `\\`, `$`, `{`, `}`".into()
            }
            ErrorKind::BadStyleCharacter(_) => {
                "a style consists of words such as `bold` and `bg:blue` and of variables such as `$style`".into()
            }
            ErrorKind::NestedTooDeep => "leave out some of the brackets or parentheses".into(),
        }
    }

    /// The mistake as a diagnostic about the text that the format string is.
    pub fn diagnostic(&self, text: &Text) -> Diagnostic {
        Diagnostic::new(self.code(), text.source_span(self.span.clone()), self.message())
            .label(text.kind().encode_backslashes(self.label()))
            .help(text.kind().encode_backslashes(&self.help()))
    }
}

/// A character as it can be shown in a message.
fn shown(character: char) -> String {
    if character.is_control() { character.escape_default().to_string() } else { character.to_string() }
}
