//! Who is at the other end of a connection, and a socket that only this user can connect to.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;

use rustix::fs::{AtFlags, FileType, Mode};
use rustix::io::Errno;
use rustix::net::SocketAddrUnix;

use super::address::Address;
pub use super::error::PeerError;
use super::folder::{Folder, mode_of};
use super::socket;

/// How many clients may wait to be accepted. Two hundred shells that ask at once fit.
const BACKLOG: i32 = 512;
/// The mode of the socket.
const SOCKET_MODE: Mode = Mode::RUSR.union(Mode::WUSR);

/// The user at the other end of a connected Unix socket, as the system saw it when it was connected.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn uid(stream: impl AsFd) -> io::Result<u32> {
    Ok(rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw())
}

/// The user at the other end of a connected Unix socket, as the system saw it when it was connected.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn uid(stream: impl AsFd) -> io::Result<u32> {
    Ok(nix::unistd::getpeereid(stream)?.0.as_raw())
}

/// The process at the other end of a connected Unix socket: of a client's, the one that listens. `None` where the
/// system does not say.
#[cfg(all(test, any(target_os = "linux", target_os = "android")))]
pub(crate) fn pid(stream: impl AsFd) -> io::Result<Option<u32>> {
    let pid = rustix::net::sockopt::socket_peercred(stream)?.pid;
    Ok(Some(pid.as_raw_nonzero().get().cast_unsigned()))
}

/// The process at the other end of a connected Unix socket: of a client's, the one that listens. `None` where the
/// system does not say.
#[cfg(target_vendor = "apple")]
pub(crate) fn pid(stream: impl AsFd) -> io::Result<Option<u32>> {
    let pid = nix::sys::socket::getsockopt(&stream, nix::sys::socket::sockopt::LocalPeerPid)?;
    Ok(u32::try_from(pid).ok().filter(|pid| *pid != 0))
}

/// The process at the other end of a connected Unix socket: of a client's, the one that listens. `None` where the
/// system does not say.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn pid(_stream: impl AsFd) -> io::Result<Option<u32>> {
    Ok(None)
}

/// Checks that the other end is this process's own user.
pub(crate) fn check(stream: impl AsFd) -> Result<(), PeerError> {
    let uid = uid(stream).map_err(PeerError::Unknown)?;
    if uid == rustix::process::geteuid().as_raw() { Ok(()) } else { Err(PeerError::Stranger { uid }) }
}

/// Connects to the socket at an address without waiting for anybody to accept.
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
pub(crate) fn connect(address: &Address) -> io::Result<std::os::fd::OwnedFd> {
    let socket = socket::open()?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(address.socket())?)?;
    Ok(socket)
}

/// Listens at an address, in a folder that [`Address::prepare`] has checked. The listener does not block.
///
/// The socket gets another name first and takes its place when it listens: a client finds the old one or the new one,
/// and never one that nobody listens at. Only a socket of this user is replaced. The caller holds the folder's lock.
///
/// Also returns the inode of the socket, by which its name is known to still lead to it.
pub(crate) fn listen(address: &Address, folder: &Folder) -> io::Result<(UnixListener, u64)> {
    match rustix::fs::statat(folder, "socket", AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
        Ok(stat) => folder.expect(&stat, FileType::Socket)?,
    }
    let temporary = format!("n.{}", std::process::id());
    folder.remove(&temporary, FileType::Socket)?;
    let socket = socket::open()?;
    // Linux makes the file with the socket's mode; where that is not so, the folder's mode protects it until the next
    // call but one.
    let _ = rustix::fs::fchmod(&socket, SOCKET_MODE);
    rustix::net::bind(&socket, &SocketAddrUnix::new(address.folder().join(&temporary))?)?;
    let placed = rustix::fs::chmodat(folder, &temporary, SOCKET_MODE, AtFlags::empty())
        .and_then(|()| rustix::net::listen(&socket, BACKLOG))
        .and_then(|()| rustix::fs::statat(folder, &temporary, AtFlags::SYMLINK_NOFOLLOW))
        .map_err(io::Error::from)
        .and_then(|stat| {
            folder.expect(&stat, FileType::Socket)?;
            let is_private = mode_of(&stat) & 0o777 == 0o600;
            is_private.then_some(stat.st_ino).ok_or_else(|| io::ErrorKind::PermissionDenied.into())
        })
        .and_then(|inode| {
            rustix::fs::renameat(folder, &temporary, folder, "socket")?;
            Ok(inode)
        });
    match placed {
        Ok(inode) => Ok((UnixListener::from(socket), inode)),
        Err(error) => {
            let _ = folder.remove(&temporary, FileType::Socket);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
