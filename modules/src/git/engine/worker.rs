//! One thread of the walk: opens directories, looks at their tracked files, finds untracked ones.

use std::io;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use gix::glob::pattern::Case;
use gix::index::entry;

use super::disk::{Folder, Kind, Listing};
use super::ignore::Rules as IgnoreRules;
use super::index::{Child, children};
use super::nested;
use super::stat::Verdict;
use super::status::Untracked;
use super::walk::{Found, Task, Walk, join};

/// A thread's part of the walk.
pub(super) struct Worker<'w, 'a> {
    walk: &'w Walk<'a>,
    pub(super) found: Found,
    /// The directories found below those visited.
    pub(super) next: Vec<Task>,
    listing: Listing,
    path: Vec<u8>,
}

impl<'w, 'a> Worker<'w, 'a> {
    pub(super) fn new(walk: &'w Walk<'a>) -> Self {
        Self {
            walk,
            found: Found::default(),
            next: Vec::new(),
            listing: Listing::default(),
            path: Vec::new(),
        }
    }

    /// Visits one directory.
    pub(super) fn visit(&mut self, task: &Task) {
        let folder = match self.walk.tree.folder(&task.path) {
            Ok(folder) => folder,
            Err(error) => return self.missing(task, &error),
        };
        let mut listing = std::mem::take(&mut self.listing);
        let listed = task.list && folder.list(&mut listing).is_ok();
        self.path.clear();
        self.path.extend_from_slice(&task.path);
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        if task.range.is_empty() && !task.path.is_empty() {
            self.untracked_folder(task, &folder, &listing);
        } else {
            let mut names: Vec<(&'w [u8], Child)> =
                children(self.walk.index, task.range.clone(), self.path.len()).collect();
            let ignore =
                if listed { self.rules_of(task.ignore.clone(), &folder, &listing, &names) } else { None };
            if task.is_own {
                self.tracked(&names, &folder, ignore.as_ref(), listed);
            }
            if listed {
                names.sort_unstable_by_key(|(name, _)| *name);
                self.untracked(&names, &listing, ignore.as_ref());
            }
        }
        self.listing = listing;
    }

    /// Handles a directory that cannot be opened.
    fn missing(&mut self, task: &Task, error: &io::Error) {
        use io::ErrorKind as E;
        // A link in its place is "too many links" on Linux.
        let is_link =
            || matches!(self.walk.tree.facts(&task.path), Ok(Some(facts)) if facts.kind != Kind::Folder);
        if matches!(error.kind(), E::NotFound | E::NotADirectory) || is_link() {
            let mut at = task.range.start;
            while at < task.range.end {
                let entry = &self.walk.index.entries()[at];
                if entry.stage_raw() != 0 {
                    self.found.conflicted += 1;
                    let path = entry.path(self.walk.index);
                    while at < task.range.end && self.walk.index.entries()[at].path(self.walk.index) == path {
                        at += 1;
                    }
                    continue;
                }
                if !self.is_settled(at) && entry.mode != entry::Mode::DIR {
                    self.found.deleted.push(at);
                }
                at += 1;
            }
        } else {
            // Git leaves out an untracked directory that it may not open; one that nobody can open by its path is not
            // nothing.
            let strange = task.range.is_empty() && error.kind() == E::InvalidFilename;
            self.found.unreadable += task.range.len() as u32 + u32::from(strange);
        }
    }

    /// Whether an entry's flags say that its file is not to be looked at, or if it is not there, not to be missed.
    fn is_settled(&self, at: usize) -> bool {
        let entry = &self.walk.index.entries()[at];
        entry.flags.intersects(entry::Flags::SKIP_WORKTREE.union(entry::Flags::ASSUME_VALID))
            || (!self.walk.submodules && entry.mode == entry::Mode::COMMIT)
    }

    /// The rules in force in a directory, with its own if it has some.
    fn rules_of(
        &self,
        above: Option<Arc<IgnoreRules>>,
        folder: &Folder,
        listing: &Listing,
        names: &[(&[u8], Child)],
    ) -> Option<Arc<IgnoreRules>> {
        const NAME: &[u8] = b".gitignore";
        let base = self.path.len();
        if listing.iter().any(|(name, kind)| name == NAME && kind == Kind::File) {
            if let Ok(Some(bytes)) = folder.read(NAME) {
                return IgnoreRules::extend(above, base, &bytes);
            }
        } else if let Some((_, Child::Entry(range))) = names.iter().find(|(name, _)| *name == NAME) {
            let entry = &self.walk.index.entries()[range.start];
            if entry.flags.contains(entry::Flags::SKIP_WORKTREE) {
                let objects = self.walk.objects.lock().unwrap_or_else(PoisonError::into_inner);
                if let Ok(blob) = objects.find_blob(entry.id) {
                    return IgnoreRules::extend(above, base, &blob.data);
                }
            }
        }
        above
    }

    fn excludes(&self, ignore: Option<&Arc<IgnoreRules>>, is_folder: bool) -> bool {
        ignore.is_some_and(|rules| rules.excludes(&self.path, is_folder, self.walk.case))
    }

    /// Looks at the tracked files of a directory and queues its directories.
    fn tracked(
        &mut self,
        names: &[(&'w [u8], Child)],
        folder: &Folder,
        ignore: Option<&Arc<IgnoreRules>>,
        list: bool,
    ) {
        let length = self.path.len();
        for (name, child) in names {
            match child {
                Child::Entry(range) => self.entry(range.start, name, folder),
                // No such name comes from git; an index made by hand could lead out of the work tree with them, or in a
                // circle.
                Child::Folder(range) if matches!(*name, b"" | b"." | b".." | b".git") => {
                    self.found.unreadable += range.len() as u32;
                }
                Child::Folder(range) => {
                    if range.len() == 1 && self.walk.index.entries()[range.start].mode == entry::Mode::DIR {
                        continue;
                    }
                    self.path.extend_from_slice(name);
                    self.next.push(Task {
                        path: self.path.clone(),
                        range: range.clone(),
                        ignore: ignore.cloned(),
                        list: list && !self.excludes(ignore, true),
                        is_own: true,
                    });
                    self.path.truncate(length);
                }
            }
        }
    }

    fn entry(&mut self, at: usize, name: &[u8], folder: &Folder) {
        let entry = &self.walk.index.entries()[at];
        if entry.stage_raw() != 0 {
            self.found.conflicted += 1;
            return;
        }
        let outside = self.walk.sparse && entry.flags.contains(entry::Flags::SKIP_WORKTREE);
        if !outside && self.is_settled(at) {
            return;
        }
        let facts = match folder.facts(name) {
            Ok(Some(facts)) => facts,
            Ok(None) => {
                if !outside {
                    self.found.deleted.push(at);
                }
                return;
            }
            Err(_) => {
                self.found.unreadable += 1;
                return;
            }
        };
        let is_submodule = entry.mode == entry::Mode::COMMIT;
        if entry.flags.contains(entry::Flags::INTENT_TO_ADD) {
            let is_gone = facts.kind == Kind::Folder && !is_submodule;
            let list = if is_gone { &mut self.found.deleted } else { &mut self.found.added };
            list.push(at);
            return;
        }
        if is_submodule {
            let list = if facts.kind == Kind::Folder {
                &mut self.found.submodules
            } else {
                &mut self.found.replaced
            };
            list.push(at);
            return;
        }
        match self.walk.rules.compare(entry, &facts) {
            Verdict::Same => {}
            Verdict::Modified => self.found.modified.push(at),
            Verdict::Replaced => self.found.replaced.push(at),
            Verdict::Unsure => self.found.unsure.push(at),
            Verdict::SameSecond => self.found.same_second.push(at),
            Verdict::Folder => {
                let path = [&self.path[..], name].concat();
                if nested::has_commit(&join(self.walk.root, &path), self.walk.git_dir) {
                    self.found.replaced.push(at);
                } else {
                    self.found.deleted.push(at);
                }
            }
        }
    }

    /// Finds what a listing has and the index has not. `names` are sorted.
    fn untracked(
        &mut self,
        names: &[(&'w [u8], Child)],
        listing: &Listing,
        ignore: Option<&Arc<IgnoreRules>>,
    ) {
        for (name, kind) in listing.iter() {
            if kind == Kind::Other || is_dot_git(name, self.walk.case) || self.is_tracked(names, name, kind) {
                continue;
            }
            if self.walk.case == Case::Fold
                && kind == Kind::Folder
                && let Some(range) = folder_by_another_name(names, name)
            {
                self.same_folder(name, range, ignore);
                continue;
            }
            if kind == Kind::Folder && self.replaces_file(names, name) {
                continue;
            }
            self.new_name(name, kind, ignore);
        }
    }

    /// Queues a directory whose name differs from a tracked one's in case only: what is tracked there is tracked here.
    fn same_folder(&mut self, name: &[u8], range: Range<usize>, ignore: Option<&Arc<IgnoreRules>>) {
        let length = self.path.len();
        self.path.extend_from_slice(name);
        if !self.excludes(ignore, true) {
            let (path, ignore) = (self.path.clone(), ignore.cloned());
            self.next.push(Task { path, range, ignore, list: true, is_own: false });
        }
        self.path.truncate(length);
    }

    /// Whether a directory is in the place of a tracked file. Git does not say so of the directory, but of the files in
    /// it.
    fn replaces_file(&self, names: &[(&[u8], Child)], name: &[u8]) -> bool {
        let start = names.partition_point(|(other, _)| *other < name);
        names.get(start).is_some_and(|(other, _)| *other == name)
            && (self.walk.untracked == Untracked::Collapsed
                || nested::is_repository(
                    &join(self.walk.root, &[&self.path, name].concat()),
                    self.walk.git_dir,
                ))
    }

    fn new_name(&mut self, name: &[u8], kind: Kind, ignore: Option<&Arc<IgnoreRules>>) {
        let length = self.path.len();
        self.path.extend_from_slice(name);
        if !self.excludes(ignore, kind == Kind::Folder) {
            match (kind, self.walk.untracked) {
                (Kind::Folder, Untracked::Collapsed) => {
                    let path = self.path.clone();
                    self.found.untracked += u32::from(self.has_files(&path, ignore));
                }
                (Kind::Folder, _) => {
                    self.next.push(Task {
                        path: self.path.clone(),
                        range: 0..0,
                        ignore: ignore.cloned(),
                        list: true,
                        is_own: true,
                    });
                }
                _ => self.found.untracked += 1,
            }
        }
        self.path.truncate(length);
    }

    fn is_tracked(&self, names: &[(&[u8], Child)], name: &[u8], kind: Kind) -> bool {
        let fits = |child: &Child| match child {
            Child::Folder(_) => kind == Kind::Folder,
            Child::Entry(range) => {
                kind != Kind::Folder || self.walk.index.entries()[range.start].mode == entry::Mode::COMMIT
            }
        };
        let start = names.partition_point(|(other, _)| *other < name);
        names[start..].iter().take_while(|(other, _)| *other == name).any(|(_, child)| fits(child))
            || (self.walk.case == Case::Fold
                && names.iter().any(|(other, child)| {
                    matches!(child, Child::Entry(_)) && other.eq_ignore_ascii_case(name) && fits(child)
                }))
    }

    /// Visits a directory that has no tracked files, counting every file.
    fn untracked_folder(&mut self, task: &Task, folder: &Folder, listing: &Listing) {
        if self.is_nested(&task.path, listing) {
            self.found.untracked += 1;
            return;
        }
        let ignore = self.rules_of(task.ignore.clone(), folder, listing, &[]);
        self.untracked(&[], listing, ignore.as_ref());
    }

    /// Whether an untracked directory has a file that is not excluded, at any depth.
    fn has_files(&mut self, path: &[u8], ignore: Option<&Arc<IgnoreRules>>) -> bool {
        if self.walk.interrupt.load(Ordering::Relaxed) {
            return false;
        }
        let folder = match self.walk.tree.folder(path) {
            Ok(folder) => folder,
            Err(error) => {
                self.found.unreadable += u32::from(error.kind() == io::ErrorKind::InvalidFilename);
                return false;
            }
        };
        let mut listing = Listing::default();
        if folder.list(&mut listing).is_err() {
            return false;
        }
        if self.is_nested(path, &listing) {
            return true;
        }
        let before = std::mem::take(&mut self.path);
        self.path = [path, b"/"].concat();
        let length = self.path.len();
        let rules = self.rules_of(ignore.cloned(), &folder, &listing, &[]);
        let mut folders = Vec::new();
        let mut found = false;
        for (name, kind) in listing.iter() {
            if kind == Kind::Other || is_dot_git(name, self.walk.case) {
                continue;
            }
            self.path.extend_from_slice(name);
            if !self.excludes(rules.as_ref(), kind == Kind::Folder) {
                if kind == Kind::Folder {
                    folders.push(self.path.clone());
                } else {
                    found = true;
                }
            }
            self.path.truncate(length);
            if found {
                break;
            }
        }
        let found = found || folders.iter().any(|folder| self.has_files(folder, rules.as_ref()));
        self.path = before;
        found
    }

    fn is_nested(&self, path: &[u8], listing: &Listing) -> bool {
        listing.iter().any(|(name, _)| is_dot_git(name, self.walk.case))
            && nested::is_repository(&join(self.walk.root, path), self.walk.git_dir)
    }
}

fn folder_by_another_name(names: &[(&[u8], Child)], name: &[u8]) -> Option<Range<usize>> {
    names.iter().find_map(|(other, child)| match child {
        Child::Folder(range) if other.eq_ignore_ascii_case(name) => Some(range.clone()),
        _ => None,
    })
}

fn is_dot_git(name: &[u8], case: Case) -> bool {
    name == b".git" || (case == Case::Fold && name.eq_ignore_ascii_case(b".git"))
}
