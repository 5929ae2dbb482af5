//! Operations under way: a merge, a rebase and so on.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ziron_runtime::io::open;

use super::open::Repository;

/// An operation that git has begun and not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct State {
    /// Which one.
    pub kind: StateKind,
    /// The number of the current step and of all, where git counts them.
    pub progress: Option<(u32, u32)>,
}

/// The kinds of operation a prompt tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StateKind {
    /// `git rebase`.
    Rebase,
    /// `git merge`.
    Merge,
    /// `git revert`.
    Revert,
    /// `git cherry-pick`.
    CherryPick,
    /// `git bisect`.
    Bisect,
    /// `git am`.
    Am,
    /// `git am` or a rebase by patches, before it is known which.
    AmOrRebase,
}

impl Repository {
    /// The operation under way, if any.
    ///
    /// # Cost
    ///
    /// Up to eight failed lookups of files.
    pub fn state(&self) -> Option<State> {
        let dir = self.git_dir();
        let is_file = |name: &str| dir.join(name).is_file();
        let plain = |kind| Some(State { kind, progress: None });
        let apply = dir.join("rebase-apply");
        if apply.is_dir() {
            let kind = if is_file("rebase-apply/applying") {
                StateKind::Am
            } else if is_file("rebase-apply/rebasing") {
                StateKind::Rebase
            } else {
                StateKind::AmOrRebase
            };
            return Some(State { kind, progress: progress(&apply, "next", "last") });
        }
        let merge = dir.join("rebase-merge");
        if merge.is_dir() {
            return Some(State { kind: StateKind::Rebase, progress: progress(&merge, "msgnum", "end") });
        }
        if is_file("CHERRY_PICK_HEAD") {
            plain(StateKind::CherryPick)
        } else if is_file("MERGE_HEAD") {
            plain(StateKind::Merge)
        } else if is_file("BISECT_LOG") {
            plain(StateKind::Bisect)
        } else if is_file("REVERT_HEAD") {
            plain(StateKind::Revert)
        } else {
            None
        }
    }
}

fn progress(dir: &Path, current: &str, total: &str) -> Option<(u32, u32)> {
    let number = |name: &str| open::read_text(dir.join(name)).ok()?.trim().parse().ok();
    Some((number(current)?, number(total)?))
}
