//! The work tree through directory descriptors.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Stat, readlinkat, statat};
use ziron_runtime::io::open;

use super::{Facts, Kind, Listing};

/// The top of a work tree.
#[derive(Debug)]
pub(in super::super) struct Tree(OwnedFd);

/// An open directory.
#[derive(Debug)]
pub(in super::super) struct Folder(OwnedFd);

impl Tree {
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(open::folder(path)?))
    }

    /// Opens the directory at `path`, relative to the top and without a slash at either end. Its last component may not be a link.
    pub(in super::super) fn folder(&self, path: &[u8]) -> io::Result<Folder> {
        let path = if path.is_empty() { b"." } else { path };
        Ok(Folder(open::folder_below(&self.0, path)?))
    }

    /// Lists the top without `.` and `..`.
    pub(in super::super) fn list(self, into: &mut Listing) -> io::Result<()> {
        Folder(self.0).list(into)
    }

    /// Looks at the file at `path`; `None` if there is none.
    pub(in super::super) fn facts(&self, path: &[u8]) -> io::Result<Option<Facts>> {
        facts_at(&self.0, path)
    }

    /// Opens a regular file of the work tree.
    pub(super) fn file(&self, path: &[u8]) -> io::Result<std::fs::File> {
        open::below(&self.0, path)
    }

    /// Reads where a symbolic link leads.
    pub(in super::super) fn read_link(&self, path: &[u8], into: &mut Vec<u8>) -> io::Result<()> {
        *into = readlinkat(&self.0, path, std::mem::take(into))?.into_bytes();
        Ok(())
    }
}

impl Folder {
    /// Looks at the file called `name`; `None` if there is none.
    pub(in super::super) fn facts(&self, name: &[u8]) -> io::Result<Option<Facts>> {
        facts_at(&self.0, name)
    }

    /// Reads a small file of this directory that is not a link; `None` if there is none.
    pub(in super::super) fn read(&self, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        use std::io::Read;
        let file = match open::below(&self.0, name) {
            Ok(file) => file,
            Err(error) if is_no_rules(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MAX_RULES).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Lists the directory without `.` and `..`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(in super::super) fn list(&self, into: &mut Listing) -> io::Result<()> {
        into.clear();
        let mut buffer = [const { std::mem::MaybeUninit::uninit() }; 16 * 1024];
        let mut entries = rustix::fs::RawDir::new(&self.0, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            self.push(into, entry.file_name().to_bytes(), entry.file_type())?;
        }
        Ok(())
    }

    /// Lists the directory without `.` and `..`.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(in super::super) fn list(&self, into: &mut Listing) -> io::Result<()> {
        into.clear();
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            self.push(into, entry.file_name().to_bytes(), entry.file_type())?;
        }
        Ok(())
    }

    fn push(&self, into: &mut Listing, name: &[u8], kind: FileType) -> io::Result<()> {
        if name == b"." || name == b".." {
            return Ok(());
        }
        let kind = match kind {
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            FileType::Directory => Kind::Folder,
            FileType::Unknown => match self.facts(name)? {
                Some(facts) => facts.kind,
                None => return Ok(()),
            },
            _ => Kind::Other,
        };
        // File systems there decompose names, and git composes them again.
        #[cfg(target_os = "macos")]
        let name = &*gix::utils::str::precompose_bstr(gix::bstr::BStr::new(name).into());
        into.push(name, kind);
        Ok(())
    }
}

/// Whether a file of ignore rules is absent, a link, which git does not follow either, or no file at all.
fn is_no_rules(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, IsADirectory, NotFound};
    matches!(error.kind(), NotFound | InvalidInput | IsADirectory)
        || error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// No file of ignore rules is longer than this; what follows is not read.
const MAX_RULES: u64 = 16 * 1024 * 1024;

fn facts_at(folder: &OwnedFd, name: &[u8]) -> io::Result<Option<Facts>> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(facts(&stat))),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[allow(clippy::cast_sign_loss)] // The index keeps the low 32 bits of each, whatever its sign.
fn facts(stat: &Stat) -> Facts {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Symlink => Kind::Link,
        FileType::Directory => Kind::Folder,
        _ => Kind::Other,
    };
    Facts {
        kind,
        executable: stat.st_mode & 0o100 != 0,
        modified: (stat.st_mtime as u32, stat.st_mtime_nsec as u32),
        changed: (stat.st_ctime as u32, stat.st_ctime_nsec as u32),
        inode: stat.st_ino as u32,
        user: stat.st_uid,
        group: stat.st_gid,
        size: stat.st_size as u32,
    }
}
