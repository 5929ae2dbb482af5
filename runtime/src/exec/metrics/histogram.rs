//! How long things take.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many buckets there are: the last holds all from 2^(40-1) µs, some six days.
const BUCKETS: usize = 41;

/// Counts spans of time in buckets whose bounds double: bucket 0 holds less than 1 µs, bucket n less than 2^n µs.
#[derive(Debug)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum_nanos: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl Histogram {
    /// A histogram without anything.
    pub fn new() -> Self {
        Histogram { buckets: array::from_fn(|_| AtomicU64::new(0)), sum_nanos: AtomicU64::new(0) }
    }

    /// Counts a span.
    ///
    /// # Cost
    /// Two atomic additions; no allocation.
    pub fn record(&self, span: Duration) {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        let bucket = (u64::BITS - micros.leading_zeros()) as usize;
        if let Some(bucket) = self.buckets.get(bucket.min(BUCKETS - 1)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            buckets: array::from_fn(|index| self.buckets[index].load(Ordering::Relaxed)),
            sum: Duration::from_nanos(self.sum_nanos.load(Ordering::Relaxed)),
        }
    }
}

/// A histogram at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    buckets: [u64; BUCKETS],
    sum: Duration,
}

impl Snapshot {
    /// How many spans.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// All of them together.
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// Their buckets: below which span, and how many that were not in the bucket before. The last one has no bound.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        self.buckets.iter().enumerate().map(|(index, count)| (bound(index), *count))
    }

    /// The span below which this part of all lies, up to a factor of two: the upper bound of the bucket that holds it.
    /// None without any, or if it is in the last bucket.
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        let wanted = (self.count() as f64 * part.clamp(0.0, 1.0)).max(1.0);
        let mut seen = 0;
        let index = self.buckets.iter().position(|count| {
            seen += count;
            seen as f64 >= wanted
        });
        index.and_then(bound)
    }
}

/// The upper bound of a bucket.
fn bound(index: usize) -> Option<Duration> {
    (index + 1 < BUCKETS).then(|| Duration::from_micros(1 << index))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_span_is_in_the_bucket_whose_bounds_hold_it(nanos: u64) {
            let (histogram, span) = (Histogram::new(), Duration::from_nanos(nanos));
            histogram.record(span);
            let snapshot = histogram.snapshot();
            let index = snapshot.buckets.iter().position(|count| *count == 1).unwrap();
            prop_assert!(bound(index).is_none_or(|bound| span < bound));
            let below = index.checked_sub(1).and_then(bound).unwrap_or_default();
            prop_assert!(below <= span, "{span:?} is not below {below:?}");
        }
    }

    #[test]
    fn a_quantile_is_the_bound_of_its_bucket() {
        let histogram = Histogram::new();
        assert_eq!(histogram.snapshot().quantile(0.5), None);
        for micros in [3, 5, 6, 900] {
            histogram.record(Duration::from_micros(micros));
        }
        let snapshot = histogram.snapshot();
        let quantiles = [0.5, 0.75, 1.0].map(|part| snapshot.quantile(part).unwrap().as_micros());
        assert_eq!((snapshot.count(), quantiles), (4, [8, 8, 1024]));
        assert_eq!(snapshot.sum(), Duration::from_micros(914));
    }

    #[test]
    fn the_longest_span_has_a_bucket() {
        let histogram = Histogram::new();
        histogram.record(Duration::MAX);
        assert_eq!((histogram.snapshot().count(), histogram.snapshot().quantile(0.5)), (1, None));
    }
}
