//! How far two commits have grown apart.

use std::collections::{BinaryHeap, HashMap, HashSet, hash_map::Entry};
use std::io::{self, ErrorKind};
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::traverse::commit::{Either, find};
use ziron_runtime::io::open;

use super::error::ReadError;
use super::head::Head;
use super::open::Repository;
use super::strange;
use super::upstream::{AheadBehind, Upstream};

const HERE: u8 = 1;
const THERE: u8 = 2;
const BOTH: u8 = HERE | THERE;

/// How many commits known to both sides are still followed once no others are left, for clocks that went backwards.
const SLOP: u32 = 32;

/// How often the walk looks whether it should stop, in commits.
const CHECK: u32 = 256;

/// Commits with the parents that `info/grafts` gives them.
type Grafts = HashMap<ObjectId, Vec<ObjectId>>;

/// A commit in the order of the walk: generation first where the commit graph knows it, then time.
type Place = (u32, i64, ObjectId);

impl Repository {
    /// Counts the commits on either side only; `None` if one side has no commit.
    ///
    /// # Cost
    ///
    /// Proportional to the commits on either side, with the commit graph or without.
    pub fn ahead_behind(
        &self,
        head: &Head,
        upstream: &Upstream,
        interrupt: &std::sync::atomic::AtomicBool,
    ) -> Result<Option<AheadBehind>, ReadError> {
        let Some(here) = head.id.as_deref().and_then(|id| ObjectId::from_hex(id.as_bytes()).ok()) else {
            return Ok(None);
        };
        let Some(there) = self.object_of(upstream.reference.as_bytes())? else { return Ok(None) };
        if here == there {
            return Ok(Some(AheadBehind::default()));
        }
        self.distance(self.commit(here)?.id, self.commit(there)?.id, interrupt).map(Some)
    }

    fn distance(
        &self,
        here: ObjectId,
        there: ObjectId,
        interrupt: &std::sync::atomic::AtomicBool,
    ) -> Result<AheadBehind, ReadError> {
        if here == there {
            return Ok(AheadBehind::default());
        }
        let mut walk = Walk::new(self)?;
        walk.add(here, HERE)?;
        walk.add(there, THERE)?;
        let mut slop = SLOP;
        let mut steps = 0;
        while let Some((_, _, id)) = walk.queue.pop() {
            steps += 1;
            if steps % CHECK == 0 && interrupt.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(ReadError::new("the history in time"));
            }
            let Some(commit) = walk.commits.get_mut(&id) else { continue };
            commit.queued = false;
            let (sides, parents) = (commit.sides, commit.parents.clone());
            if sides != BOTH {
                walk.open -= 1;
            }
            if walk.open == 0 && sides == BOTH {
                slop -= 1;
                if slop == 0 {
                    break;
                }
            } else {
                slop = SLOP;
            }
            for parent in parents {
                walk.add(parent, sides)?;
            }
        }
        let count = |side| walk.commits.values().filter(|commit| commit.sides == side).count() as u32;
        Ok(AheadBehind { ahead: count(HERE), behind: count(THERE) })
    }
}

struct Commit {
    sides: u8,
    queued: bool,
    place: (u32, i64),
    parents: Vec<ObjectId>,
}

struct Walk<'a> {
    engine: &'a Repository,
    repository: &'a gix::Repository,
    graph: Option<gix::commitgraph::Graph>,
    /// Commits whose parents are not here.
    shallow: HashSet<ObjectId>,
    grafts: Grafts,
    commits: HashMap<ObjectId, Commit>,
    queue: BinaryHeap<Place>,
    /// How many queued commits belong to one side only.
    open: usize,
    buffer: Vec<u8>,
}

impl<'a> Walk<'a> {
    fn new(repository: &'a Repository) -> Result<Self, ReadError> {
        let inner = &repository.inner;
        strange::check_graph(repository.common_dir())?;
        let shallow = shallow(repository)?;
        let grafts = grafts(repository)?;
        // The graph knows of nothing that gives a commit other parents.
        let is_rewritten = !shallow.is_empty() || !grafts.is_empty() || repository.has_replacements();
        Ok(Self {
            engine: repository,
            repository: inner,
            graph: if is_rewritten { None } else { inner.commit_graph_if_enabled().ok().flatten() },
            shallow,
            grafts,
            commits: HashMap::new(),
            queue: BinaryHeap::new(),
            open: 0,
            buffer: Vec::new(),
        })
    }

