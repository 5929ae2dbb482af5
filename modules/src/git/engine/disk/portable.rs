//! The work tree through the standard library, where there are no directory descriptors.
#![allow(clippy::disallowed_methods, reason = "where this is used there are no pipes among files")]

use std::fs::{self, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Facts, Kind, Listing, Moment};

/// The top of a work tree.
#[derive(Debug)]
pub(in super::super) struct Tree(PathBuf);

/// A directory.
#[derive(Debug)]
pub(in super::super) struct Folder(PathBuf);

impl Tree {
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        fs::metadata(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Opens the directory at `path`, relative to the top and without a slash at either end. Its last component may not be a link.
    pub(in super::super) fn folder(&self, path: &[u8]) -> io::Result<Folder> {
        let path = join(&self.0, path)?;
        if !fs::symlink_metadata(&path)?.is_dir() {
            return Err(ErrorKind::NotADirectory.into());
        }
        Ok(Folder(path))
    }

    /// Lists the top.
    pub(in super::super) fn list(self, into: &mut Listing) -> io::Result<()> {
        Folder(self.0).list(into)
    }

    /// Looks at the file at `path`; `None` if there is none.
    pub(in super::super) fn facts(&self, path: &[u8]) -> io::Result<Option<Facts>> {
        facts_at(&join(&self.0, path)?)
    }

    /// Opens a regular file of the work tree.
    pub(super) fn file(&self, path: &[u8]) -> io::Result<fs::File> {
        let path = join(&self.0, path)?;
        if !fs::symlink_metadata(&path)?.is_file() {
            return Err(ErrorKind::InvalidData.into());
        }
        fs::File::open(path)
    }

    /// Reads where a symbolic link leads.
    pub(in super::super) fn read_link(&self, path: &[u8], into: &mut Vec<u8>) -> io::Result<()> {
        let target = fs::read_link(join(&self.0, path)?)?;
        let target = gix::path::into_bstr(target).map_err(io::Error::other)?;
        *into = gix::path::to_unix_separators_on_windows(target).into_owned().into();
        Ok(())
    }
}

impl Folder {
    /// Looks at the file called `name`; `None` if there is none.
    pub(in super::super) fn facts(&self, name: &[u8]) -> io::Result<Option<Facts>> {
        facts_at(&join(&self.0, name)?)
    }

    /// Reads a small file of this directory that is not a link; `None` if there is none.
    pub(in super::super) fn read(&self, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let path = join(&self.0, name)?;
        if !fs::symlink_metadata(&path).is_ok_and(|facts| facts.is_file()) {
            return Ok(None);
        }
        fs::read(path).map(Some)
    }

    /// Lists the directory.
    pub(in super::super) fn list(&self, into: &mut Listing) -> io::Result<()> {
        into.clear();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            if let Ok(name) = gix::path::os_str_into_bstr(&entry.file_name()) {
                into.push(name, kind(entry.file_type()?));
            }
        }
        Ok(())
    }
}

fn join(folder: &Path, name: &[u8]) -> io::Result<PathBuf> {
    let name = gix::path::from_byte_slice(name).map_err(io::Error::other)?;
    Ok(if name.as_os_str().is_empty() { folder.to_owned() } else { folder.join(name) })
}

fn facts_at(path: &Path) -> io::Result<Option<Facts>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(facts(&metadata))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

fn kind(kind: FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_symlink() {
        Kind::Link
    } else if kind.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    }
}

fn facts(metadata: &Metadata) -> Facts {
    Facts {
        kind: kind(metadata.file_type()),
        executable: false,
        modified: moment(metadata.modified()),
        changed: (0, 0),
        inode: 0,
        user: 0,
        group: 0,
        size: metadata.len() as u32,
    }
}

fn moment(time: io::Result<SystemTime>) -> Moment {
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    (since.as_secs() as u32, since.subsec_nanos())
}
