//! The status: staged changes, changes of the work tree, untracked files.

mod moved;
mod same_second;

use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use gix::glob::pattern::Case;
use gix::index::{self, State, entry};
use gix::submodule::config::Ignore;
use serde::{Deserialize, Serialize};

use super::content::{Answer, Reader};
use super::disk::Tree;
use super::error::{ReadError, StatusError};
use super::ignore;
use super::open::Repository;
use super::rename::{self, Renames};
use super::staged::{self, File, Pair, Staged};
use super::stat::Rules;
use super::walk::{Found, Queue, Walk, join};
use super::{index as own_index, nested};

/// How untracked files are counted. `status.showUntrackedFiles=no` makes every one of these [`Untracked::No`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Untracked {
    /// Not at all; directories need not be listed.
    No,
    /// A directory without tracked files counts once, as in `git status`.
    #[default]
    Collapsed,
    /// Every file counts, as in `git status --untracked-files=all`.
    Files,
}

/// What a status has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusOptions {
    /// How untracked files are counted.
    pub untracked: Untracked,
    /// Whether renames are told from deletions and additions.
    pub renames: Renames,
    /// Whether submodules are left out.
    pub ignore_submodules: bool,
    /// The number of threads at most, this one included; as many as there are processors if absent.
    pub threads: Option<NonZero<usize>>,
}

impl Default for StatusOptions {
    fn default() -> Self {
        Self {
            untracked: Untracked::Collapsed,
            renames: Renames::Status,
            ignore_submodules: false,
            threads: None,
        }
    }
}

/// The number of paths in each state.
///
/// A path may count twice: once for what is staged, and once for what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Status {
    /// In conflict; counts nowhere else.
    pub conflicted: u32,
    /// Staged: new.
    pub index_added: u32,
    /// Staged: removed.
    pub index_deleted: u32,
    /// Staged: another content or executable bit.
    pub index_modified: u32,
    /// Staged: another kind of file.
    pub index_typechanged: u32,
    /// Moved, or copied where the configuration wants copies: staged, or not staged and announced.
    pub renamed: u32,
    /// Not staged: announced by `git add --intent-to-add`.
    pub worktree_added: u32,
    /// Not staged: gone.
    pub worktree_deleted: u32,
    /// Not staged: another content or executable bit; a submodule with changes.
    pub worktree_modified: u32,
    /// Not staged: another kind of file.
    pub worktree_typechanged: u32,
    /// Not known to git.
    pub untracked: u32,
    /// Perhaps changed: only a program that the repository configures could tell, or the file cannot be read.
    pub unknown: u32,
    /// Which paths they are, for [`Repository::metrics`].
    #[serde(skip)]
    pub(super) changes: Changes,
}

/// The changed paths of a status. Equal for all, as the counts decide.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub staged: Staged,
    pub worktree: Vec<WorktreeChange>,
}

/// A path that differs between index and work tree.
#[derive(Clone, Debug)]
pub(super) struct WorktreeChange {
    pub file: File,
    pub is_deleted: bool,
    pub is_added: bool,
}

impl PartialEq for Changes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Changes {}

impl std::hash::Hash for Changes {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl Status {
    /// Starship's `modified`: changed in the work tree, or announced.
    pub fn modified(&self) -> u32 {
        self.worktree_modified + self.worktree_added
    }

    /// Starship's `staged`: changed, new or replaced in the index.
    pub fn staged(&self) -> u32 {
        self.index_modified + self.index_added + self.index_typechanged
    }

    /// Starship's `deleted`: from the work tree or from the index.
    pub fn deleted(&self) -> u32 {
        self.worktree_deleted + self.index_deleted
    }

    /// Starship's `typechanged`: in the work tree only.
    pub fn typechanged(&self) -> u32 {
        self.worktree_typechanged
    }

