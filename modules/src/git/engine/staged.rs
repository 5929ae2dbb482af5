//! Staged changes: the tree of `HEAD` against the index.
//!
//! The index remembers the tree ids of directories that are unchanged since they were last written or read as a tree.
//! Only those that differ are opened, so that a clean index costs one comparison.

use std::cmp;
use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice};
use gix::index::{State, entry, extension};
use gix::objs::tree::{EntryKind, EntryRef};

use super::error::ReadError;
use super::index::{Child, children};
use super::open::Repository;

const WHAT: &str = "the tree of `HEAD`";

/// A file as a tree or the index has it.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub path: BString,
    pub id: ObjectId,
    pub mode: entry::Mode,
}

impl File {
    /// The entry at this place of an index.
    pub(super) fn at(index: &State, at: usize) -> File {
        let entry = &index.entries()[at];
        File { path: entry.path(index).to_owned(), id: entry.id, mode: entry.mode }
    }
}

/// A file that is in both, but not the same.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub old: File,
    pub new: File,
}

/// What differs.
#[derive(Clone, Debug, Default)]
pub(super) struct Staged {
    pub added: Vec<File>,
    pub deleted: Vec<File>,
    pub modified: Vec<Pair>,
    pub replaced: Vec<Pair>,
    pub renamed: Vec<Pair>,
}

impl Staged {
    /// Whether nothing differs.
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.deleted.is_empty()
            && [&self.modified, &self.replaced, &self.renamed].iter().all(|pairs| pairs.is_empty())
    }
}

/// Compares `HEAD` with the index. Paths in conflict are left out.
pub(super) fn compare(
    repository: &Repository,
    head: ObjectId,
    index: &State,
    submodules: bool,
    interrupt: &AtomicBool,
) -> Result<Staged, ReadError> {
    let mut diff = Diff {
        repository,
        interrupt,
        depth: 0,
        index,
        submodules,
        path: Vec::new(),
        staged: Staged::default(),
    };
    diff.folder(Some(head), 0..index.entries().len(), index.tree())?;
    Ok(diff.staged)
}

/// All files of a tree, their paths below `prefix`.
pub(super) fn files(repository: &Repository, tree: ObjectId, prefix: &[u8]) -> Result<Vec<File>, ReadError> {
    let index = State::new(repository.inner.object_hash());
    let never = AtomicBool::new(false);
    let mut path = prefix.to_vec();
    if !path.is_empty() {
        path.push(b'/');
    }
    let mut diff = Diff {
        repository,
        interrupt: &never,
        depth: 0,
        index: &index,
        submodules: true,
        path,
        staged: Staged::default(),
    };
    diff.folder(Some(tree), 0..0, None)?;
    Ok(diff.staged.deleted)
}

/// Directories are nested no deeper than this; every level takes its share of the stack.
const MAX_DEPTH: u32 = 512;

struct Diff<'a> {
    repository: &'a Repository,
    interrupt: &'a AtomicBool,
    depth: u32,
    index: &'a State,
    submodules: bool,
    /// The directory at hand, with its final slash.
    path: Vec<u8>,
    staged: Staged,
}

