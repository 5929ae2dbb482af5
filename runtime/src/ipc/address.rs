//! Where the daemon of a binary is found.
//!
//! ```text
//! $XDG_RUNTIME_DIR/ziron/<id>/socket          the first of these folders that is the user's own and on a safe path
//! /run/user/<uid>/ziron/<id>/socket
//! <state>/run-<host>/<id>/socket              on a local file system; <state> is where states are kept
//! ```
//!
//! What a safe path is, [`safe_path`] says. Where there is none, there is no background mode: a folder that everybody
//! can write to is never chosen. `<id>` stands for the binary: two prompts of one user do not meet. `<host>` stands for
//! the machine's name, since a home folder may be shared.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::folder::{Folder, FolderError};
use crate::safe_path::{self, SafePath, UnsafePath};

/// The longest path of a socket (bytes, with the byte that ends it). Source: `sockaddr_un` in unix(7) and in macOS's
/// sys/un.h.
const SOCKET_PATH_BYTES: usize = if cfg!(target_os = "linux") { 108 } else { 104 };
/// Room for the longest name that a socket has in the folder, which it has only until it listens (bytes, with the
/// slash).
const SOCKET_NAME_BYTES: usize = "/n.4194304".len();
/// Where systemd and elogind make a folder for each user who is logged in. Source: `pam_systemd(8)`.
pub(crate) const RUN_USER: &str = "/run/user/";
/// The folder of all daemons in a run-time folder.
pub(crate) const DAEMONS: &str = "ziron";

/// What the surroundings of a process say about where daemons are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The folder of the daemon that a shell's script means, if it said so.
    pub meant: Option<PathBuf>,
    /// `$XDG_RUNTIME_DIR`, if it is set.
    pub runtime_dir: Option<PathBuf>,
    /// The folder of the user's states.
    pub state: Option<PathBuf>,
    /// The effective user.
    pub uid: u32,
}

impl Surroundings {
    /// Looks at this process: the only place where the environment is read for this.
    #[allow(
        clippy::disallowed_methods,
        reason = "before there is a daemon, somebody has to look at the process"
    )]
    pub fn of_process() -> Surroundings {
        Surroundings {
            meant: None,
            runtime_dir: std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
            state: crate::store::state::folder_by(|name| std::env::var_os(name)),
            uid: rustix::process::geteuid().as_raw(),
        }
    }

    /// This user's with a run-time folder, and no other place.
    pub fn with_runtime_dir(folder: impl Into<PathBuf>) -> Surroundings {
        let uid = rustix::process::geteuid().as_raw();
        Surroundings { runtime_dir: Some(folder.into()), uid, ..Surroundings::default() }
    }

    /// The folder that a daemon's levels are made in, and the name of the first of them.
    fn base(&self) -> Result<(SafePath, String), AddressError> {
        let mut refused = Vec::new();
        let session = PathBuf::from(format!("{RUN_USER}{}", self.uid));
        let named = self.runtime_dir.iter().filter(|folder| !folder.as_os_str().is_empty());
        for folder in named.chain([&session]) {
            match own(folder, self.uid) {
                Ok(safe) if safe.exists() => return Ok((safe, DAEMONS.to_owned())),
                Ok(_) => refused.push(Refusal::new(folder, "it is not there", "")),
                Err(error) => refused.push(Refusal::of(folder, &error)),
            }
        }
        if let Some(state) = &self.state {
            match own(state, self.uid) {
                _ if !is_local(state) => {
                    refused.push(Refusal::new(state, "it is not on a local file system", ""));
                }
                Ok(safe) if is_writable(safe.found()) => {
                    return Ok((safe, format!("run-{:08x}", host_hash())));
                }
                Ok(_) => refused.push(Refusal::new(state, "it cannot be written to", "")),
                Err(error) => refused.push(Refusal::of(state, &error)),
            }
        }
        Err(AddressError::NoFolder { refused })
    }

    /// The same for the folder that a shell's script means; nothing if there is none, or it does not belong to this
    /// binary.
    fn meant(&self, id: &str) -> Option<(SafePath, String)> {
        let folder =
            self.meant.as_deref().filter(|folder| folder.file_name().is_some_and(|name| name == id))?;
        let level = folder.parent()?;
        let base = own(level.parent()?, self.uid).ok()?;
        Some((base, level.file_name()?.to_str()?.to_owned()))
    }
}

/// Checks a folder, which must be this user's; or if it is not there, the nearest one above it.
fn own(folder: &Path, uid: u32) -> Result<SafePath, UnsafePath> {
    let safe = safe_path::check(folder, uid)?;
    if safe.owner() == uid {
        return Ok(safe);
    }
    Err(UnsafePath { path: safe.found().to_owned(), cause: safe_path::Cause::Owner { owner: safe.owner() } })
}

/// Whether the file system of a path is this machine's own, so that a socket works there and looking does not hang. It
/// is not touched otherwise.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_local(path: &Path) -> bool {
    crate::io::mounts::is_local(path)
}

