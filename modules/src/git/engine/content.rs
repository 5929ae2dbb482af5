//! Whether a file's content is still what the index has.
//!
//! Line endings, encodings and `$Id$` are undone as git would. Filter programs are never run: the pipeline gets no drivers, and a
//! file that one would have to clean is [`Answer::Unknown`].

use std::collections::HashSet;

use gix::bstr::{BStr, ByteSlice};
use gix::filter::plumbing::pipeline::convert::ToGitOutcome as Outcome;
use gix::filter::plumbing::{Pipeline, pipeline};
use gix::index::{State, entry};
use gix::worktree::stack::state::attributes;

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
    /// A filter program would have to be run.
    Unknown,
}

/// Larger files are not read.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Reads files as git would add them.
pub(super) struct Reader<'a> {
    repository: &'a gix::Repository,
    tree: &'a Tree,
    index: &'a State,
    links: bool,
    /// The names of filters that have a program.
    filters: HashSet<Vec<u8>>,
    stack: gix::worktree::Stack,
    pipeline: Pipeline,
    /// Folders whose attributes have been looked at, since gitoxide opens what stands in their place.
    looked: HashSet<Vec<u8>>,
    filter: gix::attrs::search::Outcome,
    diff: gix::attrs::search::Outcome,
    buffer: Vec<u8>,
    pub(super) clean: Vec<u8>,
}

const WHAT: &str = "the attributes";

impl<'a> Reader<'a> {
    pub(super) fn new(
        repository: &'a Repository,
        tree: &'a Tree,
        index: &'a State,
    ) -> Result<Self, ReadError> {
        let inner = &repository.inner;
        let mut options =
            gix::filter::Pipeline::options(inner).map_err(ReadError::at("the filter settings"))?;
        options.drivers = Vec::new();
        options.crlf_roundtrip_check = pipeline::CrlfRoundTripCheck::Skip;
        options.encodings_with_roundtrip_check = Vec::new();
        strange::check(repository.common_dir().join("info/attributes"))?;
        let stack = inner
            .attributes_only(index, attributes::Source::WorktreeThenIdMapping)
            .map_err(ReadError::at(WHAT))?;
        let filter = stack.selected_attribute_matches(["filter"]);
        let diff = stack.selected_attribute_matches(["diff"]);
        Ok(Self {
            repository: inner,
            tree,
            index,
            links: repository.flag("core.symlinks", true),
            filters: filters(inner),
            stack: stack.detach(),
            pipeline: Pipeline::new(gix::command::Context::default(), inner.object_hash(), options),
            looked: HashSet::new(),
            filter,
            diff,
            buffer: Vec::new(),
            clean: Vec::new(),
        })
    }

    /// Compares the file of the index entry numbered `at`.
    pub(super) fn compare(&mut self, at: usize) -> Answer {
        let entry = &self.index.entries()[at];
        match self.read(entry.path(self.index), entry.mode == entry::Mode::SYMLINK) {
            Answer::Same => {}
            other => return other,
        }
        let hash = gix::objs::compute_hash(entry.id.kind(), gix::objs::Kind::Blob, &self.clean);
        if hash.is_ok_and(|id| id == entry.id) { Answer::Same } else { Answer::Different }
    }

    /// Reads a file into [`Self::clean`] as git would add it. [`Answer::Same`] means that this worked.
    pub(super) fn read(&mut self, path: &BStr, is_link: bool) -> Answer {
        if is_link {
            let read = if self.links {
                self.tree.read_link(path, &mut self.clean)
            } else {
                self.tree.read(path, &mut self.clean, MAX_BYTES)
            };
            return if read.is_ok() { Answer::Same } else { Answer::Different };
        }
        match self.tree.read(path, &mut self.buffer, MAX_BYTES) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Answer::Different,
            Err(_) => return Answer::Unknown,
        }
        if self.convert(path).is_err() { Answer::Unknown } else { Answer::Same }
    }

    /// Whether the attributes say that a file is text or that it is not; nothing if its content has to tell.
    pub(super) fn is_text(&mut self, path: &BStr) -> Option<bool> {
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

    /// Turns [`Self::buffer`] into [`Self::clean`]; an error if a program would have to do so.
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

    fn convert(&mut self, path: &BStr) -> Result<(), ReadError> {
        self.look_at_attributes(path)?;
        let mode = Some(entry::Mode::FILE);
        let place = self.stack.at_entry(path, mode, &self.repository.objects).map_err(ReadError::at(WHAT))?;
        if !self.filters.is_empty() {
            self.filter.reset();
            place.matching_attributes(&mut self.filter);
            for found in self.filter.iter_selected() {
                let name = found.assignment.state.as_bstr();
                if name.is_some_and(|name| self.filters.contains(name.as_bytes())) {
                    return Err(ReadError::new("what a filter makes of a file"));
                }
            }
        }
        let (index, objects) = (self.index, &self.repository.objects);
        let native = gix::path::from_bstr(path).map_err(ReadError::at("a path"))?;
        let outcome = self
            .pipeline
            .convert_to_git(
                &*self.buffer,
                &native,
                &mut |_, attributes| {
                    place.matching_attributes(attributes);
                },
                &mut |buffer| {
                    use gix::objs::Find;
                    let Some(entry) = index.entry_by_path(path) else { return Ok(None) };
                    Ok(objects.try_find(&entry.id, buffer)?.map(|_| ()))
                },
            )
            .map_err(ReadError::at("a file"))?;
        match outcome {
            Outcome::Unchanged(_) => std::mem::swap(&mut self.clean, &mut self.buffer),
            Outcome::Buffer(bytes) => {
                self.clean.clear();
                self.clean.extend_from_slice(bytes);
            }
            // There are no drivers, so there is no process.
            Outcome::Process(_) => return Err(ReadError::new("what a filter makes of a file")),
        }
        Ok(())
    }
}

/// The names of the filters for which some configuration names a program that cleans.
fn filters(repository: &gix::Repository) -> HashSet<Vec<u8>> {
    let config = repository.config_snapshot();
    let sections = config.plumbing().sections_by_name("filter");
    sections
        .into_iter()
        .flatten()
        .filter(|section| ["clean", "process"].into_iter().any(|key| section.contains_value_name(key)))
        .filter_map(|section| section.header().subsection_name().map(|name| name.to_vec()))
        .collect()
}
