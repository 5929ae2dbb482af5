//! What is in a cache: entries in numbered slots, an index of keys, and the policy.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{ALL_BYTES, ALL_BYTES_LIMIT};
use crate::store::any_cache::Which;
use crate::store::cache_limits::CacheLimits;
use crate::store::entry::fnv1a;
use crate::store::eviction::{Eviction, Slot, Weight};
use crate::store::{AnyFact, Show};

/// A fact and its history.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) fact: AnyFact,
    pub(super) show: Show,
    pub(super) read_at: Instant,
    pub(super) is_invalidated: bool,
}

/// A fact on its way to the cache.
pub(super) struct Parcel {
    pub(super) key: Arc<[u8]>,
    pub(super) item: Item,
    pub(super) weight: Weight,
    /// The generation in which it was begun to be read.
    pub(super) began: u64,
}

/// What is in a slot.
pub(super) struct Place {
    pub(super) key: Arc<[u8]>,
    pub(super) item: Item,
    pub(super) bytes: usize,
    pub(super) hits: u64,
}

#[derive(Default)]
pub(super) struct Contents<E> {
    places: Vec<Option<Place>>,
    free: Vec<Slot>,
    index: HashMap<Arc<[u8]>, Slot>,
    policy: E,
    bytes: usize,
    /// Counts up with each invalidation.
    generation: u64,
}

impl<E: Eviction> Contents<E> {
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().flatten()
    }

    pub(super) fn find(&mut self, key: &[u8]) -> Option<Item> {
        let slot = *self.index.get(key)?;
        let place = self.places[slot.index()].as_mut()?;
        place.hits += 1;
        let item = place.item.clone();
        self.policy.used(slot);
        Some(item)
    }

    /// Puts a fact in the cache, makes room for it, and says how many others had to go.
    pub(super) fn put(&mut self, parcel: Parcel, keeping: CacheLimits, gone: &mut Vec<Place>) -> u64 {
        let Parcel { key, mut item, weight, began } = parcel;
        item.is_invalidated = began != self.generation;
        let known = self.index.get(&key).copied();
        if keeping.entries == 0 || weight.bytes > keeping.bytes {
            // It is not kept, but what was there for its key is wrong now.
            gone.extend(known.and_then(|slot| self.take(slot)));
            return 1;
        }
        if let Some(slot) = known {
            let place = self.places[slot.index()].as_ref();
            let (hits, before) = place.map_or((0, 0), |place| (place.hits, place.bytes));
            gone.extend(self.places[slot.index()].replace(Place { key, item, bytes: weight.bytes, hits }));
            self.account(before, weight.bytes);
            self.policy.replaced(slot, weight);
            return self.make_room(keeping, None, gone);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            Slot(self.places.len() as u32 - 1)
        });
        self.index.insert(key.clone(), slot);
        self.places[slot.index()] = Some(Place { key, item, bytes: weight.bytes, hits: 0 });
        self.account(0, weight.bytes);
        // The policy hears of the new entry when there is room: it is too young to be judged.
        let evicted = self.make_room(keeping, Some(slot), gone);
        self.policy.added(slot, weight);
        evicted
    }

    /// Evicts until the cache, and all caches together, keep within their limits. One entry stays in any case: who
    /// needs the room is not to go without.
    fn make_room(&mut self, keeping: CacheLimits, spared: Option<Slot>, gone: &mut Vec<Place>) -> u64 {
        let mut evicted = 0;
        let is_too_much = |this: &Self| {
            this.len() > keeping.entries
                || this.bytes > keeping.bytes
                || ALL_BYTES.load(Ordering::Relaxed) > ALL_BYTES_LIMIT.load(Ordering::Relaxed)
        };
        while self.len() > 1 && is_too_much(self) {
            let Some(place) = self.evict(spared) else { break };
            gone.push(place);
            evicted += 1;
        }
        evicted
    }

    /// Takes off what the policy says should go next; anything else where it says what cannot be.
    pub(super) fn evict(&mut self, spared: Option<Slot>) -> Option<Place> {
        let may_go =
            |slot: &Slot| Some(*slot) != spared && self.places.get(slot.index()).is_some_and(Option::is_some);
        let any = || (0..self.places.len() as u32).map(Slot).find(may_go);
        let chosen = self.policy.victim().filter(may_go);
        let slot = chosen.or_else(any)?;
        self.take(slot)
    }

    /// Takes an entry off.
    fn take(&mut self, slot: Slot) -> Option<Place> {
        let place = self.places[slot.index()].take()?;
        self.index.remove(&place.key);
        self.account(place.bytes, 0);
        self.free.push(slot);
        self.policy.removed(slot);
        Some(place)
    }

    /// Takes those off that fit.
    pub(super) fn take_out(&mut self, fits: &dyn Fn(&[u8]) -> bool) -> Vec<Place> {
        let slots: Vec<Slot> = (0..)
            .zip(&self.places)
            .filter(|(_, place)| place.as_ref().is_some_and(|place| fits(&place.key)))
            .map(|(slot, _)| Slot(slot))
            .collect();
        slots.into_iter().filter_map(|slot| self.take(slot)).collect()
    }

    pub(super) fn invalidate(&mut self, which: Which<'_>) -> usize {
        self.generation += 1;
        let mut count = 0;
        for place in self.places.iter_mut().flatten() {
            let is_meant = match which {
                Which::All => true,
                Which::Hash(hash) => fnv1a(&place.key) == hash,
                Which::Fitting(fits) => fits(&place.key),
            };
            if is_meant {
                place.item.is_invalidated = true;
                count += 1;
            }
        }
        count
    }

    fn account(&mut self, before: usize, after: usize) {
        self.bytes = self.bytes.saturating_sub(before) + after;
        ALL_BYTES.fetch_add(after, Ordering::Relaxed);
        ALL_BYTES.fetch_sub(before, Ordering::Relaxed);
    }
}
