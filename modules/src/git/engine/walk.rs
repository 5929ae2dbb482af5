//! The work tree against the index: one pass over all directories, on several threads if there are many.
//!
//! A directory is opened once: its listing tells what is untracked, and its tracked files are looked at through its
//! descriptor.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use gix::glob::pattern::Case;
use gix::index::State;

use super::disk::Tree;
use super::ignore::Rules as IgnoreRules;
use super::stat::Rules;
use super::status::Untracked;
use super::worker::Worker;

/// What the walk needs and shares between threads.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub root: &'a Path,
    pub tree: &'a Tree,
    pub index: &'a State,
    pub rules: Rules,
    pub case: Case,
    pub untracked: Untracked,
    pub submodules: bool,
    /// Whether `core.sparseCheckout` is on: files outside the sparse part count again once they exist.
    pub sparse: bool,
    /// For `.gitignore` files that are tracked and not to be on disk.
    pub objects: Mutex<gix::Repository>,
    /// The repository's own directory.
    pub git_dir: &'a Path,
    pub interrupt: &'a AtomicBool,
    pub queue: Queue,
}

/// What the walk found; numbers are those of index entries.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub added: Vec<usize>,
    pub deleted: Vec<usize>,
    pub modified: Vec<usize>,
    pub replaced: Vec<usize>,
    /// Files whose content must be compared.
    pub unsure: Vec<usize>,
    /// Files that nothing says have changed, but which git would compare.
    pub same_second: Vec<usize>,
    /// Submodules to look into.
    pub submodules: Vec<usize>,
    pub conflicted: u32,
    pub untracked: u32,
    /// Files that could not be looked at.
    pub unreadable: u32,
}

impl Found {
    pub(super) fn merge(&mut self, other: Self) {
        self.added.extend(other.added);
        self.deleted.extend(other.deleted);
        self.modified.extend(other.modified);
        self.replaced.extend(other.replaced);
        self.unsure.extend(other.unsure);
        self.same_second.extend(other.same_second);
        self.submodules.extend(other.submodules);
        self.conflicted += other.conflicted;
        self.untracked += other.untracked;
        self.unreadable += other.unreadable;
    }
}

/// The directories still to be visited.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    tasks: Vec<Task>,
    busy: usize,
    idle: usize,
}

/// One directory.
#[derive(Debug)]
pub(super) struct Task {
    /// Its path without a final slash; empty for the top.
    pub path: Vec<u8>,
    /// The index entries below it; none if it is untracked.
    pub range: Range<usize>,
    pub ignore: Option<Arc<IgnoreRules>>,
    /// Whether untracked files are looked for.
    pub list: bool,
    /// Whether the entries are below this directory, and not below one whose name differs in case only.
    pub is_own: bool,
}

impl Walk<'_> {
    /// Puts the top directory into the queue.
    pub(super) fn begin(&self, ignore: Option<Arc<IgnoreRules>>) {
        let range = 0..self.index.entries().len();
        let list = self.untracked != Untracked::No;
        self.lock().tasks.push(Task { path: Vec::new(), range, ignore, list, is_own: true });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.queue.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Visits directories until none are left. Any number of threads may do so at once.
    pub(super) fn work(&self) -> Found {
        let mut worker = Worker::new(self);
        let mut waiting = self.lock();
        loop {
            if self.interrupt.load(Ordering::Relaxed) {
                waiting.tasks.clear();
            }
            if let Some(task) = waiting.tasks.pop() {
                waiting.busy += 1;
                drop(waiting);
                worker.visit(&task);
                waiting = self.lock();
                waiting.busy -= 1;
                waiting.tasks.append(&mut worker.next);
                if waiting.idle > 0 && (waiting.busy == 0 || waiting.tasks.len() > 1) {
                    self.queue.changed.notify_all();
                }
            } else if waiting.busy == 0 {
                return worker.found;
            } else {
                waiting.idle += 1;
                waiting = self.queue.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                waiting.idle -= 1;
            }
        }
    }
}

/// The file system's path of a path in the index.
pub(super) fn join(root: &Path, path: &[u8]) -> std::path::PathBuf {
    // A path that the platform cannot express names nothing.
    gix::path::from_byte_slice(path).map(|path| root.join(path)).unwrap_or_default()
}
