//! What every back end does, and what only files do.

use std::fs::File;
use std::os::unix::fs::MetadataExt;

use proptest::prelude::*;

use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let folder = crate::safe_path::private_folder().unwrap();
    let store = Store::new(folder.path().join("facts"));
    (folder, store)
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn text(store: &Store, key: u32) -> Option<String> {
    store.load::<u32, String>("tool", &key, at(12)).map(|stored| stored.fact)
}

/// What every back end does.
pub(super) fn contract(store: &Store) {
    assert_eq!(text(store, 1), None);
    store.probe().unwrap();
    store.save("tool", &1_u32, &String::from("v1"), at(10));
    let stored = store.load::<u32, String>("tool", &1, at(12)).unwrap();
    assert_eq!((stored.fact.as_str(), stored.age), ("v1", Duration::from_secs(2)));
    let earlier = store.load::<u32, String>("tool", &1, at(3)).unwrap();
    assert_eq!(earlier.age, Duration::ZERO, "the clock was set back");
    assert_eq!(text(store, 2), None, "another key");
    assert_eq!(store.load::<u32, String>("other", &1, at(12)), None, "another source");
    store.save("tool", &1_u32, &String::from("v2"), at(11));
    store.save("tool", &2_u32, &String::from("second"), at(11));
    store.save("other", &1_u32, &7_u32, at(12));
    store.save("tool-failed", &1_u32, &(), at(12));
    assert_eq!(text(store, 1).as_deref(), Some("v2"));
    // The list, by source and age.
    let entries = store.entries(at(12));
    let sources: Vec<_> = entries.iter().map(|entry| (entry.source.as_str(), entry.age.as_secs())).collect();
    assert_eq!(sources, [("other", 0), ("tool", 1), ("tool", 1), ("tool-failed", 0)]);
    assert_eq!((entries[0].key.as_slice(), entries[0].fact.as_slice()), (&[1_u8][..], &[7_u8][..]));
    assert_eq!(store.size().0, 4);
    // What is invalidated keeps its last value.
    assert_eq!(store.invalidate("tool"), 2);
    assert_eq!(text(store, 1), None);
    let last = store.load_last::<u32, String>("tool", &1, at(12)).unwrap();
    assert_eq!((last.fact.as_str(), last.is_invalidated, last.age), ("v2", true, Duration::from_secs(1)));
    assert_eq!(store.load::<u32, ()>("tool-failed", &1, at(12)), None, "that it failed is forgotten");
    store.save("tool", &1_u32, &String::from("v3"), at(12));
    assert_eq!(text(store, 1).as_deref(), Some("v3"));
    let statistics = store.statistics(at(13));
    let tool = statistics.sources.iter().find(|known| known.source == "tool").unwrap();
    assert_eq!((tool.entries, tool.old), (2, 1));
    assert_eq!((tool.newest, tool.oldest), (Duration::from_secs(1), Duration::from_secs(2)));
    // Damage is dropped, and counted; what another version wrote is dropped.
    let name = entry::name("tool", &[1]);
    for (flaw, damaged) in [(Flaw::Damaged, 1), (Flaw::OtherSchema, 1)] {
        store.backend.with(&store.folder, |back| {
            let mut bytes = back.read(&name).unwrap();
            let at = if flaw == Flaw::Damaged { bytes.len() - 1 } else { 4 };
            bytes[at] ^= 1;
            back.write(&name, &bytes).unwrap();
        });
        assert_eq!(text(store, 1), None);
        assert!(store.backend.read(&store.folder, &name).is_none(), "{flaw:?}");
        assert_eq!(store.statistics(at(13)).damaged, damaged, "{flaw:?}");
        store.save("tool", &1_u32, &String::from("v4"), at(12));
    }
    // What has the right name, but another key, is another's: two keys may have one hash.
    let other = encode(Decoded { stored_at: 1, is_invalidated: false, key: &[9], fact: &[0] }).unwrap();
    store.backend.with(&store.folder, |back| back.write(&name, &other).unwrap());
    assert_eq!(text(store, 1), None);
    // A fact of another shape is not found, and is replaced by the next.
    store.save("tool", &2_u32, &[0xff_u8; 3], at(12));
    assert_eq!(text(store, 2), None);
    assert_eq!(store.clear(Some("tool")), 2);
    assert_eq!((store.size().0, store.clear(None), store.size().0), (1, 1, 0));
    assert_eq!(store.statistics(at(13)), StoreStatistics::default());
}

