//! What git makes of a file before it hashes it: another encoding, line endings and `$Id$` are undone. Programs are never run.
//!
//! Source: gitattributes(5), "Effects".

use std::collections::HashSet;

use gix::attrs::StateRef;
use gix::attrs::search::Outcome;
use gix::bstr::ByteSlice;
use gix::filter::plumbing::eol::{self, AttributesDigest};
use gix::filter::plumbing::ident;

use super::encoding::{Decoded, Encoding};
use super::error::ReadError;

/// The attributes that decide, in the order that [`Conversion::new`] takes them.
pub(super) const ATTRIBUTES: [&str; 6] = ["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"];

/// What becomes of line endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// They stay.
    Keep,
    /// CR LF becomes LF.
    Text,
    /// The same, if the content looks like text and was not committed with CR LF.
    Auto,
}

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conversion {
    lines: Lines,
    ident: bool,
    encoding: Option<Encoding>,
}

/// The settings that count.
#[derive(Debug)]
pub(super) struct Settings {
    /// Of files without attributes: `core.autocrlf`.
    pub lines: Lines,
    /// The names of filters that have a program.
    pub filters: HashSet<Vec<u8>>,
}

impl Settings {
    pub(super) fn new(repository: &gix::Repository) -> Self {
        let config = repository.config_snapshot();
        let input = config.string("core.autocrlf").is_some_and(|value| value.eq_ignore_ascii_case(b"input"));
        let auto = input || config.boolean("core.autocrlf").unwrap_or(false);
        let sections = config.plumbing().sections_by_name("filter");
        let filters = sections
            .into_iter()
            .flatten()
            .filter(|section| ["clean", "process"].into_iter().any(|key| section.contains_value_name(key)))
            .filter_map(|section| section.header().subsection_name().map(|name| name.to_vec()))
            .collect();
        Self { lines: if auto { Lines::Auto } else { Lines::Keep }, filters }
    }
}

impl Conversion {
    /// Takes it from the values of [`ATTRIBUTES`]; `None` if a program would have to be run.
    pub(super) fn new(attributes: &Outcome, settings: &Settings) -> Option<Self> {
        let mut values = attributes.iter_selected().map(|found| found.assignment.state);
        let mut next = || values.next().unwrap_or(StateRef::Unspecified);
        let [text, crlf, eol, ident, filter, encoding] = [next(), next(), next(), next(), next(), next()];
        if let StateRef::Value(name) = filter
            && settings.filters.contains(name.as_bstr().as_bytes())
        {
            return None;
        }
        let eol =
            matches!(eol, StateRef::Value(value) if matches!(value.as_bstr().as_bytes(), b"lf" | b"crlf"));
        let lines = match lines(text).or_else(|| lines(crlf)) {
            // Which end a file gets in the work tree decides nothing here, but a file that gets one is text.
            None if eol => Lines::Text,
            None => settings.lines,
            Some(lines) => lines,
        };
        let encoding = match encoding {
            StateRef::Value(name) => Encoding::named(name.as_bstr()),
            _ => None,
        };
        Some(Self { lines, ident: matches!(ident, StateRef::Set), encoding })
    }

    /// Whether a file stays as it is, whatever it holds.
    pub(super) fn is_nothing(self) -> bool {
        self.lines == Lines::Keep && !self.ident && self.encoding.is_none()
    }

    /// Converts `bytes`, with `spare` to work in. `committed` reads what the index has of the file, `None` if nothing.
    pub(super) fn apply(
        self,
        bytes: &mut Vec<u8>,
        spare: &mut Vec<u8>,
        committed: impl Fn() -> Option<Vec<u8>>,
    ) -> Result<(), ReadError> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some(encoding) = self.encoding {
            spare.clear();
            match encoding.decode(bytes, spare) {
                Decoded::Text => std::mem::swap(bytes, spare),
                Decoded::AsItIs => {}
                Decoded::Unknown => return Err(ReadError::new("a file in this encoding")),
            }
        }
        let digest = match self.lines {
            Lines::Keep => AttributesDigest::Binary,
            Lines::Text => AttributesDigest::TextInput,
            Lines::Auto => AttributesDigest::TextAutoInput,
        };
        let mut index = |into: &mut Vec<u8>| {
            Ok(committed().map(|blob| {
                *into = blob;
            }))
        };
        let options = eol::convert_to_git::Options::default();
        if eol::convert_to_git(bytes, digest, spare, &mut index, options).map_err(ReadError::at("a file"))? {
            std::mem::swap(bytes, spare);
        }
        if self.ident && ident::undo(bytes, spare).map_err(ReadError::at("a file"))? {
            std::mem::swap(bytes, spare);
        }
        Ok(())
    }
}

/// What `text` or the older `crlf` says; nothing if it says nothing of line endings.
fn lines(attribute: StateRef<'_>) -> Option<Lines> {
    match attribute {
        StateRef::Set => Some(Lines::Text),
        StateRef::Unset => Some(Lines::Keep),
        StateRef::Unspecified => None,
        StateRef::Value(value) => match value.as_bstr().as_bytes() {
            b"input" => Some(Lines::Text),
            b"auto" => Some(Lines::Auto),
            _ => None,
        },
    }
}
