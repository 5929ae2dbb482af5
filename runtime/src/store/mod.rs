//! The store: facts that are expensive to find, kept in files of the user's own.
//!
//! One file holds one fact. Its name is made of the source's name and a hash of the key, so that processes that store different
//! facts never meet; those that store the same fact replace it atomically. What is damaged, or written by another version, is dropped.
#![allow(
    clippy::disallowed_methods,
    reason = "the store is a back end of its own beside `Io`, which sources are handed"
)]

pub(crate) mod entry;
pub mod eviction;
mod keeping;
#[cfg_attr(not(feature = "background"), path = "shelf_off.rs")]
pub mod shelf;

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{FileType, OFlags};

pub use keeping::Keeping;

use crate::source::{Fact, Key};
use entry::{decode, encode, fnv1a};

/// No fact comes near this (bytes); a file that does is not ours.
const FILE_LIMIT: u64 = 1 << 20;

/// A folder of stored facts.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A fact and its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<F> {
    /// The fact.
    pub fact: F,
    /// How long ago it was stored; nothing if the clock was set back since.
    pub age: Duration,
}

/// How long a refresh may take that a late prompt left behind.
pub(crate) const REFRESH_BUDGET: Duration = Duration::from_secs(30);

/// The file that stands for a running refresh.
const REFRESH: &str = "refresh.lock";

/// More facts than this are not kept: a machine has some dozen tools, and each repository a few last values.
const FACT_LIMIT: usize = 1024;

impl Store {
    /// Uses a folder, which is made when the first fact is stored.
    pub fn new(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// Where the facts are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Loads the fact of a source for a key, whatever its age.
    pub fn load<K: Key, F: Fact>(&self, source: &str, key: &K, now: SystemTime) -> Option<Stored<F>> {
        let key = postcard::to_stdvec(key).ok()?;
        let bytes = Self::read_own(&self.file(source, &key))?;
        let (stored_at, fact) = decode(&bytes, &key)?;
        let age = millis(now).saturating_sub(stored_at);
        Some(Stored { fact: postcard::from_bytes(fact).ok()?, age: Duration::from_millis(age) })
    }

    /// Stores a fact. Fails silently: a prompt goes on without a store, and `doctor` says why.
    pub fn save<K: Key, F: Fact>(&self, source: &str, key: &K, fact: &F, now: SystemTime) {
        let (Ok(key), Ok(fact)) = (postcard::to_stdvec(key), postcard::to_stdvec(fact)) else { return };
        let Some(bytes) = encode(&key, &fact, millis(now)) else { return };
        let file = self.file(source, &key);
        if !file.exists() {
            self.make_room();
        }
        if Self::replace(&file, &bytes).is_err() {
            // The folder may be missing: make it and try once more.
            if std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).is_ok() {
                let _ = Self::replace(&file, &bytes);
            }
        }
    }

    /// Whether a refresh is running: late facts are being read for the next prompt.
    pub fn is_refreshing(&self, now: SystemTime) -> bool {
        let began = std::fs::metadata(self.folder.join(REFRESH)).and_then(|meta| meta.modified());
        // A refresh that was killed has left its file behind.
        began.is_ok_and(|began| now.duration_since(began).unwrap_or_default() < REFRESH_BUDGET)
    }

