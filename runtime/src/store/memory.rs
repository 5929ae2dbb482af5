//! The memory back end: entries that nobody else sees, for tests.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::backend::Back;
use super::limits::Limits;

/// Entries by their names, with the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    entries: BTreeMap<String, (u64, Vec<u8>)>,
    clock: u64,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Back for Memory {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.lock().entries.get(name).map(|(_, bytes)| bytes.clone())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut entries = self.lock();
        entries.clock += 1;
        let clock = entries.clock;
        entries.entries.insert(name.to_owned(), (clock, bytes.to_vec()));
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.lock().entries.contains_key(name)
    }

    fn remove(&self, name: &str) -> bool {
        self.lock().entries.remove(name).is_some()
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        // A copy, so that who looks at an entry may change it.
        let entries = self.lock().entries.clone();
        for (name, (_, bytes)) in entries {
            visit(&name, &bytes);
        }
    }

    fn make_room(&self, limits: Limits) -> usize {
        let entries = &mut self.lock().entries;
        let size = |entries: &BTreeMap<_, (u64, Vec<u8>)>| -> u64 {
            entries.values().map(|(_, bytes)| bytes.len() as u64).sum()
        };
        let mut removed = 0;
        if entries.len() > limits.entries || size(entries) > limits.bytes {
            while entries.len() > limits.entries / 2 || size(entries) > limits.bytes / 2 {
                let oldest =
                    entries.iter().min_by_key(|(_, (clock, _))| *clock).map(|(name, _)| name.clone());
                let Some(oldest) = oldest else { break };
                entries.remove(&oldest);
                removed += 1;
            }
        }
        removed
    }

    fn probe(&self) -> io::Result<()> {
        Ok(())
    }
}
