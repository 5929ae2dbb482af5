//! Faults that a seed decides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::exec::Random;

/// Decides whether something goes wrong. Cheap to clone; what is simulated asks it at the places where the world may
/// fail.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::simulate::Faults;
///
/// fn read(faults: &Faults) -> Result<&'static str, &'static str> {
///     if faults.fault("read: disk", 0.5) { Err("disk") } else { Ok("text") }
/// }
///
/// let faults = Faults::seeded(1);
/// let failed = (0..100).filter(|_| read(&faults).is_err()).count();
/// assert_eq!(faults.injected(), [("read: disk", failed)]);
/// assert!((20..80).contains(&failed));
/// assert!(read(&Faults::none()).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Faults(Option<Arc<State>>);

#[derive(Debug)]
struct State {
    random: Random,
    injected: Mutex<BTreeMap<&'static str, usize>>,
}

impl Faults {
    /// Nothing ever goes wrong.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Faults;
    /// assert!(!Faults::none().fault("any", 1.0));
    /// ```
    pub const fn none() -> Self {
        Faults(None)
    }

    /// Decides by a seed.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Faults;
    /// let draw = |seed| (0..64).map(|_| Faults::seeded(seed)).map(|faults| faults.fault("any", 0.5)).collect::<Vec<_>>();
    /// assert_eq!(draw(3), draw(3));
    /// ```
    pub fn seeded(seed: u64) -> Self {
        Faults(Some(Arc::new(State { random: Random::new(seed), injected: Mutex::default() })))
    }

    /// Whether this goes wrong now.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Faults;
    /// let faults = Faults::seeded(0);
    /// assert!(faults.fault("always", 1.0) && !faults.fault("never", 0.0));
    /// ```
    pub fn fault(&self, name: &'static str, probability: f64) -> bool {
        let Some(state) = &self.0 else { return false };
        let happens = state.random.chance(probability);
        if happens {
            *state.injected.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        }
        happens
    }

    /// How much too long something takes now: nothing, or with this probability up to `most`.
    ///
    /// # Examples
    /// ```
    /// # use {std::time::Duration, ziron_runtime::exec::simulate::Faults};
    /// let faults = Faults::seeded(0);
    /// assert!(faults.delay("slow disk", 1.0, Duration::from_secs(1)) <= Duration::from_secs(1));
    /// assert_eq!(Faults::none().delay("slow disk", 1.0, Duration::MAX), Duration::ZERO);
    /// ```
    pub fn delay(&self, name: &'static str, probability: f64, most: Duration) -> Duration {
        match &self.0 {
            Some(state) if self.fault(name, probability) => state.random.up_to(most),
            _ => Duration::ZERO,
        }
    }

    /// What went wrong so far, and how often.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Faults;
    /// assert!(Faults::none().injected().is_empty());
    /// ```
    pub fn injected(&self) -> Vec<(&'static str, usize)> {
        let Some(state) = &self.0 else { return Vec::new() };
        let injected = state.injected.lock().unwrap_or_else(PoisonError::into_inner);
        injected.iter().map(|(name, count)| (*name, *count)).collect()
    }
}
