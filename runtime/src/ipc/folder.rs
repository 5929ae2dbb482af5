//! The daemon's folder, and how files in it are opened: never through a symbolic link, never somebody else's.
//!
//! It is made in a folder on a [safe path](crate::safe_path). A folder is opened before it is checked, and used through
//! what was opened, so that nobody can exchange it in between.
#![allow(
    clippy::disallowed_methods,
    reason = "what is opened here may be a FIFO, and has to belong to this user: both are looked at, and nothing waits"
)]

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;

pub(super) use crate::safe_path::mode_of;
use crate::safe_path::{self, UnsafePath};

/// What a folder of ours may be used for: by its user, for everything.
const FOLDER_MODE: Mode = Mode::RWXU;
/// What a file of ours may be used for: by its user, to read and write.
const FILE_MODE: Mode = Mode::RUSR.union(Mode::WUSR);
/// The bits of a mode that say who may do what.
const PERMISSIONS: u32 = 0o777;

/// A folder that is this user's alone.
#[derive(Debug)]
pub struct Folder {
    open: OwnedFd,
    path: PathBuf,
    uid: u32,
}

impl Folder {
    /// Makes levels below a folder that exists, where they are missing, and checks each.
    pub(super) fn make(base: &Path, levels: &[String], uid: u32) -> Result<Folder, FolderError> {
        Folder::descend(base, levels, uid, Missing::Make)
    }

    /// Opens levels below a folder, and checks each.
    pub(super) fn open(base: &Path, levels: &[String], uid: u32) -> Result<Folder, FolderError> {
        Folder::descend(base, levels, uid, Missing::Fail)
    }

    fn descend(base: &Path, levels: &[String], uid: u32, missing: Missing) -> Result<Folder, FolderError> {
        safe_path::check(base, uid)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = rustix::fs::open(base, flags, Mode::empty()).map_err(|error| io_error(base, error))?;
        let mut folder = Folder { open, path: base.to_owned(), uid };
        for level in levels {
            folder = folder.below(level, missing)?;
        }
        Ok(folder)
    }

