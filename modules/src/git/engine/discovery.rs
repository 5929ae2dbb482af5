//! Where the repository around a folder is.
//!
//! Source: `setup_git_directory_gently_1`, `is_git_directory` and `longest_ancestor_length` in git's `setup.c` and
//! `path.c`.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;
use rustix::fs::{Access, access};
use ziron_runtime::io::open;

use super::environment::Environment;
use super::error::OpenError;
use super::refs::files;
use super::strange;

/// A `.git` file is not longer than this (bytes). Source: `read_gitfile_gently` in git's `setup.c`.
const MAX_LINK: u64 = 1 << 20;

/// A repository that was found.
#[derive(Debug)]
pub(super) struct Found {
    /// Its own directory.
    pub git_dir: PathBuf,
    /// The folder with `.git` in it; `None` if the directory itself was come upon, or the user has named it.
    pub top: Option<PathBuf>,
    /// The file that leads to the directory.
    pub link: Option<PathBuf>,
}

/// Searches a folder and those above it.
///
/// # Errors
///
/// Where git gives up: at a `.git` file that leads to no repository.
///
/// # Cost
///
/// Two look-ups for each folder in which there is none.
pub(super) fn search(physical_dir: &Path, environment: &Environment) -> Result<Option<Found>, OpenError> {
    let ceiling = ceiling(physical_dir, &environment.ceilings);
    for folder in physical_dir.ancestors() {
        // The ceiling itself is not searched, unless the search begins there.
        if ceiling.as_deref() == Some(folder) {
            return Ok(None);
        }
        if let Some(found) = at(folder, environment)? {
            let is_near = environment.across_file_systems || is_on_one_device(physical_dir, folder);
            return Ok(is_near.then_some(found));
        }
    }
    Ok(None)
}

/// Takes the repository that the user has named.
pub(super) fn named(path: &Path, environment: &Environment) -> Result<Found, OpenError> {
    let nowhere = || OpenError::Nowhere { path: path.to_owned() };
    if path.is_file() {
        return follow(path, environment).map(|git_dir| Found { git_dir, top: None, link: None });
    }
    if !is_repository(path, environment) {
        return Err(strange::find_in(path).unwrap_or_else(nowhere));
    }
    // What its configuration says of the work tree is taken as from there, whatever way led there.
    let git_dir = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(Found { git_dir, top: None, link: None })
}

/// Takes the repository whose top, or whose own directory, a folder is.
pub(super) fn at(folder: &Path, environment: &Environment) -> Result<Option<Found>, OpenError> {
    let dot_git = folder.join(".git");
    if let Ok(meta) = dot_git.metadata() {
        let top = Some(folder.to_owned());
        if meta.is_file() {
            let git_dir = follow(&dot_git, environment)?;
            return Ok(Some(Found { git_dir, top, link: Some(dot_git) }));
        }
        if !meta.is_dir() {
            return Err(OpenError::NotAFile { path: dot_git });
        }
        if is_repository(&dot_git, environment) {
            return Ok(Some(Found { git_dir: dot_git, top, link: None }));
        }
        // It may be one but for what is in the place of one of its files.
        if let Some(refused) = strange::find_in(&dot_git) {
            return Err(refused);
        }
    }
    let head = folder.join("HEAD");
    if head.symlink_metadata().is_err() {
        return Ok(None);
    }
    if is_repository(folder, environment) {
        return Ok(Some(Found { git_dir: folder.to_owned(), top: None, link: None }));
    }
    if open::is_strange(&head) && folder.join("objects").is_dir() {
        return Err(OpenError::NotAFile { path: head });
    }
    Ok(None)
}

/// Reads a `.git` file; what it leads to has to be a repository.
fn follow(link: &Path, environment: &Environment) -> Result<PathBuf, OpenError> {
    let nowhere = || OpenError::Nowhere { path: link.to_owned() };
    let text = open::read_within(link, MAX_LINK).map_err(|_| nowhere())?;
    let to =
        text.strip_prefix(b"gitdir: ").ok_or_else(nowhere)?.trim_end_with(|end| matches!(end, '\n' | '\r'));
    let git_dir = link.parent().unwrap_or(Path::new("/")).join(OsStr::from_bytes(to));
    if to.is_empty() || !is_repository(&git_dir, environment) {
        return Err(strange::find_in(&git_dir).unwrap_or_else(nowhere));
    }
    git_dir.canonicalize().map_err(|_| nowhere())
}

/// Whether a folder is a repository's own directory: with a `HEAD`, objects and references.
fn is_repository(folder: &Path, environment: &Environment) -> bool {
    if !files::is_head(&folder.join("HEAD")) {
        return false;
    }
    let common = common_dir(folder, environment);
    let objects = environment.objects.clone().unwrap_or_else(|| common.join("objects"));
    let may_enter = |folder: &Path| access(folder, Access::EXEC_OK).is_ok();
    may_enter(&objects) && may_enter(&common.join("refs"))
}

/// The directory with what all work trees share.
pub(super) fn common_dir(git_dir: &Path, environment: &Environment) -> PathBuf {
    if let Some(common) = &environment.common_dir {
        return common.clone();
    }
    match open::read_within(git_dir.join("commondir"), MAX_LINK) {
        Ok(text) => {
            let to = text.trim_end_with(|end| matches!(end, '\n' | '\r'));
            let common = git_dir.join(OsStr::from_bytes(to));
            common.canonicalize().unwrap_or(common)
        }
        Err(_) => git_dir.to_owned(),
    }
}

/// The lowest folder above this one at which the search ends.
fn ceiling(physical_dir: &Path, ceilings: &[PathBuf]) -> Option<PathBuf> {
    let mut is_plain = false;
    let mut lowest: Option<PathBuf> = None;
    for ceiling in ceilings {
        // Those after an empty one are taken as they are.
        if ceiling.as_os_str().is_empty() {
            is_plain = true;
            continue;
        }
        let ceiling = match ceiling.is_absolute() {
            true if is_plain => Some(without_slash(ceiling)),
            true => ceiling.canonicalize().ok(),
            false => None,
        };
        let Some(ceiling) =
            ceiling.filter(|ceiling| physical_dir != ceiling && physical_dir.starts_with(ceiling))
        else {
            continue;
        };
        if lowest.as_ref().is_none_or(|lowest| ceiling.starts_with(lowest)) {
            lowest = Some(ceiling);
        }
    }
    lowest
}

/// A path without the slash at its end, as git compares it.
fn without_slash(path: &Path) -> PathBuf {
    let mut bytes = path.as_os_str().to_owned().into_vec();
    if bytes.len() > 1 && bytes.ends_with(b"/") {
        bytes.pop();
    }
    PathBuf::from(OsStr::from_bytes(&bytes))
}

/// Whether all folders from one up to another above it are on one device.
fn is_on_one_device(from: &Path, to: &Path) -> bool {
    let device = |folder: &Path| folder.metadata().ok().map(|meta| meta.dev());
    if from == to {
        return true;
    }
    let first = device(from);
    let above = from.ancestors().skip(1).take_while(|folder| folder.starts_with(to));
    above.into_iter().all(|folder| device(folder) == first)
}
