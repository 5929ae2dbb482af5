//! Which paths no other user can lead astray: one rule for every folder that holds something of ours.
//!
//! Shells cannot ask who listens at a socket or who wrote a file, so the folder is the proof. A path is *safe* if each folder on it, from `/` on,
//!
//! - belongs to root or to this user, and
//! - cannot be written to by anybody else, its group included, unless that is the private group of this user; a sticky folder of root's, such as `/tmp`, is all right where the next folder is this user's with mode
//!   0700, since nobody else can then rename or remove that one;
//!
//! and if each symbolic link on it belongs to root or to this user, in a folder that nobody else can write to. Folders are looked at from the top
//! down, so that nobody else can exchange what has been looked at. The bits of the group stand for access control lists too: the mask of a POSIX
//! list is shown there, and a folder with a list is nobody's alone.

mod error;
mod group;
#[cfg(test)]
mod tests;

use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Mode, Stat};
use rustix::io::Errno;

pub use error::{Cause, UnsafePath};

/// Symbolic links are followed no further than this, as the kernel does. Source: `path_resolution(7)`.
const LINKS: usize = 40;
/// Says that in a folder everybody may only rename and remove what is his own.
const STICKY: u32 = 0o1000;
/// The bits that let somebody else than the owner write.
const OTHERS_WRITE: u32 = 0o022;
/// The user who can do everything anyway.
const ROOT: u32 = 0;

/// A path that is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafePath {
    path: PathBuf,
    /// How much of it is there; all of it, if it is as long as the path.
    found: PathBuf,
    owner: u32,
    anchors: Vec<PathBuf>,
}

impl SafePath {
    /// The path without symbolic links, `.` and `..`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder is there.
    pub fn exists(&self) -> bool {
        self.found == self.path
    }

    /// The folder itself, or the nearest one above it that is there.
    pub fn found(&self) -> &Path {
        &self.found
    }

    /// Whose [`found`](SafePath::found) is: root, or this user.
    pub fn owner(&self) -> u32 {
        self.owner
    }

    /// The folders on the path that are in a sticky folder. Should one of them be removed, somebody else can take its name: whoever remembers the
    /// path for longer looks again whether they are this user's and no links. All other folders on the path can only be exchanged by root and this
    /// user.
    pub fn anchors(&self) -> &[PathBuf] {
        &self.anchors
    }
}

/// What has been looked at: who can write to it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Root and this user.
    Own,
    /// Everybody, who can only rename and remove what is his own.
    Shared,
}

/// The rule for a folder below another one.
fn judge(stat: &Stat, uid: u32, above: Access) -> Result<Access, Cause> {
    let (owner, mode) = (stat.st_uid, mode_of(stat) & 0o7777);
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Err(Cause::NotAFolder);
    }
    if owner != ROOT && owner != uid {
        return Err(Cause::Owner { owner });
    }
    if above == Access::Shared && (owner != uid || mode & 0o777 != 0o700) {
        return Err(Cause::NotPrivate { owner, mode });
    }
    match mode & OTHERS_WRITE {
        0 => Ok(Access::Own),
        _ if mode & STICKY != 0 && owner == ROOT => Ok(Access::Shared),
        _ => Err(Cause::Mode { mode }),
    }
}

/// The rule for a symbolic link in a folder.
fn judge_link(stat: &Stat, uid: u32, above: Access) -> Result<(), Cause> {
    let owner = stat.st_uid;
    if above == Access::Shared || owner != ROOT && owner != uid { Err(Cause::Link { owner }) } else { Ok(()) }
}

/// Checks a folder for a user, whether it is there or not. What exists last must be one that only root and this user can write to.
///
/// # Errors
/// Says which folder of the path is not safe, and why.
///
/// # Cost
/// One system call for each folder of the path, and two for each link.
pub fn check(path: &Path, uid: u32) -> Result<SafePath, UnsafePath> {
    let unsafe_at = |path: &Path, cause| UnsafePath { path: path.to_owned(), cause };
    if !path.is_absolute() {
        return Err(unsafe_at(path, Cause::Relative));
    }
    let mut at = PathBuf::from("/");
    let mut ahead = steps(path);
    let (mut anchors, mut links) = (Vec::new(), 0);
    let look = |at: &Path| rustix::fs::lstat(at).map_err(|error| unsafe_at(at, Cause::Io(error.into())));
    let root = look(&at)?;
    // Of each folder on the path so far: who can write to it, and whose it is.
    let mut above =
        vec![(judge(&root, uid, Access::Own).map_err(|cause| unsafe_at(&at, cause))?, root.st_uid)];
    let last = |above: &[(Access, u32)]| above.last().copied().unwrap_or((Access::Shared, ROOT));
    while let Some(step) = ahead.pop() {
        if step == ".." {
            at.pop();
            above.truncate(above.len().saturating_sub(1).max(1));
            continue;
        }
        let (access, _) = last(&above);
        let below = at.join(&step);
        let stat = match look(&below) {
            Ok(stat) => stat,
            Err(error) if error.is_missing() && !ahead.iter().any(|step| step == "..") => {
                let path = ahead.iter().rev().fold(below, |path, step| path.join(step));
                anchors.retain(|anchor| at.starts_with(anchor));
                return Ok(SafePath { path, owner: last(&above).1, found: at, anchors });
            }
            Err(error) => return Err(error),
        };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            links += 1;
            if links > LINKS {
                return Err(unsafe_at(path, Cause::Io(Errno::LOOP.into())));
            }
            judge_link(&stat, uid, access).map_err(|cause| unsafe_at(&below, cause))?;
            let target = rustix::fs::readlink(&below, Vec::new());
            let target = target.map_err(|error| unsafe_at(&below, Cause::Io(error.into())))?;
            let target = Path::new(OsStr::from_bytes(target.as_bytes()));
            if target.is_absolute() {
                at = PathBuf::from("/");
                above.truncate(1);
            }
            ahead.extend(steps(target));
            continue;
        }
        let judged = match judge(&stat, uid, access) {
            Err(Cause::Mode { .. }) if group::is_private(&below, &stat, uid) => Ok(Access::Own),
            judged => judged.map_err(|cause| unsafe_at(&below, cause)),
        }?;
        if access == Access::Shared {
            anchors.push(below.clone());
        }
        above.push((judged, stat.st_uid));
        at = below;
    }
    let (access, owner) = last(&above);
    if access == Access::Shared {
        return Err(unsafe_at(&at, Cause::Shared));
    }
    anchors.retain(|anchor| at.starts_with(anchor));
    Ok(SafePath { path: at.clone(), found: at, owner, anchors })
}

