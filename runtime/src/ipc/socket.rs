//! Unix sockets that do not block and that no program inherits.

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType};

/// Opens one.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn open() -> io::Result<OwnedFd> {
    use rustix::net::SocketFlags;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok(rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?)
}

/// Opens one, and asks that nobody be killed who writes to a reader that has gone.
#[cfg(target_vendor = "apple")]
pub(super) fn open() -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    rustix::net::sockopt::set_socket_nosigpipe(&socket, true)?;
    Ok(socket)
}
