//! Reading frames out of a stream of bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::{FIELD_END, FRAME_END, FrameError, Limits, unescape};

/// How much is read at once (bytes): a request of some forty variables fits.
pub(super) const READ_BYTES: usize = 8 << 10;
/// A buffer that grew beyond this for one frame is given back afterwards (bytes).
const KEEP_BYTES: usize = 4 * READ_BYTES;
/// How many bytes are looked at in one step.
const STEP_BYTES: usize = 32;

/// Takes bytes as they come, and hands out frames.
///
/// Every byte is looked at once and moved at most a few times, however the stream is cut.
///
/// ```
/// use ziron_runtime::client::{Decoder, Limits};
/// let mut decoder = Decoder::new(Limits::REQUEST);
/// decoder.push(b"bye\x1eevent\x1fname=bu");
/// assert_eq!(decoder.pull().unwrap().unwrap().kind(), b"bye");
/// assert!(decoder.pull().unwrap().is_none(), "the second is not complete");
/// decoder.push(b"ild\x1e");
/// assert_eq!(decoder.pull().unwrap().unwrap().get("name").unwrap().unwrap().as_ref(), b"build");
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    buffer: Vec<u8>,
    /// Where the first byte is that has not been handed out.
    start: usize,
    /// Up to where the ends of fields and of the frame have been looked for.
    scanned: usize,
    /// How many fields have begun since `start`, the kind not counted.
    fields: usize,
    /// The frame that was found last.
    current: Range<usize>,
    failed: Option<FrameError>,
}

impl Decoder {
    /// Makes a decoder that refuses what is larger than the limits. It allocates when the first bytes come.
    pub const fn new(limits: Limits) -> Decoder {
        Decoder { limits, buffer: Vec::new(), start: 0, scanned: 0, fields: 0, current: 0..0, failed: None }
    }

    /// Adds bytes of the stream. After a failure they are dropped.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.make_room();
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Finds the next frame, which [`Decoder::frame`] then gives; false if it is not complete yet. A failure stays.
    pub fn advance(&mut self) -> Result<bool, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.search().inspect_err(|error| {
            self.failed = Some(*error);
            self.current = 0..0;
            self.buffer = Vec::new();
        })
    }

    /// The frame that [`Decoder::advance`] found; an empty one if it found none.
    pub fn frame(&self) -> Frame<'_> {
        Frame { bytes: self.buffer.get(self.current.clone()).unwrap_or_default() }
    }

    /// Finds and gives the next frame.
    pub fn pull(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        Ok(if self.advance()? { Some(self.frame()) } else { None })
    }

    /// Whether bytes of a frame that is not complete are waiting. At the end of a stream that means: it was cut off.
    pub fn is_within_frame(&self) -> bool {
        self.start < self.buffer.len()
    }

    /// The buffer, to read into; `None` after a failure.
    pub(super) fn room(&mut self) -> Option<&mut Vec<u8>> {
        if self.failed.is_some() {
            return None;
        }
        self.make_room();
        self.buffer.reserve(READ_BYTES);
        Some(&mut self.buffer)
    }

    fn search(&mut self) -> Result<bool, FrameError> {
        let mut at = self.scanned;
        let end = loop {
            let rest = &self.buffer[at..];
            // Whole steps without the end of a frame are counted without a branch for each byte.
            if let Some(step) = rest.first_chunk::<STEP_BYTES>()
                && !has_frame_end(step)
            {
                self.fields += count_field_ends(step);
                at += STEP_BYTES;
            } else {
                match rest.iter().take(STEP_BYTES).position(|byte| *byte == FRAME_END) {
                    Some(offset) => {
                        self.fields += count_field_ends(&rest[..offset]);
                        break Some(at + offset);
                    }
                    // Less than a step is left.
                    None => {
                        self.fields += count_field_ends(rest);
                        at = self.buffer.len();
                        break None;
                    }
                }
            }
            self.check(at)?;
        };
        self.check(end.unwrap_or(at))?;
        let Some(end) = end else {
            self.scanned = at;
            return Ok(false);
        };
        self.current = self.start..end;
        self.start = end + 1;
        self.scanned = self.start;
        self.fields = 0;
        Ok(true)
    }

    fn check(&self, end: usize) -> Result<(), FrameError> {
        if end - self.start > self.limits.bytes {
            return Err(FrameError::TooLong { limit: self.limits.bytes });
        }
        if self.fields > self.limits.fields {
            return Err(FrameError::TooManyFields { limit: self.limits.fields });
        }
        Ok(())
    }

    /// Forgets what was handed out. What is left moves only when it is the smaller part, so that each byte moves
    /// seldom.
    fn make_room(&mut self) {
        self.current = 0..0;
        let left = self.buffer.len() - self.start;
        if left == 0 {
            self.buffer.clear();
            if self.buffer.capacity() > KEEP_BYTES {
                self.buffer = Vec::new();
            }
        } else if left <= self.start {
            self.buffer.copy_within(self.start.., 0);
            self.buffer.truncate(left);
        } else {
            return;
        }
        self.scanned -= self.start;
        self.start = 0;
    }
}

