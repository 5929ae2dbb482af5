//! Lines added and deleted.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::index::entry::Mode;
use serde::{Deserialize, Serialize};

use super::content::{Answer, Reader};
use super::disk::{Kind, Tree};
use super::error::{ReadError, StatusError};
use super::index;
use super::open::Repository;
use super::rename::is_binary;
use super::status::Status;
use super::walk::join;

/// The size of the changes, in lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Metrics {
    /// Lines only in the new version.
    pub added: u32,
    /// Lines only in the old version.
    pub deleted: u32,
}

/// Longer files are taken for binary, as git does.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

impl Repository {
    /// Counts the lines of what `status`, found by this process, says is staged and of what is not: the sum of `git diff --shortstat`
    /// with and without `--cached`. Binary files have no lines, nor do files whose content only a filter program could tell.
    ///
    /// # Cost
    ///
    /// Reads both versions of each changed file.
    pub fn metrics(&self, status: &Status, interrupt: &AtomicBool) -> Result<Metrics, StatusError> {
        let changes = &status.changes;
        let mut metrics = Metrics::default();
        if changes.worktree.is_empty() && changes.staged.is_empty() {
            return Ok(metrics);
        }
        let root = self.root().ok_or(StatusError::Bare)?;
        let tree = Tree::open(root).map_err(ReadError::at("the work tree"))?;
        let index = index::read(self)?;
        let algorithm = self.inner.diff_algorithm().unwrap_or(Algorithm::Myers);
        let mut counter = Counter {
            repository: &self.inner,
            reader: Reader::new(self, &tree, &index)?,
            algorithm,
            metrics: &mut metrics,
        };
        let staged = &changes.staged;
        let stop = || {
            if interrupt.load(Ordering::Relaxed) { Err(StatusError::Interrupted) } else { Ok(()) }
        };
        for pair in staged.modified.iter().chain(&staged.replaced).chain(&staged.renamed) {
            stop()?;
            counter.count(
                pair.new.path.as_ref(),
                Some((pair.old.id, pair.old.mode)),
                Some((pair.new.id, pair.new.mode)),
            );
        }
        for file in &staged.added {
            stop()?;
            counter.count(file.path.as_ref(), None, Some((file.id, file.mode)));
        }
        for file in &staged.deleted {
            stop()?;
            counter.count(file.path.as_ref(), Some((file.id, file.mode)), None);
        }
        for change in &changes.worktree {
            stop()?;
            let file = &change.file;
            if change.is_deleted {
                counter.count(file.path.as_ref(), Some((file.id, file.mode)), None);
            } else {
                let old = (!change.is_added).then_some((file.id, file.mode));
                counter.count_on_disk(root, &tree, file.path.as_ref(), old);
            }
        }
        Ok(metrics)
    }
}

type Version = (ObjectId, Mode);

struct Counter<'a> {
    repository: &'a gix::Repository,
    reader: Reader<'a>,
    algorithm: Algorithm,
    metrics: &'a mut Metrics,
}

impl Counter<'_> {
    fn count(&mut self, path: &BStr, old: Option<Version>, new: Option<Version>) {
        let same_blob = old.is_some_and(|(old, _)| new.is_some_and(|(new, _)| old == new));
        if same_blob || self.is_binary(path) {
            return;
        }
        if let (Some(old), Some(new)) = (self.version(old), self.version(new)) {
            self.add(path, &old, &new);
        }
    }

    fn count_on_disk(&mut self, root: &Path, tree: &Tree, path: &BStr, old: Option<Version>) {
        if self.is_binary(path) {
            return;
        }
        let Ok(Some(facts)) = tree.facts(path) else { return };
        if facts.kind == Kind::Folder {
            // A submodule: the line that names its commit.
            let head = Repository::open(&join(root, path)).ok().and_then(|inner| inner.head_id().ok()?);
            self.count(path, old, head.map(|head| (head, Mode::COMMIT)));
            return;
        }
        let Some(old) = self.version(old) else { return };
        if self.reader.read(path, facts.kind == Kind::Link) == Answer::Same {
            let new = std::mem::take(&mut self.reader.clean);
            self.add(path, &old, &new);
        }
    }

    /// The content of a version, empty if there is none; `None` if it cannot be had or is too long.
    fn version(&self, version: Option<Version>) -> Option<Vec<u8>> {
        let Some((id, mode)) = version else { return Some(Vec::new()) };
        if mode == Mode::COMMIT {
            return Some(format!("Subproject commit {id}\n").into_bytes());
        }
        let header = self.repository.find_header(id).ok()?;
        if header.size() > MAX_BYTES {
            return None;
        }
        Some(self.repository.find_blob(id).ok()?.detach().data)
    }

    fn add(&mut self, path: &BStr, old: &[u8], new: &[u8]) {
        let is_text = self.reader.is_text(path) == Some(true);
        if !is_text && (is_binary(old) || is_binary(new)) {
            return;
        }
        let input = InternedInput::new(lines(old), lines(new));
        let diff = Diff::compute(self.algorithm, &input);
        self.metrics.added += diff.count_additions();
        self.metrics.deleted += diff.count_removals();
    }

    fn is_binary(&mut self, path: &BStr) -> bool {
        self.reader.is_text(path) == Some(false)
    }
}

/// Lines with their ends, so that a missing last one makes a difference.
fn lines(text: &[u8]) -> gix::diff::blob::sources::ByteLines<'_> {
    gix::diff::blob::sources::byte_lines(text)
}
