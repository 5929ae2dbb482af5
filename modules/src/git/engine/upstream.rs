//! The branch a branch follows.

use gix::bstr::ByteSlice;
use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::head::Head;
use super::open::Repository;
use super::refs::RefName;
use super::remote::Remote;

/// The branch that a local branch follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Upstream {
    /// The remote's name; `.` for a branch of the same repository.
    pub remote: String,
    /// The branch's name there, without `refs/heads/`.
    pub branch: String,
    /// The reference that remembers it here: `refs/remotes/origin/main`.
    pub reference: RefName,
    /// Whether that reference exists; not so before the first fetch, or after the branch was deleted there.
    pub exists: bool,
}

/// The distance of a branch from the one it follows, in commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AheadBehind {
    /// The commits only here.
    pub ahead: u32,
    /// The commits only there.
    pub behind: u32,
}

impl Repository {
    /// The branch that the checked-out branch follows; `None` if detached, if none is configured, or if what is fetched leaves no reference here.
    ///
    /// # Errors
    ///
    /// If that reference, or an old file of the remote, cannot be read.
    pub fn upstream(&self, head: &Head) -> Result<Option<Upstream>, ReadError> {
        let Some(branch) = head.reference.as_ref().and_then(RefName::branch) else { return Ok(None) };
        let config = self.inner.config_snapshot();
        let values = |name: &str| config.plumbing().strings_by("branch", Some(branch.as_bstr()), name);
        // The last remote counts, but the first branch of several that are merged.
        let remote = values("remote").and_then(|mut values| values.pop());
        let merge = values("merge").map(|mut values| values.swap_remove(0));
        let (Some(remote), Some(merge)) = (remote, merge) else { return Ok(None) };
        let reference = match Remote::find(self, remote.as_bstr())?.tracking(&merge) {
            Some(reference) => RefName::new(reference),
            None if remote == "." => self.complete(&merge).unwrap_or_else(|| RefName::new(merge.to_vec())),
            None => return Ok(None),
        };
        let exists = self.object_of(reference.as_bytes())?.is_some();
        let text = |bytes: &[u8]| bytes.to_str_lossy().into_owned();
        let branch = text(merge.strip_prefix(b"refs/heads/").unwrap_or(&merge));
        Ok(Some(Upstream { remote: text(&remote), branch, reference, exists }))
    }
}
