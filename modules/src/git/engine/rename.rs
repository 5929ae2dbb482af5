//! Renames: a deleted and an added file with the same or much the same content.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hasher;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::index::entry::Mode;

use super::open::Repository;
use super::staged::{File, Pair, Staged};

/// Half of the content makes a rename, as in git.
const ENOUGH: u64 = MAX / 2;
/// Three quarters are enough to match files of the same name before all others.
const ENOUGH_BY_NAME: u64 = ENOUGH + (MAX - ENOUGH) / 2;
const MAX: u64 = 60_000;
/// Content is compared in lines; what has none, in pieces of this length.
const PIECE: usize = 64;
/// Longer files are renames only if they are equal.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Takes what was renamed out of the added and the deleted. If more than `limit` of either are left after the exact ones, the inexact
/// ones are not looked for.
pub(super) fn detect(repository: &Repository, staged: &mut Staged, limit: u32) {
    if staged.added.is_empty() || staged.deleted.is_empty() {
        return;
    }
    let mut search = Search {
        old: std::mem::take(&mut staged.deleted).into_iter().map(Some).collect(),
        new: std::mem::take(&mut staged.added).into_iter().map(Some).collect(),
        pairs: Vec::new(),
        prints: HashMap::new(),
        repository,
    };
    search.exact();
    search.by_name();
    search.by_content(u64::from(limit));
    staged.deleted = search.old.into_iter().flatten().collect();
    staged.added = search.new.into_iter().flatten().collect();
    staged.renamed = search.pairs;
}

struct Search<'a> {
    old: Vec<Option<File>>,
    new: Vec<Option<File>>,
    pairs: Vec<Pair>,
    prints: HashMap<ObjectId, Option<Print>>,
    repository: &'a Repository,
}

/// How many bytes of a file are in pieces of which hash.
struct Print {
    size: u64,
    pieces: HashMap<u64, u64>,
}

impl Search<'_> {
    fn pair(&mut self, old: usize, new: usize) {
        if let (Some(old), Some(new)) = (self.old[old].take(), self.new[new].take()) {
            self.pairs.push(Pair { old, new });
        }
    }

    fn exact(&mut self) {
        let mut by_id: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, file) in self.old.iter().enumerate() {
            if let Some(file) = file {
                by_id.entry(file.id).or_default().push(at);
            }
        }
        for new in 0..self.new.len() {
            let Some(file) = &self.new[new] else { continue };
            let Some(same) = by_id.get_mut(&file.id) else { continue };
            let fits = |&at: &usize| {
                self.old[at]
                    .as_ref()
                    .is_some_and(|old| old.mode == file.mode || (is_file(old.mode) && is_file(file.mode)))
            };
            let named = same
                .iter()
                .position(|at| fits(at) && self.old[*at].as_ref().is_some_and(|old| name(old) == name(file)));
            if let Some(place) = named.or_else(|| same.iter().position(fits)) {
                let old = same.remove(place);
                self.pair(old, new);
            }
        }
    }

    /// Matches files whose name is unique on both sides.
    fn by_name(&mut self) {
        let old = unique_names(&self.old);
        let new = unique_names(&self.new);
        let mut both: Vec<_> =
            old.iter().filter_map(|(name, &old)| Some((old?, (*new.get(name)?)?))).collect();
        both.sort_unstable();
        for (old, new) in both {
            if self.likeness(old, new) >= ENOUGH_BY_NAME {
                self.pair(old, new);
            }
        }
    }

    fn by_content(&mut self, limit: u64) {
        let left = |files: &[Option<File>]| -> Vec<usize> {
            files.iter().enumerate().filter(|(_, file)| file.is_some()).map(|(at, _)| at).collect()
        };
        let (old, new) = (left(&self.old), left(&self.new));
        if limit > 0 && old.len() as u64 * new.len() as u64 > limit * limit {
            return;
        }
        let mut scores = Vec::new();
        for &new in &new {
            for &old in &old {
                let score = self.likeness(old, new);
                if score >= ENOUGH {
                    let same_name = match (&self.old[old], &self.new[new]) {
                        (Some(old), Some(new)) => name(old) == name(new),
                        _ => false,
                    };
                    scores.push((score, same_name, old, new));
                }
            }
        }
        scores.sort_by_key(|&(score, same_name, ..)| std::cmp::Reverse((score, same_name)));
        for (_, _, old, new) in scores {
            if self.old[old].is_some() && self.new[new].is_some() {
                self.pair(old, new);
            }
        }
    }

    /// How much of the larger file is made of pieces of the other, of [`MAX`].
    fn likeness(&mut self, old: usize, new: usize) -> u64 {
        let (Some(old), Some(new)) = (&self.old[old], &self.new[new]) else { return 0 };
        if !is_file(old.mode) || !is_file(new.mode) {
            return 0;
        }
        let (old, new) = (old.id, new.id);
        self.print(old);
        self.print(new);
        let (Some(Some(old)), Some(Some(new))) = (self.prints.get(&old), self.prints.get(&new)) else {
            return 0;
        };
        let larger = old.size.max(new.size);
        let smaller = old.size.min(new.size);
        if larger == 0 || larger * (MAX - ENOUGH) < (larger - smaller) * MAX {
            return 0;
        }
        let shared: u64 = old
            .pieces
            .iter()
            .map(|(piece, &bytes)| new.pieces.get(piece).map_or(0, |&others| bytes.min(others)))
            .sum();
        shared * MAX / larger
    }

    fn print(&mut self, id: ObjectId) {
        if let Entry::Vacant(vacant) = self.prints.entry(id) {
            let inner = &self.repository.inner;
            let is_elsewhere = inner.find_header(id).is_err();
            if is_elsewhere {
                self.repository.fetch(id);
            }
            let fits = inner.find_header(id).is_ok_and(|header| header.size() <= MAX_BYTES);
            let blob = if fits { inner.find_blob(id).ok() } else { None };
            vacant.insert(blob.map(|blob| Print::new(&blob.data)));
        }
    }
}

impl Print {
    fn new(data: &[u8]) -> Self {
        let is_text = !is_binary(data);
        let mut pieces = HashMap::new();
        let mut hash = std::hash::DefaultHasher::new();
        let mut length = 0;
        let mut bytes = data.iter().peekable();
        while let Some(&byte) = bytes.next() {
            if is_text && byte == b'\r' && bytes.peek() == Some(&&b'\n') {
                continue;
            }
            hash.write_u8(byte);
            length += 1;
            if byte == b'\n' || length == PIECE {
                *pieces.entry(hash.finish()).or_default() += length as u64;
                hash = std::hash::DefaultHasher::new();
                length = 0;
            }
        }
        if length > 0 {
            *pieces.entry(hash.finish()).or_default() += length as u64;
        }
        Self { size: data.len() as u64, pieces }
    }
}

/// Git's rule: a NUL among the first 8,000 bytes.
pub(super) fn is_binary(data: &[u8]) -> bool {
    data[..data.len().min(8000)].contains(&0)
}

fn is_file(mode: Mode) -> bool {
    mode == Mode::FILE || mode == Mode::FILE_EXECUTABLE
}

fn name(file: &File) -> &[u8] {
    let start = file.path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    &file.path[start..]
}

/// The place of each name, `None` for those that occur twice.
fn unique_names(files: &[Option<File>]) -> HashMap<Vec<u8>, Option<usize>> {
    let mut names = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        if let Some(file) = file {
            names.entry(name(file).to_vec()).and_modify(|place| *place = None).or_insert(Some(at));
        }
    }
    names
}
