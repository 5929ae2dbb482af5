use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::store::tests::{as_child, in_processes};

type Counts = BTreeMap<String, u64>;

fn counts(folder: &Path, version: u32) -> State<Counts> {
    State::new(folder, "counts", version)
}

fn one(name: &str) -> Counts {
    Counts::from([(name.to_owned(), 1)])
}

#[test]
fn a_state_is_shared_and_stays() {
    let folder = safe_path::private_folder().unwrap();
    let folder = folder.path().join("states");
    let (here, there) = (counts(&folder, 1), counts(&folder, 1));
    assert!(here.load().value.is_empty() && here.load().notice.is_none());
    here.save(&one("a")).unwrap();
    assert_eq!(there.update(|counts| counts.insert("b".into(), 2)).unwrap(), None);
    assert_eq!(here.load().value, Counts::from([("a".into(), 1), ("b".into(), 2)]));
    assert_eq!(notices(&folder), []);
}

#[test]
fn an_older_state_is_migrated() {
    let folder = safe_path::private_folder().unwrap();
    State::<u64>::new(folder.path(), "counts", 1).save(&5).unwrap();
    let migrating = || {
        counts(folder.path(), 2).migrating(|version, bytes| {
            let all = (version == 1).then(|| postcard::from_bytes(bytes).ok())??;
            Some(Counts::from([("all".into(), all)]))
        })
    };
    assert_eq!(migrating().load().value["all"], 5);
    migrating().update(|counts| counts.insert("new".into(), 1)).unwrap();
    let loaded = counts(folder.path(), 2).load();
    assert_eq!((loaded.value.len(), loaded.notice), (2, None), "it is stored as version 2 now");
}

#[test]
fn an_unknown_version_is_put_aside_with_a_notice() {
    let folder = safe_path::private_folder().unwrap();
    counts(folder.path(), 3).save(&one("new")).unwrap();
    let before = std::fs::read(folder.path().join("counts.state")).unwrap();
    let older = counts(folder.path(), 2);
    let Loaded { value, notice } = older.load();
    assert_eq!((value, notice.unwrap().reason), (Counts::new(), Reason::OtherVersion { version: 3 }));
    assert_eq!(notices(folder.path()), [], "to look changes nothing");
    older.update(|counts| counts.extend(one("old"))).unwrap();
    assert_eq!(older.load().value, one("old"));
    assert_eq!(std::fs::read(folder.path().join("counts.dropped")).unwrap(), before);
    let [notice] = &notices(folder.path())[..] else { panic!() };
    assert_eq!((notice.name.as_str(), notice.reason), ("counts", Reason::OtherVersion { version: 3 }));
}

#[test]
fn a_torn_file_is_put_aside_wherever_it_was_torn() {
    let folder = safe_path::private_folder().unwrap();
    let (state, file) = (counts(folder.path(), 1), folder.path().join("counts.state"));
    state.save(&one("a")).unwrap();
    let whole = std::fs::read(&file).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert_eq!(state.load().notice.map(|notice| notice.reason), Some(Reason::Damaged), "{length}");
        state.update(|counts| counts.extend(one("b"))).unwrap();
        assert_eq!(state.load().value, one("b"));
    }
    assert_eq!(notices(folder.path()).len(), whole.len());
    for at in 0..whole.len() {
        let mut bad = whole.clone();
        bad[at] ^= 1;
        std::fs::write(&file, &bad).unwrap();
        assert!(state.load().notice.is_some(), "byte {at}");
    }
}

#[test]
fn what_was_never_renamed_is_not_seen() {
    let folder = safe_path::private_folder().unwrap();
    let state = counts(folder.path(), 1);
    state.save(&one("a")).unwrap();
    // A process was killed between writing and renaming, and held the lock.
    std::fs::write(folder.path().join("counts.state.1-0.tmp"), b"half").unwrap();
    state.update(|counts| counts.extend(one("b"))).unwrap();
    assert_eq!(state.load().value.len(), 2);
}

#[test]
fn a_link_or_a_pipe_is_not_followed() {
    let folder = safe_path::private_folder().unwrap();
    let (state, file) = (counts(folder.path(), 1), folder.path().join("counts.state"));
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, b"precious").unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert_eq!(state.load().notice.map(|notice| notice.reason), Some(Reason::Unreadable));
    state.save(&one("a")).unwrap();
    assert_eq!((std::fs::read(&elsewhere).unwrap(), state.load().value), (b"precious".to_vec(), one("a")));
    std::fs::remove_file(&file).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &file, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    assert_eq!(state.load().notice.map(|notice| notice.reason), Some(Reason::Unreadable));
}

#[test]
fn who_does_not_want_to_wait_hears_that_it_is_busy() {
    let folder = safe_path::private_folder().unwrap();
    let (state, other) = (counts(folder.path(), 1), counts(folder.path(), 1));
    let inner = state.update(|_| other.try_update(|_| ())).unwrap();
    assert!(matches!(inner, Err(StateError::Busy)), "{inner:?}");
    other.try_update(|_| ()).unwrap();
}

#[test]
fn where_nothing_can_be_written_the_caller_hears_of_it() {
    let error = counts(Path::new("/proc/self/fdinfo"), 1).save(&one("a")).unwrap_err();
    assert!(matches!(error, StateError::Io { .. }), "{error}");
}

/// What each process does that the next test starts; it does nothing by itself.
#[test]
fn counting_child() {
    if let Some((folder, number)) = as_child() {
        for _ in 0..50 {
            let count = |counts: &mut Counts| *counts.entry(number.to_string()).or_default() += 1;
            counts(&folder, 1).update(count).unwrap();
            counts(&folder, 1).update(|counts| *counts.entry("all".into()).or_default() += 1).unwrap();
        }
    }
}

#[test]
fn no_change_of_several_processes_is_lost() {
    let folder = safe_path::private_folder().unwrap();
    in_processes(3, "store::state::tests::counting_child", folder.path());
    let loaded = counts(folder.path(), 1).load();
    let expected =
        [("0", 50), ("1", 50), ("2", 50), ("all", 150)].map(|(name, count)| (name.to_owned(), count));
    assert_eq!((loaded.value, loaded.notice), (Counts::from(expected), None));
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes: Vec<u8>) {
        let folder = safe_path::private_folder().unwrap();
        std::fs::write(folder.path().join("counts.state"), &bytes).unwrap();
        std::fs::write(folder.path().join("notices"), &bytes).unwrap();
        prop_assert!(counts(folder.path(), 1).load().notice.is_some());
        notices(folder.path());
    }
}
