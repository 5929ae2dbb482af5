//! The drawings of one request, from the answer to the last redraw.

use std::io::Write;
use std::sync::Arc;

use super::coalesced_read;
use super::from_last_known::{Age, FromLastKnown};
use super::last_known::LastKnown;
use super::non_blocking::{LateFacts, NonBlockingGather};
use super::prefetched;
use crate::gather::{Facts, Parts, ReadContext};
use crate::io::Io;
use crate::ipc::frame::{FIELD_END, FRAME_END};
use crate::pen::{Pen, Terminal};
use crate::prompt::{PART_END, Prompt};
use crate::request::Request;

/// One request, which is drawn again as facts arrive.
#[derive(Debug)]
pub(super) struct DrawContext<I: 'static> {
    pub(super) prompt: &'static Prompt<I>,
    pub(super) seq: u64,
    pub(super) request: Request,
    pub(super) target: DrawTarget,
    pub(super) terminal: Terminal,
    pub(super) read_context: Arc<ReadContext<I>>,
    pub(super) last_known: Arc<LastKnown>,
    /// Whether the shell takes a prefetched prompt.
    pub(super) holds: bool,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DrawTarget {
    /// Parts of the prompt.
    Parts(Parts),
    /// One module, in place of the left prompt.
    Module(String),
}

/// Which drawing of a request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrawStage {
    /// The answer to the request.
    First,
    /// The answer, after waiting for facts.
    Awaited,
    /// The real prompt after a placeholder.
    Verified,
    /// A redraw with facts that have arrived.
    Redraw,
}

impl DrawStage {
    /// Whether its lookups in the cache count: those of one drawing for each request.
    const fn counts(self) -> bool {
        matches!(self, DrawStage::First | DrawStage::Verified)
    }

    /// Whether the shell has had an answer.
    const fn is_unasked(self) -> bool {
        matches!(self, DrawStage::Verified | DrawStage::Redraw)
    }
}

impl<I: Io> DrawContext<I> {
    /// Writes a frame, and returns the readings that it did not wait for.
    pub(super) fn draw(&self, stage: DrawStage, out: &mut Vec<u8>) -> LateFacts {
        let wanted = match &self.target {
            DrawTarget::Parts(parts) => *parts,
            DrawTarget::Module(_) => Parts::MODULES,
        };
        let live = NonBlockingGather::new(&self.read_context, &self.request, wanted, &self.last_known);
        let live = if stage.counts() { live } else { live.again() };
        let facts = self.prompt.gather(&live);
        let late = live.take_late();
        let waiting = live.into_waiting();
        if waiting.is_empty() {
            coalesced_read::note(self);
        }
        self.write_whole(stage, &facts, waiting.is_empty(), &late, out);
        waiting
    }

    /// Writes the answer from a coalesced read.
    pub(super) fn draw_shared(&self, out: &mut Vec<u8>) {
        let facts = self.prompt.gather(&self.recall(Age::New));
        self.write_whole(DrawStage::First, &facts, true, &[], out);
    }

    /// Writes a placeholder as the answer.
    pub(super) fn draw_placeholder(&self, out: &mut Vec<u8>) {
        let facts = self.prompt.gather(&self.recall(Age::Unknown));
        self.write(DrawStage::First, &facts, false, out);
        out.push(FRAME_END);
    }

    fn recall<'d>(&'d self, age: Age<'d>) -> FromLastKnown<'d, I> {
        FromLastKnown {
            last_known: &self.last_known,
            read_context: &self.read_context,
            request: &self.request,
            age,
        }
    }

    /// Writes a frame with its prefetched prompt. `late` are the sources that are shown as stale.
    fn write_whole(
        &self,
        stage: DrawStage,
        facts: &Facts<'_>,
        is_fresh: bool,
        late: &[&'static str],
        out: &mut Vec<u8>,
    ) {
        let begin = self.write(stage, facts, is_fresh, out);
        if self.holds && self.target == DrawTarget::Parts(Parts::ALL) {
            prefetched::append(self, late, begin, out);
        }
        out.push(FRAME_END);
    }

    /// Writes a frame without its end, and returns where its parts begin (bytes).
    fn write(&self, stage: DrawStage, facts: &Facts<'_>, is_fresh: bool, out: &mut Vec<u8>) -> usize {
        out.clear();
        let kind = if stage.is_unasked() { "redraw" } else { "drawn" };
        let freshness = if is_fresh { "fresh" } else { "stale" };
        // Writing to a vector cannot fail.
        let _ = write!(out, "{kind}\x1f{}\x1f{freshness}\x1f", self.seq);
        let begin = out.len();
        match &self.target {
            DrawTarget::Parts(parts) => self.prompt.draw(facts, &self.request, *parts, &self.terminal, out),
            DrawTarget::Module(name) => {
                if let Some(module) = self.prompt.module(name) {
                    let mut pen =
                        Pen::new(out, self.request.shell, self.request.terminal_columns).on(&self.terminal);
                    (module.draw)(facts, &mut pen);
                    pen.finish();
                }
            }
        }
        if stage.is_unasked() {
            leave_out_prelude(out, begin);
        }
        if out.last() == Some(&PART_END) {
            out.pop();
        }
        begin
    }
}

/// Turns an answer into a redraw, for a shell that shows something already.
pub(super) fn make_redraw(frame: &mut Vec<u8>) {
    if frame.starts_with(b"drawn\x1f") {
        frame.splice(..b"drawn".len(), *b"redraw");
    }
}

/// Whether a frame is a redraw.
pub(super) fn is_redraw(frame: &[u8]) -> bool {
    frame.starts_with(b"redraw\x1f")
}

/// What a frame shows: whether it is fresh, and the parts that are drawn again.
pub(super) fn shown(frame: &[u8]) -> &[u8] {
    let end_of = |field: usize| {
        let mut ends = frame.iter().enumerate().filter(|(_, byte)| matches!(**byte, FIELD_END | FRAME_END));
        ends.nth(field).map_or(frame.len(), |(at, _)| at)
    };
    // Kind and number come before, what is printed once comes after.
    frame.get(end_of(1)..end_of(6)).unwrap_or_default()
}

/// Empties the fifth part: what is printed before a prompt is printed once.
fn leave_out_prelude(out: &mut Vec<u8>, begin: usize) {
    let mut ends = out[begin..].iter().enumerate().filter(|(_, byte)| **byte == FIELD_END);
    if let Some((fourth, _)) = ends.nth(3) {
        out.truncate(begin + fourth + 1);
        out.push(PART_END);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"redraw\x1f7\x1ffresh\x1f";

    fn frame(parts: &str) -> Vec<u8> {
        [HEAD, parts.replace('|', "\x1f").as_bytes()].concat()
    }

    #[test]
    fn what_is_printed_once_is_not_in_a_redraw() {
        let mut out = frame("left|right|then||prelude|");
        leave_out_prelude(&mut out, HEAD.len());
        assert_eq!(out, frame("left|right|then|||"));
        let mut alone = frame("left");
        leave_out_prelude(&mut alone, HEAD.len());
        assert_eq!(alone, frame("left"), "one part has no prelude");
    }

    #[test]
    fn what_is_shown_is_neither_the_number_nor_the_prelude() {
        let mut answer = frame("left|right|then||prelude|");
        assert_eq!(shown(&answer), b"\x1ffresh\x1fleft\x1fright\x1fthen\x1f");
        answer.splice(..HEAD.len(), *b"redraw\x1f8\x1ffresh\x1f");
        assert_eq!(shown(&answer), shown(&frame("left|right|then||other|")));
    }
}
