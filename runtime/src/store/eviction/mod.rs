//! Eviction: which entry of a full cache goes first.
//!
//! A cache numbers its entries and tells its policy what happens to each number; the policy says which number goes
//! next. It sees neither keys nor facts, so that one policy serves every source. [`Lru`], [`Lfu`] and [`Fifo`] are
//! here; anybody's own type will do as well.

mod lfu;
mod order;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use lfu::Lfu;
pub use order::{Fifo, Lru};

/// The number of an entry in its cache. Numbers are small and are given again once their entry is gone, so that a
/// policy may use them as indices of a `Vec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// The number as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an entry weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Bytes that it takes.
    pub bytes: usize,
    /// How long its fact took to read, and would take again.
    pub cost: Duration,
}

/// Decides which entry of a full cache goes first.
///
/// The cache keeps these promises: a slot is [`added`](Eviction::added) before anything else is said of it, is not
/// added twice without having been [`removed`](Eviction::removed) in between, and what is removed is never spoken of
/// again until it is added. In return, [`victim`](Eviction::victim) must name a slot that is there as long as there is
/// one; if it does not, the cache takes any. All calls are made while the cache is locked: they should be quick, and
/// must not wait.
///
/// # Examples
/// A policy that lets the cheapest fact go, since it is soonest read again:
/// ```
/// use std::time::Duration;
/// use ziron_runtime::store::eviction::{Eviction, Slot, Weight};
///
/// #[derive(Debug, Default)]
/// pub struct CheapestFirst(Vec<Option<Duration>>);
///
/// impl Eviction for CheapestFirst {
///     const NAME: &'static str = "cheapest first";
///
///     fn added(&mut self, slot: Slot, weight: Weight) {
///         if self.0.len() <= slot.index() {
///             self.0.resize(slot.index() + 1, None);
///         }
///         self.0[slot.index()] = Some(weight.cost);
///     }
///
///     fn used(&mut self, _slot: Slot) {}
///
///     fn removed(&mut self, slot: Slot) {
///         self.0[slot.index()] = None;
///     }
///
///     fn victim(&mut self) -> Option<Slot> {
///         let costs = (0..).zip(&self.0).filter_map(|(slot, cost)| Some((cost.as_ref()?, Slot(slot))));
///         costs.min().map(|(_, slot)| slot)
///     }
/// }
///
/// let mut policy = CheapestFirst::default();
/// for (slot, ms) in [(0, 30), (1, 5), (2, 70)] {
///     policy.added(Slot(slot), Weight { bytes: 100, cost: Duration::from_millis(ms) });
/// }
/// assert_eq!(policy.victim(), Some(Slot(1)));
/// ```
pub trait Eviction: Default + Send + 'static {
    /// What `cache stats` calls it.
    const NAME: &'static str = "custom";

    /// An entry is new in the cache.
    fn added(&mut self, slot: Slot, weight: Weight);

    /// The fact of an entry was asked for.
    fn used(&mut self, slot: Slot);

    /// The fact of an entry was read again. Counts as a use, unless a policy knows better.
    fn replaced(&mut self, slot: Slot, weight: Weight) {
        let _ = weight;
        self.used(slot);
    }

    /// An entry is gone: evicted, removed or cleared.
    fn removed(&mut self, slot: Slot);

    /// The entry that should go next. It stays until the cache says that it was removed.
    fn victim(&mut self) -> Option<Slot>;
}
