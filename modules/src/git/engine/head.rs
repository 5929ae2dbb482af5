//! `HEAD`.

use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::open::Repository;
use super::refs::Target;
use super::strange;

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The full name of the reference, `refs/heads/main`, also before its first commit; `None` when detached.
    pub reference: Option<String>,
    /// The commit in hexadecimal; `None` before the first one.
    pub id: Option<String>,
}

impl Head {
    /// The branch without `refs/heads/`; `None` when detached.
    pub fn branch(&self) -> Option<&str> {
        self.reference.as_deref().map(|name| {
            name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/")).unwrap_or(name)
        })
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
    /// # Cost
    ///
    /// Two small files.
    pub fn head(&self) -> Result<Head, ReadError> {
        let reference = match self.read_ref("HEAD")? {
            Some(Target::Symbolic(name)) => Some(name),
            Some(Target::Commit(id)) => return Ok(Head { reference: None, id: Some(id.to_string()) }),
            None => return Err(ReadError::new("`HEAD`")),
        };
        let id = match &reference {
            Some(name) => self.commit_of(name)?.map(|id| id.to_string()),
            None => None,
        };
        Ok(Head { reference, id })
    }

    /// The commit of `HEAD`; `None` before the first one.
    pub(super) fn head_id(&self) -> Result<Option<gix::ObjectId>, ReadError> {
        self.commit_of("HEAD")
    }

    /// The tree of `HEAD`, or the empty one before the first commit.
    pub(super) fn head_tree(&self) -> Result<gix::ObjectId, ReadError> {
        let Some(id) = self.head_id()? else {
            return Ok(gix::ObjectId::empty_tree(self.inner.object_hash()));
        };
        strange::check_objects(self.common_dir())?;
        let commit = self.inner.find_commit(id).map_err(ReadError::at("the commit of `HEAD`"))?;
        Ok(commit.tree_id().map_err(ReadError::at("the commit of `HEAD`"))?.detach())
    }
}
