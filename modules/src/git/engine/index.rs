//! The index, and its entries as a tree.

use std::ops::Range;

use gix::bstr::ByteSlice;
use gix::index::{self, State, entry};
use ziron_runtime::io::open;

use super::disk::Tree;
use super::error::ReadError;
use super::open::Repository;
use super::{extensions, long_paths, split, strange};

const WHAT: &str = "the index";

/// Reads the index without checking its checksum, as git does; an empty one if there is none.
pub(super) fn read(repository: &Repository) -> Result<index::File, ReadError> {
    let options = index::decode::Options { thread_limit: Some(1), ..Default::default() };
    let hash = repository.inner.object_hash();
    // The one in the repository was looked at when that was opened.
    if repository.index_path() != repository.inner.index_path() {
        strange::check(repository.index_path())?;
    }
    extensions::check(repository.index_path(), hash)?;
    if let Some(index) = split::read(repository, options)? {
        return Ok(index);
    }
    let path = repository.index_path();
    index::File::at_or_default(path, hash, true, options).map_err(ReadError::at(WHAT)).or_else(|error| {
        match open::read_begin(path, MAX_BYTES).ok().and_then(|bytes| long_paths::decode(&bytes, hash)) {
            Some(state) => Ok(index::File::from_state(state?, path)),
            None => Err(error),
        }
    })
}

/// A larger index is not looked at again (bytes); one with a million files has a tenth of this.
const MAX_BYTES: u64 = 1 << 30;

/// Replaces each directory that a sparse index keeps as one entry by its files, if `must` or one of them exists on
/// disk.
pub(super) fn expand(
    repository: &Repository,
    index: &mut index::File,
    tree: &Tree,
    must: bool,
) -> Result<(), ReadError> {
    if !index.is_sparse() {
        return Ok(());
    }
    let folders: Vec<_> = index
        .entries()
        .iter()
        .filter(|entry| entry.mode == entry::Mode::DIR)
        .map(|entry| (entry.path(index).to_owned(), entry.id))
        .collect();
    let exists = |path: &[u8]| matches!(tree.facts(path.strip_suffix(b"/").unwrap_or(path)), Ok(Some(_)));
    if !must && !folders.iter().any(|(path, _)| exists(path)) {
        return Ok(());
    }
    index.remove_entries(|_, _, entry| entry.mode == entry::Mode::DIR);
    for (path, id) in folders {
        for file in super::staged::files(repository, id, path.strip_suffix(b"/").unwrap_or(&path))? {
            index.dangerously_push_entry(
                entry::Stat::default(),
                file.id,
                entry::Flags::SKIP_WORKTREE,
                file.mode,
                file.path.as_bstr(),
            );
        }
    }
    index.sort_entries();
    index.remove_tree();
    Ok(())
}

/// One name in a directory of the index.
#[derive(Clone, Debug)]
pub(super) enum Child {
    /// A file, link or submodule; several in a conflict.
    Entry(Range<usize>),
    /// The entries below a directory.
    Folder(Range<usize>),
}

/// Iterates over the names of the directory whose entries are `range` and whose path, with its final slash, is `base`
/// bytes long.
pub(super) fn children(
    index: &State,
    range: Range<usize>,
    base: usize,
) -> impl Iterator<Item = (&[u8], Child)> {
    let entries = index.entries();
    let backing = index.path_backing();
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let start = at;
        let path: &[u8] = entries[start].path_in(backing);
        let rest = path.get(base..).unwrap_or_default();
        if let Some(slash) = rest.find_byte(b'/') {
            let prefix = &path[..=base + slash];
            at += run(&entries[start..range.end], |entry| entry.path_in(backing).starts_with(prefix));
            Some((&rest[..slash], Child::Folder(start..at)))
        } else {
            at += 1;
            while at < range.end && *entries[at].path_in(backing) == *path {
                at += 1;
            }
            Some((rest, Child::Entry(start..at)))
        }
    })
}

/// How many items at the front satisfy `test`, at least one, when no others follow among those that do not: doubling
/// steps, then halves.
fn run<T>(items: &[T], test: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while step < items.len() && test(&items[step]) {
        step *= 2;
    }
    let known = step / 2;
    let end = step.min(items.len());
    (known + items[known..end].partition_point(test)).max(1)
}
