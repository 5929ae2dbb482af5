//! Where the daemon is, without a path of one's own: what [`Address`](crate::ipc::address::Address) says, which is tested.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::CWD;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::{Outcome, Variables};
use crate::ipc::address::{hash, is_private};
use crate::ipc::peer;

/// The longest path of a program (bytes); one with a longer path goes the ordinary way.
const PROGRAM_BYTES: usize = 512;

/// The longest path of a socket. Source: unix(7).
const SOCKET_BYTES: usize = 108;

/// Connects to the daemon of this program, if this user listens there.
pub(super) fn connect(variables: Variables<'_>) -> Result<OwnedFd, Outcome> {
    let mut program = [0; PROGRAM_BYTES];
    let length = rustix::fs::readlinkat_raw(CWD, c"/proc/self/exe", &mut program[..]);
    let program = length.ok().filter(|length| *length < PROGRAM_BYTES).map(|length| &program[..length]);
    let mut path = [0; SOCKET_BYTES];
    let uid = rustix::process::geteuid().as_raw();
    let length = socket(program.ok_or(Outcome::NotMine)?, variables(b"XDG_RUNTIME_DIR"), uid, &mut path);
    let path = &path[..length.ok_or(Outcome::NotMine)?];
    let address = SocketAddrUnix::new(OsStr::from_bytes(path)).map_err(|_| Outcome::NotMine)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let stream = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None);
    let stream = stream.map_err(|_| Outcome::NotMine)?;
    rustix::net::connect(&stream, &address).map_err(|_| Outcome::Silent)?;
    peer::check(&stream).map_err(|_| Outcome::Silent)?;
    Ok(stream)
}

/// The path of a program's socket; its length, or `None` if it is longer than there is room.
pub(super) fn socket(program: &[u8], runtime: Option<&[u8]>, uid: u32, room: &mut [u8]) -> Option<usize> {
    let mut length = 0;
    let mut write = |bytes: &[u8]| {
        room.get_mut(length..length + bytes.len())?.copy_from_slice(bytes);
        length += bytes.len();
        Some(())
    };
    match runtime.filter(|folder| is_private(Path::new(OsStr::from_bytes(folder)), uid)) {
        Some(folder) => {
            write(folder)?;
            write(if folder.ends_with(b"/") { b"ziron/" } else { b"/ziron/" })?;
        }
        None => {
            write(b"/tmp/ziron-")?;
            let mut digits = [0; 10];
            let mut at = digits.len();
            let mut rest = uid;
            while rest > 0 || at == digits.len() {
                at -= 1;
                digits[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            write(&digits[at..])?;
            write(b"/")?;
        }
    }
    let hash = hash(program);
    for place in (0..16).rev() {
        let digit = (hash >> (4 * place)) as usize & 0xf;
        write(&[b"0123456789abcdef"[digit]])?;
    }
    write(b"/socket")?;
    Some(length)
}
