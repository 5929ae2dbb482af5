//! References, whichever way they are stored.

use gix::ObjectId;
use gix::bstr::ByteSlice;

use super::error::ReadError;
use super::open::Repository;
use super::strange;

/// What a reference says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Another reference, by its full name.
    Symbolic(String),
    /// An object.
    Commit(ObjectId),
}

/// How many symbolic references lead on; git stops at five.
const MAX_DEPTH: usize = 5;

impl Repository {
    /// Reads one reference by its full name, without following it.
    pub(super) fn read_ref(&self, name: &str) -> Result<Option<Target>, ReadError> {
        if let Some(tables) = &self.tables {
            return tables.find(name);
        }
        let is_own =
            ["refs/bisect/", "refs/worktree/", "refs/rewritten/"].iter().any(|own| name.starts_with(own));
        let folder = if is_own || !name.starts_with("refs/") { self.git_dir() } else { self.common_dir() };
        strange::check(folder.join(name))?;
        let found =
            self.inner.refs.try_find(name).map_err(ReadError::at("a reference"))?.map(|found| found.target);
        Ok(found.map(|target| match target {
            gix::refs::Target::Object(id) => Target::Commit(id),
            gix::refs::Target::Symbolic(name) => Target::Symbolic(name.as_bstr().to_str_lossy().into_owned()),
        }))
    }

    /// Follows a reference to the object it names.
    pub(super) fn commit_of(&self, name: &str) -> Result<Option<ObjectId>, ReadError> {
        let mut name = name.to_owned();
        for _ in 0..=MAX_DEPTH {
            match self.read_ref(&name)? {
                None => return Ok(None),
                Some(Target::Commit(id)) => return Ok(Some(id)),
                Some(Target::Symbolic(next)) => name = next,
            }
        }
        Err(ReadError::new("a reference that leads to itself"))
    }
}