#[allow(
    clippy::needless_bitwise_bool,
    reason = "without branches, the processor compares many bytes at once"
)]
fn has_frame_end(step: &[u8; STEP_BYTES]) -> bool {
    step.iter().fold(false, |seen, byte| seen | (*byte == FRAME_END))
}

#[allow(clippy::naive_bytecount, reason = "the compiler makes the same of it, for pieces of this size")]
fn count_field_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == FIELD_END).count()
}

/// One frame, in the decoder's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'b> {
    bytes: &'b [u8],
}

impl<'b> Frame<'b> {
    /// Takes a frame's bytes, without its end.
    pub const fn new(bytes: &'b [u8]) -> Frame<'b> {
        Frame { bytes }
    }

    /// The bytes of the frame, without its end.
    pub const fn bytes(self) -> &'b [u8] {
        self.bytes
    }

    /// The kind of the message: the first field, as it was written.
    pub fn kind(self) -> &'b [u8] {
        self.bytes.split(|byte| *byte == FIELD_END).next().unwrap_or_default()
    }

    /// The fields after the kind, as they were written.
    pub fn fields(self) -> Fields<'b> {
        let kind = self.kind().len();
        Fields { rest: self.bytes.get(kind + 1..) }
    }

    /// The fields after the kind as names and values. Names are as they were written; values are unescaped.
    pub fn pairs(self) -> Pairs<'b> {
        Pairs { fields: self.fields() }
    }

    /// The value of the first field with a name.
    pub fn get(self, name: &str) -> Option<Result<Cow<'b, [u8]>, FrameError>> {
        self.fields()
            .find_map(|field| Some(unescape(field.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?)))
    }
}

/// The fields of a frame.
#[derive(Clone, Debug)]
pub struct Fields<'b> {
    rest: Option<&'b [u8]>,
}

impl<'b> Iterator for Fields<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        let rest = self.rest?;
        let end = rest.iter().position(|byte| *byte == FIELD_END);
        self.rest = end.and_then(|end| rest.get(end + 1..));
        Some(&rest[..end.unwrap_or(rest.len())])
    }
}

/// The names and values of a frame.
#[derive(Clone, Debug)]
pub struct Pairs<'b> {
    fields: Fields<'b>,
}

impl<'b> Iterator for Pairs<'b> {
    type Item = Result<(&'b [u8], Cow<'b, [u8]>), FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.fields.next()?;
        let Some(at) = field.iter().position(|byte| *byte == b'=') else {
            return Some(Err(FrameError::Field));
        };
        Some(unescape(&field[at + 1..]).map(|value| (&field[..at], value)))
    }
}
