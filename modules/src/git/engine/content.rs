//! Whether a file's content is still what the index has.
//!
//! A file that is not converted is hashed while it is read, however long it is, and given up soon after the caller asks
//! to stop.

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::attrs::search::Outcome;
use gix::bstr::BStr;
use gix::index::{State, entry};
use gix::worktree::stack::state::attributes;

use super::convert::{ATTRIBUTES, Conversion, Settings};
use super::disk::{Kind, Tree};
use super::error::ReadError;
use super::open::Repository;
use super::strange;

/// The result of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// As the index has it.
    Same,
    /// Not as the index has it.
    Different,
    /// A filter program would have to be run, or the file cannot be read.
    Unknown,
}

/// Larger files are not read into memory.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Reads files as git would add them.
pub(super) struct Reader<'a> {
    repository: &'a gix::Repository,
    tree: &'a Tree,
    index: &'a State,
    interrupt: &'a AtomicBool,
    links: bool,
    settings: Settings,
    stack: gix::worktree::Stack,
    /// Folders whose attributes have been looked at, since gitoxide opens what stands in their place.
    looked: HashSet<Vec<u8>>,
    conversion: Outcome,
    diff: Outcome,
    buffer: Vec<u8>,
    pub(super) clean: Vec<u8>,
}

const WHAT: &str = "the attributes";

impl<'a> Reader<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        tree: &'a Tree,
        index: &'a State,
        interrupt: &'a AtomicBool,
    ) -> Result<Self, ReadError> {
        let inner = &repository.inner;
        strange::check(&repository.common_dir().join("info/attributes"))?;
        let stack = inner
            .attributes_only(index, attributes::Source::WorktreeThenIdMapping)
            .map_err(ReadError::at(WHAT))?;
        let conversion = stack.selected_attribute_matches(ATTRIBUTES);
        let diff = stack.selected_attribute_matches(["diff"]);
        Ok(Self {
            repository: inner,
            tree,
            index,
            interrupt,
            links: repository.flag("core.symlinks", true),
            settings: Settings::new(inner),
            stack: stack.detach(),
            looked: HashSet::new(),
            conversion,
            diff,
            buffer: Vec::new(),
            clean: Vec::new(),
        })
    }

    /// Compares the file of the index entry numbered `at`.
    pub(super) fn compare(&mut self, at: usize) -> Answer {
        let entry = &self.index.entries()[at];
        let path = entry.path(self.index);
        let is_link = entry.mode == entry::Mode::SYMLINK && self.links;
        let conversion = if is_link { None } else { self.conversion(path) };
        if conversion.is_some_and(Conversion::is_nothing) {
            return self.compare_while_reading(path, &entry.id);
        }
        match self.read(path, is_link) {
            Answer::Same => {}
            other => return other,
        }
        let hash = gix::objs::compute_hash(entry.id.kind(), gix::objs::Kind::Blob, &self.clean);
        if hash.is_ok_and(|id| id == entry.id) { Answer::Same } else { Answer::Different }
    }

    /// Whether a file of the size that the index remembers cannot be what the index has, as nothing is converted and
    /// that is of another size.
    pub(super) fn differs_in_size(&mut self, at: usize) -> bool {
        let entry = &self.index.entries()[at];
        self.conversion(entry.path(self.index)).is_some_and(Conversion::is_nothing)
            && self
                .repository
                .find_header(entry.id)
                .is_ok_and(|header| header.size() as u32 != entry.stat.size)
    }

    /// Compares a file that is not converted.
    fn compare_while_reading(&mut self, path: &BStr, id: &gix::ObjectId) -> Answer {
        let mut hasher = gix::hash::hasher(id.kind());
        let read = self.tree.read_in_parts(path, &mut self.buffer, |part| {
            match part {
                Ok(bytes) => hasher.update(bytes),
                Err(size) => hasher.update(&gix::objs::encode::loose_header(gix::objs::Kind::Blob, size)),
            }
            !self.interrupt.load(Ordering::Relaxed)
        });
        match read {
            Ok(true) if hasher.try_finalize().is_ok_and(|found| found == *id) => Answer::Same,
            Ok(true) => Answer::Different,
            // Whoever asked has stopped asking.
            Ok(false) => Answer::Unknown,
            Err(error) => unreadable(&error),
        }
    }

    /// Reads a file into [`Self::clean`] as git would add it. [`Answer::Same`] means that this worked.
    pub(super) fn read(&mut self, path: &BStr, is_link: bool) -> Answer {
        if is_link {
            let read = self.tree.read_link(path, &mut self.clean);
            return if read.is_ok() { Answer::Same } else { Answer::Different };
        }
        let Some(conversion) = self.conversion(path) else { return Answer::Unknown };
        match self.tree.read(path, &mut self.clean, MAX_BYTES, || !self.interrupt.load(Ordering::Relaxed)) {
            Ok(()) => {}
            Err(error) => return unreadable(&error),
        }
        let (index, repository) = (self.index, self.repository);
        let committed = || {
            let entry = index.entry_by_path(path)?;
            Some(repository.find_blob(entry.id).ok()?.detach().data)
        };
        let converted = conversion.apply(&mut self.clean, &mut self.buffer, committed);
        if converted.is_err() { Answer::Unknown } else { Answer::Same }
    }

    /// Whether `core.symlinks` says that files hold where links lead.
    pub(super) fn files_stand_in(&self) -> bool {
        !self.links
    }

    /// What is done to a file; `None` if it cannot be said without running a program.
    fn conversion(&mut self, path: &BStr) -> Option<Conversion> {
        self.look_at_attributes(path).ok()?;
        let place = self.stack.at_entry(path, Some(entry::Mode::FILE), &self.repository.objects).ok()?;
        self.conversion.reset();
        place.matching_attributes(&mut self.conversion);
        Conversion::new(&self.conversion, &self.settings)
    }

    /// Whether the attributes say that a file is text or that it is not; nothing if its content has to tell.
    pub(super) fn is_text(&mut self, path: &BStr) -> Option<bool> {
        self.look_at_attributes(path).ok()?;
        let place = self.stack.at_entry(path, Some(entry::Mode::FILE), &self.repository.objects).ok()?;
        self.diff.reset();
        place.matching_attributes(&mut self.diff);
        let config = self.repository.config_snapshot();
        let found = self.diff.iter_selected().next()?;
        match found.assignment.state {
            gix::attrs::StateRef::Set => Some(true),
            gix::attrs::StateRef::Unset => Some(false),
            gix::attrs::StateRef::Unspecified => None,
            gix::attrs::StateRef::Value(driver) => {
                let binary = config.plumbing().boolean_by("diff", Some(driver.as_bstr()), "binary");
                binary.ok().flatten().map(|is_binary| !is_binary)
            }
        }
    }

    /// Says whether a pipe or the like is in the place of the attributes that hold for `path`.
    fn look_at_attributes(&mut self, path: &[u8]) -> Result<(), ReadError> {
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at + 1);
        for end in slashes.chain([0]) {
            let folder = &path[..end];
            if self.looked.contains(folder) {
                continue;
            }
            let file = [folder, b".gitattributes"].concat();
            if matches!(self.tree.facts(&file), Ok(Some(facts)) if facts.kind == Kind::Other) {
                return Err(ReadError::new(WHAT));
            }
            self.looked.insert(folder.to_owned());
        }
        Ok(())
    }
}

/// What a file is that cannot be read.
fn unreadable(error: &io::Error) -> Answer {
    if error.kind() == io::ErrorKind::NotFound { Answer::Different } else { Answer::Unknown }
}
