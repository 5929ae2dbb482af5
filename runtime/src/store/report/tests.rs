//! What people read of the store and the caches.

use super::*;

fn at(seconds: u64) -> Now {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Now { time, ..Now::real() }
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = crate::safe_path::private_folder().unwrap();
    let store = Store::new(folder.path());
    store.save("node", &String::from("/usr/bin/node"), &String::from("v22.1.0"), at(100).time);
    store.save("node-failed", &String::from("/usr/bin/no"), &(), at(190).time);
    store.save("rust", &1_u32, &String::from("\u{1b}[31m1.95"), at(40).time);
    (folder, store)
}

fn answer(store: &Store, words: &[&str]) -> String {
    let answer = answer_cache(words, &[], Some(store), at(200));
    let folder = store.folder().display().to_string();
    answer.unwrap_or_else(|error| format!("error: {error}")).replace(&folder, "FOLDER")
}

#[test]
fn what_is_stored() {
    let (_guard, store) = store();
    let commands: [&[&str]; 6] = [
        &["stats"],
        &["list"],
        &["inspect", "node"],
        &["inspect", "rust"],
        &["inspect", "node", "0f"],
        &["inspect", "ruby"],
    ];
    let said = commands.map(|words| format!("> {}\n{}\n", words.join(" "), answer(&store, words)));
    insta::assert_snapshot!(said.concat(), @r#"
    > stats
    stored in files (FOLDER): 3 facts, 105 bytes
      source       entries  old  bytes  newest  oldest
      node               1    0     42   1 min   1 min
      node-failed        1    0     32    10 s    10 s
      rust               1    0     31   2 min   2 min
      damaged 0, evicted 0

    > list
    stored in files (FOLDER): 3 facts, 105 bytes
      source       key               bytes    age  state
      node         0f147e6609ff9cb4     42  1 min  valid
      node-failed  5528d081af362511     32   10 s  valid
      rust         af63bc4c8601b62c     31  2 min  valid

    > inspect node
    node 0f147e6609ff9cb4, stored
      stored 1 min ago, valid; 42 bytes
      key  ·/usr/bin/node
      fact ·v22.1.0

    node-failed 5528d081af362511, stored
      stored 10 s ago, valid; 32 bytes
      key  ·/usr/bin/no
      fact 


    > inspect rust
    rust af63bc4c8601b62c, stored
      stored 2 min ago, valid; 31 bytes
      key  ·
      fact ··[31m1.95


    > inspect node 0f
    node 0f147e6609ff9cb4, stored
      stored 1 min ago, valid; 42 bytes
      key  ·/usr/bin/node
      fact ·v22.1.0


    > inspect ruby
    error: nothing of `ruby` is remembered; `cache list` shows what is
    "#);
}

#[test]
fn what_is_to_go() {
    let (_guard, store) = store();
    assert_eq!(answer(&store, &["invalidate", "node"]), "old now: 0 facts in memory, 1 stored\n");
    assert!(answer(&store, &["list"]).contains("old"));
    assert_eq!(answer(&store, &["clear", "node"]), "removed: 0 facts in memory, 1 stored\n");
    assert!(answer(&store, &["clear", "node"]).starts_with("error: nothing of `node`"));
    assert_eq!(answer(&store, &["clear"]), "removed: 0 facts in memory, 1 stored\n");
    assert!(answer(&store, &["wash"]).starts_with("error: `cache` takes"));
}

#[cfg(feature = "background")]
#[test]
fn what_is_in_memory() {
    use crate::store::eviction::Lfu;
    use crate::store::source_cache::SourceCache;
    use crate::store::{CacheOutcome, FactCache, NewFact};

    static SHELF: SourceCache<Lfu> = SourceCache::new("git_status", crate::store::CacheLimits::DEFAULT);
    static UNUSED: SourceCache<Lfu> = SourceCache::new("unused", crate::store::CacheLimits::DEFAULT);
    let now = at(200);
    let finding = |fact: &'static str| NewFact {
        fact: std::sync::Arc::new(fact),
        show: |fact, text| write!(text, "{:?}", fact.downcast_ref::<&str>()),
        at: now.instant,
        bytes: 20,
        cost: Duration::ZERO,
    };
    SHELF.keep(0, vec![1], finding("clean"));
    for answer in [CacheOutcome::Hit, CacheOutcome::Hit, CacheOutcome::Hit, CacheOutcome::Miss] {
        SHELF.count(answer);
    }
    let later = Now { instant: now.instant + Duration::from_secs(3700), ..now };
    let ask = |words: &[&str]| answer_cache(words, &[&SHELF, &UNUSED], None, later).unwrap();
    let commands: [&[&str]; 4] =
        [&["stats"], &["invalidate", "git_status"], &["list"], &["inspect", "git_status"]];
    let said = commands.map(|words| format!("> {}\n{}\n", words.join(" "), ask(words)));
    insta::assert_snapshot!(said.concat(), @r#"
    > stats
    in memory: 213 bytes
      source      policy  entries  bytes  hits  stale  misses  at once  evicted
      git_status  lfu       1/256    213     3      0       1   75.0 %        0


    > invalidate git_status
    old now: 1 facts in memory, 0 stored

    > list
    in memory: 213 bytes
      source      key               bytes        age  asked  state
      git_status  af63bc4c8601b62c    213  1 h 1 min      0  old


    > inspect git_status
    git_status af63bc4c8601b62c, in memory
      read 1 h 1 min ago, old; 213 bytes; asked 0 times
      fact Some("clean")
    "#);
    assert_eq!(ask(&["clear", "unused"]), "removed: 0 facts in memory, 0 stored\n");
    assert_eq!(ask(&["clear"]), "removed: 1 facts in memory, 0 stored\n");
}

#[test]
fn ages_are_short() {
    let ages = [0, 59, 60, 3599, 3600, 86_399, 90_000].map(|seconds| age(Duration::from_secs(seconds)));
    assert_eq!(ages, ["0 s", "59 s", "1 min", "59 min", "1 h 0 min", "23 h 59 min", "1 d 1 h"]);
}
