//! One request of a session, from the first picture to the last.

use std::io::Write;
use std::sync::Arc;

use super::coalesced_read;
use super::from_last_known::{Age, FromLastKnown};
use super::last_known::LastKnown;
use super::non_blocking::{LateFacts, NonBlockingGather};
use super::prefetched;
use crate::gather::{Parts, ReadContext};
use crate::io::Io;
use crate::ipc::frame::{FIELD_END, FRAME_END};
use crate::pen::{Pen, Terminal};
use crate::prompt::{self, PART_END, Prompt};
use crate::request::Request;

/// One request of a session. It can be drawn several times, as facts arrive.
#[derive(Debug)]
pub(super) struct DrawContext<I> {
    pub(super) seq: u64,
    pub(super) request: Request,
    pub(super) target: DrawTarget,
    pub(super) terminal: Terminal,
    pub(super) read_context: Arc<ReadContext<I>>,
    pub(super) last_known: Arc<LastKnown>,
    /// Whether the shell can show a picture by itself when the next line is empty.
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

/// Which picture of a drawing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrawStage {
    /// The answer to the request.
    First,
    /// The answer, after it was waited for facts.
    Awaited,
    /// What follows an answer that was an echo.
    Verified,
    /// What follows when facts have arrived.
    Redraw,
}

impl DrawStage {
    /// Whether its questions to the memory count: those of one picture for each request.
    const fn counts(self) -> bool {
        matches!(self, DrawStage::First | DrawStage::Verified)
    }

    /// Whether the shell has its answer already.
    const fn is_unasked(self) -> bool {
        matches!(self, DrawStage::Verified | DrawStage::Redraw)
    }
}

impl<I: Io> DrawContext<I> {
    /// Writes a picture as a frame, and says what is still to come.
    pub(super) fn draw<P: Prompt>(&self, picture: DrawStage, out: &mut Vec<u8>) -> LateFacts {
        let wanted = match &self.target {
            DrawTarget::Parts(parts) => *parts,
            DrawTarget::Module(_) => Parts::MODULES,
        };
        let live = NonBlockingGather::new(&self.read_context, &self.request, wanted, &self.last_known);
        let live = if picture.counts() { live } else { live.again() };
        let facts = P::gather(&live);
        let late = live.take_late();
        let waiting = live.into_waiting();
        if waiting.is_empty() {
            coalesced_read::note(self);
        }
        self.write_whole::<P>(picture, &facts, waiting.is_empty(), &late, out);
        waiting
    }

    /// Writes what another look has found, as the answer to the request.
    pub(super) fn draw_shared<P: Prompt>(&self, out: &mut Vec<u8>) {
        let facts = P::gather(&self.recall(Age::New));
        self.write_whole::<P>(DrawStage::First, &facts, true, &[], out);
    }

    /// Writes what was known last of the place as the answer to the request.
    pub(super) fn echo<P: Prompt>(&self, out: &mut Vec<u8>) {
        let facts = P::gather(&self.recall(Age::Unknown));
        self.write::<P>(DrawStage::First, &facts, false, out);
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

    /// Writes a frame, with what the shell shows by itself next. `late` are the sources that are drawn from their last
    /// values.
    fn write_whole<P: Prompt>(
        &self,
        picture: DrawStage,
        facts: &P::Facts,
        is_fresh: bool,
        late: &[&'static str],
        out: &mut Vec<u8>,
    ) {
        let begin = self.write::<P>(picture, facts, is_fresh, out);
        if self.holds && self.target == DrawTarget::Parts(Parts::ALL) {
            prefetched::append::<P>(self, late, begin, out);
        }
        out.push(FRAME_END);
    }

    /// Writes a frame but for its end, and says where its parts begin.
    fn write<P: Prompt>(
        &self,
        picture: DrawStage,
        facts: &P::Facts,
        is_fresh: bool,
        out: &mut Vec<u8>,
    ) -> usize {
        out.clear();
        let kind = if picture.is_unasked() { "redraw" } else { "drawn" };
        let freshness = if is_fresh { "fresh" } else { "stale" };
        // Writing to a vector cannot fail.
        let _ = write!(out, "{kind}\x1f{}\x1f{freshness}\x1f", self.seq);
        let begin = out.len();
        match &self.target {
            DrawTarget::Parts(parts) => prompt::draw::<P>(facts, &self.request, *parts, &self.terminal, out),
            DrawTarget::Module(name) => {
                if let Some(module) = P::MODULES.iter().find(|module| module.name == name) {
                    let mut pen =
                        Pen::new(out, self.request.shell, self.request.terminal_columns).on(&self.terminal);
                    (module.draw)(facts, &mut pen);
                    pen.finish();
                }
            }
        }
        if picture.is_unasked() {
            leave_out_prelude(out, begin);
        }
        if out.last() == Some(&PART_END) {
            out.pop();
        }
        begin
    }
}

/// Makes a picture one that comes unasked, so that a shell looks at it that shows another one already.
pub(super) fn make_redraw(frame: &mut Vec<u8>) {
    if frame.starts_with(b"drawn\x1f") {
        frame.splice(..b"drawn".len(), *b"redraw");
    }
}

/// Whether a frame is a picture that comes unasked.
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
