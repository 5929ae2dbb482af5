//! How often one client may ask.

use std::time::{Duration, Instant};

/// A bucket that fills with time, and that each request takes from: short bursts pass, a flood does not.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    burst: u32,
    /// How long one request takes to become free.
    each: Duration,
    /// When the bucket will be full again.
    full_at: Instant,
}

impl Bucket {
    /// A full bucket for `burst` requests at once and `per_second` in the long run; both at least one.
    pub(crate) fn new(burst: u32, per_second: u32, now: Instant) -> Bucket {
        Bucket { burst: burst.max(1), each: Duration::from_secs(1) / per_second.max(1), full_at: now }
    }

    /// Takes one request from the bucket; where there is none, the error is how long it takes until there is.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        // What is still missing, and this one.
        let missing = self.full_at.saturating_duration_since(now) + self.each;
        match missing.checked_sub(self.each * self.burst) {
            Some(Duration::ZERO) | None => {
                self.full_at = now + missing;
                Ok(())
            }
            Some(wait) => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::stub::now;

    #[test]
    fn in_the_long_run_no_more_than_the_rate_passes() {
        let start = now();
        let mut bucket = Bucket::new(50, 200, start);
        // Somebody asks every millisecond, for ten seconds.
        let passed = (0..10_000).filter(|ms| bucket.take(start + Duration::from_millis(*ms)).is_ok()).count();
        assert!((2040..=2050).contains(&passed), "{passed}");
    }

    #[test]
    fn who_waits_as_long_as_he_is_told_always_passes() {
        let mut time = now();
        let mut bucket = Bucket::new(3, 7, time);
        let mut waits = 0;
        for _ in 0..1000 {
            if let Err(wait) = bucket.take(time) {
                waits += 1;
                let too_early = time + wait.checked_sub(Duration::from_nanos(1)).unwrap();
                assert_eq!(bucket.clone().take(too_early), Err(Duration::from_nanos(1)));
                time += wait;
                assert_eq!(bucket.take(time), Ok(()));
            }
        }
        // All but the burst had to wait, and then again at the next try.
        assert!((498..=998).contains(&waits), "{waits}");
    }

    #[test]
    fn a_pause_fills_it_up_to_the_burst_and_no_further() {
        let start = now();
        let mut bucket = Bucket::new(5, 1, start);
        let later = start + Duration::from_secs(1_000_000);
        assert_eq!((0..100).filter(|_| bucket.take(later).is_ok()).count(), 5);
        // A clock that goes back does no harm.
        assert!(bucket.take(start).is_err());
    }
}
