//! Frames: how messages become bytes, and bytes become frames again.
//!
//! ```text
//! kind US name=value US name=value … RS        US = 0x1F, RS = 0x1E
//! ```
//!
//! Inside a field the bytes 0x1D, 0x1E and 0x1F are written as 0x1D followed by the byte XOR 0x40, so that any bytes
//! survive and a shell can split what it reads with nothing but string operations.

mod decode;
mod encode;
mod escape;
#[cfg(unix)]
mod fill;

pub use decode::{Decoder, Fields, Frame, Pairs};
pub use encode::Encoder;
pub use escape::{escape_into, unescape};

use std::fmt;

/// Ends a field (US).
pub const FIELD_END: u8 = 0x1f;
/// Ends a frame (RS).
pub const FRAME_END: u8 = 0x1e;
/// Announces one of the three bytes that mean something, XOR 0x40 (GS).
pub const ESCAPE: u8 = 0x1d;
/// What a byte after [`ESCAPE`] is changed by.
pub(crate) const ESCAPED: u8 = 0x40;

/// How large a frame may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest frame (bytes, without its end).
    pub bytes: usize,
    /// The largest number of fields, the kind not counted.
    pub fields: usize,
}

impl Limits {
    /// What a client may send.
    pub const REQUEST: Limits = Limits { bytes: 256 << 10, fields: 2048 };
    /// What a daemon may answer.
    pub const REPLY: Limits = Limits { bytes: 1 << 20, fields: 512 };
}

/// Why bytes are no frame. The stream cannot be used after it: where the next frame begins is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The frame is longer than the limit.
    TooLong {
        /// The limit (bytes).
        limit: usize,
    },
    /// The frame has more fields than the limit.
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// An escape is not followed by one of the three bytes it may be followed by.
    Escape,
    /// A field after the kind has no `=`.
    Field,
}

impl FrameError {
    /// Whether a limit was passed; otherwise the frame is malformed.
    pub const fn is_limit(self) -> bool {
        matches!(self, FrameError::TooLong { .. } | FrameError::TooManyFields { .. })
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLong { limit } => write!(out, "the frame is longer than {limit} bytes"),
            FrameError::TooManyFields { limit } => write!(out, "the frame has more than {limit} fields"),
            FrameError::Escape => out.write_str("an escape is incomplete"),
            FrameError::Field => out.write_str("a field has no `=`"),
        }
    }
}

impl std::error::Error for FrameError {}

#[cfg(test)]
mod tests;
