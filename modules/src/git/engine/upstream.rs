//! The branch a branch follows.

use gix::bstr::ByteSlice;
use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::head::Head;
use super::open::Repository;

/// The branch that a local branch follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Upstream {
    /// The remote's name; `.` for a branch of the same repository.
    pub remote: String,
    /// The branch's name there, without `refs/heads/`.
    pub branch: String,
    /// The full name of the reference that remembers it here: `refs/remotes/origin/main`.
    pub reference: String,
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
    /// The branch that the checked-out branch follows; `None` if detached or none is configured.
    pub fn upstream(&self, head: &Head) -> Result<Option<Upstream>, ReadError> {
        let Some(reference) = head.reference.as_deref() else { return Ok(None) };
        let Some(branch) = reference.strip_prefix("refs/heads/") else { return Ok(None) };
        let config = self.inner.config_snapshot();
        let key = |name: &str| {
            let value = config.plumbing().string_by("branch", Some(branch.as_bytes().as_bstr()), name);
            value.map(|value| value.to_str_lossy().into_owned())
        };
        let (Some(remote), Some(merge)) = (key("remote"), key("merge")) else { return Ok(None) };
        let local = if remote == "." {
            Some(merge.clone())
        } else {
            gix::refs::FullName::try_from(reference)
                .ok()
                .and_then(|name| {
                    self.inner.branch_remote_tracking_ref_name(name.as_ref(), gix::remote::Direction::Fetch)
                })
                .and_then(Result::ok)
                .map(|name| name.as_bstr().to_str_lossy().into_owned())
        };
        let Some(local) = local else { return Ok(None) };
        let exists = self.commit_of(&local)?.is_some();
        let branch = merge.strip_prefix("refs/heads/").unwrap_or(&merge).to_owned();
        Ok(Some(Upstream { remote, branch, reference: local, exists }))
    }
}
