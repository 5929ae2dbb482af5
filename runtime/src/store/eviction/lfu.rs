//! The policy that counts uses.

use std::collections::BTreeSet;

use super::{Eviction, Slot, Weight};

/// After so many uses for each entry held, fame fades by half.
const FADE: u64 = 10;

/// The entry that was used least often goes first; of several, the one that was used longest ago. Every step is O(log n), but for fading, which is O(n) and rare.
///
/// Old fame fades: being added counts as the first use, and after ten uses for each entry that is held, all counts are halved (rounded up). What
/// was used a thousand times in a project that is closed since is thus overtaken after some rounds by what is used now and then today.
///
/// # Examples
/// ```
/// use ziron_runtime::store::eviction::{Eviction, Lfu, Slot, Weight};
///
/// let mut policy = Lfu::default();
/// policy.added(Slot(0), Weight::default());
/// policy.added(Slot(1), Weight::default());
/// policy.used(Slot(0));
/// assert_eq!(policy.victim(), Some(Slot(1)));
/// ```
#[derive(Debug, Default)]
pub struct Lfu {
    /// The entries, least famous first.
    order: BTreeSet<Fame>,
    /// The fame of each slot, by which it is found in the order.
    fame: Vec<Fame>,
    /// Counts up with each use.
    clock: u64,
    /// Uses since fame last faded.
    uses: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Fame {
    count: u32,
    last_used: u64,
    slot: u32,
}

impl Lfu {
    fn note(&mut self, slot: Slot, count: u32) {
        self.clock += 1;
        let fame = Fame { count, last_used: self.clock, slot: slot.0 };
        self.fame[slot.index()] = fame;
        self.order.insert(fame);
        self.uses += 1;
        if self.uses >= FADE * self.order.len() as u64 {
            self.fade();
        }
    }

    fn fade(&mut self) {
        self.uses = 0;
        let half = |fame: Fame| Fame { count: fame.count.div_ceil(2), ..fame };
        self.order = std::mem::take(&mut self.order).into_iter().map(half).collect();
        for fame in &self.order {
            self.fame[fame.slot as usize] = *fame;
        }
    }
}

impl Eviction for Lfu {
    const NAME: &'static str = "lfu";

    fn added(&mut self, slot: Slot, _weight: Weight) {
        if self.fame.len() <= slot.index() {
            self.fame.resize(slot.index() + 1, Fame::default());
        }
        self.note(slot, 1);
    }

    fn used(&mut self, slot: Slot) {
        let fame = self.fame[slot.index()];
        self.order.remove(&fame);
        self.note(slot, fame.count.saturating_add(1));
    }

    fn removed(&mut self, slot: Slot) {
        self.order.remove(&self.fame[slot.index()]);
    }

    fn victim(&mut self) -> Option<Slot> {
        self.order.first().map(|fame| Slot(fame.slot))
    }
}