    /// Notes that a refresh begins; false if one is running, or nothing can be stored anyway.
    pub(crate) fn begin_refresh(&self, now: SystemTime) -> bool {
        !self.is_refreshing(now)
            && std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).is_ok()
            && std::fs::write(self.folder.join(REFRESH), b"").is_ok()
    }

    /// Notes that the refresh has ended.
    pub(crate) fn end_refresh(&self) {
        // Somebody may have cleared the folder meanwhile.
        let _ = std::fs::remove_file(self.folder.join(REFRESH));
    }

    /// Removes the oldest half where there are too many.
    fn make_room(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let modified =
            |entry: std::fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
        let mut files: Vec<_> = entries.flatten().filter_map(modified).collect();
        if files.len() > FACT_LIMIT {
            files.sort_unstable();
            for (_, file) in &files[..files.len() / 2] {
                // Another process may have been quicker.
                let _ = std::fs::remove_file(file);
            }
        }
    }

    /// How many facts are stored, and how many bytes they take.
    pub fn size(&self) -> (usize, u64) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return (0, 0) };
        let sizes =
            entries.flatten().filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file);
        sizes.fold((0, 0), |(count, bytes), meta| (count + 1, bytes + meta.len()))
    }

    /// Tries whether a fact could be stored; the error says why not.
    pub fn probe(&self) -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        Self::replace(&self.folder.join("probe"), b"")?;
        std::fs::remove_file(self.folder.join("probe"))
    }

    fn file(&self, source: &str, key: &[u8]) -> PathBuf {
        self.folder.join(format!("{source}-{:016x}", fnv1a(key)))
    }

    /// Reads a file if it is a plain one that belongs to this user: open, look, read, close.
    fn read_own(file: &Path) -> Option<Vec<u8>> {
        // Without waiting, should somebody have put a pipe there.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let open = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(file).ok()?;
        let stat = rustix::fs::fstat(&open).ok()?;
        let size = u64::try_from(stat.st_size).ok()?;
        let is_plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        if !is_plain || stat.st_uid != rustix::process::geteuid().as_raw() || size > FILE_LIMIT {
            return None;
        }
        let mut bytes = vec![0; size as usize];
        // Files are small and never change: what is not there at once is damage.
        (rustix::io::read(&open, &mut bytes).ok()? == bytes.len()).then_some(bytes)
    }

    fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let temporary = file.with_extension(format!("{}.tmp", std::process::id()));
        let mut open =
            File::options().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        let written = open.write_all(bytes).and_then(|()| std::fs::rename(&temporary, file));
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("facts"));
        (folder, store)
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_fact_comes_back_with_its_age() {
        let (_guard, store) = store();
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        let stored = store.load::<u32, String>("tool", &1, at(12)).unwrap();
        assert_eq!((stored.fact.as_str(), stored.age), ("v1", Duration::from_secs(2)));
        assert_eq!(store.load::<u32, String>("tool", &2, at(12)), None);
        assert_eq!(
            store.load::<u32, String>("tool", &1, at(3)).unwrap().age,
            Duration::ZERO,
            "the clock was set back"
        );
    }

    #[test]
    fn symbolic_links_are_not_followed() {
        let (_guard, store) = store();
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        let file = std::fs::read_dir(store.folder()).unwrap().next().unwrap().unwrap().path();
        let elsewhere = store.folder().join("elsewhere");
        std::fs::rename(&file, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
        assert_eq!(store.load::<u32, String>("tool", &1, at(12)), None);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the file system has a clock of its own")]
    fn one_refresh_runs_at_a_time() {
        let (_guard, store) = store();
        let now = SystemTime::now();
        assert!(store.begin_refresh(now) && store.is_refreshing(now) && !store.begin_refresh(now));
        assert!(
            !store.is_refreshing(now + 2 * REFRESH_BUDGET),
            "one that was killed does not count for ever"
        );
        store.end_refresh();
        assert!(store.begin_refresh(now));
    }

    #[test]
    fn there_is_room_for_new_facts() {
        let (_guard, store) = store();
        for key in 0..=FACT_LIMIT as u32 + 1 {
            store.save("tool", &key, &String::from("v1"), at(10));
        }
        let (count, _) = store.size();
        assert!((FACT_LIMIT / 2..FACT_LIMIT).contains(&count), "{count}");
        assert!(
            store.load::<u32, String>("tool", &(FACT_LIMIT as u32 + 1), at(12)).is_some(),
            "the newest is there"
        );
    }

    #[test]
    fn files_are_the_users_alone() {
        let (_guard, store) = store();
        store.save("tool", &1_u32, &String::from("v1"), at(10));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(store.folder()), 0o700);
        let file = std::fs::read_dir(store.folder()).unwrap().next().unwrap().unwrap().path();
        assert_eq!(mode(&file), 0o600);
    }
}
