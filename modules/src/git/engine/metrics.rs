//! Lines added and deleted.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::index::entry::Mode;
use gix::submodule::config::Ignore;
use serde::{Deserialize, Serialize};

use super::content::{Answer, Reader};
use super::disk::{Facts, Kind, Tree};
use super::error::{ReadError, StatusError};
use super::index;
use super::nested::Ignored;
use super::open::Repository;
use super::rename::is_binary;
use super::status::{Status, Untracked};
use super::walk::join;

/// The size of the changes, in lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Metrics {
    /// Lines only in the new version.
    pub added: u32,
    /// Lines only in the old version.
    pub deleted: u32,
}

/// Longer files are taken for binary. Source: git-config(1), "core.bigFileThreshold".
const BIG: u64 = 512 * 1024 * 1024;

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
        let root = self.work_tree().ok_or(StatusError::Bare)?;
        let tree = Tree::open(root).map_err(ReadError::at("the work tree"))?;
        let index = index::read(self)?;
        let limit = self.inner.config_snapshot().integer("core.bigFileThreshold");
        let mut ignored = Ignored::new(self, &index, Untracked::No);
        // `git status` shows these, `git diff` does not.
        let mut is_hidden = |old: Mode, new: Mode, path: &BStr| {
            let are_submodules = old == Mode::COMMIT && new == Mode::COMMIT;
            Ok::<_, ReadError>(are_submodules && ignored.at(path)? == Ignore::All)
        };
        let algorithm = self.inner.diff_algorithm().unwrap_or(Algorithm::Myers);
        let mut counter = Counter {
            repository: &self.inner,
            reader: Reader::new(self, &tree, &index, interrupt)?,
            algorithm,
            limit: limit.and_then(|limit| u64::try_from(limit).ok()).unwrap_or(BIG),
            metrics: &mut metrics,
        };
        let staged = &changes.staged;
        let stop = || {
            if interrupt.load(Ordering::Relaxed) { Err(StatusError::Interrupted) } else { Ok(()) }
        };
        for pair in staged.modified.iter().chain(&staged.replaced).chain(&staged.renamed) {
            stop()?;
            if is_hidden(pair.old.mode, pair.new.mode, pair.new.path.as_ref())? {
                continue;
            }
            counter.count(
                pair.new.path.as_ref(),
                Some((pair.old.id, pair.old.mode)),
                Some((pair.new.id, pair.new.mode)),
            );
        }
        for file in &staged.added {
            stop()?;
            if !is_hidden(file.mode, file.mode, file.path.as_ref())? {
                counter.count(file.path.as_ref(), None, Some((file.id, file.mode)));
            }
        }
        for file in &staged.deleted {
            stop()?;
            if !is_hidden(file.mode, file.mode, file.path.as_ref())? {
                counter.count(file.path.as_ref(), Some((file.id, file.mode)), None);
            }
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
    /// Longer files are taken for binary (bytes).
    limit: u64,
    metrics: &'a mut Metrics,
}

/// One side of a change.
#[derive(Default)]
struct Side {
    content: Vec<u8>,
    /// Whether an attribute says that it is text.
    is_text: bool,
}

impl Side {
    fn is_binary(&self) -> bool {
        !self.is_text && is_binary(&self.content)
    }
}

impl Counter<'_> {
    fn count(&mut self, path: &BStr, old: Option<Version>, new: Option<Version>) {
        let same_blob = old.is_some_and(|(old, _)| new.is_some_and(|(new, _)| old == new));
        if same_blob {
            return;
        }
        if let Some(old) = self.version(path, old)
            && let Some(new) = self.version(path, new)
        {
            self.add(&old, &new);
        }
    }

    fn count_on_disk(&mut self, root: &Path, tree: &Tree, path: &BStr, old: Option<Version>) {
        let Ok(Some(facts)) = tree.facts(path) else { return };
        if facts.kind == Kind::Folder {
            // A submodule: the line that names its commit.
            let head = Repository::open(&join(root, path)).ok().and_then(|inner| inner.head_id().ok()?);
            self.count(path, old, head.map(|head| (head, Mode::COMMIT)));
            return;
        }
        let was_link = old.is_some_and(|(_, mode)| mode == Mode::SYMLINK);
        let Some(old) = self.version(path, old) else { return };
        let Some(new) = self.on_disk(path, &facts, was_link) else { return };
        self.add(&old, &new);
    }

    /// The content of a version, empty if there is none; `None` if it cannot be had or counts as binary without a look at it.
    fn version(&mut self, path: &BStr, version: Option<Version>) -> Option<Side> {
        let Some((id, mode)) = version else { return Some(Side::default()) };
        if mode == Mode::COMMIT {
            let content = format!("Subproject commit {id}\n").into_bytes();
            return Some(Side { content, is_text: false });
        }
        let size = self.repository.find_header(id).ok()?.size();
        let is_text = self.may_have_lines(path, mode != Mode::SYMLINK, size)?;
        Some(Side { content: self.repository.find_blob(id).ok()?.detach().data, is_text })
    }

    /// The same for the file on disk. `stands_in` says that a file there may hold where a link leads.
    fn on_disk(&mut self, path: &BStr, facts: &Facts, stands_in: bool) -> Option<Side> {
        let is_link = facts.kind == Kind::Link;
        let is_regular = !(is_link || stands_in && self.reader.files_stand_in());
        let is_text = self.may_have_lines(path, is_regular, u64::from(facts.size))?;
        // Nothing can be read from a pipe or a device without waiting for somebody; git takes them for empty.
        if facts.kind == Kind::Other {
            return Some(Side { content: Vec::new(), is_text });
        }
        let read = self.reader.read(path, is_link) == Answer::Same;
        read.then(|| Side { content: std::mem::take(&mut self.reader.clean), is_text })
    }

    /// Whether attributes say that a file is text; `None` if they or its size (in bytes) say that it has no lines. Only regular files have attributes.
    fn may_have_lines(&mut self, path: &BStr, is_regular: bool, size: u64) -> Option<bool> {
        match is_regular.then(|| self.reader.is_text(path)).flatten() {
            Some(is_text) => is_text.then_some(true),
            None => (size <= self.limit).then_some(false),
        }
    }

    fn add(&mut self, old: &Side, new: &Side) {
        if old.is_binary() || new.is_binary() {
            return;
        }
        let input = InternedInput::new(lines(&old.content), lines(&new.content));
        let diff = Diff::compute(self.algorithm, &input);
        self.metrics.added += diff.count_additions();
        self.metrics.deleted += diff.count_removals();
    }
}

/// Lines with their ends, so that a missing last one makes a difference.
fn lines(text: &[u8]) -> gix::diff::blob::sources::ByteLines<'_> {
    gix::diff::blob::sources::byte_lines(text)
}
