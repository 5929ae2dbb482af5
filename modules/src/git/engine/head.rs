//! `HEAD`.

use std::borrow::Cow;

use gix::objs::TagRefIter;
use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::open::Repository;
use super::refs::{RefName, Target};
use super::strange;

/// So many tags on each other are followed; people make none of more than two.
const MAX_TAGS: usize = 16;

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The reference, also before its first commit: the last one if one leads to another; `None` when detached.
    pub reference: Option<RefName>,
    /// The commit in hexadecimal; `None` before the first one.
    pub id: Option<String>,
}

impl Head {
    /// The branch without `refs/heads/`; `None` when detached.
    pub fn branch(&self) -> Option<Cow<'_, str>> {
        self.reference.as_ref().map(RefName::shown)
    }

    /// Whether a commit is checked out rather than a branch.
    pub fn is_detached(&self) -> bool {
        self.reference.is_none()
    }

    /// The first `digits` digits of the commit.
    pub fn short_id(&self, digits: usize) -> Option<&str> {
        self.id.as_deref().map(|id| id.get(..digits).unwrap_or(id))
    }
}

impl Repository {
    /// Reads `HEAD`.
    ///
    /// # Errors
    ///
    /// If `HEAD`, or a reference that it leads to, cannot be read.
    ///
    /// # Cost
    ///
    /// Two small files.
    pub fn head(&self) -> Result<Head, ReadError> {
        match self.read_ref(b"HEAD")? {
            Some(Target::Object(id)) => Ok(Head { reference: None, id: Some(id.to_string()) }),
            Some(Target::Symbolic(name)) => {
                let found = self.resolve(name.as_bytes())?;
                Ok(Head { reference: Some(found.name), id: found.id.map(|id| id.to_string()) })
            }
            None => Err(ReadError::new("`HEAD`")),
        }
    }

    /// Reads which branch is checked out; `None` when detached. The name is known even where what the branch says is damaged.
    ///
    /// # Errors
    ///
    /// If `HEAD` itself cannot be read.
    pub fn checked_out(&self) -> Result<Option<RefName>, ReadError> {
        match self.read_ref(b"HEAD")? {
            Some(Target::Object(_)) => Ok(None),
            Some(Target::Symbolic(name)) => {
                Ok(Some(self.resolve(name.as_bytes()).map_or(name, |found| found.name)))
            }
            None => Err(ReadError::new("`HEAD`")),
        }
    }

    /// The commit of `HEAD`; `None` before the first one.
    pub(super) fn head_id(&self) -> Result<Option<gix::ObjectId>, ReadError> {
        match self.read_ref(b"HEAD")? {
            Some(Target::Object(id)) => Ok(Some(id)),
            Some(Target::Symbolic(name)) => self.object_of(name.as_bytes()),
            None => Err(ReadError::new("`HEAD`")),
        }
    }

    /// The tree of `HEAD`, or the empty one before the first commit.
    pub(super) fn head_tree(&self) -> Result<gix::ObjectId, ReadError> {
        let Some(id) = self.head_id()? else {
            return Ok(gix::ObjectId::empty_tree(self.inner.object_hash()));
        };
        strange::check_packs(self.common_dir())?;
        // A branch may be set to a tag.
        let commit = self.commit(id)?;
        Ok(commit.tree_id().map_err(ReadError::at("the commit of `HEAD`"))?.detach())
    }

    /// The commit of this name, or the one that a tag of this name is on.
    pub(super) fn commit(&self, mut id: gix::ObjectId) -> Result<gix::Commit<'_>, ReadError> {
        const WHAT: &str = "a commit";
        for _ in 0..MAX_TAGS {
            let object = self.object(id, WHAT)?;
            if object.kind != gix::object::Kind::Tag {
                return object.try_into_commit().map_err(ReadError::at(WHAT));
            }
            id = TagRefIter::from_bytes(&object.data, id.kind()).target_id().map_err(ReadError::at(WHAT))?;
        }
        Err(ReadError::new(WHAT))
    }
}
