//! Writes that nobody waits for: one after another, on another thread.
//!
//! A database that is locked, or a server that does not answer, would keep a thread that serves many shells.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Store;
use super::backend::Backend;

/// So many writes wait at most; then the oldest is given up, as it would be where the store cannot be written at all.
const LIMIT: usize = 256;

/// An entry that is to be written: its name and its bytes.
type Write = (String, Vec<u8>);

/// Writes that wait for their turn.
#[derive(Debug)]
pub(super) struct WriteBehind {
    /// Where it writes: who reads meanwhile does not wait for that.
    backend: Backend,
    queue: Mutex<Queue>,
    /// Held while something is written, so that the order stays.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Queue {
    writes: VecDeque<Write>,
    /// Whether a thread sees to them.
    is_seen_to: bool,
}

impl WriteBehind {
    #[cfg(any(feature = "background", test))]
    pub(super) fn new(backend: Backend) -> WriteBehind {
        WriteBehind { backend, queue: Mutex::default(), writing: Mutex::default() }
    }

    /// Writes an entry when its turn comes.
    pub(super) fn write(self: &Arc<WriteBehind>, store: &Store, name: String, bytes: Vec<u8>) {
        let mut queue = lock(&self.queue);
        if queue.writes.len() >= LIMIT {
            queue.writes.pop_front();
        }
        queue.writes.push_back((name, bytes));
        if !std::mem::replace(&mut queue.is_seen_to, true) {
            // Where there are no threads, it is done here.
            drop(queue);
            let (own, store) = (self.clone(), store.clone());
            crate::exec::threads::unblock(move || own.settle(&store)).detach();
        }
    }

    /// Writes all that waits, and waits for what is being written.
    pub(super) fn settle(&self, store: &Store) {
        let store = Store { backend: self.backend.clone(), aside: None, ..store.clone() };
        loop {
            let _writing = lock(&self.writing);
            let mut queue = lock(&self.queue);
            let Some((name, bytes)) = queue.writes.pop_front() else {
                queue.is_seen_to = false;
                return;
            };
            drop(queue);
            store.write(&name, &bytes);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::store::BackendChoice;

    fn store() -> (tempfile::TempDir, Store, Arc<WriteBehind>) {
        let folder = crate::safe_path::private_folder().unwrap();
        let store = Store::open(BackendChoice::Files, folder.path());
        let aside = Arc::new(WriteBehind::new(store.backend.clone()));
        (folder, Store { aside: Some(aside.clone()), ..store }, aside)
    }

    fn put(store: &Store, key: u32) {
        store.put("tool", &key.to_le_bytes(), b"fact", SystemTime::UNIX_EPOCH);
    }

    fn has(store: &Store, key: u32) -> bool {
        store.find("tool", &key.to_le_bytes(), SystemTime::UNIX_EPOCH).is_some()
    }

    #[test]
    fn a_store_that_cannot_be_written_now_keeps_nobody_waiting() {
        let (_guard, store, aside) = store();
        let blocked = lock(&aside.writing);
        put(&store, 1);
        assert!(!has(&store, 1), "it is not written yet, and that was not waited for");
        drop(blocked);
        aside.settle(&store);
        assert!(has(&store, 1));
        // A thread is found for what comes after it was idle.
        put(&store, 2);
        while !has(&store, 2) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_is_invalidated_does_not_come_back() {
        let (_guard, store, aside) = store();
        let blocked = lock(&aside.writing);
        put(&store, 1);
        put(&store, 2);
        drop(blocked);
        // What was written before holds no more, whether it has been written or waits.
        store.invalidate("tool");
        assert!(lock(&aside.queue).writes.is_empty());
        let found = store.find("tool", &1_u32.to_le_bytes(), SystemTime::UNIX_EPOCH);
        assert!(found.is_some_and(|found| found.is_invalidated));
        store.clear(None);
        assert!(!has(&store, 1) && !has(&store, 2));
    }

    #[test]
    #[cfg(feature = "sqlite")]
    fn who_reads_does_not_wait_for_who_writes() {
        let folder = crate::safe_path::private_folder().unwrap();
        let store = Store::open(BackendChoice::Sqlite, folder.path()).in_a_hurry();
        put(&store, 1);
        store.settle();
        let aside = store.aside.as_ref().unwrap();
        let Backend::Sqlite(writer) = &aside.backend else { panic!("{aside:?}") };
        // As long as it writes; were it the connection that is read with, this would wait for itself.
        let _writes = writer.lock();
        assert!(has(&store, 1));
    }

    #[test]
    fn there_is_an_end_to_waiting() {
        let (_guard, store, aside) = store();
        let blocked = lock(&aside.writing);
        (0..300).for_each(|key| put(&store, key));
        assert!(lock(&aside.queue).writes.len() <= LIMIT);
        drop(blocked);
        aside.settle(&store);
        assert!(has(&store, 299));
    }

    #[test]
    #[cfg(feature = "background")]
    fn files_are_written_at_once() {
        let store = |choice| Store::open(choice, "/nowhere").in_a_hurry();
        assert!(store(BackendChoice::Files).aside.is_none());
        assert_eq!(store(BackendChoice::Sqlite).aside.is_some(), cfg!(feature = "sqlite"));
    }
}