    /// Whether there is nothing to tell.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// With fewer entries than this a second thread costs more than it saves.
const ENTRIES_PER_THREAD: usize = 500;
/// More threads than this only wait for each other.
const MAX_THREADS: usize = 8;
/// Comparing so many files is worth a thread.
const FILES_PER_THREAD: usize = 64;

impl Repository {
    /// Compares `HEAD`, the index and the work tree.
    ///
    /// # Errors
    ///
    /// [`StatusError::Interrupted`] soon after `interrupt` became true; [`StatusError::Bare`] without a work tree.
    ///
    /// # Cost
    ///
    /// One look at each tracked file, and one listing of each directory if untracked files are wanted.
    pub fn status(&self, options: &StatusOptions, interrupt: &AtomicBool) -> Result<Status, StatusError> {
        if self.is_bogus {
            return Err(ReadError::new("a work tree of what is said to have none").into());
        }
        let root = self.work_tree().ok_or(StatusError::Bare)?;
        let mut options = *options;
        if self.hides_untracked() {
            options.untracked = Untracked::No;
        }
        let options = &options;
        let tree = Tree::open(root).map_err(ReadError::at("the work tree"))?;
        let head = self.head_tree()?;
        let mut index = own_index::read(self)?;
        let moved = index.is_sparse() && index.tree().is_none_or(|cached| cached.id != head);
        own_index::expand(self, &mut index, &tree, moved)?;
        let walk = self.walk(root, &tree, &index, options, interrupt);
        walk.begin(if options.untracked == Untracked::No { None } else { ignore::Rules::global(self) });
        let result = self.run(&walk, head, options);
        if interrupt.load(Ordering::Relaxed) {
            return Err(StatusError::Interrupted);
        }
        let (mut staged, mut found) = result?;
        rename::detect(self, &mut staged, options.renames, interrupt);
        let mut unknown = found.unreadable;
        unknown += self.compare_contents(&tree, &index, &mut found, options, interrupt)?;
        unknown += self.look_into_submodules(root, &index, &mut found, options, interrupt)?;
        let moved = self.moved_on_disk(&tree, &index, &mut found, options, interrupt)?;
        if interrupt.load(Ordering::Relaxed) {
            return Err(StatusError::Interrupted);
        }
        Ok(summary(&index, staged, &found, moved, unknown))
    }

    fn walk<'a>(
        &'a self,
        root: &'a Path,
        tree: &'a Tree,
        index: &'a index::File,
        options: &StatusOptions,
        interrupt: &'a AtomicBool,
    ) -> Walk<'a> {
        let written = index.timestamp();
        let written = (u32::try_from(written.unix_seconds()).unwrap_or(u32::MAX), written.nanoseconds());
        let fold = self.flag("core.ignoreCase", false);
        let sparse = self.flag("core.sparseCheckout", false)
            && !self.flag("sparse.expectFilesOutsideOfPatterns", false);
        Walk {
            root,
            tree,
            index,
            rules: Rules::new(self, written),
            case: if fold { Case::Fold } else { Case::Sensitive },
            untracked: options.untracked,
            submodules: !options.ignore_submodules,
            sparse,
            objects: Mutex::new(self.inner.clone()),
            git_dir: self.git_dir(),
            interrupt,
            queue: Queue::default(),
        }
    }

