//! Frames and fields.

const FRAME_END: u8 = 0x1e;
const FIELD_END: u8 = 0x1f;

/// A message from a client. What is not UTF-8 in it is shown with replacement characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The first field.
    pub kind: String,
    /// Name and value of the others.
    pub fields: Vec<(String, String)>,
}

impl Message {
    /// Reads a frame without its end.
    pub fn parse(frame: &[u8]) -> Message {
        let mut fields = frame.split(|byte| *byte == FIELD_END);
        let kind = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
        let field = |field: &[u8]| {
            let middle = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
            let (name, value) = field.split_at(middle);
            let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default());
            (String::from_utf8_lossy(name).into_owned(), unescape(&value))
        };
        Message { kind, fields: fields.map(field).collect() }
    }

    /// The value of a field; empty if there is none.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.0 == name).map_or("", |field| field.1.as_str())
    }

    /// All values that have this name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.fields.iter().filter(|field| field.0 == name).map(|field| field.1.clone()).collect()
    }
}

/// The frames in a text, without their ends; what follows the last end is left out.
pub fn split_frames(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = text.iter().rposition(|byte| *byte == FRAME_END);
    end.map(|end| text[..end].split(|byte| *byte == FRAME_END)).into_iter().flatten()
}

/// Writes text so that it can stand in a field.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\x1d' => out.push_str("\x1d]"),
            '\x1e' => out.push_str("\x1d^"),
            '\x1f' => out.push_str("\x1d_"),
            _ => out.push(c),
        }
    }
    out
}

/// Reads what [`escape`] has written.
pub fn unescape(text: &str) -> String {
    text.replace("\x1d_", "\x1f").replace("\x1d^", "\x1e").replace("\x1d]", "\x1d")
}

#[cfg(test)]
mod tests {
    use super::{Message, escape, split_frames};

    #[test]
    fn any_bytes_survive() {
        let all: String = ('\x01'..='\x7f').chain("\x1d\x1d]\x1d_^\x1e_".chars()).collect();
        let message = Message::parse(format!("draw\x1fpath={}\x1fe.A=", escape(&all)).as_bytes());
        assert_eq!((message.value("path"), message.value("e.A")), (all.as_str(), ""));
        assert_eq!(message.kind, "draw");
    }

    #[test]
    fn only_whole_frames() {
        let frames = |text: &'static [u8]| split_frames(text).collect::<Vec<_>>();
        assert_eq!(frames(b"a\x1eb\x1ec"), [b"a", b"b"]);
        assert!(frames(b"a").is_empty());
    }
}
