//! Where the daemon is, without a path of one's own: what [`Address`](crate::ipc::address::Address) says, which is tested.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::CWD;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::{Outcome, Variables};
use crate::ipc::address::{DAEMONS, RUN_USER, hash};
use crate::ipc::peer;
use crate::safe_path::{AsWritten, look_as_written};

/// The longest path of a program (bytes); one with a longer path goes the ordinary way.
const PROGRAM_BYTES: usize = 512;

/// The longest path of a socket. Source: unix(7).
const SOCKET_BYTES: usize = 108;

/// The socket's name in the daemon's folder.
const SOCKET: &[u8] = b"/socket";

/// Connects to the daemon of this program, if this user listens there.
pub(super) fn connect(variables: Variables<'_>) -> Result<OwnedFd, Outcome> {
    let mut program = [0; PROGRAM_BYTES];
    let length = rustix::fs::readlinkat_raw(CWD, c"/proc/self/exe", &mut program[..]);
    let program = length.ok().filter(|length| *length < PROGRAM_BYTES).map(|length| &program[..length]);
    let mut path = [0; SOCKET_BYTES];
    let uid = rustix::process::geteuid().as_raw();
    let length = socket(program.ok_or(Outcome::NotMine)?, variables(b"XDG_RUNTIME_DIR"), uid, &mut path)?;
    let address = SocketAddrUnix::new(OsStr::from_bytes(&path[..length])).map_err(|_| Outcome::NotMine)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let stream = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None);
    let stream = stream.map_err(|_| Outcome::NotMine)?;
    rustix::net::connect(&stream, &address).map_err(|_| Outcome::Silent)?;
    peer::check(&stream).map_err(|_| Outcome::Silent)?;
    Ok(stream)
}

/// The path of a program's socket, in a folder that is there and this user's alone; its length. What is in the user's state directory, or in a folder
/// that links lead to, is for the ordinary way.
pub(super) fn socket(
    program: &[u8],
    runtime: Option<&[u8]>,
    uid: u32,
    room: &mut [u8],
) -> Result<usize, Outcome> {
    let mut digits = [0; 10];
    let session = [RUN_USER.as_bytes(), decimal(uid, &mut digits)];
    let named = runtime.filter(|folder| !folder.is_empty());
    for base in [named.map(|folder| [folder, &[]]), Some(session)].into_iter().flatten() {
        let mut path = Path { room: &mut *room, length: 0 };
        let written = write(&mut path, base, program);
        let base = base[0].len() + base[1].len();
        let Some(length) = written else { return Err(Outcome::NotMine) };
        match look_as_written(room, base, length - SOCKET.len(), uid) {
            AsWritten::Own => return Ok(length),
            // There is no daemon in it, or it is not to be used.
            AsWritten::Unfit { at } if at > base => return Err(Outcome::Silent),
            AsWritten::Unfit { .. } => {}
            AsWritten::Unusual => return Err(Outcome::NotMine),
        }
    }
    Err(Outcome::NotMine)
}

/// Writes the path of a program's socket; its length, or `None` if there is not enough room.
fn write(path: &mut Path<'_>, base: [&[u8]; 2], program: &[u8]) -> Option<usize> {
    for part in base {
        path.push(part)?;
    }
    if !base[0].ends_with(b"/") || !base[1].is_empty() {
        path.push(b"/")?;
    }
    path.push(DAEMONS.as_bytes())?;
    path.push(b"/")?;
    let hash = hash(program);
    for place in (0..16).rev() {
        let digit = (hash >> (4 * place)) as usize & 0xf;
        path.push(&[b"0123456789abcdef"[digit]])?;
    }
    path.push(SOCKET)?;
    Some(path.length)
}

/// A path in room that does not grow.
struct Path<'r> {
    room: &'r mut [u8],
    length: usize,
}

impl Path<'_> {
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.room.get_mut(self.length..self.length + bytes.len())?.copy_from_slice(bytes);
        self.length += bytes.len();
        Some(())
    }
}

/// The digits of a number.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut at = digits.len();
    while number > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    &digits[at..]
}
