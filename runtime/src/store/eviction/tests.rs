//! The policies against models so plain that they are right at sight.

use proptest::prelude::*;

use super::*;

/// A policy as a list of all entries: of each its slot, uses, last use and arrival.
#[derive(Default)]
struct Model {
    entries: Vec<Entry>,
    clock: u64,
    uses: u64,
}

struct Entry {
    slot: u32,
    uses: u32,
    used_at: u64,
    added_at: u64,
}

impl Model {
    fn add(&mut self, slot: u32) {
        self.clock += 1;
        self.entries.push(Entry { slot, uses: 1, used_at: self.clock, added_at: self.clock });
        self.fade();
    }

    fn use_(&mut self, slot: u32) {
        self.clock += 1;
        let entry = self.entries.iter_mut().find(|entry| entry.slot == slot).unwrap();
        entry.uses += 1;
        entry.used_at = self.clock;
        self.fade();
    }

    fn remove(&mut self, slot: u32) {
        self.entries.retain(|entry| entry.slot != slot);
    }

    fn fade(&mut self) {
        self.uses += 1;
        if self.uses >= 10 * self.entries.len() as u64 {
            self.uses = 0;
            for entry in &mut self.entries {
                entry.uses = entry.uses.div_ceil(2);
            }
        }
    }

    fn least<R: Ord>(&self, rank: impl Fn(&Entry) -> R) -> Option<Slot> {
        self.entries.iter().min_by_key(|entry| rank(entry)).map(|entry| Slot(entry.slot))
    }
}

/// What happens to a slot: it is added if it is not there, else used or removed.
fn check<E: Eviction>(steps: &[(u32, u8)], expected: impl Fn(&Model) -> Option<Slot>) {
    let (mut policy, mut model) = (E::default(), Model::default());
    for (slot, what) in steps.iter().copied() {
        let is_there = model.entries.iter().any(|entry| entry.slot == slot);
        match what {
            _ if !is_there => {
                policy.added(Slot(slot), Weight::default());
                model.add(slot);
            }
            0 => {
                policy.removed(Slot(slot));
                model.remove(slot);
            }
            1 => {
                if let Some(victim) = policy.victim() {
                    policy.removed(victim);
                    model.remove(victim.0);
                }
            }
            _ => {
                policy.used(Slot(slot));
                model.use_(slot);
            }
        }
        assert_eq!(policy.victim(), expected(&model), "{} after {slot} {what}", E::NAME);
    }
}

proptest! {
    #[test]
    fn policies_do_as_their_models(steps in prop::collection::vec((0_u32..12, 0_u8..8), 0..400)) {
        check::<Lru>(&steps, |model| model.least(|entry| entry.used_at));
        check::<Fifo>(&steps, |model| model.least(|entry| entry.added_at));
        check::<Lfu>(&steps, |model| model.least(|entry| (entry.uses, entry.used_at)));
    }
}

#[test]
fn old_fame_fades() {
    let mut policy = Lfu::default();
    policy.added(Slot(0), Weight::default());
    policy.added(Slot(1), Weight::default());
    for _ in 0..1000 {
        policy.used(Slot(0));
    }
    for _ in 0..30 {
        policy.used(Slot(1));
    }
    assert_eq!(policy.victim(), Some(Slot(0)), "thirty uses today beat a thousand of long ago");
}

#[test]
fn an_empty_policy_has_no_victim() {
    assert_eq!(
        (Lru::default().victim(), Lfu::default().victim(), Fifo::default().victim()),
        (None, None, None)
    );
}
