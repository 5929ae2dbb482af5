//! References kept in tables (`reftable`), which gitoxide does not read.
//!
//! A stack of tables, named in `tables.list` from the oldest to the newest, together holds the references; the newest table that
//! mentions one decides. Each table is read whole, once for as long as the list is the same.
//!
//! Source: git's `Documentation/technical/reftable.adoc`.

mod table;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use ziron_runtime::io::open;

use super::error::ReadError;
use super::refs::{RefName, Target, is_own};
use table::{Table, Value};

const WHAT: &str = "the reference tables";

/// A table that is larger (bytes) is none that a prompt could wait for: a reference takes some 30 bytes.
const MAX_TABLE: u64 = 1 << 30;

/// The stacks of a repository: that of the work tree, and the shared one.
#[derive(Clone, Debug)]
pub(super) struct Stacks {
    own: Stack,
    shared: Stack,
}

#[derive(Clone, Debug)]
struct Stack {
    dir: PathBuf,
    read: RefCell<(Vec<u8>, Vec<Table>)>,
}

impl Stacks {
    pub(super) fn new(git_dir: &Path, common_dir: &Path) -> Self {
        Self { own: Stack::new(git_dir.join("reftable")), shared: Stack::new(common_dir.join("reftable")) }
    }

    /// The stack that holds a reference: what belongs to a work tree is in its own.
    fn of(&self, name: &[u8]) -> &Stack {
        if is_own(name) { &self.own } else { &self.shared }
    }

    /// Reads one reference, without following it.
    pub(super) fn find(&self, name: &[u8]) -> Result<Option<Target>, ReadError> {
        self.of(name).with(|tables| {
            for table in tables.iter().rev() {
                let mut found = None;
                table.find(name, &mut found).ok_or_else(broken)?;
                if let Some(value) = found {
                    return Ok(match value {
                        Value::Deleted => None,
                        Value::Id(id) | Value::Tag { id, .. } => Some(Target::Object(id)),
                        Value::Symbolic(name) => Some(Target::Symbolic(RefName::new(name))),
                    });
                }
            }
            Ok(None)
        })
    }

    /// The references that name an object and whose names begin with `prefix`; only those that all work trees share.
    pub(super) fn below(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, ObjectId)>, ReadError> {
        let found = self.shared.below(prefix)?;
        let named = |(name, value)| match value {
            Value::Id(id) | Value::Tag { id, .. } => Some((name, id)),
            Value::Deleted | Value::Symbolic(_) => None,
        };
        Ok(found.into_iter().filter_map(named).collect())
    }

    /// Counts the entries of a reference's log.
    pub(super) fn count_log(&self, name: &[u8]) -> Result<u32, ReadError> {
        self.of(name).with(|tables| {
            let mut seen = HashSet::new();
            let mut count = 0;
            for table in tables.iter().rev() {
                for (update, is_deleted) in table.log(name).ok_or_else(broken)? {
                    count += u32::from(seen.insert(update) && !is_deleted);
                }
            }
            Ok(count)
        })
    }

    /// The name of the nearest tag on the first-parent history of `id`.
    pub(super) fn nearest_tag(
        &self,
        repository: &gix::Repository,
        id: ObjectId,
        candidates: usize,
    ) -> Result<Option<String>, ReadError> {
        const PREFIX: &[u8] = b"refs/tags/";
        let tags = self.shared.below(PREFIX)?;
        let mut names = HashMap::new();
        let mut annotated = HashSet::new();
        for (name, value) in tags {
            let (id, is_annotated) = match value {
                Value::Tag { peeled, .. } => (peeled, true),
                Value::Id(id) => (id, false),
                Value::Deleted | Value::Symbolic(_) => continue,
            };
            if is_annotated && annotated.insert(id) || !names.contains_key(&id) {
                names.insert(id, Cow::Owned(name[PREFIX.len()..].into()));
            }
        }
        let cache = repository.commit_graph_if_enabled().ok().flatten();
        let mut graph = repository.revision_graph(cache.as_ref());
        let options = gix::revision::plumbing::describe::Options {
            name_by_oid: names.into_iter().collect(),
            max_candidates: candidates,
            fallback_to_oid: false,
            first_parent: true,
        };
        let found = gix::revision::plumbing::describe(&id, &mut graph, options)
            .map_err(ReadError::at("the history"))?;
        Ok(found.and_then(|found| found.name.map(|name| name.to_string())))
    }
}

impl Stack {
    fn new(dir: PathBuf) -> Self {
        Self { dir, read: RefCell::default() }
    }

    /// Hands the tables, oldest first, to `read`; reads them anew if the list changed.
    fn with<T>(&self, read: impl FnOnce(&[Table]) -> Result<T, ReadError>) -> Result<T, ReadError> {
        // Git may replace tables between our reading the list and the tables.
        for _ in 0..3 {
            let list = open::read(self.dir.join("tables.list")).map_err(ReadError::at(WHAT))?;
            if self.read.borrow().0 == list {
                break;
            }
            match self.load(&list) {
                Ok(tables) => {
                    self.read.replace((list, tables));
                    break;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(ReadError::at(WHAT)(error)),
            }
        }
        read(&self.read.borrow().1)
    }

    /// What the newest tables say of the references whose names begin with `prefix`.
    fn below(&self, prefix: &[u8]) -> Result<BTreeMap<Vec<u8>, Value>, ReadError> {
        self.with(|tables| {
            let mut found = BTreeMap::new();
            for table in tables {
                for (name, value) in table.below(prefix).ok_or_else(broken)? {
                    found.insert(name, value);
                }
            }
            Ok(found)
        })
    }

    fn load(&self, list: &[u8]) -> std::io::Result<Vec<Table>> {
        let names = list.split(|&byte| byte == b'\n').filter(|name| !name.is_empty());
        names
            .map(|name| {
                let name = str::from_utf8(name).map_err(|_| ErrorKind::InvalidData)?;
                // A name is a plain file's: nothing leads out of the directory.
                if name.contains(['/', '\\']) {
                    return Err(ErrorKind::InvalidData.into());
                }
                let bytes = open::read_within(self.dir.join(name), MAX_TABLE)?;
                Table::new(Arc::from(bytes)).ok_or_else(|| ErrorKind::InvalidData.into())
            })
            .collect()
    }
}

fn broken() -> ReadError {
    ReadError::new(WHAT)
}