/// Checks a folder, and makes it with mode 0700, and those above it, where they are missing.
///
/// # Errors
/// As [`check`], and where a folder cannot be made.
pub fn make(path: &Path, uid: u32) -> Result<SafePath, UnsafePath> {
    let mut safe = check(path, uid)?;
    while !safe.exists() {
        let missing = safe.path.strip_prefix(&safe.found).ok().and_then(|missing| missing.iter().next());
        let next = missing.map_or_else(|| safe.path.clone(), |name| safe.found.join(name));
        match rustix::fs::mkdir(&next, Mode::RWXU) {
            // The process's mask may have taken bits away.
            Ok(()) => rustix::fs::chmod(&next, Mode::RWXU),
            // Another process was quicker: it is looked at like any other.
            Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| UnsafePath { path: next.clone(), cause: Cause::Io(error.into()) })?;
        let made = check(&safe.path, uid)?;
        if made.found == safe.found {
            let cause = Cause::Io(std::io::ErrorKind::NotFound.into());
            return Err(UnsafePath { path: next, cause });
        }
        safe = made;
    }
    Ok(safe)
}

/// The steps of a path, the last one first.
fn steps(path: &Path) -> Vec<OsString> {
    let step = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        _ => None,
    };
    path.components().rev().filter_map(step).collect()
}

/// What [`look_as_written`] says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AsWritten {
    /// It is safe, it is there, and it belongs to this user.
    Own,
    /// It is not, or not there, from this byte of the path on.
    Unfit { at: usize },
    /// It has links or unusual steps in it, or a folder that its group can write to: [`check`] knows.
    Unusual,
}

/// What [`check`] says of a path without links, without memory of its own.
///
/// The path is the first `length` bytes of `room`, which has one more byte, and is the same afterwards. What its first `base` bytes name has to be
/// this user's too.
#[cfg_attr(
    not(all(feature = "background", target_os = "linux")),
    allow(dead_code, reason = "for cli::quick")
)]
pub(crate) fn look_as_written(room: &mut [u8], base: usize, length: usize, uid: u32) -> AsWritten {
    if length == 0 || length >= room.len() || room[0] != b'/' {
        return AsWritten::Unfit { at: 0 };
    }
    let (mut access, mut owner, mut start, mut is_below) = (Access::Own, ROOT, 0, false);
    for end in 1..=length {
        if end != 1 && end != length && room[end] != b'/' {
            continue;
        }
        // `/` itself first, then each path that ends before a slash.
        match &room[start..end] {
            b"/" if start != 0 => {
                start = end;
                continue;
            }
            b"/." | b"/.." => return AsWritten::Unusual,
            _ => {}
        }
        if end > base && !is_below {
            is_below = true;
            if access != Access::Own || owner != uid {
                return AsWritten::Unfit { at: base };
            }
        }
        let after = std::mem::replace(&mut room[end], 0);
        let stat = CStr::from_bytes_with_nul(&room[..=end]).map(rustix::fs::lstat);
        room[end] = after;
        let Ok(Ok(stat)) = stat else { return AsWritten::Unfit { at: end } };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            return AsWritten::Unusual;
        }
        match judge(&stat, uid, access) {
            Ok(judged) => (access, owner) = (judged, stat.st_uid),
            // It may be the group of this user alone.
            Err(Cause::Mode { mode }) if mode & 0o002 == 0 => return AsWritten::Unusual,
            Err(_) => return AsWritten::Unfit { at: end },
        }
        start = if end == 1 { 0 } else { end };
    }
    if access == Access::Own && owner == uid { AsWritten::Own } else { AsWritten::Unfit { at: length } }
}

/// A folder of a test's own, on a safe path wherever temporary files are.
#[cfg(test)]
pub(crate) fn private_folder() -> std::io::Result<tempfile::TempDir> {
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    tempfile::Builder::new().permissions(own).tempdir()
}

/// The mode, in one width on all systems.
#[allow(clippy::useless_conversion, reason = "macOS has 16 bits here")]
pub(crate) fn mode_of(stat: &Stat) -> u32 {
    u32::from(stat.st_mode)
}
