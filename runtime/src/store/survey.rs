//! The store as a whole: what is in it, and what of it is to go.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::entry::{self, Decoded, decode, encode};
use super::limits::Tally;
use super::{Store, age_of};

/// The end of the names under which failures of sources are kept: they go with their sources.
pub(super) const FAILURES: &str = "-failed";

/// One entry of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The source whose fact it is.
    pub source: String,
    /// The FNV-1a hash of its key, by which people name it.
    pub key_hash: u64,
    /// Bytes that it takes.
    pub bytes: usize,
    /// How long ago it was stored.
    pub age: Duration,
    /// Whether it was invalidated since.
    pub is_invalidated: bool,
    /// The key, in postcard's format.
    pub key: Vec<u8>,
    /// The fact, in postcard's format. What type it has only its source knows.
    pub fact: Vec<u8>,
}

/// What is in a store, and what was dropped from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreStatistics {
    /// The sources that have entries, by name.
    pub sources: Vec<SourceStatistics>,
    /// Entries that were dropped because they were damaged, since the store was last cleared.
    pub damaged: u64,
    /// Entries that had to make room for others, since the store was last cleared.
    pub evicted: u64,
}

/// What is in a store of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceStatistics {
    /// The source.
    pub source: String,
    /// Its entries.
    pub entries: usize,
    /// How many of them were invalidated.
    pub old: usize,
    /// Bytes that they take.
    pub bytes: usize,
    /// The age of the newest.
    pub newest: Duration,
    /// The age of the oldest.
    pub oldest: Duration,
}

impl Store {
    /// All entries, by source and age. Damaged ones are dropped and counted on the way.
    ///
    /// # Cost
    /// Reads the whole store.
    ///
    /// # Examples
    /// ```
    /// # use std::time::SystemTime;
    /// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    /// let store = ziron_runtime::store::Store::new(folder.path());
    /// store.save("node", &1_u32, &2_u32, SystemTime::UNIX_EPOCH);
    /// assert_eq!(store.entries(SystemTime::UNIX_EPOCH)[0].source, "node");
    /// ```
    pub fn entries(&self, now: SystemTime) -> Vec<StoredEntry> {
        let (mut entries, mut flawed) = (Vec::new(), Vec::new());
        self.backend.with(&self.folder, |back| {
            back.each(&mut |name, bytes| {
                let Some((source, key_hash)) = entry::parts_of(name) else { return };
                match decode(bytes) {
                    Err(flaw) => flawed.push((name.to_owned(), flaw)),
                    Ok(entry) => entries.push(StoredEntry {
                        source: source.to_owned(),
                        key_hash,
                        bytes: bytes.len(),
                        age: age_of(&entry, now),
                        is_invalidated: entry.is_invalidated,
                        key: entry.key.to_owned(),
                        fact: entry.fact.to_owned(),
                    }),
                }
            });
        });
        for (name, flaw) in flawed {
            self.drop_flawed(&name, flaw);
        }
        entries.sort_by(|one, other| (&one.source, one.age).cmp(&(&other.source, other.age)));
        entries
    }

    /// What is in the store, and what was dropped from it.
    ///
    /// # Cost
    /// Reads the whole store.
    pub fn statistics(&self, now: SystemTime) -> StoreStatistics {
        let mut sources: BTreeMap<String, SourceStatistics> = BTreeMap::new();
        for entry in self.entries(now) {
            let known = sources.entry(entry.source.clone()).or_insert_with(|| SourceStatistics {
                source: entry.source,
                newest: entry.age,
                ..SourceStatistics::default()
            });
            known.entries += 1;
            known.old += usize::from(entry.is_invalidated);
            known.bytes += entry.bytes;
            known.newest = known.newest.min(entry.age);
            known.oldest = known.oldest.max(entry.age);
        }
        StoreStatistics {
            sources: sources.into_values().collect(),
            damaged: Tally::Damaged.read(&self.folder),
            evicted: Tally::Evicted.read(&self.folder),
        }
    }

    /// How many facts are stored, and how many bytes they take.
    pub fn size(&self) -> (usize, u64) {
        let mut size = (0, 0);
        self.backend.with(&self.folder, |back| {
            back.each(&mut |_, bytes| size = (size.0 + 1, size.1 + bytes.len() as u64));
        });
        size
    }

    /// Invalidates the facts of a source, and says how many: they are read again when they are next needed, and drawn
    /// as stale until then. That the source failed is forgotten.
    ///
    /// # Examples
    /// ```
    /// # use std::time::SystemTime;
    /// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    /// # let now = SystemTime::UNIX_EPOCH;
    /// let store = ziron_runtime::store::Store::new(folder.path());
    /// store.save("node", &1_u32, &22_u32, now);
    /// assert_eq!(store.invalidate("node"), 1);
    /// assert_eq!(store.load::<u32, u32>("node", &1, now), None);
    /// assert_eq!(store.load_last::<u32, u32>("node", &1, now).map(|stored| stored.fact), Some(22));
    /// ```
    pub fn invalidate(&self, source: &str) -> usize {
        let mut old = Vec::new();
        // What waits to be written is older than this.
        self.settle();
        self.backend.with(&self.folder, |back| {
            back.each(&mut |name, bytes| {
                if entry::parts_of(name).is_some_and(|(of, _)| of == source)
                    && let Ok(entry) = decode(bytes)
                    && let Some(marked) = encode(Decoded { is_invalidated: true, ..entry })
                {
                    old.push((name.to_owned(), marked));
                }
            });
            for (name, marked) in &old {
                // A fact that another process stores just now is lost with this, and read once more.
                let _ = back.write(name, marked);
            }
        });
        self.remove(|of, _| of.strip_suffix(FAILURES) == Some(source));
        old.len()
    }

    /// Removes the facts of a source, or all, and says how many.
    pub fn clear(&self, source: Option<&str>) -> usize {
        if source.is_none() {
            Tally::Damaged.clear(&self.folder);
            Tally::Evicted.clear(&self.folder);
        }
        self.remove(|of, _| {
            source.is_none_or(|source| of == source || of.strip_suffix(FAILURES) == Some(source))
        })
    }

    /// Removes the entries whose source and hash of the key fit.
    fn remove(&self, fits: impl Fn(&str, u64) -> bool) -> usize {
        let mut names = Vec::new();
        self.settle();
        self.backend.with(&self.folder, |back| {
            back.each(&mut |name, _| {
                if entry::parts_of(name).is_some_and(|(source, hash)| fits(source, hash)) {
                    names.push(name.to_owned());
                }
            });
            names.iter().filter(|name| back.remove(name)).count()
        })
    }
}