/// Many entries in a store with little room.
pub(super) fn limits(store: Store) {
    let store = store.limited(Limits { entries: 20, bytes: 100_000 });
    store.probe().unwrap();
    for key in 0..50_u32 {
        store.save("tool", &key, &String::from("v1"), at(10));
        assert!(text(&store, key).is_some(), "the newest is there");
        assert!(store.size().0 <= 21);
    }
    for key in 0..50_u32 {
        store.save("large", &key, &"x".repeat(9000), at(10));
        assert!(store.size().1 <= 110_000);
    }
    let statistics = store.statistics(at(10));
    let kept: usize = statistics.sources.iter().map(|known| known.entries).sum();
    assert_eq!(statistics.evicted as usize + kept, 100);
    assert_eq!(statistics.damaged, 0);
    store.save("huge", &0_u32, &"x".repeat(2 << 20), at(10));
    assert_eq!(store.load::<u32, String>("huge", &0, at(10)), None, "no fact is so large");
}

#[test]
fn files_do_as_every_back_end() {
    contract(&store().1);
    limits(store().1);
}

#[cfg(feature = "background")]
#[test]
fn memory_does_as_every_back_end() {
    let (guard, _) = store();
    contract(&Store::open(BackendChoice::Memory, guard.path()));
    limits(Store::open(BackendChoice::Memory, guard.path().join("other")));
}

#[test]
fn what_cannot_be_opened_is_kept_in_files() {
    let (guard, _) = store();
    let choice = RedisChoice { url: "redis://cache.example", ..RedisChoice::DEFAULT };
    let store = Store::open(BackendChoice::Redis(choice), guard.path().join("facts"));
    assert_eq!(store.backend(), "files");
    contract(&store);
}

/// The one file of an entry.
fn file_of(store: &Store) -> PathBuf {
    let mut files = files::names(store.folder());
    let (_, file) = files.next().unwrap();
    assert!(files.next().is_none());
    file.path()
}

#[test]
fn symbolic_links_and_pipes_are_not_touched() {
    let (_guard, store) = store();
    store.save("tool", &1_u32, &String::from("v1"), at(10));
    let (file, elsewhere) = (file_of(&store), store.folder().join("elsewhere"));
    std::fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert_eq!(text(&store, 1), None);
    assert!(file.is_symlink() && elsewhere.exists());
    std::fs::remove_file(&file).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &file, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    assert_eq!((text(&store, 1), store.entries(at(10)).len()), (None, 0), "nobody waits for the pipe");
    assert_eq!(store.statistics(at(10)).damaged, 0, "it is none of our business");
    store.save("tool", &1_u32, &String::from("v2"), at(10));
    assert_eq!(text(&store, 1).as_deref(), Some("v2"));
}

#[test]
#[allow(clippy::print_stdout, reason = "who reads the tests' output should know what was not tested")]
fn what_belongs_to_somebody_else_is_not_read() {
    let (_guard, store) = store();
    store.save("tool", &1_u32, &String::from("v1"), at(10));
    let nobody = rustix::fs::Uid::from_raw(65_534);
    match rustix::fs::chown(file_of(&store), Some(nobody), None) {
        Ok(()) => assert_eq!(text(&store, 1), None),
        Err(error) => println!("skipped: only root can give a file away ({error})"),
    }
}

