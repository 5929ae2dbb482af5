//! An index with paths of 4,095 bytes or more.
//!
//! The length of a path has 12 bits in the index; a longer one ends at its first zero byte, and up to seven more follow, so that entries begin at
//! multiples of eight. Gitoxide expects one only. Source: git's `Documentation/gitformat-index.txt`.

use gix::hash::Kind;
use gix::index::{State, decode};

use super::error::ReadError;

const WHAT: &str = "the index";
/// Signature, version and number of entries.
const HEADER: usize = 12;
/// What an entry has before the object's id.
const STAT: usize = 40;
/// The largest length of a path in the flags; what is longer has this one, too.
const LONG: u16 = 0xfff;
/// In the flags: two more bytes of them follow.
const EXTENDED: u16 = 0x4000;

/// Decodes an index that gitoxide cannot; `None` if it has no long path, so that something else is wrong with it.
///
/// The time at which it was written is lost, so that each file's content is compared.
pub(super) fn decode(bytes: &[u8], hash: Kind) -> Option<Result<State, ReadError>> {
    let bytes = without_padding(bytes, hash)?;
    let options = decode::Options { thread_limit: Some(1), ..Default::default() };
    let never = State::new(hash).timestamp();
    let decoded = State::from_bytes(&bytes, never, hash, options).map_err(ReadError::at(WHAT));
    // One that is split needs its other half, which only gitoxide's own opening reads.
    Some(decoded.and_then(
        |(state, _)| {
            if state.link().is_some() { Err(ReadError::new(WHAT)) } else { Ok(state) }
        },
    ))
}

/// The same index with one zero byte after each long path.
fn without_padding(bytes: &[u8], hash: Kind) -> Option<Vec<u8>> {
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let half = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    // Later versions have no such bytes.
    if !bytes.starts_with(b"DIRC") || !matches!(number(4)?, 2 | 3) {
        return None;
    }
    let (mut shorter, mut at, mut found) = (bytes.get(..HEADER)?.to_vec(), HEADER, false);
    for _ in 0..number(8)? {
        let flags = half(at + STAT + hash.len_in_bytes())?;
        let path = at + STAT + hash.len_in_bytes() + if flags & EXTENDED == 0 { 2 } else { 4 };
        let length = match flags & LONG {
            LONG => bytes.get(path..)?.iter().position(|&byte| byte == 0)?,
            length => usize::from(length),
        };
        let end = at + (path + length - at + 8) / 8 * 8;
        let is_long = flags & LONG == LONG;
        shorter.extend_from_slice(bytes.get(at..if is_long { path + length + 1 } else { end })?);
        found |= is_long;
        at = end;
    }
    // What says where the extensions begin is wrong now; it is the last of them, and only saves time.
    let mut rest = bytes.get(at..)?;
    let tail = hash.len_in_bytes();
    let extensions = rest.len().checked_sub(tail)?;
    let size = 8 + 4 + tail;
    if let Some(begin) = extensions.checked_sub(size)
        && rest[begin..].starts_with(b"EOIE")
    {
        shorter.extend_from_slice(&rest[..begin]);
        rest = &rest[extensions..];
    }
    shorter.extend_from_slice(rest);
    found.then_some(shorter)
}
