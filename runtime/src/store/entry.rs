//! The layout of a stored fact, the same for every back end.
//!
//! ```text
//! offset  bytes  what
//! 0       4      "ZIRF"
//! 4       2      schema version, little endian
//! 6       2      length of the key, little endian
//! 8       4      CRC-32 of all the rest
//! 12      8      when it was stored (ms since 1970), little endian; the highest bit says that it was invalidated since
//! 20      …      the key, then the fact, both in postcard's format
//! ```

const MAGIC: &[u8; 4] = b"ZIRF";
/// Counts up when the layout above, or the meaning of any key or fact, changes.
pub(super) const SCHEMA: u16 = 2;
const HEADER_BYTES: usize = 20;
const INVALIDATED: u64 = 1 << 63;

/// An entry taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decoded<'b> {
    /// When the fact was stored (ms since 1970).
    pub(super) stored_at: u64,
    /// Whether it was invalidated since.
    pub(super) is_invalidated: bool,
    pub(super) key: &'b [u8],
    pub(super) fact: &'b [u8],
}

/// Why bytes are no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are not what was written.
    Damaged,
    /// They were written by another version.
    OtherSchema,
}

/// Puts an entry together; `None` if its key is longer than any key is.
pub(super) fn encode(entry: Decoded<'_>) -> Option<Vec<u8>> {
    let Decoded { stored_at, is_invalidated, key, fact } = entry;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + key.len() + fact.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&SCHEMA.to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(key.len()).ok()?.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    let mark = if is_invalidated { INVALIDATED } else { 0 };
    bytes.extend_from_slice(&(stored_at & !INVALIDATED | mark).to_le_bytes());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(fact);
    let checksum = checksum(&bytes);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    Some(bytes)
}

/// Takes an entry apart that is exactly right.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Flaw> {
    let (header, rest) = bytes.split_at_checked(HEADER_BYTES).ok_or(Flaw::Damaged)?;
    if header[..4] != *MAGIC {
        return Err(Flaw::Damaged);
    }
    // This comes first, since another version may have another layout.
    if header[4..6] != SCHEMA.to_le_bytes() {
        return Err(Flaw::OtherSchema);
    }
    if header[8..12] != checksum(bytes).to_le_bytes() {
        return Err(Flaw::Damaged);
    }
    let key_bytes = usize::from(u16::from_le_bytes([header[6], header[7]]));
    let (key, fact) = rest.split_at_checked(key_bytes).ok_or(Flaw::Damaged)?;
    let time = u64::from_le_bytes(*header.last_chunk().ok_or(Flaw::Damaged)?);
    Ok(Decoded { stored_at: time & !INVALIDATED, is_invalidated: time & INVALIDATED != 0, key, fact })
}

/// The checksum of an entry: of all but itself.
fn checksum(entry: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&entry[..8]);
    hasher.update(&entry[12..]);
    hasher.finalize()
}

/// The name of an entry: its source, and a hash of its key. A source of a user's own may have any name, a file may not.
pub(super) fn name(source: &str, key: &[u8]) -> String {
    use std::fmt::Write;
    let mut name = String::with_capacity(source.len() + 17);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    name.extend(source.chars().map(|c| if is_plain(c) { c } else { '_' }));
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    // Writing into a text does not fail.
    let _ = write!(name, "-{:016x}", fnv1a(key));
    name
}

/// Takes a name apart: its source, and the hash of the key. `None` for what is no entry's name.
pub(super) fn parts_of(name: &str) -> Option<(&str, u64)> {
    let (source, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let hash = if is_hash { u64::from_str_radix(hash, 16).ok()? } else { return None };
    Some((source, hash))
}

/// The 64-bit FNV-1a hash. Source: RFC 9923.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = Fnv1a::default();
    hash.add(bytes);
    hash.finish()
}

/// The same, of bytes that come one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Fnv1a {
        Fnv1a(0xcbf2_9ce4_8422_2325)
    }
}

/// For short keys that nobody chooses to hurt us.
#[cfg(feature = "background")]
impl std::hash::Hasher for Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        self.add(bytes);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Fnv1a {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) const fn finish(self) -> u64 {
        self.0
    }
}

/// Takes an entry apart and puts it together again, which must make the same bytes.
#[cfg(fuzzing)]
pub(crate) fn again(bytes: &[u8]) {
    if let Ok(decoded) = decode(bytes) {
        assert_eq!(encode(decoded).as_deref(), Some(bytes));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parts_of(text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: Decoded<'_> = Decoded { stored_at: 7, is_invalidated: false, key: b"key", fact: b"fact" };

    #[test]
    fn damage_anywhere_is_noticed() {
        let good = encode(GOOD).unwrap();
        assert_eq!(decode(&good), Ok(GOOD));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            let flaw = if (4..6).contains(&at) { Flaw::OtherSchema } else { Flaw::Damaged };
            assert_eq!(decode(&bad), Err(flaw), "byte {at}");
            assert_eq!(decode(&good[..at]), Err(Flaw::Damaged), "cut at {at}");
        }
    }

    #[test]
    fn names_are_taken_apart() {
        let written = name("custom/../x y", b"key");
        assert_eq!(parts_of(&written), Some(("custom_.._x_y", fnv1a(b"key"))));
        assert!(name(".hidden", b"").starts_with("_hidden-"));
        for other in ["refresh.lock", "tool-0123", "tool-000000000000000G", "tool-0000000000000001.5.tmp", ""]
        {
            assert_eq!(parts_of(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_was_put_together_comes_apart(
            stored_at in 0_u64..1 << 63,
            is_invalidated: bool,
            key: Vec<u8>,
            fact: Vec<u8>,
        ) {
            let entry = Decoded { stored_at, is_invalidated, key: &key, fact: &fact };
            let bytes = encode(entry).unwrap();
            prop_assert_eq!(decode(&bytes), Ok(entry));
        }

        #[test]
        fn any_bytes_do_no_harm(bytes: Vec<u8>) {
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
