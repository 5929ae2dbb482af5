//! Renames: a deleted and an added file with the same or much the same content; and copies, where the configuration
//! wants them.
//!
//! Source: git's `diffcore-rename.c`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hasher;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::index::entry::Mode;

use super::environment::{number, yes_or_no};
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
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// So many files are compared on either side at most, by default. Source: `diff_rename_limit_default` in git's
/// `diff.c`.
const LIMIT: u64 = 1000;
/// So many candidates are kept for each new file. Source: `NUM_CANDIDATE_PER_DST` in git's `diffcore-rename.c`.
const CANDIDATES: usize = 4;

/// Whose settings say whether renames are looked for, and among how many files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Renames {
    /// Nobody's: they are not looked for.
    Never,
    /// Those of `git status`: `status.renames` and `status.renameLimit`, else those of `git diff`.
    Status,
    /// Those of `git diff`: `diff.renames` and `diff.renameLimit`.
    Diff,
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Wanted {
    copies: bool,
    /// If there are more pairs than the square of this, only the exact ones are looked for; 0 for no limit.
    limit: u64,
}

impl Wanted {
    fn new(repository: &Repository, renames: Renames) -> Option<Self> {
        let config = repository.inner.config_snapshot();
        let values = |key: &str| config.plumbing().strings(key).unwrap_or_default();
        // Of several values of `git diff` the last one counts there, but the first one in `git status`, as it reads
        // them.
        let value = |name: &str| match renames {
            Renames::Status => values(&format!("status.{name}"))
                .pop()
                .or_else(|| values(&format!("diff.{name}")).into_iter().next()),
            Renames::Diff => values(&format!("diff.{name}")).pop(),
            Renames::Never => None,
        };
        let wants = value("renames");
        let wants = wants.as_ref().and_then(|value| value.to_str().ok());
        let copies =
            wants.is_some_and(|value| ["copies", "copy"].iter().any(|it| it.eq_ignore_ascii_case(value)));
        let is_off = !copies && wants.and_then(yes_or_no) == Some(false);
        let limit = value("renameLimit").and_then(|value| number(value.to_str().ok()?));
        let limit = limit.and_then(|limit| u64::try_from(limit).ok()).unwrap_or(LIMIT);
        (renames != Renames::Never && !is_off).then_some(Self { copies, limit })
    }
}

/// Takes what was renamed, or copied, out of the added and the deleted. It ends early once nobody waits any more.
pub(super) fn detect(repository: &Repository, staged: &mut Staged, renames: Renames, interrupt: &AtomicBool) {
    if staged.added.is_empty() {
        return;
    }
    let Some(wanted) = Wanted::new(repository, renames) else { return };
    let changed = staged.modified.iter().chain(&staged.replaced).map(|pair| pair.old.clone());
    let old = sources(std::mem::take(&mut staged.deleted), changed, wanted);
    let new = std::mem::take(&mut staged.added);
    let search = Search::run(repository, old, new, HashMap::new(), wanted, interrupt);
    staged.deleted =
        search.old.into_iter().filter(|old| old.used == 0 && !old.stays).map(|old| old.file).collect();
    staged.added = search.new.into_iter().flatten().collect();
    staged.renamed = search.pairs;
}

/// Finds what was renamed, or copied, from files of the index that are deleted or changed on disk to new ones.
pub(super) fn detect_on_disk(
    repository: &Repository,
    deleted: Vec<File>,
    changed: Vec<File>,
    new: Vec<(File, Print)>,
    renames: Renames,
    interrupt: &AtomicBool,
) -> Vec<Pair> {
    let Some(wanted) = Wanted::new(repository, renames) else { return Vec::new() };
    let old = sources(deleted, changed.into_iter(), wanted);
    let (new, prints): (Vec<_>, Vec<_>) = new.into_iter().unzip();
    let prints = new.iter().map(|file| file.id).zip(prints.into_iter().map(Some)).collect();
    Search::run(repository, old, new, prints, wanted, interrupt).pairs
}

/// The files that others may come from, by path.
fn sources(deleted: Vec<File>, changed: impl Iterator<Item = File>, wanted: Wanted) -> Vec<Old> {
    let mut old: Vec<_> = deleted.into_iter().map(|file| Old { file, used: 0, stays: false }).collect();
    if wanted.copies {
        old.extend(changed.map(|file| Old { file, used: 1, stays: true }));
        old.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    }
    old
}

struct Search<'a> {
    old: Vec<Old>,
    new: Vec<Option<File>>,
    pairs: Vec<Pair>,
    prints: HashMap<ObjectId, Option<Print>>,
    copies: bool,
    repository: &'a Repository,
    interrupt: &'a AtomicBool,
}

