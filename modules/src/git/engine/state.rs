//! Operations under way: a merge, a rebase and so on.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ziron_runtime::io::open;

use super::error::ReadError;
use super::open::Repository;

/// Only the first word of a sequence's steps is of interest (bytes).
const MAX_TODO: u64 = 256;

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
    /// # Errors
    ///
    /// If a reference that says so cannot be read.
    ///
    /// # Cost
    ///
    /// Up to seven failed look-ups of files.
    pub fn state(&self) -> Result<Option<State>, ReadError> {
        let dir = self.git_dir();
        let is_file = |name: &str| dir.join(name).is_file();
        let plain = |kind| Ok(Some(State { kind, progress: None }));
        let apply = dir.join("rebase-apply");
        if apply.is_dir() {
            let kind = if is_file("rebase-apply/applying") {
                StateKind::Am
            } else if is_file("rebase-apply/rebasing") {
                StateKind::Rebase
            } else {
                StateKind::AmOrRebase
            };
            return Ok(Some(State { kind, progress: progress(&apply, "next", "last") }));
        }
        let merge = dir.join("rebase-merge");
        if merge.is_dir() {
            return Ok(Some(State { kind: StateKind::Rebase, progress: progress(&merge, "msgnum", "end") }));
        }
        if self.object_of(b"CHERRY_PICK_HEAD")?.is_some() {
            plain(StateKind::CherryPick)
        } else if is_file("MERGE_HEAD") {
            plain(StateKind::Merge)
        } else if is_file("BISECT_LOG") {
            plain(StateKind::Bisect)
        } else if self.object_of(b"REVERT_HEAD")?.is_some() {
            plain(StateKind::Revert)
        } else {
            // In the middle of several, when a conflict was committed.
            Ok(sequence(dir).map(|kind| State { kind, progress: None }))
        }
    }
}

/// The kind of the steps that are left of a sequence. Source: `sequencer_get_last_command` in git's `sequencer.c`.
fn sequence(dir: &Path) -> Option<StateKind> {
    let todo = open::read_begin(dir.join("sequencer/todo"), MAX_TODO).ok()?;
    let mut words = todo.trim_ascii_start().split(u8::is_ascii_whitespace);
    let kind = match words.next()? {
        b"pick" | b"p" => StateKind::CherryPick,
        b"revert" => StateKind::Revert,
        _ => return None,
    };
    words.next().map(|_| kind)
}

fn progress(dir: &Path, current: &str, total: &str) -> Option<(u32, u32)> {
    let number = |name: &str| open::read_text(dir.join(name)).ok()?.trim().parse().ok();
    Some((number(current)?, number(total)?))
}
