//! Caches with a clock that stands still. Other tests of this process put things into caches, too, so that none here
//! looks at the account of all.

use proptest::prelude::*;

use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::store::eviction::{Fifo, Lfu, Lru, Slot, Weight};
use crate::store::tests::{as_child, in_processes};
use crate::store::{CacheOutcome, FactCache, NewFact};

fn now() -> Instant {
    #[allow(clippy::disallowed_methods, reason = "an instant cannot be made otherwise")]
    Instant::now()
}

fn small<E: Eviction>(entries: usize) -> SourceCache<E> {
    SourceCache::new("test", CacheLimits { entries, ..CacheLimits::DEFAULT })
}

fn key_of(key: u32) -> Vec<u8> {
    postcard::to_stdvec(&key).unwrap()
}

fn put_since(cache: &SourceCache<impl Eviction>, mark: u64, key: u32, fact: impl Into<String>, at: Instant) {
    let fact = fact.into();
    let finding = NewFact {
        bytes: fact.len(),
        fact: Arc::new(fact),
        show: |fact, text| write!(text, "{:?}", fact.downcast_ref::<String>()),
        at,
        cost: Duration::ZERO,
    };
    cache.keep(mark, key_of(key), finding);
}

fn put(cache: &SourceCache<impl Eviction>, key: u32, fact: impl Into<String>) {
    put_since(cache, cache.mark(), key, fact, now());
}

fn fact_of(cache: &SourceCache<impl Eviction>, key: u32) -> Option<String> {
    cache.recall(&key_of(key)).and_then(|held| held.fact.downcast_ref::<String>().cloned())
}

fn is_invalidated(cache: &SourceCache<impl Eviction>, key: u32) -> bool {
    cache.recall(&key_of(key)).unwrap().is_invalidated
}

#[test]
fn what_is_invalidated_keeps_its_last_value() {
    let (cache, read_at): (SourceCache<Lru>, _) = (small(4), now());
    for key in 0..3 {
        put_since(&cache, cache.mark(), key, key.to_string(), read_at);
    }
    assert_eq!(cache.invalidate_where(|key: &u32| *key == 1), 1);
    let held = cache.recall(&key_of(1)).unwrap();
    assert_eq!((held.is_invalidated, fact_of(&cache, 1).as_deref(), held.at), (true, Some("1"), read_at));
    assert!(!is_invalidated(&cache, 2));
    put(&cache, 1, "new");
    assert!(!is_invalidated(&cache, 1));
    assert_eq!(cache.invalidate(Which::All), 3);
}

#[test]
fn what_was_read_before_a_change_is_old_when_it_arrives() {
    let cache: SourceCache<Lru> = small(4);
    let before = cache.mark();
    assert_eq!(cache.invalidate(Which::All), 0, "nothing is there yet");
    put_since(&cache, before, 1, "too early", now());
    assert!(is_invalidated(&cache, 1));
    put_since(&cache, cache.mark(), 1, "after it", now());
    assert!(!is_invalidated(&cache, 1));
}

#[test]
fn policies_choose_who_goes() {
    fn left<E: Eviction>() -> Vec<u32> {
        let cache: SourceCache<E> = small(3);
        for key in 0..3_u32 {
            put(&cache, key, key.to_string());
        }
        for key in [2, 2, 0, 0, 0, 1_u32] {
            fact_of(&cache, key);
        }
        put(&cache, 3, String::from("3"));
        assert_eq!(cache.statistics().evictions, 1, "{}", E::NAME);
        (0..4).filter(|key| fact_of(&cache, *key).is_some()).collect()
    }
    assert_eq!(left::<Lru>(), [0, 1, 3]);
    assert_eq!(left::<Lfu>(), [0, 2, 3]);
    assert_eq!(left::<Fifo>(), [1, 2, 3]);
}

#[test]
fn bytes_are_limited_too() {
    let cache: SourceCache<Lru> =
        SourceCache::new("test", CacheLimits { bytes: 4096, ..CacheLimits::DEFAULT });
    for key in 0..8_u32 {
        put(&cache, key, "x".repeat(1000));
    }
    let statistics = cache.statistics();
    assert!(statistics.bytes <= 4096 && statistics.entries == 3, "{statistics:?}");
    put(&cache, 7, "x".repeat(5000));
    assert_eq!(fact_of(&cache, 7), None, "too large for this cache, and what was there is wrong");
    assert_eq!(fact_of(&cache, 6).map(|fact| fact.len()), Some(1000), "the others stay");
}

#[test]
fn a_shelf_lists_what_it_has() {
    let (cache, read_at): (SourceCache<Lru>, _) = (small(4), now());
    put_since(&cache, cache.mark(), 1, "one", read_at);
    fact_of(&cache, 1);
    let entries = AnyCache::entries(&cache, read_at + Duration::from_secs(3));
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((entry.hits, entry.is_invalidated, entry.age), (1, false, Duration::from_secs(3)));
    assert_eq!(entry.fact(), "Some(\"one\")");
    assert_eq!(cache.remove_hash(entry.key_hash ^ 1), 0);
    assert_eq!(cache.remove_hash(entry.key_hash), 1);
    assert_eq!(cache.statistics(), CacheStatistics::default());
}

