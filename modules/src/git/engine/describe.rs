//! The nearest tag.

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::commit::describe::SelectRef;

use super::error::ReadError;
use super::head::Head;
use super::open::Repository;
use super::strange;

impl Repository {
    /// The name of the nearest tag on the first-parent history of `HEAD`, annotated or not, among `candidates` tags at most;
    /// with none allowed only a tag on the commit itself counts.
    pub fn nearest_tag(&self, head: &Head, candidates: usize) -> Result<Option<String>, ReadError> {
        const WHAT: &str = "the tags";
        let Some(id) = head.id.as_deref().and_then(|id| ObjectId::from_hex(id.as_bytes()).ok()) else {
            return Ok(None);
        };
        if let Some(tables) = &self.tables {
            return tables.nearest_tag(&self.inner, id, candidates);
        }
        strange::check_packs(self.common_dir())?;
        strange::check_graph(self.common_dir())?;
        let commit = self.commit(id)?;
        let found = commit
            .describe()
            .names(SelectRef::AllTags)
            .traverse_first_parent(true)
            .max_candidates(candidates)
            .try_resolve()
            .map_err(ReadError::at(WHAT))?;
        Ok(found.and_then(|found| found.outcome.name.map(|name| name.to_str_lossy().into_owned())))
    }
}
