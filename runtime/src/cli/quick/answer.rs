//! The daemon's answer, as far as it has come.

use std::ops::Range;

use crate::ipc::frame::{FRAME_END, Frame};

/// What there is of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not all of it.
    Incomplete,
    /// Something that the ordinary way knows what to do about.
    Unusual,
    /// What is to be shown: where it is. Of all parts, with one byte more for the end of the last.
    Parts(Range<usize>),
}

/// How many parts a drawn prompt has.
const PARTS: usize = 5;

/// Looks for the drawn prompt, behind the welcome.
pub(super) fn answer(received: &[u8], is_all: bool) -> Answer {
    let (mut start, mut is_welcome) = (0, false);
    while let Some(length) = received[start..].iter().position(|byte| *byte == FRAME_END) {
        let frame = Frame::new(&received[start..start + length]);
        match frame.kind() {
            b"hello" if !is_welcome => {
                let mut states = frame.fields().filter_map(|field| field.strip_prefix(b"state="));
                is_welcome = states.all(|state| state == b"ok" || state == b"other-build");
                if !is_welcome {
                    return Answer::Unusual;
                }
            }
            b"drawn" if is_welcome => return parts(frame, start, is_all).unwrap_or(Answer::Unusual),
            b"error" => return Answer::Unusual,
            // Kinds of later versions.
            _ => {}
        }
        start += length + 1;
    }
    Answer::Incomplete
}

/// Where the parts of a frame that begins at `start` are.
fn parts(frame: Frame<'_>, start: usize, is_all: bool) -> Option<Answer> {
    let mut fields = frame.fields();
    let (seq, freshness, left) = (fields.next()?, fields.next()?, fields.next()?);
    if seq != b"1" {
        return None;
    }
    let start = start + frame.kind().len() + 1 + seq.len() + 1 + freshness.len() + 1;
    if !is_all {
        return Some(Answer::Parts(start..start + left.len()));
    }
    let mut end = start + left.len() + 1;
    for _ in 1..PARTS {
        end += fields.next()?.len() + 1;
    }
    Some(Answer::Parts(start..end))
}
