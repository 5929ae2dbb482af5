//! The prefetched prompt: what a shell shows at once after an empty line.
//!
//! An empty line runs nothing, so the next prompt is the one before with whatever has become stale. Waiting for it
//! costs two wake-ups of idle processors. A shell that can redraw therefore gets it in advance, with each prompt. It
//! shows the prefetched prompt at once, sends its request all the same, and redraws if the answer differs.
//!
//! A clock in the prefetched prompt shows the time of the prompt before, for the fraction of a millisecond until the
//! answer arrives. That is shorter than a frame of a screen.

use super::draw_context::DrawContext;
use super::from_last_known::{Age, FromLastKnown};
use crate::gather::Parts;
use crate::io::Io;
use crate::ipc::frame::{FIELD_END, FRAME_END};
use crate::ipc::message::SAME;
use crate::prompt::PART_END;
use crate::request::Request;

/// Index of the field where the parts begin: after kind, number and freshness.
const PARTS: usize = 3;
/// Index of the field where the prefetched parts begin: after the frame's own parts, of which the last is the prelude.
const HELD: usize = PARTS + 5;

/// Appends the prefetched prompt to a frame that was just drawn and has no end yet. `late` are the sources that the
/// frame shows as stale; its parts begin at byte `begin`.
pub(super) fn append(context: &DrawContext<impl Io>, late: &[&'static str], begin: usize, out: &mut Vec<u8>) {
    let DrawContext { prompt, last_known, read_context, terminal, .. } = context;
    let request = Request { duration: None, ..context.request.clone() };
    let facts =
        prompt.gather(&FromLastKnown { last_known, read_context, request: &request, age: Age::Soon(late) });
    let end = out.len();
    out.push(FIELD_END);
    prompt.draw(&facts, &request, Parts::ALL, terminal, out);
    if out.last() == Some(&PART_END) {
        out.pop();
    }
    if out[begin..end] == out[end + 1..] {
        out.truncate(end + 1);
        out.extend_from_slice(SAME);
    }
}

/// What a shell shows after an empty line before it is answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Prefetched {
    /// Nothing: it waits for the answer.
    #[default]
    Nothing,
    /// This prompt: its parts without the prelude, as they are in a frame.
    Prompt(Vec<u8>),
    /// One of several prompts: the shell may not have received the last one.
    Several,
}

impl Prefetched {
    /// Notes a frame that is sent.
    pub(super) fn note(&mut self, frame: &[u8]) {
        let Some(held) = held(frame) else { return };
        match self {
            Prefetched::Nothing => *self = Prefetched::Prompt(held.to_vec()),
            Prefetched::Prompt(before) if before == held => {}
            Prefetched::Prompt(_) | Prefetched::Several => *self = Prefetched::Several,
        }
    }

    /// Whether the shell certainly shows what this frame shows.
    pub(super) fn is_shown_in(&self, frame: &[u8]) -> bool {
        matches!(self, Prefetched::Prompt(held) if held == parts(frame, PARTS))
    }
}

/// The prefetched parts of a frame.
fn held(frame: &[u8]) -> Option<&[u8]> {
    let mut fields = frame.strip_suffix(&[FRAME_END])?.split(|byte| *byte == FIELD_END);
    let first = fields.nth(HELD)?;
    let is_same = first == SAME && fields.next().is_none();
    Some(parts(frame, if is_same { PARTS } else { HELD }))
}

/// Four fields of a frame, from the one with this index.
fn parts(frame: &[u8], first: usize) -> &[u8] {
    let mut ends = frame
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(**byte, FIELD_END | FRAME_END))
        .map(|(at, _)| at);
    let Some(begin) = ends.nth(first - 1) else { return &[] };
    let end = ends.nth(3).unwrap_or(frame.len());
    &frame[begin + 1..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        text.replace('|', "\x1f").replace(';', "\x1e").into_bytes()
    }

    #[test]
    fn what_a_shell_holds_is_known_for_certain_or_not() {
        let mut prefetched = Prefetched::default();
        assert!(!prefetched.is_shown_in(&frame("drawn|1|fresh|||||;")), "it asks and waits");
        prefetched.note(&frame("drawn|1|stale|left|right|a|b|prelude;"));
        assert_eq!(prefetched, Prefetched::Nothing, "a placeholder");
        prefetched.note(&frame("redraw|1|fresh|left|right|a|b||=;"));
        let next = frame("drawn|2|stale|left|right|a|b|other prelude|=;");
        assert!(prefetched.is_shown_in(&next), "what is printed is printed");
        assert!(!prefetched.is_shown_in(&frame("drawn|2|stale|left|right|a||prelude|=;")));
        prefetched.note(&frame("redraw|1|fresh|other|right|a|b||left|right|a|b|prelude;"));
        assert!(prefetched.is_shown_in(&next));
        prefetched.note(&frame("redraw|1|fresh|left|right|a|b||other|right|a|b|prelude;"));
        assert!(!prefetched.is_shown_in(&next), "it may have heard of the last one");
        assert!(!prefetched.is_shown_in(&frame("drawn|2|fresh|other|right|a|b||=;")), "or not");
    }

    #[test]
    fn a_prompt_may_look_like_the_sign_for_the_same() {
        let mut prefetched = Prefetched::default();
        prefetched.note(&frame("redraw|1|fresh|left|right|a|b||=|right|a|b|prelude;"));
        assert!(prefetched.is_shown_in(&frame("drawn|2|fresh|=|right|a|b||=;")));
        assert!(!prefetched.is_shown_in(&frame("drawn|2|fresh|left|right|a|b||=;")));
    }
}
