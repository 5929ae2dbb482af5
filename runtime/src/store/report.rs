//! The `cache` command: what is remembered, in memory and between processes, and what of it is to go.

#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::time::{Duration, Instant, SystemTime};

use super::any_cache::{AnyCache, Which};
use super::table::Table;
use super::{Store, StoredEntry};

/// What the words of a `cache` command are, for people.
pub const CACHE_USAGE: &str =
    "`cache` takes stats, list, inspect SOURCE [KEY], clear [SOURCE], warm [DIR] or invalidate SOURCE";

/// The moment at which somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For what is in memory.
    pub instant: Instant,
    /// For what is stored.
    pub time: SystemTime,
}

impl Now {
    /// This moment.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::store::Now;
    ///
    /// assert!(Now::real().instant <= Now::real().instant);
    /// ```
    pub fn real() -> Now {
        Now { instant: Instant::now(), time: SystemTime::now() }
    }
}

/// Answers a `cache` command: its words without `cache` itself. The daemon has caches; a process that draws once has
/// none.
///
/// # Errors
/// Says what is wrong with the words, or that there is nothing of the source that they name.
///
/// # Examples
/// ```
/// use ziron_runtime::store::{Now, Store, answer_cache};
///
/// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
/// let (store, now) = (Store::new(folder.path()), Now::real());
/// store.save("node", &1_u32, &"v22.1.0".to_owned(), now.time);
/// assert!(answer_cache(&["list"], &[], Some(&store), now)?.contains("node"));
/// assert_eq!(answer_cache(&["clear"], &[], Some(&store), now)?, "removed: 0 facts in memory, 1 stored\n");
/// # Ok::<(), String>(())
/// ```
pub fn answer_cache(
    words: &[&str],
    caches: &[&'static dyn AnyCache],
    store: Option<&Store>,
    now: Now,
) -> Result<String, String> {
    let desk = Desk { caches, store, now };
    match *words {
        ["stats"] => Ok(desk.stats()),
        ["list"] => Ok(desk.list()),
        ["inspect", source] => desk.inspect(source, ""),
        ["inspect", source, key] => desk.inspect(source, key),
        ["clear"] => Ok(desk.clear(None)),
        ["clear", source] => desk.known(source).map(|()| desk.clear(Some(source))),
        ["invalidate", source] => desk.known(source).map(|()| desk.invalidate(source)),
        _ => Err(CACHE_USAGE.to_owned()),
    }
}

struct Desk<'d> {
    caches: &'d [&'static dyn AnyCache],
    store: Option<&'d Store>,
    now: Now,
}

