//! The layout of a stored fact, the same for every back end.
//!
//! ```text
//! offset  bytes  what
//! 0       4      "ZIRF"
//! 4       2      schema version, little endian
//! 6       2      length of the key, little endian
//! 8       4      CRC-32 of all that follows
//! 12      8      when it was stored (ms since 1970), little endian
//! 20      …      the key, then the fact, both in postcard's format
//! ```

const MAGIC: &[u8; 4] = b"ZIRF";
/// Counts up when the layout above, or the meaning of any key or fact, changes.
const SCHEMA: u16 = 1;
const HEADER_BYTES: usize = 20;

pub(super) fn encode(key: &[u8], fact: &[u8], stored_at: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + key.len() + fact.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&SCHEMA.to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(key.len()).ok()?.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&stored_at.to_le_bytes());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(fact);
    let checksum = crc32fast::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    Some(bytes)
}

/// Takes a file apart: when it was stored, and the fact. `None` for anything that is not exactly right.
pub(super) fn decode<'b>(bytes: &'b [u8], key: &[u8]) -> Option<(u64, &'b [u8])> {
    let (header, rest) = bytes.split_at_checked(HEADER_BYTES)?;
    let number =
        |range: std::ops::Range<usize>| u16::from_le_bytes([header[range.start], header[range.start + 1]]);
    let checksum = u32::from_le_bytes(header[8..12].try_into().ok()?);
    if header[..4] != *MAGIC || number(4..6) != SCHEMA || crc32fast::hash(&bytes[12..]) != checksum {
        return None;
    }
    let (stored_key, fact) = rest.split_at_checked(usize::from(number(6..8)))?;
    // Two keys with one hash are told apart here.
    (stored_key == key).then_some((u64::from_le_bytes(header[12..20].try_into().ok()?), fact))
}

/// The 64-bit FNV-1a hash. Source: RFC 9923.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_anywhere_is_noticed() {
        let key = b"key";
        let good = encode(key, b"fact", 7).unwrap();
        assert_eq!(decode(&good, key), Some((7, &b"fact"[..])));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            assert_eq!(decode(&bad, key), None, "byte {at}");
            assert_eq!(decode(&good[..at], key), None, "cut at {at}");
        }
    }
}
