//! A 128-bit FNV-1a hash: names folders and builds, guards nothing against an attacker.
//!
//! Shared with the build script, which includes this file. Source: Fowler, Noll, Vo; `draft-eastlake-fnv`, section 5.

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A hash being computed from several parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash(u128);

impl Hash {
    /// The hash of nothing.
    pub(crate) const fn new() -> Self {
        Self(OFFSET_BASIS)
    }

    /// Adds one part; its length is added too, so that `ab` + `c` is not `a` + `bc`.
    pub(crate) fn part(self, bytes: &[u8]) -> Self {
        let length = (bytes.len() as u64).to_le_bytes();
        let state = length
            .iter()
            .chain(bytes)
            .fold(self.0, |state, byte| (state ^ u128::from(*byte)).wrapping_mul(PRIME));
        Self(state)
    }

    /// The hash as sixteen hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        let folded = (self.0 >> 64) ^ (self.0 & u128::from(u64::MAX));
        format!("{folded:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::Hash;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Hash::new().part(b"ab").part(b"c");
        let other = Hash::new().part(b"a").part(b"bc");
        assert_ne!(one.hex(), other.hex());
        assert_eq!(one.hex(), Hash::new().part(b"ab").part(b"c").hex());
        assert_eq!(one.hex().len(), 16);
    }
}
