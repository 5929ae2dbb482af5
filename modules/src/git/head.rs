//! Small facts about a repository that several modules draw.

use serde::{Deserialize, Serialize};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::source::{Cost, Manifest, Policy, ReadError, Source};

use super::engine::{self, Head, Upstream};
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// Declares a source without options that reads something of the repository.
macro_rules! repository_source {
    (
        $(#[$doc:meta])* $name:ident $source:literal -> $fact:ty,
        $cost:ident $policy:ident $files:expr,
        |$shared:ident, $place:ident, $io:ident| $read:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Source for $name {
            type Key = RepositoryKey;
            type Fact = $fact;

            fn name(&self) -> &'static str {
                $source
            }

            fn cost(&self) -> Cost {
                Cost::$cost
            }

            fn policy(&self) -> Policy {
                Policy::$policy
            }

            fn manifest(&self) -> Manifest {
                Manifest::of(self).env(VARIABLES).events(EVENTS).files($files)
            }

            async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
                shared::key(place, io).await
            }

            async fn read<I: Io>(&self, _key: &RepositoryKey, $place: &Place, $io: &I) -> Result<$fact, ReadError> {
                let $shared = shared::open($place, $io);
                $read
            }
        }
    };
}
pub(super) use repository_source;

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

repository_source! {
    /// Reads what is checked out.
    GitHead "git_head" -> CheckedOut, File Never [".git/HEAD"],
    |shared, place, io| shared.read(|repository| {
        let branch = repository.checked_out()?;
        Ok::<_, engine::ReadError>(CheckedOut {
            branch: branch.as_ref().map_or_else(|| "HEAD".into(), |name| name.shown().into_owned()),
            is_detached: branch.is_none(),
            is_bare: repository.is_bare(),
        })
    })
}

repository_source! {
    /// Reads which branch of which remote the checked-out one follows.
    GitUpstream "git_upstream" -> Option<Upstream>, File Never [".git/HEAD", ".git/config"],
    |shared, place, io| shared.read(|repository| repository.upstream(&Head { reference: repository.checked_out()?, id: None }))
}
