//! A split index that is not in the repository's own directory (`GIT_INDEX_FILE`), while the shared part is.
//!
//! Gitoxide looks for the shared part beside the index. Source: git's `split-index.c`; gitformat-index(5), "Split
//! index".

use std::io::{ErrorKind, Read};

use gix::bstr::{BString, ByteSlice};
use gix::index::{self, State, decode};
use ziron_runtime::io::open;

use super::error::ReadError;
use super::open::Repository;
use super::{extensions, strange};

const WHAT: &str = "the index";

/// A larger index (bytes) is none that a prompt could wait for.
const MAX_BYTES: u64 = 4 << 30;

/// Reads such an index; `None` if it is a whole one, or not there.
pub(super) fn read(
    repository: &Repository,
    options: decode::Options,
) -> Result<Option<index::File>, ReadError> {
    let path = repository.index_path();
    if path.parent() == Some(repository.git_dir()) {
        return Ok(None);
    }
    let file = match open::file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::at(WHAT)(error)),
    };
    let hash = repository.inner.object_hash();
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(ReadError::at(WHAT))?;
    let now = State::new(hash).timestamp();
    let (split, _) = State::from_bytes(&bytes, now, hash, options).map_err(ReadError::at(WHAT))?;
    let Some(link) = split.link() else { return Ok(None) };
    let name = format!("sharedindex.{}", link.shared_index_checksum);
    let mut shared = repository.git_dir().join(&name);
    // Git takes the one beside the index where the repository has none.
    if let Some(beside) = path.parent().filter(|_| !shared.exists()) {
        shared = beside.join(&name);
    }
    strange::check(&shared)?;
    extensions::check(&shared, hash)?;
    // Its time is older than that of the split part, so that more files are compared than need be, and none is taken
    // for unchanged wrongly.
    let mut whole = index::File::at(shared, hash, true, options).map_err(ReadError::at(WHAT))?;
    // What it remembers of trees is that of another time.
    whole.remove_tree();
    merge(&mut whole, &split)?;
    Ok(Some(whole))
}

/// Replaces, adds and deletes what the split part says.
fn merge(whole: &mut State, split: &State) -> Result<(), ReadError> {
    let broken = || ReadError::new(WHAT);
    let Some(bitmaps) = split.link().and_then(|link| link.bitmaps.as_ref()) else { return Ok(()) };
    let (mut replaced, mut deleted) = (Vec::new(), Vec::new());
    let add = |bits: &mut Vec<usize>, bit| {
        bits.push(bit);
        Some(())
    };
    bitmaps.replace.for_each_set_bit(|bit| add(&mut replaced, bit)).ok_or_else(broken)?;
    bitmaps.delete.for_each_set_bit(|bit| add(&mut deleted, bit)).ok_or_else(broken)?;
    let (with, new) = split.entries().split_at_checked(replaced.len()).ok_or_else(broken)?;
    let old = whole.entries_mut();
    for (&at, with) in replaced.iter().zip(with) {
        let old = old.get_mut(at).ok_or_else(broken)?;
        (old.stat, old.id, old.flags, old.mode) = (with.stat, with.id, with.flags, with.mode);
    }
    if deleted.last().is_some_and(|&last| last >= old.len()) {
        return Err(broken());
    }
    let mut deleted = deleted.into_iter().peekable();
    whole.remove_entries(|at, _, _| deleted.next_if_eq(&at).is_some());
    for entry in new {
        let path: BString = entry.path(split).to_owned();
        whole.dangerously_push_entry(entry.stat, entry.id, entry.flags, entry.mode, path.as_bstr());
    }
    whole.sort_entries();
    Ok(())
}
