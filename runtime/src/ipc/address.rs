//! Where the daemon of a binary is found.
//!
//! ```text
//! $XDG_RUNTIME_DIR/ziron/<id>/socket          if that folder is the user's own and nobody else may write to it
//! /tmp/ziron-<uid>/<id>/socket                otherwise ($TMPDIR on macOS)
//! ```
//!
//! `<id>` stands for the binary: two prompts of one user do not meet.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::folder::{Folder, FolderError};

/// The longest path of a socket (bytes, with the byte that ends it). Source: `sockaddr_un` in unix(7) and in macOS's sys/un.h.
const SOCKET_PATH_BYTES: usize = if cfg!(target_os = "linux") { 108 } else { 104 };
/// Room for the longest name that a socket has in the folder, which it has only until it listens (bytes, with the slash).
const SOCKET_NAME_BYTES: usize = "/n.4194304".len();

/// What the surroundings of a process say about where daemons are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// `$XDG_RUNTIME_DIR`, if it is set.
    pub runtime_dir: Option<PathBuf>,
    /// Where temporary files are, if not in `/tmp`.
    pub temporary: Option<PathBuf>,
    /// The effective user.
    pub uid: u32,
}

impl World {
    /// Looks at this process: the only place where the environment is read for this.
    #[allow(
        clippy::disallowed_methods,
        reason = "before there is a daemon, somebody has to look at the process"
    )]
    pub fn of_process() -> World {
        let temporary = if cfg!(target_os = "macos") { std::env::var_os("TMPDIR") } else { None };
        World {
            runtime_dir: std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            temporary: temporary.map(PathBuf::from),
            uid: rustix::process::geteuid().as_raw(),
        }
    }

    /// The folder that exists, and the name of the one that is made below it. Where others can write, the name says whose it is.
    fn base(&self) -> (PathBuf, String) {
        if let Some(folder) = self.runtime_dir.as_deref().filter(|folder| is_private(folder, self.uid)) {
            return (folder.to_owned(), String::from("ziron"));
        }
        let temporary = self.temporary.clone().filter(|folder| folder.is_absolute());
        let base = temporary.unwrap_or_else(|| PathBuf::from("/tmp"));
        (base, format!("ziron-{}", self.uid))
    }
}

/// Whether a folder is a user's, and nobody else may write to it.
pub(crate) fn is_private(folder: &Path, uid: u32) -> bool {
    folder.is_absolute()
        && rustix::fs::stat(folder).is_ok_and(|stat| {
            FileType::from_raw_mode(stat.st_mode) == FileType::Directory
                && stat.st_uid == uid
                && stat.st_mode & 0o022 == 0
        })
}

/// Where the daemon of a binary is, and what belongs to it.
///
/// ```
/// use std::path::Path;
/// use ziron_runtime::ipc::address::{Address, World};
/// let world = World { runtime_dir: None, temporary: Some("/tmp".into()), uid: 1000 };
/// let address = Address::of(Path::new("/usr/bin/ziron-prompt"), &world).unwrap();
/// assert!(address.socket().starts_with("/tmp/ziron-1000"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    base: PathBuf,
    /// The two levels that are made below the base.
    levels: [String; 2],
    folder: PathBuf,
    uid: u32,
}

impl Address {
    /// Finds the address of a binary's daemon. Symbolic links to the binary lead to the same one.
    pub fn of(binary: &Path, world: &World) -> Result<Address, AddressError> {
        #[allow(clippy::disallowed_methods, reason = "this is where an address comes from")]
        let canonical = std::fs::canonicalize(binary);
        Address::of_canonical(canonical.as_deref().unwrap_or(binary), world)
    }

    /// The same for a path that is known to have no symbolic links in it, such as that of the own program on Linux.
    pub fn of_canonical(binary: &Path, world: &World) -> Result<Address, AddressError> {
        let (base, name) = world.base();
        let levels = [name, id(binary)];
        let folder = base.join(&levels[0]).join(&levels[1]);
        let longest = SOCKET_PATH_BYTES - 1 - SOCKET_NAME_BYTES;
        if folder.as_os_str().len() > longest {
            return Err(AddressError::TooLong { folder, longest });
        }
        Ok(Address { base, levels, folder, uid: world.uid })
    }

    /// The folder of the daemon.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// What one daemon locks.
    pub fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    /// Who it is: process, build, start, protocol.
    pub fn pid(&self) -> PathBuf {
        self.folder.join("pid")
    }

    /// What it has to tell.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// When it was started last.
    pub fn crash(&self) -> PathBuf {
        self.folder.join("crash")
    }

    /// A file of a shell's session.
    ///
    /// ```
    /// # use std::path::Path;
    /// # use ziron_runtime::ipc::address::{Address, SessionFile, World};
    /// # let world = World { runtime_dir: None, temporary: None, uid: 1000 };
    /// # let address = Address::of(Path::new("/usr/bin/ziron-prompt"), &world).unwrap();
    /// assert!(address.session(17, SessionFile::Reply).ends_with("s.17.reply"));
    /// ```
    pub fn session(&self, shell_pid: u32, file: SessionFile) -> PathBuf {
        self.folder.join(file.name(shell_pid))
    }

    /// Makes the folder where it is missing, and checks every level that is made: this user's, 0700, no symbolic link.
    pub fn prepare(&self) -> Result<Folder, FolderError> {
        Folder::make(&self.base, &self.levels, self.uid)
    }

    /// Opens the folder where it is, with the same checks.
    pub fn open(&self) -> Result<Folder, FolderError> {
        Folder::open(&self.base, &self.levels, self.uid)
    }
}

/// The files of a session whose shell does not talk over the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionFile {
    /// A FIFO: the shell writes requests.
    Request,
    /// A FIFO: the daemon writes which request is answered.
    Token,
    /// A file: the last answer.
    Reply,
    /// A file: the shell's last request, where it can only write files.
    Ask,
}

impl SessionFile {
    /// The name in the daemon's folder.
    pub fn name(self, shell_pid: u32) -> String {
        let name = match self {
            SessionFile::Request => "request",
            SessionFile::Token => "token",
            SessionFile::Reply => "reply",
            SessionFile::Ask => "ask",
        };
        format!("s.{shell_pid}.{name}")
    }
}

/// Why there is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// A socket's path would be longer than the system allows.
    TooLong {
        /// The folder.
        folder: PathBuf,
        /// The longest that a folder's path may be (bytes).
        longest: usize,
    },
}

impl AddressError {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            AddressError::TooLong { .. } => {
                String::from("set XDG_RUNTIME_DIR to a folder of yours with a shorter path")
            }
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressError::TooLong { folder, longest } => {
                let length = folder.as_os_str().len();
                let folder = folder.display();
                write!(out, "{folder} is {length} bytes long, but a socket's folder has at most {longest}")
            }
        }
    }
}

impl std::error::Error for AddressError {}

/// What stands for a binary.
fn id(binary: &Path) -> String {
    format!("{:016x}", hash(binary.as_os_str().as_bytes()))
}

/// The 64-bit FNV-1a hash of a binary's path. Source: RFC 9923.
pub(crate) fn hash(binary: &[u8]) -> u64 {
    // Linux says so of a running program whose file was replaced; the new one has the same address.
    let path = binary.strip_suffix(b" (deleted)").unwrap_or(binary);
    path.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
