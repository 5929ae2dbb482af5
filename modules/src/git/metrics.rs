//! The size of the changes.
//!
//! Shows: how many lines were added and deleted since the last commit.
//! Hidden when: nothing changed; outside a work tree. Off unless its table says `disabled = false`.
//! Costs: one look at every tracked file, and both versions of every changed one, on another thread.

use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::engine::{Metrics, Renames, Repository, StatusOptions, Untracked};
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// Shows how many lines were added and deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "git_metrics", position = 15, feature = "git", facts(self),
    cost = Tree, policy = Last,
    env = VARIABLES, events = EVENTS, files = [".git/HEAD", ".git/index", "every tracked file"]
)]
pub struct GitMetrics {
    /// The format of the module.
    #[option(default = "([+$added]($added_style) )([-$deleted]($deleted_style) )")]
    pub format: Format,
    /// The style of what was added.
    #[option(default = "bold green")]
    pub added_style: StyleText,
    /// The style of what was deleted.
    #[option(default = "bold red")]
    pub deleted_style: StyleText,
    /// Shows no number that is 0.
    #[option(default = true)]
    pub only_nonzero_diffs: bool,
    /// Leaves submodules out.
    #[option(default = false)]
    pub ignore_submodules: bool,
    /// Leaves the module out.
    #[option(default = true)]
    pub disabled: bool,
}

impl Source for GitMetrics {
    type Key = RepositoryKey;
    type Fact = Metrics;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::work_tree_key(place, io).await
    }

    async fn read<I: Io>(&self, _key: &RepositoryKey, place: &Place, io: &I) -> Result<Metrics, ReadError> {
        let options = StatusOptions {
            untracked: Untracked::No,
            // A file that was moved is no change, as `git diff` counts.
            renames: Renames::Diff,
            ignore_submodules: self.ignore_submodules,
            ..StatusOptions::default()
        };
        let metrics = move |repository: &Repository, stop: &_| {
            repository.metrics(&repository.status(&options, stop)?, stop)
        };
        shared::open(place, io).read_aside(io, metrics).await
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GitMetricsVars {
    /// How many lines were added.
    pub added: Option<u32>,
    /// How many lines were deleted.
    pub deleted: Option<u32>,
}

impl Segment for GitMetrics {
    type Facts<'a> = Option<&'a Metrics>;
    type Vars<'a> = GitMetricsVars;

    fn vars<'a>(&'a self, metrics: Self::Facts<'a>) -> Option<GitMetricsVars> {
        let Metrics { added, deleted } = *metrics?;
        let shown = |lines: u32| (lines > 0 || !self.only_nonzero_diffs).then_some(lines);
        Some(GitMetricsVars { added: shown(added), deleted: shown(deleted) })
    }
}