    /// Runs the walk on as many threads as pay, and compares `HEAD` meanwhile.
    fn run(
        &self,
        walk: &Walk<'_>,
        head: gix::ObjectId,
        options: &StatusOptions,
    ) -> Result<(Staged, Found), ReadError> {
        let threads = threads(options, walk.index.entries().len() / ENTRIES_PER_THREAD);
        let submodules = !options.ignore_submodules;
        thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads)
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, || walk.work()).ok())
                .collect();
            let staged = staged::compare(self, head, walk.index, submodules, walk.interrupt);
            let mut found = walk.work();
            for helper in helpers {
                match helper.join() {
                    Ok(more) => found.merge(more),
                    Err(_) => return Err(ReadError::new("the work tree")),
                }
            }
            Ok((staged?, found))
        })
    }

    /// Whether the configuration wants no untracked files.
    fn hides_untracked(&self) -> bool {
        let value = self.setting("status.showUntrackedFiles");
        value.is_some_and(|value| {
            ["no", "false", "off", "0"].iter().any(|no| value.eq_ignore_ascii_case(no.as_bytes()))
        })
    }

    /// Settles the files whose times say nothing; returns how many cannot be settled.
    fn compare_contents(
        &self,
        tree: &Tree,
        index: &State,
        found: &mut Found,
        options: &StatusOptions,
        interrupt: &AtomicBool,
    ) -> Result<u32, ReadError> {
        let mut unsure = std::mem::take(&mut found.unsure);
        unsure.extend(self.of_the_same_second(tree, index, found, interrupt)?);
        if unsure.is_empty() {
            return Ok(0);
        }
        let compare = |repository: &Self, files: &[usize]| -> Result<Vec<(usize, Answer)>, ReadError> {
            let mut reader = Reader::new(repository, tree, index, interrupt)?;
            let files = files.iter().take_while(|_| !interrupt.load(Ordering::Relaxed));
            Ok(files.map(|&at| (at, reader.compare(at))).collect())
        };
        let threads = threads(options, unsure.len() / FILES_PER_THREAD);
        let answers = if threads == 1 {
            compare(self, &unsure)?
        } else {
            let mut chunks = unsure.chunks(unsure.len().div_ceil(threads));
            let first = chunks.next().unwrap_or_default();
            thread::scope(|scope| {
                let helpers: Vec<_> = chunks
                    .map(|chunk| {
                        let own = Self { root: None, tables: None, depth: 0, ..self.clone() };
                        scope.spawn(move || compare(&own, chunk))
                    })
                    .collect();
                let mut answers = compare(self, first)?;
                for helper in helpers {
                    answers.extend(helper.join().map_err(|_| ReadError::new("the work tree"))??);
                }
                Ok::<_, ReadError>(answers)
            })?
        };
        let mut unknown = 0;
        for (at, answer) in answers {
            match answer {
                Answer::Same => {}
                Answer::Different => found.modified.push(at),
                Answer::Unknown => unknown += 1,
            }
        }
        Ok(unknown)
    }

    /// Settles the submodules; returns how many cannot be settled.
    fn look_into_submodules(
        &self,
        root: &Path,
        index: &State,
        found: &mut Found,
        options: &StatusOptions,
        interrupt: &AtomicBool,
    ) -> Result<u32, StatusError> {
        let submodules = std::mem::take(&mut found.submodules);
        let mut ignored = nested::Ignored::new(self, index, options.untracked);
        for list in [&mut found.deleted, &mut found.replaced] {
            let mut seen = Vec::with_capacity(list.len());
            for at in std::mem::take(list) {
                let entry = &index.entries()[at];
                if entry.mode != entry::Mode::COMMIT || ignored.at(entry.path(index))? != Ignore::All {
                    seen.push(at);
                }
            }
            *list = seen;
        }
        let mut unknown = 0;
        for at in submodules {
            let entry = &index.entries()[at];
            let path = entry.path(index);
            let ignore = ignored.at(path)?;
            match nested::compare(self, &join(root, path), ignore, &entry.id, options, interrupt)? {
                Answer::Same => {}
                Answer::Different => found.modified.push(at),
                Answer::Unknown => unknown += 1,
            }
        }
        Ok(unknown)
    }
}

fn threads(options: &StatusOptions, useful: usize) -> usize {
    if useful <= 1 {
        return 1;
    }
    let available = options.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
    useful.min(available).min(MAX_THREADS)
}

fn summary(index: &State, staged: Staged, found: &Found, moved: Vec<Pair>, unknown: u32) -> Status {
    let on_disk = moved.len() as u32;
    let change = |list: &[usize], is_deleted: bool, is_added: bool| -> Vec<WorktreeChange> {
        list.iter().map(|&at| WorktreeChange { file: File::at(index, at), is_deleted, is_added }).collect()
    };
    let mut worktree = change(&found.modified, false, false);
    worktree.extend(change(&found.replaced, false, false));
    worktree.extend(change(&found.deleted, true, false));
    worktree.extend(change(&found.added, false, true));
    // The content before is that of the file that was moved.
    worktree.extend(moved.into_iter().map(|Pair { old, new }| WorktreeChange {
        file: File { path: new.path, ..old },
        is_deleted: false,
        is_added: false,
    }));
    Status {
        conflicted: found.conflicted,
        index_added: staged.added.len() as u32,
        index_deleted: staged.deleted.len() as u32,
        index_modified: staged.modified.len() as u32,
        index_typechanged: staged.replaced.len() as u32,
        renamed: staged.renamed.len() as u32 + on_disk,
        worktree_added: found.added.len() as u32,
        worktree_deleted: found.deleted.len() as u32,
        worktree_modified: found.modified.len() as u32,
        worktree_typechanged: found.replaced.len() as u32,
        untracked: found.untracked,
        unknown,
        changes: Changes { staged, worktree },
    }
}
