//! A shelf as the gatherer sees it: facts without types.

use std::time::Duration;

use super::contents::{Item, Parcel};
use super::{ENTRY_BYTES, Outcome, Shelf};
use crate::gather::{Answer, Finding, Memory, Recalled};
use crate::store::eviction::{Eviction, Weight};

impl<E: Eviction> Memory for Shelf<E> {
    fn recall(&self, key: &[u8]) -> Option<Recalled> {
        let Item { fact, read_at, is_old, .. } = self.lock().as_mut()?.find(key)?;
        Some(Recalled { fact, at: read_at, is_old })
    }

    fn mark(&self) -> u64 {
        Shelf::mark(self).0
    }

    fn keep(&self, mark: u64, key: Vec<u8>, fact: Finding) {
        let Finding { fact, show, at, bytes, cost } = fact;
        let weight = Weight { bytes: ENTRY_BYTES + key.len() + bytes, cost };
        let item = Item { fact, show, read_at: at, verified_at: at, is_old: false };
        self.put_parcel(Parcel { key: key.into(), item, weight, began: mark });
    }

    fn count(&self, answer: Answer) {
        Shelf::count(
            self,
            match answer {
                Answer::Hit => Outcome::Hit,
                Answer::Stale => Outcome::Stale,
                Answer::Miss => Outcome::Miss,
            },
        );
    }

    fn lifetime(&self) -> Option<Duration> {
        self.ttl()
    }
}