    fn below(&self, name: &str, missing: Missing) -> Result<Folder, FolderError> {
        let path = self.path.join(name);
        let made = match missing {
            Missing::Fail => false,
            Missing::Make => match rustix::fs::mkdirat(&self.open, name, FOLDER_MODE) {
                Ok(()) => true,
                Err(Errno::EXIST) => false,
                Err(error) => return Err(io_error(&path, error)),
            },
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = match rustix::fs::openat(&self.open, name, flags, Mode::empty()) {
            Ok(open) => open,
            // Which of the two a link gives differs from system to system.
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(FolderError::NotAFolder { path }),
            Err(error) => return Err(io_error(&path, error)),
        };
        let mut stat = rustix::fs::fstat(&open).map_err(|error| io_error(&path, error))?;
        if stat.st_uid != self.uid {
            return Err(FolderError::Owner { path, owner: stat.st_uid });
        }
        if made && mode_of(&stat) & PERMISSIONS != 0o700 {
            // The process's mask took bits away from what was made.
            rustix::fs::fchmod(&open, FOLDER_MODE).map_err(|error| io_error(&path, error))?;
            stat = rustix::fs::fstat(&open).map_err(|error| io_error(&path, error))?;
        }
        let mode = mode_of(&stat) & PERMISSIONS;
        if mode != 0o700 {
            return Err(FolderError::Mode { path, mode });
        }
        Ok(Folder { open, path, uid: self.uid })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file in the folder, 0600 where it is made. It is this user's, a plain file, and no symbolic link; a FIFO
    /// that somebody put there hangs nobody.
    pub fn file(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let safe = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::openat(&self.open, name, flags | safe, FILE_MODE)?;
        let stat = rustix::fs::fstat(&file)?;
        self.expect(&stat, FileType::RegularFile)?;
        Ok(file)
    }

    /// Replaces a file at once: who reads it sees what was there before, or all of the new one.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = format!("{name}.{}", std::process::id());
        let written = self
            .file(&temporary, OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC)
            .and_then(|file| write_all(&file, bytes))
            .and_then(|()| Ok(rustix::fs::renameat(&self.open, &temporary, &self.open, name)?));
        if written.is_err() {
            let _ = rustix::fs::unlinkat(&self.open, &temporary, AtFlags::empty());
        }
        written
    }

    /// Makes a new FIFO, 0600, in place of one that a session has left behind.
    #[cfg(not(target_vendor = "apple"))]
    pub fn make_fifo(&self, name: &str) -> io::Result<()> {
        self.remove(name, FileType::Fifo)?;
        rustix::fs::mknodat(&self.open, name, FileType::Fifo, FILE_MODE, 0)?;
        Ok(rustix::fs::chmodat(&self.open, name, FILE_MODE, AtFlags::empty())?)
    }

    /// Makes a new FIFO, 0600, in place of one that a session has left behind. Apple's systems make none relative to a
    /// folder; nobody else can exchange this one.
    #[cfg(target_vendor = "apple")]
    pub fn make_fifo(&self, name: &str) -> io::Result<()> {
        self.remove(name, FileType::Fifo)?;
        nix::unistd::mkfifo(
            &self.path.join(name),
            nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR,
        )?;
        Ok(rustix::fs::chmodat(&self.open, name, FILE_MODE, AtFlags::empty())?)
    }

    /// Opens a FIFO of the folder in both directions, which never waits for somebody at the other end.
    pub fn fifo(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fifo = rustix::fs::openat(&self.open, name, flags, Mode::empty())?;
        self.expect(&rustix::fs::fstat(&fifo)?, FileType::Fifo)?;
        Ok(fifo)
    }

    /// Removes what has a name, if it is this user's and of a kind; that nothing is there is well too.
    pub fn remove(&self, name: &str, kind: FileType) -> io::Result<()> {
        match rustix::fs::statat(&self.open, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(stat) => {
                self.expect(&stat, kind)?;
                match rustix::fs::unlinkat(&self.open, name, AtFlags::empty()) {
                    Ok(()) | Err(Errno::NOENT) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Takes a lock that lasts as long as what is returned; `None` if another process has it.
    pub fn lock(&self, name: &str) -> io::Result<Option<OwnedFd>> {
        let file = self.file(name, OFlags::RDWR | OFlags::CREATE)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that something is this user's and of a kind.
    pub(super) fn expect(&self, stat: &Stat, kind: FileType) -> io::Result<()> {
        if stat.st_uid != self.uid {
            let owner = stat.st_uid;
            let message = format!("it belongs to user {owner}");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        if FileType::from_raw_mode(stat.st_mode) != kind {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else has its name"));
        }
        Ok(())
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.open.as_fd()
    }
}

/// What happens where a level is missing.
#[derive(Clone, Copy)]
enum Missing {
    Make,
    Fail,
}

/// Why a folder is not used.
#[derive(Debug)]
#[non_exhaustive]
pub enum FolderError {
    /// It could not be made or opened.
    Io {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody else could lead the path to it elsewhere.
    Unsafe(UnsafePath),
    /// It is a symbolic link, or a file.
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    Owner {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Others may look into it or write to it.
    Mode {
        /// The folder.
        path: PathBuf,
        /// What its mode is.
        mode: u32,
    },
}

impl FolderError {
    /// Whether it is only that there is nothing.
    pub fn is_missing(&self) -> bool {
        match self {
            FolderError::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            FolderError::Unsafe(error) => error.is_missing(),
            _ => false,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            FolderError::Io { path, .. } => {
                let path = path.parent().unwrap_or(path).display();
                format!("make sure that you can write to {path}, or set XDG_RUNTIME_DIR")
            }
            FolderError::Unsafe(error) => format!("{}, or set XDG_RUNTIME_DIR", error.remedy()),
            FolderError::NotAFolder { path } => format!("look at {}, and remove it", path.display()),
            FolderError::Owner { .. } => {
                String::from("find out who made it; set XDG_RUNTIME_DIR to a folder of yours")
            }
            FolderError::Mode { path, .. } => format!("chmod 700 {}", path.display()),
        }
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderError::Io { path, .. } => write!(out, "{} cannot be used", path.display()),
            FolderError::Unsafe(error) => write!(out, "{error}"),
            FolderError::NotAFolder { path } => write!(out, "{} is not a folder", path.display()),
            FolderError::Owner { path, owner } => {
                write!(out, "{} belongs to user {owner}", path.display())
            }
            FolderError::Mode { path, mode } => {
                write!(out, "{} has mode {mode:03o}, so that others may use it", path.display())
            }
        }
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FolderError::Io { source, .. } => Some(source),
            FolderError::Unsafe(error) => error.source(),
            _ => None,
        }
    }
}

impl From<UnsafePath> for FolderError {
    fn from(error: UnsafePath) -> FolderError {
        FolderError::Unsafe(error)
    }
}

fn io_error(path: &Path, error: Errno) -> FolderError {
    FolderError::Io { path: path.to_owned(), source: error.into() }
}

fn write_all(file: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
