//! Files that were written in the second in which the index was.
//!
//! Nanoseconds say that they are the same, but not whether they would be converted as they were when the index was
//! written. Git reads them again, as it looks at seconds only. So they are compared here too, if something says that
//! files are converted and if they are few: all files of a fresh clone are such files, and git, unlike a prompt,
//! compares them once and writes that down.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::index::State;

use super::super::content::Reader;
use super::super::disk::Tree;
use super::super::error::ReadError;
use super::super::open::Repository;
use super::super::walk::Found;

/// More files than this are not compared,
const MAX_FILES: usize = 256;
/// nor more bytes of them together. Of a file that is larger by itself, the size tells.
const MAX_BYTES: u64 = 1 << 20;

impl Repository {
    /// The files of that second whose content must be compared. Those are told at once whose size is enough.
    pub(super) fn of_the_same_second(
        &self,
        tree: &Tree,
        index: &State,
        found: &mut Found,
        interrupt: &AtomicBool,
    ) -> Result<Vec<usize>, ReadError> {
        let files = std::mem::take(&mut found.same_second);
        if files.is_empty() || files.len() > MAX_FILES || !self.may_convert(tree, index) {
            return Ok(Vec::new());
        }
        let size = |at: usize| u64::from(index.entries()[at].stat.size);
        let (large, small): (Vec<_>, Vec<_>) = files.into_iter().partition(|&at| size(at) > MAX_BYTES);
        if !large.is_empty() {
            let mut reader = Reader::new(self, tree, index, interrupt)?;
            found.modified.extend(large.into_iter().filter(|&at| reader.differs_in_size(at)));
        }
        let are_small = small.iter().map(|&at| size(at)).sum::<u64>() <= MAX_BYTES;
        Ok(if are_small { small } else { Vec::new() })
    }

    /// Whether something says that files are converted, so that what was the same to git a moment ago may not be now:
    /// attributes, or `core.autocrlf`, even if that is off now.
    fn may_convert(&self, tree: &Tree, index: &State) -> bool {
        const NAME: &[u8] = b".gitattributes";
        let named = self.setting("core.attributesFile");
        self.setting("core.autocrlf").is_some()
            || matches!(tree.facts(NAME), Ok(Some(_)))
            || self.common_dir().join("info/attributes").exists()
            || named.is_some_and(|path| gix::path::from_byte_slice(&path).is_ok_and(Path::exists))
            || index.entries().iter().any(|entry| entry.path(index).ends_with(NAME))
    }
}
