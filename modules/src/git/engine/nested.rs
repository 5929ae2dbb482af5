//! Repositories inside the work tree: submodules, and strangers.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use gix::config::file::Metadata;
use gix::index::State;
use gix::submodule::config::Ignore;
use ziron_runtime::io::open;

use super::content::Answer;
use super::error::{ReadError, StatusError};
use super::open::Repository;
use super::rename::Renames;
use super::status::{StatusOptions, Untracked};
use super::strange;

/// Submodules are nested no deeper than this.
const MAX_DEPTH: u8 = 8;

/// A `.git` file longer than this is none (bytes). Source: git's `read_gitfile_gently`.
const MAX_LINK: u64 = 1 << 20;

/// Whether `folder` is the work tree of another repository than the one in `own`, by what is in it.
///
/// A `.git` file has to lead to a repository, or it is nothing; one that cannot be opened counts.
pub(super) fn is_repository(folder: &Path, own: &Path) -> bool {
    let dot_git = folder.join(".git");
    if dot_git.is_dir() {
        return is_git_dir(&dot_git) && !is_same(&dot_git, own);
    }
    if !dot_git.is_file() {
        return false;
    }
    let Ok(text) = open::read_begin(&dot_git, MAX_LINK + 1) else { return true };
    if text.len() as u64 > MAX_LINK {
        return false;
    }
    let Some(target) = text.strip_prefix(b"gitdir: ") else { return false };
    let end = target.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    end > 0 && gix::path::from_byte_slice(&target[..end]).is_ok_and(|target| is_git_dir(&folder.join(target)))
}

/// Whether a folder is a repository's own: with a `HEAD` that could be one, objects and references.
fn is_git_dir(folder: &Path) -> bool {
    let common = match open::read_begin(folder.join("commondir"), MAX_LINK) {
        Ok(text) => match gix::path::from_byte_slice(text.trim_ascii_end()) {
            Ok(target) => folder.join(target),
            Err(_) => return false,
        },
        Err(_) => folder.to_owned(),
    };
    common.join("objects").is_dir() && common.join("refs").is_dir() && is_head(&folder.join("HEAD"))
}

fn is_head(file: &Path) -> bool {
    let Ok(facts) = fs::symlink_metadata(file) else { return false };
    if facts.is_symlink() {
        return fs::read_link(file).is_ok_and(|target| target.starts_with("refs"));
    }
    // Nobody can tell of a pipe; it is no ordinary folder that has one here.
    let Ok(text) = open::read_begin(file, MAX_LINK) else { return !facts.is_file() && !facts.is_dir() };
    match text.strip_prefix(b"ref:") {
        Some(name) => name.trim_ascii_start().starts_with(b"refs/"),
        None => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            digits >= gix::hash::Kind::Sha1.len_in_hex()
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Whether `folder` is the work tree of a repository that has a commit. Only such a one takes a tracked file's place in
/// git's eyes.
pub(super) fn has_commit(folder: &Path, own: &Path) -> bool {
    is_repository(folder, own)
        && Repository::open(folder).is_ok_and(|inner| matches!(inner.head_id(), Ok(Some(_))))
}

/// Whether a submodule is as its superproject has it: at the same commit, and without changes.
pub(super) fn compare(
    superproject: &Repository,
    folder: &Path,
    ignore: Ignore,
    wanted: &ObjectId,
    options: &StatusOptions,
    interrupt: &AtomicBool,
) -> Result<Answer, StatusError> {
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
    let options = StatusOptions { untracked, renames: Renames::Never, ..*options };
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

/// What the configuration says not to look at in submodules; read when it is asked for the first time.
pub(super) struct Ignored<'a> {
    superproject: &'a Repository,
    index: &'a State,
    untracked: Untracked,
    own: Option<Vec<(BString, Ignore)>>,
}

impl<'a> Ignored<'a> {
    pub(super) fn new(superproject: &'a Repository, index: &'a State, untracked: Untracked) -> Self {
        Self { superproject, index, untracked, own: None }
    }

    /// What not to look at in the submodule at `path`. Its own setting goes before all others.
    ///
    /// # Errors
    ///
    /// Where git gives up because of `.gitmodules`.
    pub(super) fn at(&mut self, path: &BStr) -> Result<Ignore, ReadError> {
        let superproject = self.superproject;
        let own = match &mut self.own {
            Some(own) => own,
            none => none.insert(read(superproject, self.index)?),
        };
        if let Some((_, ignore)) = own.iter().find(|(own, _)| own == path) {
            return Ok(*ignore);
        }
        Ok(match superproject.setting("diff.ignoreSubmodules").as_deref() {
            Some(b"all") => Ignore::All,
            Some(b"dirty") => Ignore::Dirty,
            Some(b"untracked") => Ignore::Untracked,
            _ if self.untracked == Untracked::No => Ignore::Untracked,
            _ => Ignore::None,
        })
    }
}

/// The settings of submodules that say what not to look at.
fn read(superproject: &Repository, index: &State) -> Result<Vec<(BString, Ignore)>, ReadError> {
    // In a conflict it is no configuration, and git does not read it.
    let entries = index.prefixed_entries(".gitmodules".into()).unwrap_or_default();
    let mut entries = entries.iter().filter(|entry| entry.path(index) == ".gitmodules").peekable();
    let is_in_index = entries.peek().is_some();
    if entries.any(|entry| entry.stage_raw() != 0) {
        return Ok(Vec::new());
    }
    let file = superproject.root().map(|root| root.join(".gitmodules"));
    let is_on_disk = file.as_ref().is_some_and(|file| fs::symlink_metadata(file).is_ok());
    if let Some(file) = &file {
        strange::check(file)?;
    }
    // Gitoxide would look for its own `HEAD` then, which it cannot read where references are in tables.
    if !is_on_disk && !is_in_index && !is_in_head(superproject)? {
        return Ok(Vec::new());
    }
    let modules = superproject.inner.modules().map_err(ReadError::at(WHAT))?;
    // A command is all right in the user's own configuration only.
    let brings_command = |name: &BStr| {
        let config = modules.as_ref().map(|modules| modules.config());
        let update = config.and_then(|config| {
            let is_its_own = |section: &Metadata| std::ptr::eq(section, config.meta());
            config.string_filter_by("submodule", Some(name), "update", is_its_own)
        });
        update.is_some_and(|update| update.starts_with(b"!"))
    };
    let submodules = superproject.inner.submodules().map_err(ReadError::at(WHAT))?;
    let mut settings = Vec::new();
    for submodule in submodules.into_iter().flatten() {
        // Git reads these as well, and gives up for what it does not know.
        submodule.update().map_err(ReadError::at(WHAT))?;
        if brings_command(submodule.name()) {
            return Err(ReadError::new(WHAT));
        }
        submodule.fetch_recurse().map_err(ReadError::at(WHAT))?;
        if let (Ok(path), Ok(Some(ignore))) = (submodule.path(), submodule.ignore()) {
            settings.push((path, ignore));
        }
    }
    Ok(settings)
}

fn is_in_head(superproject: &Repository) -> Result<bool, ReadError> {
    if superproject.head_id()?.is_none() {
        return Ok(false);
    }
    let tree = superproject.object(superproject.head_tree()?, WHAT)?;
    let tree = tree.try_into_tree().map_err(ReadError::at(WHAT))?;
    let is_it = |name: &BStr| name == ".gitmodules";
    let found = tree.iter().find(|entry| entry.as_ref().map_or(true, |entry| is_it(entry.filename())));
    found.transpose().map(|entry| entry.is_some()).map_err(ReadError::at(WHAT))
}

const WHAT: &str = "`.gitmodules`";