#[test]
fn a_file_that_was_cut_is_dropped_and_counted() {
    let (_guard, store) = store();
    for length in [0, 7, 19, 25] {
        store.save("tool", &1_u32, &String::from("version one"), at(10));
        let file = file_of(&store);
        File::options().write(true).open(&file).unwrap().set_len(length).unwrap();
        assert_eq!((text(&store, 1), file.exists()), (None, false), "cut at {length}");
    }
    store.save("tool", &1_u32, &String::from("version one"), at(10));
    File::options().write(true).open(file_of(&store)).unwrap().set_len(3 << 20).unwrap();
    assert_eq!(text(&store, 1), None);
    assert_eq!(store.statistics(at(10)).damaged, 5);
}

#[test]
fn files_are_the_users_alone() {
    let (_guard, store) = store();
    store.save("tool", &1_u32, &String::from("v1"), at(10));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(store.folder()), mode(&file_of(&store))), (0o700, 0o600));
}

#[test]
fn where_nothing_can_be_written_nothing_is_said() {
    let (guard, _) = store();
    let file = guard.path().join("file");
    std::fs::write(&file, b"").unwrap();
    // Neither below a file nor in a file system of the kernel's can even root make one.
    for folder in [file.join("facts"), PathBuf::from("/proc/self/fdinfo")] {
        for choice in [BackendChoice::Files, BackendChoice::Sqlite] {
            let store = Store::open(choice, &folder);
            store.save("tool", &1_u32, &String::from("v1"), at(10));
            assert_eq!(text(&store, 1), None);
            assert!(store.probe().is_err(), "{}", store.backend());
            assert_eq!((store.size(), store.invalidate("tool"), store.clear(None)), ((0, 0), 0, 0));
        }
    }
}

#[test]
fn a_process_that_was_killed_leaves_nothing_for_ever() {
    let (_guard, store) = store();
    store.save("tool", &0_u32, &String::from("v1"), at(10));
    let left = store.folder().join("tool-0000000000000001.77-0.tmp");
    let open = File::create(&left).unwrap();
    open.set_modified(at(10)).unwrap();
    let store = store.limited(Limits { entries: 1, ..Limits::DEFAULT });
    for key in 0..4_u32 {
        store.save("tool", &key, &String::from("v1"), at(10));
    }
    assert!(!left.exists());
}

proptest! {
    #[test]
    fn whatever_is_in_a_file_does_no_harm(bytes: Vec<u8>) {
        let (_guard, store) = store();
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        std::fs::write(file_of(&store), &bytes).unwrap();
        prop_assert_eq!(text(&store, 1), None);
        prop_assert_eq!(store.statistics(at(10)).damaged, 1);
    }
}

/// Starts this test binary again as several processes at once, each of which runs one test with a folder to work in;
/// they must all succeed.
pub(super) fn in_processes(count: usize, test: &str, folder: &Path) {
    let binary = std::env::current_exe().unwrap();
    let start = |number: usize| {
        std::process::Command::new(&binary)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CHILD, folder)
            .env(CHILD_NUMBER, number.to_string())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..count).map(start).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
}

const CHILD: &str = "ZIRON_TEST_CHILD";
const CHILD_NUMBER: &str = "ZIRON_TEST_CHILD_NUMBER";

/// The folder and the number of a process that `in_processes` has started.
pub(super) fn as_child() -> Option<(PathBuf, u32)> {
    let number = std::env::var(CHILD_NUMBER).ok()?.parse().ok()?;
    Some((std::env::var_os(CHILD)?.into(), number))
}

/// Stores and loads what others store and load at the same time. Each fact says itself what it must be.
pub(super) fn hammer(store: &Store, seed: u32) -> u32 {
    let fact = |key: u32, round: u32| format!("{key}:{round}:{}", "x".repeat((round % 97) as usize));
    let mut found = 0;
    for round in 0..300_u32 {
        let [key, other] = [31, 17].map(|factor| (round + seed).wrapping_mul(factor) % 12);
        store.save("tool", &key, &fact(key, round), at(10));
        if let Some(text) = text(store, other) {
            let (_, rest) = text.split_once(':').unwrap();
            let round = rest.split_once(':').unwrap().0.parse().unwrap();
            assert_eq!(text, fact(other, round), "torn");
            found += 1;
        }
        if round % 50 == 0 {
            store.invalidate("tool");
            store.entries(at(10));
        }
    }
    found
}