    /// Says that `id` belongs to `sides`, and queues it if that is news.
    fn add(&mut self, id: ObjectId, sides: u8) -> Result<(), ReadError> {
        match self.commits.entry(id) {
            Entry::Occupied(mut entry) => {
                let commit = entry.get_mut();
                let merged = commit.sides | sides;
                if merged == commit.sides {
                    return Ok(());
                }
                if commit.queued {
                    // Before it was of one side, now of both.
                    self.open -= 1;
                } else {
                    self.queue.push((commit.place.0, commit.place.1, id));
                    commit.queued = true;
                    self.open += usize::from(merged != BOTH);
                }
                commit.sides = merged;
            }
            Entry::Vacant(entry) => {
                if !self.engine.alternates.is_empty() && !self.repository.has_object(id) {
                    self.engine.fetch(id);
                }
                let (place, mut parents) =
                    read(self.repository, self.graph.as_ref(), &self.shallow, &id, &mut self.buffer)?;
                // Where the history is cut off, no graft counts.
                if let Some(others) = self.grafts.get(&id).filter(|_| !self.shallow.contains(&id)) {
                    parents.clone_from(others);
                }
                self.queue.push((place.0, place.1, id));
                self.open += usize::from(sides != BOTH);
                entry.insert(Commit { sides, queued: true, place, parents });
            }
        }
        Ok(())
    }
}

/// Reads a commit's place and parents, from the commit graph if it is there.
fn read(
    repository: &gix::Repository,
    graph: Option<&gix::commitgraph::Graph>,
    shallow: &HashSet<ObjectId>,
    id: &ObjectId,
    buffer: &mut Vec<u8>,
) -> Result<((u32, i64), Vec<ObjectId>), ReadError> {
    const WHAT: &str = "a commit";
    if shallow.contains(id) {
        return Ok(((0, 0), Vec::new()));
    }
    let commit = find(graph, &repository.objects, id, buffer).map_err(ReadError::at(WHAT))?;
    let mut parents = Vec::with_capacity(2);
    let place = match commit {
        Either::CachedCommit(commit) => {
            if let Some(graph) = graph {
                for parent in commit.iter_parents() {
                    let position = parent.map_err(ReadError::at(WHAT))?;
                    parents.push(graph.id_at(position).into());
                }
            }
            (commit.generation(), i64::try_from(commit.committer_timestamp()).unwrap_or(i64::MAX))
        }
        Either::CommitRefIter(commit) => {
            parents.extend(commit.parent_ids());
            let time = commit.committer().map_err(ReadError::at(WHAT))?.seconds();
            // Not in the graph means newer than all that are.
            (u32::MAX, time)
        }
    };
    Ok((place, parents))
}

/// Reads the commits at which the history was cut off.
///
/// Source: gitformat-shallow(5) of git's technical documents; `is_repository_shallow` in its `shallow.c`.
fn shallow(repository: &Repository) -> Result<HashSet<ObjectId>, ReadError> {
    const WHAT: &str = "the shallow boundary";
    let Some(file) = &repository.shallow else {
        let commits = repository.inner.shallow_commits().map_err(ReadError::at(WHAT))?;
        return Ok(commits.iter().flat_map(|commits| commits.iter().copied()).collect());
    };
    let text = read_if_there(file).map_err(ReadError::at(WHAT))?;
    text.lines().map(|line| ObjectId::from_hex(line).map_err(ReadError::at(WHAT))).collect()
}

/// Reads a file; one that is not there is empty.
fn read_if_there(file: &Path) -> io::Result<Vec<u8>> {
    match open::read(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        read => read,
    }
}

/// Reads `info/grafts`, or the file that the environment names: on each line a commit and its parents. A line that is
/// damaged counts for nothing, as with git.
///
/// Source: gitrepository-layout(5); `read_graft_file` in git's `commit.c`.
fn grafts(repository: &Repository) -> Result<Grafts, ReadError> {
    let file = repository.grafts.clone().unwrap_or_else(|| repository.common_dir().join("info/grafts"));
    let text = read_if_there(&file).map_err(ReadError::at("the grafts"))?;
    let mut grafts = Grafts::new();
    for line in text.lines() {
        let ids: Option<Vec<_>> = line
            .trim_ascii_end()
            .split(u8::is_ascii_whitespace)
            .map(|id| ObjectId::from_hex(id).ok())
            .collect();
        if let Some((commit, parents)) = ids.as_deref().and_then(<[_]>::split_first) {
            grafts.entry(*commit).or_insert_with(|| parents.to_vec());
        }
    }
    Ok(grafts)
}