impl Desk<'_> {
    fn stats(&self) -> String {
        let mut table = Table::new([
            "source", "policy", " entries", " bytes", " hits", " stale", " misses", " at once", " evicted",
        ]);
        for cache in self.caches {
            let known = cache.statistics();
            let asked = known.hits + known.stale + known.misses;
            if asked + known.evictions + known.entries as u64 == 0 {
                continue;
            }
            let rate = if asked == 0 {
                String::from("-")
            } else {
                // An old value is shown at once, too, and verified afterwards.
                format!("{:.1} %", 100.0 * (known.hits + known.stale) as f64 / asked as f64)
            };
            table.row([
                cache.name().to_owned(),
                cache.policy().to_owned(),
                format!("{}/{}", known.entries, cache.keeping().entries),
                known.bytes.to_string(),
                known.hits.to_string(),
                known.stale.to_string(),
                known.misses.to_string(),
                rate,
                known.evictions.to_string(),
            ]);
        }
        let mut text = self.begin_memory(&table);
        let Some(store) = self.store else { return text };
        let statistics = store.statistics(self.now.time);
        let mut table = Table::new(["source", " entries", " old", " bytes", " newest", " oldest"]);
        for known in statistics.sources {
            table.row([
                known.source,
                known.entries.to_string(),
                known.old.to_string(),
                known.bytes.to_string(),
                age(known.newest),
                age(known.oldest),
            ]);
        }
        begin_stored(&mut text, store, &table);
        let _ = writeln!(text, "  damaged {}, evicted {}", statistics.damaged, statistics.evicted);
        text
    }

    fn list(&self) -> String {
        let mut table = Table::new(["source", "key", " bytes", " age", " asked", "state"]);
        for cache in self.caches {
            let mut entries = cache.entries(self.now.instant);
            entries.sort_by_key(|entry| (entry.age, entry.key_hash));
            for entry in entries {
                table.row([
                    cache.name().to_owned(),
                    format!("{:016x}", entry.key_hash),
                    entry.bytes.to_string(),
                    age(entry.age),
                    entry.hits.to_string(),
                    state(entry.is_invalidated).to_owned(),
                ]);
            }
        }
        let mut text = self.begin_memory(&table);
        let Some(store) = self.store else { return text };
        let mut table = Table::new(["source", "key", " bytes", " age", "state"]);
        for entry in store.entries(self.now.time) {
            table.row([
                entry.source,
                format!("{:016x}", entry.key_hash),
                entry.bytes.to_string(),
                age(entry.age),
                state(entry.is_invalidated).to_owned(),
            ]);
        }
        begin_stored(&mut text, store, &table);
        text
    }

    /// The heading of what is in memory, and its table.
    fn begin_memory<const N: usize>(&self, table: &Table<N>) -> String {
        let mut text = String::new();
        if self.caches.is_empty() {
            return text;
        }
        let bytes: usize = self.caches.iter().map(|cache| cache.statistics().bytes).sum();
        let _ = writeln!(text, "in memory: {bytes} bytes");
        if !table.is_empty() {
            table.write(&mut text);
        }
        text.push('\n');
        text
    }

    fn inspect(&self, source: &str, key: &str) -> Result<String, String> {
        let is_meant = |hash: u64| format!("{hash:016x}").starts_with(key);
        let mut text = String::new();
        for cache in self.caches.iter().filter(|cache| cache.name() == source) {
            for entry in cache.entries(self.now.instant).iter().filter(|entry| is_meant(entry.key_hash)) {
                let _ = writeln!(text, "{source} {:016x}, in memory", entry.key_hash);
                let (age, state) = (age(entry.age), state(entry.is_invalidated));
                let _ = writeln!(
                    text,
                    "  read {age} ago, {state}; {} bytes; asked {} times",
                    entry.bytes, entry.hits
                );
                let _ = writeln!(text, "  fact {}\n", entry.fact());
            }
        }
        let stored = self.store.map(|store| store.entries(self.now.time)).unwrap_or_default();
        for entry in stored.iter().filter(|entry| belongs_to(entry, source) && is_meant(entry.key_hash)) {
            let _ = writeln!(text, "{} {:016x}, stored", entry.source, entry.key_hash);
            let (age, state) = (age(entry.age), state(entry.is_invalidated));
            let _ = writeln!(text, "  stored {age} ago, {state}; {} bytes", entry.bytes);
            let _ = writeln!(text, "  key  {}\n  fact {}\n", readable(&entry.key), readable(&entry.fact));
        }
        if text.is_empty() { Err(nothing_of(source)) } else { Ok(text) }
    }

    /// An error if nobody knows a source of this name.
    fn known(&self, source: &str) -> Result<(), String> {
        let is_stored = || {
            self.store.is_some_and(|store| {
                store.entries(self.now.time).iter().any(|entry| belongs_to(entry, source))
            })
        };
        if self.caches.iter().any(|cache| cache.name() == source) || is_stored() {
            Ok(())
        } else {
            Err(nothing_of(source))
        }
    }

    fn clear(&self, source: Option<&str>) -> String {
        let caches = self.caches.iter().filter(|cache| source.is_none_or(|source| cache.name() == source));
        let in_memory: usize = caches.map(|cache| cache.clear()).sum();
        let stored = self.store.map_or(0, |store| store.clear(source));
        format!("removed: {in_memory} facts in memory, {stored} stored\n")
    }

    fn invalidate(&self, source: &str) -> String {
        let caches = self.caches.iter().filter(|cache| cache.name() == source);
        let in_memory: usize = caches.map(|cache| cache.invalidate(Which::All)).sum();
        let stored = self.store.map_or(0, |store| store.invalidate(source));
        format!("old now: {in_memory} facts in memory, {stored} stored\n")
    }
}

fn begin_stored<const N: usize>(text: &mut String, store: &Store, table: &Table<N>) {
    let (count, bytes) = store.size();
    let (backend, folder) = (store.backend(), store.folder().display());
    let _ = writeln!(text, "stored in {backend} ({folder}): {count} facts, {bytes} bytes");
    if !table.is_empty() {
        table.write(text);
    }
}

/// That a source failed is stored beside its facts.
fn belongs_to(entry: &StoredEntry, source: &str) -> bool {
    entry.source == source || entry.source.strip_suffix(super::survey::FAILURES) == Some(source)
}

fn nothing_of(source: &str) -> String {
    format!("nothing of `{source}` is remembered; `cache list` shows what is")
}

fn state(is_invalidated: bool) -> &'static str {
    if is_invalidated { "old" } else { "valid" }
}

/// An age as people say it, with two units at most.
fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// What people can read of bytes whose type only their source knows.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        // `escape_debug` knows what a terminal would not show as it is.
        if c == char::REPLACEMENT_CHARACTER
            || c != '\'' && c != '"' && c.escape_debug().count() > 1 && c != '\\'
        {
            text.push('·');
        } else {
            text.push(c);
        }
    }
    text
}
