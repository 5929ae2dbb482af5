//! The attribute `working-tree-encoding`: what a file is once it is UTF-8.
//!
//! No program is involved. UTF-16, UTF-32, Latin-1 and ASCII are decoded here, with git's rules for byte order marks and under the names that git and
//! glibc's `iconv` know; of a file in another encoding nothing can be said. Source: gitattributes(5), "working-tree-encoding".

/// In which order the bytes of a unit are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
    /// A mark must say it.
    Marked,
    /// A mark may say it; otherwise that of most machines.
    MarkedOrLittle,
}

/// How a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf16(Order),
    Utf32(Order),
    Latin1,
    Ascii,
    /// One that is not decoded here.
    Other,
}

/// The result of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// It is UTF-8 now.
    Text,
    /// It is not what its attribute says; git takes it as it is then.
    AsItIs,
    /// The encoding is not known.
    Unknown,
}

impl Encoding {
    /// The encoding of a name; `None` for UTF-8, which needs no decoding.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if let Some(unit) = name.strip_prefix(b"utf") {
            return Some(match unit.strip_prefix(b"-").unwrap_or(unit) {
                b"8" => return None,
                b"16" => Self::Utf16(Order::Marked),
                b"16le" => Self::Utf16(Order::Little),
                b"16be" => Self::Utf16(Order::Big),
                b"16le-bom" => Self::Utf16(Order::MarkedOrLittle),
                b"32" => Self::Utf32(Order::Marked),
                b"32le" => Self::Utf32(Order::Little),
                b"32be" => Self::Utf32(Order::Big),
                _ => Self::Other,
            });
        }
        Some(match &*name {
            b"latin-1" | b"latin1" | b"l1" | b"iso-8859-1" | b"iso8859-1" | b"iso_8859-1" | b"iso88591"
            | b"8859_1" | b"cp819" | b"ibm819" => Self::Latin1,
            b"ascii" | b"us-ascii" | b"us" => Self::Ascii,
            _ => Self::Other,
        })
    }

    /// Decodes `bytes` into the empty buffer `text`.
    pub(super) fn decode(self, bytes: &[u8], text: &mut Vec<u8>) -> Decoded {
        let done = match self {
            Self::Other => return Decoded::Unknown,
            Self::Latin1 => push(text, bytes.iter().map(|&byte| Some(char::from(byte)))),
            Self::Ascii => push(text, bytes.iter().map(|&byte| byte.is_ascii().then_some(char::from(byte)))),
            Self::Utf16(order) => utf16(order, bytes, text),
            Self::Utf32(order) => utf32(order, bytes, text),
        };
        if done.is_some() { Decoded::Text } else { Decoded::AsItIs }
    }
}

fn push(text: &mut Vec<u8>, characters: impl Iterator<Item = Option<char>>) -> Option<()> {
    let mut buffer = [0; 4];
    for character in characters {
        text.extend_from_slice(character?.encode_utf8(&mut buffer).as_bytes());
    }
    Some(())
}

/// The bytes after the mark, and whether the little end comes first. A mark where the name says the order is a mistake.
fn begin<'a>(order: Order, bytes: &'a [u8], marks: [&[u8]; 2]) -> Option<(&'a [u8], bool)> {
    let [little, big] = marks.map(|mark| bytes.strip_prefix(mark));
    match (order, little, big) {
        (Order::Little | Order::Big, None, None) => Some((bytes, order == Order::Little)),
        (Order::Marked | Order::MarkedOrLittle, Some(rest), _) => Some((rest, true)),
        (Order::Marked | Order::MarkedOrLittle, None, Some(rest)) => Some((rest, false)),
        (Order::MarkedOrLittle, None, None) => Some((bytes, true)),
        _ => None,
    }
}

fn utf16(order: Order, bytes: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let (bytes, little) = begin(order, bytes, [b"\xff\xfe", b"\xfe\xff"])?;
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let unit = |&pair| if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
    push(text, char::decode_utf16(pairs.iter().map(unit)).map(Result::ok))
}

fn utf32(order: Order, bytes: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let (bytes, little) = begin(order, bytes, [b"\xff\xfe\0\0", b"\0\0\xfe\xff"])?;
    let (quads, []) = bytes.as_chunks::<4>() else { return None };
    let unit =
        |&quad| char::from_u32(if little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) });
    push(text, quads.iter().map(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_marks_and_mistakes() {
        let both = |name: &[u8], bytes: &[u8]| {
            let mut text = Vec::new();
            let decoded = Encoding::named(name).map(|encoding| encoding.decode(bytes, &mut text));
            (decoded, String::from_utf8_lossy(&text).into_owned())
        };
        for (name, bytes, expected) in [
            (&b"UTF-16"[..], &b"\xff\xfea\0"[..], Some("a")),
            (b"utf16", b"\xfe\xff\0a", Some("a")),
            (b"UTF-16", b"a\0", None),
            (b"UTF-16LE", b"a\0\x3d\xd8\x00\xde", Some("a\u{1f600}")),
            (b"UTF-16LE", b"\xff\xfea\0", None),
            (b"UTF16BE", b"\0a", Some("a")),
            (b"utf-16le-bom", b"\xff\xfea\0", Some("a")),
            (b"utf-16le-bom", b"a\0", Some("a")),
            (b"UTF-16LE", b"a", None),
            (b"UTF-16LE", b"\0\xd8", None),
            (b"UTF-32", b"\0\0\xfe\xff\0\0\0a", Some("a")),
            (b"UTF-32", b"\0\0\0a", None),
            (b"UTF-32LE", b"a\0\0\0", Some("a")),
            (b"UTF-32BE", b"\0\x11\0\0", None),
            (b"latin-1", b"caf\xe9\x80", Some("caf\u{e9}\u{80}")),
            (b"ISO-8859-1", b"\xe4", Some("\u{e4}")),
            (b"US-ASCII", b"x", Some("x")),
            (b"US-ASCII", b"\xe4", None),
        ] {
            let (decoded, text) = both(name, bytes);
            let wanted = if expected.is_some() { Decoded::Text } else { Decoded::AsItIs };
            assert_eq!(decoded, Some(wanted), "{:?} {bytes:x?}", name.escape_ascii().to_string());
            assert!(expected.is_none_or(|expected| expected == text), "{text:?} {bytes:x?}");
        }
        assert_eq!(both(b"uTf8", b"x").0, None);
        assert_eq!(both(b"SHIFT-JIS", b"x").0, Some(Decoded::Unknown));
    }
}
