//! Watching by inotify, which says what has happened, to which file, and in which order.
//!
//! Source of the names: inotify(7).

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::AtFlags;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

use super::{Seen, shell_of};
use crate::exec::{Handle, Watched};
use crate::ipc::folder::Folder;

/// Room for events (bytes): some dozens with their names.
const BUFFER_BYTES: usize = 4096;

/// What sees the daemon's folder and its program.
#[derive(Debug)]
pub(in crate::daemon) struct Eyes {
    inotify: Watched<OwnedFd>,
    folder: Arc<Folder>,
    /// The watch on the socket, and which one it is.
    socket: (i32, u64),
    program: Option<i32>,
    program_name: Vec<u8>,
}

impl Eyes {
    /// # Errors
    /// "Not found" if the folder or the socket is gone by now; what the system has no room for.
    pub(in crate::daemon) fn new(
        folder: Arc<Folder>,
        own: u64,
        binary: &Path,
        exec: &Handle,
    ) -> io::Result<Eyes> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        inotify::add_watch(&inotify, folder.path(), flags)?;
        // Whatever else happens to it, it is asked for by its name. A socket that has another name, or none, is found
        // by nobody.
        let socket = inotify::add_watch(
            &inotify,
            folder.path().join("socket"),
            WatchFlags::ATTRIB | WatchFlags::MOVE_SELF | WatchFlags::DELETE_SELF,
        )?;
        // What was put in its place before it was watched would be taken for it.
        if inode(&folder)? != own {
            return Err(io::ErrorKind::NotFound.into());
        }
        let program = binary.parent().and_then(|parent| {
            let flags =
                WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::DELETE | WatchFlags::MOVED_FROM;
            // Without it a new build is noticed when somebody says so.
            inotify::add_watch(&inotify, parent, flags | WatchFlags::CLOSE_WRITE).ok()
        });
        let program_name = binary.file_name().map(|name| name.as_bytes().to_vec()).unwrap_or_default();
        Ok(Eyes { inotify: exec.watch(inotify)?, socket: (socket, own), folder, program, program_name })
    }

    /// Waits until something is seen: the shells that have written, and what concerns the daemon as a whole.
    pub(in crate::daemon) async fn look(&mut self, asked: &mut Vec<u32>) -> io::Result<Option<Seen>> {
        let (socket, own) = self.socket;
        let seen =
            self.inotify.read_with(|inotify| read(inotify, self.program, &self.program_name, socket, asked));
        let seen = match seen.await? {
            Some(Found::Socket) => {
                let is_same = inode(&self.folder).is_ok_and(|inode| inode == own);
                (!is_same).then_some(Seen::Homeless)
            }
            Some(Found::Folder) => Some(Seen::Homeless),
            Some(Found::Program) => Some(Seen::Program),
            None => None,
        };
        Ok(seen)
    }
}

/// What something has happened to.
enum Found {
    Folder,
    Socket,
    Program,
}

/// Which file has the name of the socket.
fn inode(folder: &Folder) -> io::Result<u64> {
    Ok(rustix::fs::statat(folder, "socket", AtFlags::SYMLINK_NOFOLLOW)?.st_ino)
}

/// Reads what there is: the shells that have written, and what concerns the daemon.
fn read(
    inotify: &OwnedFd,
    program: Option<i32>,
    program_name: &[u8],
    socket: i32,
    asked: &mut Vec<u32>,
) -> io::Result<Option<Found>> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
    let mut reader = Reader::new(inotify, &mut buffer);
    let mut found = None;
    let mut is_first = true;
    loop {
        if !is_first && reader.is_buffer_empty() {
            return Ok(found);
        }
        is_first = false;
        let event = reader.next()?;
        let name = event.file_name().map(CStr::to_bytes).unwrap_or_default();
        if Some(event.wd()) == program {
            if name == program_name {
                found = found.or(Some(Found::Program));
            }
        } else if event.wd() == socket {
            found = found.or(Some(Found::Socket));
        } else if event
            .events()
            .intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED)
        {
            found = Some(Found::Folder);
        } else if let Some(pid) = shell_of(name) {
            asked.push(pid);
        }
    }
}