/// Whether the file system of a path is this machine's own. Source: the systems' mount(8); one that is not named here
/// counts as none.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_local(path: &Path) -> bool {
    const LOCAL: [&str; 6] = ["apfs", "ffs", "hfs", "tmpfs", "ufs", "zfs"];
    let found = path.ancestors().find_map(|path| nix::sys::statfs::statfs(path).ok());
    found.is_some_and(|found| LOCAL.contains(&found.filesystem_type_name()))
}

fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// What stands for this machine in a home folder that others may share.
fn host_hash() -> u32 {
    let hash = hash(rustix::system::uname().nodename().to_bytes());
    (hash ^ hash >> 32) as u32
}

/// Where the daemon of a binary is, and what belongs to it.
///
/// ```
/// use std::path::Path; use ziron_runtime::client::{Address, Surroundings}; let folder =
/// tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap(); let
/// address = Address::of(Path::new("/usr/bin/ziron-prompt"), &Surroundings::with_runtime_dir(folder.path())).unwrap();
/// assert!(address.socket().starts_with(folder.path().join("ziron")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    base: SafePath,
    /// The two levels that are made below the base.
    levels: [String; 2],
    folder: PathBuf,
    uid: u32,
}

impl Address {
    /// Finds the address of a binary's daemon. Symbolic links to the binary lead to the same one.
    pub fn of(binary: &Path, world: &Surroundings) -> Result<Address, AddressError> {
        #[allow(clippy::disallowed_methods, reason = "this is where an address comes from")]
        let canonical = std::fs::canonicalize(binary);
        Address::of_canonical(canonical.as_deref().unwrap_or(binary), world)
    }

    /// The same for a path that is known to have no symbolic links in it, such as that of the own program on Linux.
    pub fn of_canonical(binary: &Path, world: &Surroundings) -> Result<Address, AddressError> {
        let id = id(binary);
        let (base, level) = world.meant(&id).map_or_else(|| world.base(), Ok)?;
        let levels = [level, id];
        let folder = base.path().join(&levels[0]).join(&levels[1]);
        let longest = SOCKET_PATH_BYTES - 1 - SOCKET_NAME_BYTES;
        if folder.as_os_str().len() > longest {
            return Err(AddressError::TooLong { folder, longest });
        }
        Ok(Address { base, levels, folder, uid: world.uid })
    }

    /// The folder that the daemon's folder is made in.
    pub fn base(&self) -> &SafePath {
        &self.base
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
    /// # use ziron_runtime::client::{Address, SessionFile, Surroundings};
    /// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
    /// # let world = Surroundings::with_runtime_dir(folder.path());
    /// # let address = Address::of(Path::new("/usr/bin/ziron-prompt"), &world).unwrap();
    /// assert!(address.session(17, SessionFile::Reply).ends_with("s.17.reply"));
    /// ```
    pub fn session(&self, shell_pid: u32, file: SessionFile) -> PathBuf {
        self.folder.join(file.name(shell_pid))
    }

    /// Makes the folder where it is missing, and checks every level that is made: this user's, 0700, no symbolic link.
    pub fn prepare(&self) -> Result<Folder, FolderError> {
        let base = safe_path::make(self.base.path(), self.uid)?;
        Folder::make(base.path(), &self.levels, self.uid)
    }

    /// Opens the folder where it is, with the same checks.
    pub fn open(&self) -> Result<Folder, FolderError> {
        Folder::open(self.base.path(), &self.levels, self.uid)
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
    /// A file: all variables that the shell exports, in its own words.
    Exported,
}

impl SessionFile {
    /// The name in the daemon's folder.
    pub fn name(self, shell_pid: u32) -> String {
        let name = match self {
            SessionFile::Request => "request",
            SessionFile::Token => "token",
            SessionFile::Reply => "reply",
            SessionFile::Ask => "ask",
            SessionFile::Exported => "exported",
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
    /// None of the folders that there could be is this user's alone.
    NoFolder {
        /// Those that were looked at.
        refused: Vec<Refusal>,
    },
}

/// Why a folder is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    folder: PathBuf,
    reason: String,
    remedy: String,
}

impl Refusal {
    fn new(folder: &Path, reason: &str, remedy: &str) -> Refusal {
        Refusal { folder: folder.to_owned(), reason: reason.to_owned(), remedy: remedy.to_owned() }
    }

    fn of(folder: &Path, error: &UnsafePath) -> Refusal {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Refusal::new(folder, &format!("{error}{cause}"), &error.remedy())
    }
}

impl AddressError {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            AddressError::TooLong { .. } => {
                String::from("set XDG_RUNTIME_DIR to a folder of yours with a shorter path")
            }
            AddressError::NoFolder { refused } => {
                let known = refused.iter().map(|refusal| &*refusal.remedy).find(|remedy| !remedy.is_empty());
                let own = "set XDG_RUNTIME_DIR to a folder of yours with mode 0700";
                known.map_or_else(|| own.to_owned(), |known| format!("{known}; or {own}"))
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
            AddressError::NoFolder { refused } => {
                write!(out, "there is no folder for a daemon that is this user's alone")?;
                refused.iter().try_for_each(|Refusal { folder, reason, .. }| {
                    write!(out, "; {}: {reason}", folder.display())
                })
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
