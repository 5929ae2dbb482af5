//! Trying again, later and later.

use std::future::Future;
use std::time::Duration;

use crate::exec::Random;
use crate::exec::time::Clock;

/// How long to wait between attempts: `first`, then twice as long each time up to `cap`, each shortened by a random
/// part so that many who failed together do not come back together.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::Random;
/// use ziron_runtime::exec::combine::Backoff;
///
/// let backoff = Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(5), jitter: 0.0, attempts: 5 };
/// let waits: Vec<_> = backoff.delays(&Random::new(0)).map(|delay| delay.as_secs()).collect();
/// assert_eq!(waits, [1, 2, 4, 5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first wait.
    pub first: Duration,
    /// No wait is longer.
    pub cap: Duration,
    /// The largest part of a wait that is taken off at random: 0 for none, 1 for all of it.
    pub jitter: f64,
    /// How often it is tried at most, the first time included.
    pub attempts: u32,
}

impl Default for Backoff {
    /// Five attempts, with waits of at most 100, 200, 400 and 800 ms, each at least half of that.
    fn default() -> Self {
        Backoff { first: Duration::from_millis(100), cap: Duration::from_secs(10), jitter: 0.5, attempts: 5 }
    }
}

impl Backoff {
    /// The waits between its attempts, one after the other.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::exec::{Random, combine::Backoff};
    ///
    /// let backoff = Backoff::default();
    /// assert!(backoff.delays(&Random::new(1)).eq(backoff.delays(&Random::new(1))), "the seed decides");
    /// assert_eq!(backoff.delays(&Random::new(1)).count(), 4);
    /// ```
    pub fn delays(self, random: &Random) -> impl Iterator<Item = Duration> {
        (1..self.attempts).map(move |attempt| self.delay(attempt, random))
    }

    /// The wait after so many failed attempts.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::exec::{Random, combine::Backoff};
    ///
    /// let third = Backoff::default().delay(3, &Random::new(1));
    /// assert!((Duration::from_millis(200)..=Duration::from_millis(400)).contains(&third));
    /// ```
    pub fn delay(&self, failed: u32, random: &Random) -> Duration {
        let doublings = failed.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.cap);
        let most = Duration::try_from_secs_f64(whole.as_secs_f64() * self.jitter.clamp(0.0, 1.0));
        whole.saturating_sub(random.up_to(most.unwrap_or(Duration::ZERO)))
    }
}

/// Does something until it succeeds, its error is not one to try again, or the attempts are used up. `operation` is
/// handed the number of the attempt, from 1.
///
/// # Errors
/// The last error.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::combine::{Backoff, retry};
/// use ziron_runtime::exec::simulate::simulate;
///
/// #[derive(Debug, PartialEq)]
/// enum Failure {
///     Busy,
///     Refused,
/// }
///
/// simulate(1, |world| async move {
///     let (clock, random) = (world.clock(), world.random());
///     let is_transient = |failure: &Failure| *failure == Failure::Busy;
///     let third = |attempt| async move { if attempt == 3 { Ok(attempt) } else { Err(Failure::Busy) } };
///     assert_eq!(retry(clock, Backoff::default(), random, is_transient, third).await, Ok(3));
///     let refused = async |_| Err::<(), _>(Failure::Refused);
///     assert_eq!(retry(clock, Backoff::default(), random, is_transient, refused).await, Err(Failure::Refused));
/// });
/// ```
pub async fn retry<T, E, F>(
    clock: &Clock,
    backoff: Backoff,
    random: &Random,
    is_transient: impl Fn(&E) -> bool,
    mut operation: impl FnMut(u32) -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 1;
    loop {
        match operation(attempt).await {
            Err(error) if attempt < backoff.attempts && is_transient(&error) => {}
            result => return result,
        }
        clock.sleep(backoff.delay(attempt, random)).await;
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exec::simulate::simulate;

    #[test]
    fn the_last_error_comes_after_all_attempts() {
        simulate(1, |world| async move {
            let backoff = Backoff { jitter: 0.0, ..Backoff::default() };
            let failing = async |attempt| Err::<(), _>(attempt);
            let result = retry(world.clock(), backoff, world.random(), |_| true, failing).await;
            assert_eq!((result, world.time().elapsed()), (Err(5), Duration::from_millis(1500)));
        });
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bounds(failed in 1_u32..100, jitter in 0.0..=1.0_f64, seed: u64) {
            let backoff = Backoff { jitter, ..Backoff::default() };
            let whole = Backoff { jitter: 0.0, ..backoff }.delay(failed, &Random::new(0));
            let wait = backoff.delay(failed, &Random::new(seed));
            prop_assert!(wait <= whole && whole <= backoff.cap);
            let least = whole.as_secs_f64() * (1.0 - jitter);
            prop_assert!(wait.as_secs_f64() >= least - 1e-6);
        }
    }
}
