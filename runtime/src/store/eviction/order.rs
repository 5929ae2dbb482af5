//! Policies that are an order of the entries: a list that is linked through the slots, so that every step takes the same short time.

use super::{Eviction, Slot, Weight};

/// The entry that was not used for the longest time goes first. Every step is O(1).
///
/// # Examples
/// ```
/// use ziron_runtime::store::eviction::{Eviction, Lru, Slot, Weight};
///
/// let mut policy = Lru::default();
/// policy.added(Slot(0), Weight::default());
/// policy.added(Slot(1), Weight::default());
/// policy.used(Slot(0));
/// assert_eq!(policy.victim(), Some(Slot(1)));
/// ```
#[derive(Debug, Default)]
pub struct Lru(List);

impl Eviction for Lru {
    const NAME: &'static str = "lru";

    fn added(&mut self, slot: Slot, _weight: Weight) {
        self.0.append(slot);
    }

    fn used(&mut self, slot: Slot) {
        self.0.take(slot);
        self.0.append(slot);
    }

    fn removed(&mut self, slot: Slot) {
        self.0.take(slot);
    }

    fn victim(&mut self) -> Option<Slot> {
        self.0.first
    }
}

/// The entry that has been there for the longest time goes first, however often it was used. Every step is O(1).
///
/// # Examples
/// ```
/// use ziron_runtime::store::eviction::{Eviction, Fifo, Slot, Weight};
///
/// let mut policy = Fifo::default();
/// policy.added(Slot(0), Weight::default());
/// policy.added(Slot(1), Weight::default());
/// policy.used(Slot(0));
/// assert_eq!(policy.victim(), Some(Slot(0)));
/// ```
#[derive(Debug, Default)]
pub struct Fifo(List);

impl Eviction for Fifo {
    const NAME: &'static str = "fifo";

    fn added(&mut self, slot: Slot, _weight: Weight) {
        self.0.append(slot);
    }

    fn used(&mut self, _slot: Slot) {}

    fn removed(&mut self, slot: Slot) {
        self.0.take(slot);
    }

    fn victim(&mut self) -> Option<Slot> {
        self.0.first
    }
}

/// A list of slots.
#[derive(Debug, Default)]
struct List {
    links: Vec<Link>,
    first: Option<Slot>,
    last: Option<Slot>,
}

/// The neighbours of a slot.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    before: Option<Slot>,
    after: Option<Slot>,
}

impl List {
    /// Puts a slot at the end that is not in the list.
    fn append(&mut self, slot: Slot) {
        if self.links.len() <= slot.index() {
            self.links.resize(slot.index() + 1, Link::default());
        }
        self.links[slot.index()] = Link { before: self.last, after: None };
        match self.last {
            Some(last) => self.links[last.index()].after = Some(slot),
            None => self.first = Some(slot),
        }
        self.last = Some(slot);
    }

    /// Takes a slot out that is in the list.
    fn take(&mut self, slot: Slot) {
        let Link { before, after } = std::mem::take(&mut self.links[slot.index()]);
        match before {
            Some(before) => self.links[before.index()].after = after,
            None => self.first = after,
        }
        match after {
            Some(after) => self.links[after.index()].before = before,
            None => self.last = before,
        }
    }
}
