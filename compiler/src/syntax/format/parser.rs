//! The parser: recursive descent, one function per rule, never gives up before the end.

use std::ops::Range;

use super::{ErrorKind, Format, FormatError, MAX_DEPTH, Piece, SPECIAL, StyleExpr, StylePart};

pub(super) fn parse(source: &str) -> Format {
    let mut parser = Parser { source, at: 0, open: Vec::new(), errors: Vec::new() };
    let mut pieces = Vec::new();
    loop {
        parser.pieces(&mut pieces);
        // Only a closing bracket that belongs to nothing is left to stop at.
        let Some(closing) = parser.peek() else { break };
        let start = parser.at;
        parser.bump(closing);
        parser.error(ErrorKind::UnexpectedClosing(closing), start..parser.at);
    }
    parser.errors.sort_by_key(|error| (error.span.start, error.span.end));
    Format { pieces, errors: parser.errors }
}

struct Parser<'a> {
    source: &'a str,
    /// The next byte to read.
    at: usize,
    /// The closing characters that are waited for, outermost first.
    open: Vec<char>,
    errors: Vec<FormatError>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self, character: char) {
        self.at += character.len_utf8();
    }

    fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.bump(character);
        }
        found
    }

    fn error(&mut self, kind: ErrorKind, span: Range<usize>) {
        self.errors.push(FormatError { kind, span });
    }

    /// `format`: stops at the end, or at a closing character that someone waits for or that is not waited for at all.
    fn pieces(&mut self, pieces: &mut Vec<Piece>) {
        while let Some(next) = self.peek() {
            match next {
                '[' | '(' if self.open.len() >= MAX_DEPTH => {
                    self.error(ErrorKind::NestedTooDeep, self.at..self.at + 1);
                    self.at = self.source.len();
                    self.open.clear();
                }
                '[' => {
                    let group = self.group();
                    pieces.push(group);
                }
                '(' => {
                    let conditional = self.conditional();
                    pieces.push(conditional);
                }
                '$' => {
                    let start = self.at;
                    match self.variable() {
                        Some(name) => pieces.push(Piece::Variable { name, span: start..self.at }),
                        None => push_text(pieces, &self.source[start..self.at], start..self.at),
                    }
                }
                ')' | ']' => {
                    let innermost_waits = self.open.last().is_some_and(|it| *it == next);
                    if innermost_waits || self.open.is_empty() || self.open.contains(&next) {
                        return;
                    }
                    let start = self.at;
                    self.bump(next);
                    self.error(ErrorKind::UnexpectedClosing(next), start..self.at);
                }
                _ => self.text(pieces),
            }
        }
    }

    /// `text`, up to the next character that is not text.
    fn text(&mut self, pieces: &mut Vec<Piece>) {
        let start = self.at;
        let mut text = String::new();
        while let Some(next) = self.peek() {
            match next {
                '\\' => {
                    self.bump(next);
                    match self.peek() {
                        Some(escaped) if SPECIAL.contains(&escaped) => {
                            self.bump(escaped);
                            text.push(escaped);
                        }
                        other => {
                            let backslash = self.at - 1;
                            if let Some(character) = other {
                                self.bump(character);
                                text.push(character);
                            }
                            self.error(ErrorKind::BadEscape(other), backslash..self.at);
                        }
                    }
                }
                special if SPECIAL.contains(&special) => break,
                ordinary => {
                    self.bump(ordinary);
                    text.push(ordinary);
                }
            }
        }
        push_text(pieces, &text, start..self.at);
    }

    /// `variable`: the name, or what could not be one.
    fn variable(&mut self) -> Option<String> {
        let start = self.at;
        self.bump('$');
        if self.eat('{') {
            return self.braced_name(start);
        }
        let rest = self.rest();
        let length = rest
            .bytes()
            .enumerate()
            .take_while(|(index, byte)| {
                byte.is_ascii_alphabetic() || *byte == b'_' || (*index > 0 && byte.is_ascii_digit())
            })
            .count();
        if length == 0 {
            self.error(ErrorKind::BareDollar, start..self.at);
            return None;
        }
        self.at += length;
        Some(rest[..length].to_owned())
    }

    /// The rest of `${name}`, which began at `start`.
    fn braced_name(&mut self, start: usize) -> Option<String> {
        let rest = self.rest();
        let is_bad = |character: char| SPECIAL.contains(&character) || character == '{';
        let Some(end) = rest.find(|character| character == '}' || is_bad(character)) else {
            self.error(ErrorKind::UnclosedBrace, start..self.at);
            return None;
        };
        if rest.as_bytes()[end] == b'}' {
            self.at += end + 1;
            if end == 0 {
                self.error(ErrorKind::EmptyName, start..self.at);
                return None;
            }
            return Some(rest[..end].to_owned());
        }
        // The brace may be closed farther on, in the same word: then the name is bad, else the brace is forgotten.
        let word_end = rest.find(|character: char| character.is_whitespace() || character == '$');
        if let Some(length) = rest[..word_end.unwrap_or(rest.len())].find('}')
            && let Some(bad) = rest[end..].chars().next()
        {
            let at = self.at + end;
            self.error(ErrorKind::BadNameCharacter(bad), at..at + bad.len_utf8());
            self.at += length + 1;
        } else {
            self.error(ErrorKind::UnclosedBrace, start..self.at);
        }
        None
    }

    /// `group`.
    fn group(&mut self) -> Piece {
        let start = self.at;
        self.bump('[');
        let mut pieces = Vec::new();
        self.open.push(']');
        self.pieces(&mut pieces);
        let cut_short = self.open.is_empty();
        self.open.pop();
        let mut style = StyleExpr::new();
        let closing = self.at;
        if self.eat(']') {
            if self.peek() == Some('(') {
                style = self.style();
            } else {
                self.error(ErrorKind::MissingStyle, closing..self.at);
            }
        } else if !cut_short {
            self.error(ErrorKind::UnclosedGroup, start..start + 1);
        }
        Piece::Group { pieces, style, span: start..self.at }
    }

    /// `"(" style ")"`.
    fn style(&mut self) -> StyleExpr {
        let open = self.at;
        self.bump('(');
        let mut style = StyleExpr::new();
        while let Some(next) = self.peek() {
            let start = self.at;
            match next {
                ')' => {
                    self.bump(next);
                    return style;
                }
                '$' => {
                    if let Some(name) = self.variable() {
                        style.push(StylePart::Variable { name, span: start..self.at });
                    }
                }
                // A group cannot begin in a style: the parenthesis was forgotten.
                '[' => break,
                bad if SPECIAL.contains(&bad) => {
                    self.bump(bad);
                    self.error(ErrorKind::BadStyleCharacter(bad), start..self.at);
                }
                _ => {
                    let rest = self.rest();
                    let length = rest.find(SPECIAL).unwrap_or(rest.len());
                    self.at += length;
                    style.push(StylePart::Raw { text: rest[..length].to_owned(), span: start..self.at });
                }
            }
        }
        self.error(ErrorKind::UnclosedStyle, open..open + 1);
        style
    }

    /// `conditional`.
    fn conditional(&mut self) -> Piece {
        let start = self.at;
        self.bump('(');
        let mut pieces = Vec::new();
        self.open.push(')');
        self.pieces(&mut pieces);
        let cut_short = self.open.is_empty();
        self.open.pop();
        if !self.eat(')') && !cut_short {
            self.error(ErrorKind::UnclosedConditional, start..start + 1);
        }
        Piece::Conditional { pieces, span: start..self.at }
    }
}

/// Adds text, joined with the text before it.
fn push_text(pieces: &mut Vec<Piece>, more: &str, place: Range<usize>) {
    if let Some(Piece::Text { text, span }) = pieces.last_mut()
        && span.end == place.start
    {
        text.push_str(more);
        span.end = place.end;
    } else {
        pieces.push(Piece::Text { text: more.to_owned(), span: place });
    }
}