impl Diff<'_> {
    fn folder(
        &mut self,
        tree: Option<ObjectId>,
        range: Range<usize>,
        cache: Option<&extension::Tree>,
    ) -> Result<(), ReadError> {
        // Git opens the tree of `HEAD` in any case, and so sees one that is read in its place; below it trusts the
        // index.
        let is_replaced = || self.depth == 0 && tree.is_some_and(|tree| self.repository.is_replaced(&tree));
        let unchanged = cache.is_some_and(|cache| {
            Some(cache.id) == tree && cache.num_entries.is_some_and(|count| count as usize == range.len())
        }) && !is_replaced();
        if unchanged || self.is_sparse_entry(tree, &range)? {
            // Nor is a tree of `HEAD` that is gone to look like one without changes.
            let is_gone = |id| !self.repository.inner.has_object(id) && !self.repository.fetch(id);
            if self.depth == 0 && !range.is_empty() && tree.is_some_and(is_gone) {
                return Err(ReadError::new(WHAT));
            }
            return Ok(());
        }
        let tree = match tree {
            Some(id) => Some(self.repository.object(id, WHAT)?.try_into_tree().map_err(ReadError::at(WHAT))?),
            None => None,
        };
        let entries = match &tree {
            Some(tree) => tree.decode().map_err(ReadError::at(WHAT))?.entries,
            None => Vec::new(),
        };
        let caches: HashMap<&[u8], &extension::Tree> =
            cache.iter().flat_map(|cache| &cache.children).map(|child| (&*child.name, child)).collect();
        let index = self.index;
        let mut old = entries.iter().peekable();
        let mut new = children(index, range, self.path.len()).peekable();
        while let Some((old, new)) = next_pair(&mut old, &mut new) {
            let name = old.map(|entry| entry.filename.as_bytes()).or(new.as_ref().map(|new| new.0));
            let name = name.unwrap_or_default();
            match new.map(|new| new.1) {
                Some(Child::Folder(range)) => {
                    let tree = old.map(|entry| entry.oid.to_owned());
                    self.enter(name, tree, range, caches.get(name).copied())?;
                }
                Some(Child::Entry(range)) => self.entry(old, range),
                None => match old {
                    Some(entry) if entry.mode.is_tree() => {
                        self.enter(name, Some(entry.oid.to_owned()), 0..0, None)?;
                    }
                    Some(entry) => self.deleted(entry),
                    None => {}
                },
            }
        }
        Ok(())
    }

    fn enter(
        &mut self,
        name: &[u8],
        tree: Option<ObjectId>,
        range: Range<usize>,
        cache: Option<&extension::Tree>,
    ) -> Result<(), ReadError> {
        if self.depth == MAX_DEPTH || self.interrupt.load(Ordering::Relaxed) {
            return Err(ReadError::new(WHAT));
        }
        let length = self.path.len();
        self.path.extend_from_slice(name);
        self.path.push(b'/');
        self.depth += 1;
        let result = self.folder(tree, range, cache);
        self.depth -= 1;
        self.path.truncate(length);
        result
    }

    /// Handles a directory that a sparse index keeps as one entry; true if that was all.
    fn is_sparse_entry(&mut self, tree: Option<ObjectId>, range: &Range<usize>) -> Result<bool, ReadError> {
        let entries = self.index.entries();
        let Some(entry) = entries.get(range.start).filter(|entry| entry.mode == entry::Mode::DIR) else {
            return Ok(false);
        };
        if range.len() != 1 || entry.path(self.index).len() != self.path.len() {
            return Ok(false);
        }
        // Whoever calls expands the index when a tree outside the sparse part changed.
        if Some(entry.id) == tree { Ok(true) } else { Err(ReadError::new(SPARSE)) }
    }

    fn entry(&mut self, old: Option<&EntryRef<'_>>, range: Range<usize>) {
        let entry = &self.index.entries()[range.start];
        if entry.stage_raw() != 0 {
            return;
        }
        if entry.flags.contains(entry::Flags::INTENT_TO_ADD) {
            if let Some(old) = old {
                self.deleted(old);
            }
            return;
        }
        if !self.submodules && entry.mode == entry::Mode::COMMIT {
            return;
        }
        let new = File { path: entry.path(self.index).to_owned(), id: entry.id, mode: entry.mode };
        let Some(old) = old else {
            self.staged.added.push(new);
            return;
        };
        let mode = mode(old);
        if mode == new.mode && *old.oid == *new.id {
            return;
        }
        let old = File { path: new.path.clone(), id: old.oid.to_owned(), mode };
        let pair = Pair { old, new };
        if kind(pair.old.mode) == kind(pair.new.mode) {
            self.staged.modified.push(pair);
        } else {
            self.staged.replaced.push(pair);
        }
    }

    fn deleted(&mut self, entry: &EntryRef<'_>) {
        let mode = mode(entry);
        if !self.submodules && mode == entry::Mode::COMMIT {
            return;
        }
        let mut path = self.path.clone();
        path.extend_from_slice(entry.filename);
        self.staged.deleted.push(File { path: path.into(), id: entry.oid.to_owned(), mode });
    }
}

/// The message of the error that asks for a full index.
pub(super) const SPARSE: &str = "a sparse directory that changed";

/// A name in the index.
type Named<'i> = (&'i [u8], Child);

/// The next name of either side, or of both where they are equal.
fn next_pair<'t, 'i, E>(
    old: &mut Peekable<impl Iterator<Item = &'t EntryRef<'t>>>,
    new: &mut Peekable<E>,
) -> Option<(Option<&'t EntryRef<'t>>, Option<Named<'i>>)>
where
    E: Iterator<Item = Named<'i>>,
{
    let order = match (old.peek(), new.peek()) {
        (None, None) => return None,
        (Some(_), None) => cmp::Ordering::Less,
        (None, Some(_)) => cmp::Ordering::Greater,
        (Some(old), Some((name, child))) => {
            compare_names(old.filename, old.mode.is_tree(), name, matches!(child, Child::Folder(_)))
        }
    };
    Some(match order {
        cmp::Ordering::Less => (old.next(), None),
        cmp::Ordering::Greater => (None, new.next()),
        cmp::Ordering::Equal => (old.next(), new.next()),
    })
}

/// Git's order of names: that of directories as if they ended in a slash.
fn compare_names(a: &[u8], a_is_folder: bool, b: &[u8], b_is_folder: bool) -> cmp::Ordering {
    let end = |is_folder: bool| is_folder.then_some(&b'/');
    a.iter().chain(end(a_is_folder)).cmp(b.iter().chain(end(b_is_folder)))
}

fn mode(entry: &EntryRef<'_>) -> entry::Mode {
    match entry.mode.kind() {
        EntryKind::Tree => entry::Mode::DIR,
        EntryKind::Blob => entry::Mode::FILE,
        EntryKind::BlobExecutable => entry::Mode::FILE_EXECUTABLE,
        EntryKind::Link => entry::Mode::SYMLINK,
        EntryKind::Commit => entry::Mode::COMMIT,
    }
}

/// The mode without its permissions.
fn kind(mode: entry::Mode) -> entry::Mode {
    if mode == entry::Mode::FILE_EXECUTABLE { entry::Mode::FILE } else { mode }
}