#[test]
fn answers_are_counted_as_told() {
    let cache: SourceCache<Lru> = small(4);
    for answer in [
        CacheOutcome::Hit,
        CacheOutcome::Hit,
        CacheOutcome::Hit,
        CacheOutcome::Miss,
        CacheOutcome::Stale,
        CacheOutcome::Stale,
    ] {
        cache.count(answer);
    }
    let CacheStatistics { hits, misses, stale, .. } = cache.statistics();
    assert_eq!((hits, misses, stale), (3, 1, 2));
}

/// Names victims that are not there, and panics when it is asked for the fifth.
#[derive(Default)]
struct Mad(u32);

impl Eviction for Mad {
    fn added(&mut self, _slot: Slot, _weight: Weight) {}
    fn used(&mut self, _slot: Slot) {}
    fn removed(&mut self, _slot: Slot) {}
    fn victim(&mut self) -> Option<Slot> {
        self.0 += 1;
        assert_ne!(self.0, 5, "a policy with a mistake");
        Some(Slot(1000 + self.0))
    }
}

#[test]
fn a_mad_policy_does_no_harm() {
    let cache: SourceCache<Mad> = small(2);
    let mut panics = 0;
    for key in 0..20_u32 {
        let put = || put(&cache, key, key.to_string());
        panics += usize::from(std::panic::catch_unwind(std::panic::AssertUnwindSafe(put)).is_err());
        assert_eq!(fact_of(&cache, key), Some(key.to_string()), "the newest is there");
    }
    assert_eq!((panics, cache.statistics().entries), (1, 2));
}

proptest! {
    /// Whatever happens, a cache keeps within its limits, finds only what was put last, and its books are right.
    #[test]
    fn the_books_are_right(steps in prop::collection::vec((0_u32..20, 0_u8..8, 0_usize..600), 0..200)) {
        let cache: SourceCache<Lfu> = SourceCache::new("test", CacheLimits { entries: 6, bytes: 3000, ttl: None });
        let mut last: std::collections::HashMap<u32, String> = std::collections::HashMap::new();
        for (key, what, length) in steps {
            match what {
                0 => { cache.remove_hash(crate::store::entry::fnv1a(&key_of(key))); }
                1 => { cache.invalidate(Which::All); }
                2 => { AnyCache::shed(&cache); }
                3..=5 => {
                    let fact = format!("{key}{}", "x".repeat(length));
                    put(&cache, key, fact.clone());
                    last.insert(key, fact);
                }
                _ => if let Some(fact) = fact_of(&cache, key) {
                    prop_assert_eq!(Some(&fact), last.get(&key));
                }
            }
            let entries = AnyCache::entries(&cache, now());
            let statistics = cache.statistics();
            prop_assert!(statistics.entries <= 6 && statistics.bytes <= 3000);
            prop_assert_eq!(statistics.entries, entries.len());
            prop_assert_eq!(statistics.bytes, entries.iter().map(|entry| entry.bytes).sum::<usize>());
        }
        let before = cache.statistics().entries;
        prop_assert_eq!(cache.clear(), before);
        prop_assert_eq!(cache.statistics().bytes, 0);
    }
}

/// What the process does that the next test starts, since the account of all caches is one for each process; it does
/// nothing by itself.
#[test]
fn one_account_child() {
    static LARGE: SourceCache<Lru> = SourceCache::new("large", CacheLimits::DEFAULT);
    static SMALL: SourceCache<Fifo> = SourceCache::new("small", CacheLimits::DEFAULT);
    if as_child().is_none() {
        return;
    }
    limit_all(20_000);
    for key in 0..30 {
        put(&LARGE, key, "x".repeat(1000));
        assert!(all_bytes() <= 20_000, "{}", all_bytes());
    }
    let before = LARGE.statistics();
    assert!(before.entries > 10 && before.evictions > 10, "{before:?}");
    for key in 0..5 {
        put(&SMALL, key, "y".repeat(1000));
    }
    assert_eq!(SMALL.statistics().entries, 1, "who needs the room makes it, and keeps the newest");
    assert_eq!((fact_of(&SMALL, 4).map(|fact| fact.len()), LARGE.statistics()), (Some(1000), before));
    assert_eq!(all_bytes(), LARGE.statistics().bytes + SMALL.statistics().bytes);
    limit_all(5000);
    let caches: [&'static dyn AnyCache; 2] = [&LARGE, &SMALL];
    let gone = relieve(&caches);
    assert!(all_bytes() <= 5000);
    assert_eq!(gone, before.entries - LARGE.statistics().entries, "the largest cache is relieved");
    assert_eq!(SMALL.statistics().entries, 1);
    limit_all(0);
    relieve(&caches);
    assert_eq!(all_bytes(), 0);
}

#[test]
fn all_shelves_have_one_account() {
    let folder = crate::safe_path::private_folder().unwrap();
    in_processes(1, "store::source_cache::tests::one_account_child", folder.path());
}