/// A file that another one may come from.
struct Old {
    file: File,
    /// How many come from it; one that stays counts as coming from itself.
    used: u32,
    stays: bool,
}

/// How many bytes of a file are in pieces of which hash.
pub(super) struct Print {
    size: u64,
    pieces: HashMap<u64, u64>,
}

impl<'a> Search<'a> {
    fn run(
        repository: &'a Repository,
        old: Vec<Old>,
        new: Vec<File>,
        prints: HashMap<ObjectId, Option<Print>>,
        Wanted { copies, limit }: Wanted,
        interrupt: &'a AtomicBool,
    ) -> Self {
        let new = new.into_iter().map(Some).collect();
        let mut search = Self { old, new, pairs: Vec::new(), prints, copies, repository, interrupt };
        if !search.old.is_empty() {
            search.exact();
            if !copies {
                search.by_name();
            }
            search.by_content(limit);
        }
        search
    }

    fn pair(&mut self, old: usize, new: usize) {
        let from = &mut self.old[old];
        if let Some(new) = self.new[new].take() {
            from.used += 1;
            self.pairs.push(Pair { old: from.file.clone(), new });
        }
    }

    fn exact(&mut self) {
        let mut by_id: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, old) in self.old.iter().enumerate() {
            by_id.entry(old.file.id).or_default().push(at);
        }
        for new in 0..self.new.len() {
            let Some(file) = &self.new[new] else { continue };
            let Some(same) = by_id.get(&file.id) else { continue };
            let fits =
                |old: &Old| old.file.mode == file.mode || (is_file(old.file.mode) && is_file(file.mode));
            let mut best = None;
            for &at in same {
                let old = &self.old[at];
                if !fits(old) || (old.used > 0 && !self.copies) {
                    continue;
                }
                let score = u32::from(old.used == 0) + u32::from(name(&old.file) == name(file));
                if best.is_none_or(|(better, _)| score > better) {
                    best = Some((score, at));
                }
            }
            if let Some((_, old)) = best {
                self.pair(old, new);
            }
        }
    }

    /// Matches files whose name is unique on both sides.
    fn by_name(&mut self) {
        let left = self.old.iter().map(|old| (old.used == 0).then_some(&old.file));
        let old = unique_names(left);
        let new = unique_names(self.new.iter().map(Option::as_ref));
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
        let old: Vec<_> = (0..self.old.len()).filter(|&at| self.copies || self.old[at].used == 0).collect();
        let new: Vec<_> = (0..self.new.len()).filter(|&at| self.new[at].is_some()).collect();
        if limit > 0 && old.len() as u64 * new.len() as u64 > limit * limit {
            return;
        }
        let mut scores = Vec::new();
        for &new in &new {
            if self.interrupt.load(Ordering::Relaxed) {
                return;
            }
            let mut best = [None; CANDIDATES];
            for &old in &old {
                let score = self.likeness(old, new);
                let same_name =
                    self.new[new].as_ref().is_some_and(|file| name(&self.old[old].file) == name(file));
                // The first one of the worst makes room.
                let worst = (1..CANDIDATES)
                    .fold(0, |worst, at| if rank(best[at]) < rank(best[worst]) { at } else { worst });
                let candidate = Some((score, same_name, old, new));
                if rank(candidate) > rank(best[worst]) {
                    best[worst] = candidate;
                }
            }
            scores.extend(best);
        }
        scores.sort_by_key(|&candidate| std::cmp::Reverse(rank(candidate)));
        let enough = |&(score, ..): &(u64, bool, usize, usize)| score >= ENOUGH;
        for takes_used in [false, true] {
            for (_, _, old, new) in scores.iter().flatten().copied().take_while(enough) {
                if self.new[new].is_some() && (self.old[old].used == 0 || (takes_used && self.copies)) {
                    self.pair(old, new);
                }
            }
        }
    }

    /// How much of the larger file is made of pieces of the other, of [`MAX`].
    fn likeness(&mut self, old: usize, new: usize) -> u64 {
        let (old, Some(new)) = (&self.old[old].file, &self.new[new]) else { return 0 };
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
    pub(super) fn new(data: &[u8]) -> Self {
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

/// How good a candidate is: none at all is worse than any.
fn rank(candidate: Option<(u64, bool, usize, usize)>) -> Option<(u64, bool)> {
    candidate.map(|(score, same_name, ..)| (score, same_name))
}

/// The place of each name, `None` for those that occur twice.
fn unique_names<'f>(files: impl Iterator<Item = Option<&'f File>>) -> HashMap<Vec<u8>, Option<usize>> {
    let mut names = HashMap::new();
    for (at, file) in files.enumerate() {
        if let Some(file) = file {
            names.entry(name(file).to_vec()).and_modify(|place| *place = None).or_insert(Some(at));
        }
    }
    names
}
