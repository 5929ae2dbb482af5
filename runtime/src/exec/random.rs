//! Random numbers that a seed decides: for jitter, and for the order of things in simulations.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A generator of random numbers; equal seeds give equal numbers. Not for secrets.
///
/// Source: `SplitMix64`, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Debug)]
pub struct Random(AtomicU64);

impl Random {
    /// A generator that starts from a seed.
    pub const fn new(seed: u64) -> Self {
        Random(AtomicU64::new(seed))
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&self, end: usize) -> usize {
        // The high half of a product: even enough where `end` is far below 2^64.
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Whether something that happens with this probability happens now: never at 0, always at 1.
    pub fn chance(&self, probability: f64) -> bool {
        const STEPS: f64 = 9_007_199_254_740_992.0; // 2^53: every step is a number that f64 can hold
        ((self.next() >> 11) as f64) < probability * STEPS
    }

    /// A span from nothing to `most`.
    pub fn up_to(&self, most: Duration) -> Duration {
        let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(((u128::from(self.next()) * (u128::from(nanos) + 1)) >> 64) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_evenly() {
        let random = Random::new(42);
        let mut counts = [0; 8];
        (0..80_000).for_each(|_| counts[random.below(8)] += 1);
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        let happened = (0..10_000).filter(|_| random.chance(0.25)).count();
        assert!((2_300..2_700).contains(&happened), "{happened}");
    }

    #[test]
    fn the_numbers_are_those_of_the_paper() {
        // Source: the reference implementation's first outputs for seed 1234567 (prng.di.unimi.it/splitmix64.c).
        let random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
