//! Repositories inside the work tree: submodules, and strangers.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::submodule::config::Ignore;
use ziron_runtime::io::open;

use super::content::Answer;
use super::error::StatusError;
use super::open::Repository;
use super::status::{StatusOptions, Untracked};
use super::strange;

/// Submodules are nested no deeper than this.
const MAX_DEPTH: u8 = 8;

/// Whether `folder` is the work tree of another repository, by what is in it.
pub(super) fn is_repository(folder: &Path) -> bool {
    let dot_git = folder.join(".git");
    let Ok(facts) = fs::symlink_metadata(&dot_git) else { return false };
    if facts.is_file() {
        return open::read_begin(&dot_git, 8).is_ok_and(|text| text.starts_with(b"gitdir: "));
    }
    // Nobody can tell of one whose `HEAD` is a pipe; it is no ordinary folder.
    strange::find_in(&dot_git).is_some() || gix::discover::is_git(&dot_git).is_ok()
}

/// Whether `folder` is the work tree of a repository that has a commit. Only such a one takes a tracked file's place in git's eyes.
pub(super) fn has_commit(folder: &Path) -> bool {
    is_repository(folder)
        && Repository::open(folder).is_ok_and(|inner| matches!(inner.head_id(), Ok(Some(_))))
}

/// Whether a submodule is as its superproject has it: at the same commit, and without changes.
pub(super) fn compare(
    superproject: &Repository,
    folder: &Path,
    path: &BStr,
    wanted: &ObjectId,
    options: &StatusOptions,
    interrupt: &AtomicBool,
) -> Result<Answer, StatusError> {
    let ignore = ignored(superproject, path, options.untracked);
    if ignore == Ignore::All || fs::symlink_metadata(folder.join(".git")).is_err() {
        return Ok(Answer::Same);
    }
    let Ok(mut submodule) = superproject.open_other(folder) else { return Ok(Answer::Unknown) };
    submodule.depth = superproject.depth + 1;
    // A `.git` file may lead anywhere, also back.
    if submodule.depth > MAX_DEPTH || submodule.git_dir() == superproject.git_dir() {
        return Ok(Answer::Unknown);
    }
    match submodule.head_id() {
        Ok(Some(id)) if id == *wanted => {}
        // A submodule without a commit counts as not there.
        Ok(None) => return Ok(Answer::Same),
        Ok(Some(_)) => return Ok(Answer::Different),
        Err(_) => return Ok(Answer::Unknown),
    }
    if ignore == Ignore::Dirty {
        return Ok(Answer::Same);
    }
    let untracked = if ignore == Ignore::Untracked { Untracked::No } else { Untracked::Collapsed };
    let options = StatusOptions { untracked, renames: None, ..*options };
    match submodule.status(&options, interrupt) {
        Ok(status) if status.unknown > 0 => {
            let known = super::Status { unknown: 0, ..status };
            Ok(if known.is_clean() { Answer::Unknown } else { Answer::Different })
        }
        Ok(status) => Ok(if status.is_clean() { Answer::Same } else { Answer::Different }),
        Err(StatusError::Interrupted) => Err(StatusError::Interrupted),
        Err(_) => Ok(Answer::Unknown),
    }
}

/// What the configuration says not to look at in the submodule at `path`. Its own setting goes before all others.
fn ignored(superproject: &Repository, path: &BStr, untracked: Untracked) -> Ignore {
    let modules = superproject.root().map(|root| root.join(".gitmodules"));
    if modules.is_some_and(|modules| strange::check(modules).is_err()) {
        return Ignore::None;
    }
    let submodules = superproject.inner.submodules().ok().flatten().into_iter().flatten();
    let configured = submodules
        .filter(|submodule| submodule.path().is_ok_and(|own| own.as_bstr() == path))
        .find_map(|submodule| submodule.ignore().ok().flatten());
    configured.unwrap_or_else(|| match superproject.setting("diff.ignoreSubmodules").as_deref() {
        Some(b"all") => Ignore::All,
        Some(b"dirty") => Ignore::Dirty,
        Some(b"untracked") => Ignore::Untracked,
        _ if untracked == Untracked::No => Ignore::Untracked,
        _ => Ignore::None,
    })
}
