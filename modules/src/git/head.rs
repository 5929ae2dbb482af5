//! Small facts about a repository that several modules draw.

use serde::{Deserialize, Serialize};
use ziron_macros::Describe;
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::source::{ReadError, Source};

use super::engine::{self, Head, Upstream};
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedOut {
    /// The branch, or `HEAD`.
    pub branch: String,
    /// Whether it is a commit rather than a branch.
    pub is_detached: bool,
    /// Whether the repository has no work tree.
    pub is_bare: bool,
}

/// Reads what is checked out.
#[derive(Clone, Copy, Debug, Describe)]
#[source(
    name = "git_head", cost = File, policy = Never,
    env = VARIABLES, events = EVENTS, files = [".git/HEAD"]
)]
pub struct GitHead;

impl Source for GitHead {
    type Key = RepositoryKey;
    type Fact = CheckedOut;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(
        &self,
        _key: &RepositoryKey,
        place: &Place,
        io: &I,
    ) -> Result<CheckedOut, ReadError> {
        shared::open(place, io).read(|repository| {
            let branch = repository.checked_out()?;
            Ok::<_, engine::ReadError>(CheckedOut {
                branch: branch.as_ref().map_or_else(|| "HEAD".into(), |name| name.shown().into_owned()),
                is_detached: branch.is_none(),
                is_bare: repository.is_bare(),
            })
        })
    }
}

/// Reads which branch of which remote the checked-out one follows.
#[derive(Clone, Copy, Debug, Describe)]
#[source(
    name = "git_upstream", cost = File, policy = Never,
    env = VARIABLES, events = EVENTS, files = [".git/HEAD", ".git/config"]
)]
pub struct GitUpstream;

impl Source for GitUpstream {
    type Key = RepositoryKey;
    type Fact = Option<Upstream>;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(
        &self,
        _key: &RepositoryKey,
        place: &Place,
        io: &I,
    ) -> Result<Option<Upstream>, ReadError> {
        shared::open(place, io)
            .read(|repository| repository.upstream(&Head { reference: repository.checked_out()?, id: None }))
    }
}
