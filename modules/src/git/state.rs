//! An operation that git has begun and not finished.
//!
//! Shows: which one, and how far it is.
//! Hidden when: there is none.
//! Costs: up to eight look-ups of files.

use ziron_macros::{Choice, Describe, Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::engine::{Repository, State, StateKind};
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// Shows a merge, rebase or the like that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "git_state", position = 14, feature = "git", facts(git::state::GitOperation))]
pub struct GitState {
    /// The format of the module.
    #[option(default = "\\([$state( $progress_current/$progress_total)]($style)\\) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "bold yellow")]
    pub style: StyleText,
    /// What is shown during a rebase.
    #[option(default = "REBASING")]
    pub rebase: Format,
    /// What is shown during a merge.
    #[option(default = "MERGING")]
    pub merge: Format,
    /// What is shown during a revert.
    #[option(default = "REVERTING")]
    pub revert: Format,
    /// What is shown during a cherry-pick.
    #[option(default = "CHERRY-PICKING")]
    pub cherry_pick: Format,
    /// What is shown during a bisection.
    #[option(default = "BISECTING")]
    pub bisect: Format,
    /// What is shown while patches from mails are applied.
    #[option(default = "AM")]
    pub am: Format,
    /// What is shown when it may be either.
    #[option(default = "AM/REBASE")]
    pub am_or_rebase: Format,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// Reads whether an operation is under way.
#[derive(Clone, Copy, Debug, Describe)]
#[source(
    name = "git_operation", cost = File, policy = Never,
    env = VARIABLES, events = EVENTS, files = [
        ".git/rebase-merge/", ".git/rebase-apply/", ".git/MERGE_HEAD", ".git/REVERT_HEAD", ".git/CHERRY_PICK_HEAD", ".git/BISECT_LOG",
        ".git/sequencer/todo"
    ]
)]
pub struct GitOperation;

impl Source for GitOperation {
    type Key = RepositoryKey;
    type Fact = Option<State>;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(
        &self,
        _key: &RepositoryKey,
        place: &Place,
        io: &I,
    ) -> Result<Option<State>, ReadError> {
        shared::open(place, io).read(Repository::state)
    }
}

/// Which operation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Operation {
    /// `git rebase`.
    #[choice("rebase")]
    Rebase,
    /// `git merge`.
    #[choice("merge")]
    Merge,
    /// `git revert`.
    #[choice("revert")]
    Revert,
    /// `git cherry-pick`.
    #[choice("cherry_pick")]
    CherryPick,
    /// `git bisect`.
    #[choice("bisect")]
    Bisect,
    /// `git am`.
    #[choice("am")]
    Am,
    /// `git am` or a rebase.
    #[choice("am_or_rebase")]
    AmOrRebase,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GitStateVars {
    /// The operation.
    #[var(choice)]
    pub state: Operation,
    /// The number of the step at hand.
    pub progress_current: Option<u32>,
    /// The number of all steps.
    pub progress_total: Option<u32>,
}

impl Segment for GitState {
    type Facts<'a> = Option<&'a Option<State>>;
    type Vars<'a> = GitStateVars;

    fn vars<'a>(&'a self, state: Self::Facts<'a>) -> Option<GitStateVars> {
        let State { kind, progress } = (*state?)?;
        let state = match kind {
            StateKind::Rebase => Operation::Rebase,
            StateKind::Merge => Operation::Merge,
            StateKind::Revert => Operation::Revert,
            StateKind::CherryPick => Operation::CherryPick,
            StateKind::Bisect => Operation::Bisect,
            StateKind::Am => Operation::Am,
            StateKind::AmOrRebase => Operation::AmOrRebase,
        };
        let (progress_current, progress_total) = progress.unzip();
        Some(GitStateVars { state, progress_current, progress_total })
    }
}