/// What each process does that the next test starts; it does nothing by itself.
#[test]
fn hammering_files_child() {
    if let Some((folder, number)) = as_child() {
        assert!(hammer(&Store::new(folder), number) > 0);
    }
}

#[test]
fn many_processes_use_one_folder() {
    let (_guard, store) = store();
    in_processes(6, "store::tests::hammering_files_child", store.folder());
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let store = &store;
            scope.spawn(move || hammer(store, seed));
        }
    });
    assert_eq!(store.statistics(at(10)).damaged, 0);
    assert_eq!(store.size().0, 12);
    let left = std::fs::read_dir(store.folder()).unwrap().count();
    assert_eq!(left, 12, "no temporary file is left");
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;

    fn open(folder: &Path) -> Store {
        Store::open(BackendChoice::Sqlite, folder)
    }

    #[test]
    fn sqlite_does_as_every_back_end() {
        let (guard, _) = store();
        contract(&open(&guard.path().join("facts")));
        limits(open(&guard.path().join("other")));
        let mode =
            |name: &str| std::fs::metadata(guard.path().join("facts").join(name)).unwrap().mode() & 0o777;
        assert_eq!((mode("."), mode("facts.sqlite")), (0o700, 0o600));
    }

    /// What each process does that the next test starts; it does nothing by itself.
    #[test]
    fn hammering_sqlite_child() {
        if let Some((folder, number)) = as_child() {
            assert!(hammer(&open(&folder), number) > 0);
        }
    }

    #[test]
    fn many_processes_use_one_database() {
        let (guard, _) = store();
        in_processes(4, "store::tests::sqlite::hammering_sqlite_child", guard.path());
        std::thread::scope(|scope| {
            for seed in 0..4 {
                let folder = guard.path();
                scope.spawn(move || hammer(&open(folder), seed));
            }
        });
        let store = open(guard.path());
        assert_eq!((store.size().0, store.statistics(at(10)).damaged), (12, 0));
    }

    #[test]
    fn a_damaged_database_is_made_anew() {
        let (guard, _) = store();
        let file = guard.path().join("facts.sqlite");
        let write = |text: &[u8]| std::fs::write(&file, text).unwrap();
        for (damaged, damage) in
            [(1, &b"this is no database, however long one looks at it"[..]), (2, &[0xff; 9000])]
        {
            write(damage);
            let store = open(guard.path());
            assert_eq!(text(&store, 1), None);
            store.save("tool", &1_u32, &String::from("v1"), at(10));
            assert_eq!(text(&store, 1).as_deref(), Some("v1"));
            assert_eq!(store.statistics(at(10)).damaged, damaged);
        }
    }

    #[test]
    fn a_table_of_another_shape_is_made_anew() {
        let (guard, _) = store();
        let other = rusqlite::Connection::open(guard.path().join("facts.sqlite")).unwrap();
        let table = format!("CREATE TABLE entries (else INT); PRAGMA user_version = {}", entry::SCHEMA);
        other.execute_batch(&table.replace("else", "other")).unwrap();
        drop(other);
        let store = open(guard.path());
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        assert_eq!(text(&store, 1).as_deref(), Some("v1"));
    }

    #[test]
    fn who_holds_the_lock_delays_nobody_for_long() {
        let (guard, _) = store();
        let store = open(guard.path());
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        let other = rusqlite::Connection::open(guard.path().join("facts.sqlite")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        store.save("tool", &1_u32, &String::from("v2"), at(10));
        assert_eq!(text(&store, 1).as_deref(), Some("v1"), "readers go on; the writer has given up");
        other.execute_batch("ROLLBACK").unwrap();
        store.save("tool", &1_u32, &String::from("v2"), at(10));
        assert_eq!(text(&store, 1).as_deref(), Some("v2"));
    }
}
