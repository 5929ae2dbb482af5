//! What the daemon watches for its own sake: its folder, where shells write requests, and its program, which may be replaced.
//!
//! Sources of the names: inotify(7).

use std::collections::HashMap;
use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use async_channel::Sender;
use rustix::fs::AtFlags;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

use super::files::Mailbox;
use super::hub::Hub;
use super::session;
use super::world::World;
use crate::exec::{Handle, Priority, Watched};
use crate::ipc::folder::Folder;
use crate::prompt::Prompt;

/// Room for events (bytes): some dozens with their names.
const BUFFER_BYTES: usize = 4096;

/// Watches the daemon's folder and its program.
#[derive(Debug)]
pub(super) struct Watch {
    inotify: Watched<OwnedFd>,
    folder: Arc<Folder>,
    /// The watch on the socket, and which one it is.
    socket: Option<(i32, u64)>,
    program: Option<i32>,
    program_name: Vec<u8>,
    mailboxes: HashMap<u32, Sender<()>>,
}

/// What was seen that concerns the daemon as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its folder or its socket is gone: nobody can find it any more.
    Homeless,
    /// Something has happened to its socket.
    Socket,
    /// Something has happened to its program.
    Program,
}

impl Watch {
    pub(super) fn new(folder: Arc<Folder>, binary: &Path, exec: &Handle) -> io::Result<Watch> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        inotify::add_watch(&inotify, folder.path(), flags)?;
        // Whatever else happens to it, it is asked for by its name. A socket that has another name, or none, is found by nobody.
        let socket = inotify::add_watch(
            &inotify,
            folder.path().join("socket"),
            WatchFlags::ATTRIB | WatchFlags::MOVE_SELF | WatchFlags::DELETE_SELF,
        );
        let program = binary.parent().and_then(|parent| {
            let flags =
                WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::DELETE | WatchFlags::MOVED_FROM;
            // Without it a new build is noticed when somebody says so.
            inotify::add_watch(&inotify, parent, flags | WatchFlags::CLOSE_WRITE).ok()
        });
        use std::os::unix::ffi::OsStrExt;
        let program_name = binary.file_name().map(|name| name.as_bytes().to_vec()).unwrap_or_default();
        Ok(Watch {
            inotify: exec.watch(inotify)?,
            socket: socket.ok().zip(inode(&folder)),
            folder,
            program,
            program_name,
            mailboxes: HashMap::new(),
        })
    }

    /// Serves the files of shells until something is seen that concerns the daemon as a whole.
    pub(super) async fn next<P: Prompt, W: World>(&mut self, hub: &Arc<Hub<P, W>>) -> io::Result<Seen> {
        loop {
            let mut asked = Vec::new();
            let seen = self.inotify.read_with(|inotify| {
                read(
                    inotify,
                    self.program,
                    &self.program_name,
                    self.socket.map(|(watch, _)| watch),
                    &mut asked,
                )
            });
            let mut seen = seen.await?;
            if seen == Some(Seen::Socket) {
                let is_same = inode(&self.folder) == self.socket.map(|(_, inode)| inode);
                seen = (!is_same).then_some(Seen::Homeless);
            }
            for pid in asked {
                self.ask(hub, pid);
            }
            if let Some(seen) = seen {
                return Ok(seen);
            }
        }
    }

    /// Tells a session that its file was written, and makes the session if this is the first time.
    fn ask<P: Prompt, W: World>(&mut self, hub: &Arc<Hub<P, W>>, pid: u32) {
        if let Some(sender) = self.mailboxes.get(&pid) {
            match sender.try_send(()) {
                Ok(()) | Err(async_channel::TrySendError::Full(())) => return,
                Err(async_channel::TrySendError::Closed(())) => {}
            }
        }
        self.mailboxes.retain(|_, sender| !sender.is_closed());
        let (sender, receiver) = async_channel::bounded(1);
        let _ = sender.try_send(());
        // A shell that is gone gets no answer.
        if let Ok(mailbox) = Mailbox::of(self.folder.clone(), pid, receiver, &hub.exec) {
            self.mailboxes.insert(pid, sender);
            hub.exec.spawn(Priority::Critical, session::converse(hub.clone(), mailbox)).detach();
        }
    }
}

/// Which file has the name of the socket.
fn inode(folder: &Folder) -> Option<u64> {
    rustix::fs::statat(folder, "socket", AtFlags::SYMLINK_NOFOLLOW).ok().map(|stat| stat.st_ino)
}

/// Reads what there is: the shells that have written, and what concerns the daemon.
fn read(
    inotify: &OwnedFd,
    program: Option<i32>,
    program_name: &[u8],
    socket: Option<i32>,
    asked: &mut Vec<u32>,
) -> io::Result<Option<Seen>> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
    let mut reader = Reader::new(inotify, &mut buffer);
    let mut seen = None;
    let mut is_first = true;
    loop {
        if !is_first && reader.is_buffer_empty() {
            return Ok(seen);
        }
        is_first = false;
        let event = reader.next()?;
        let name = event.file_name().map(CStr::to_bytes).unwrap_or_default();
        if Some(event.wd()) == program {
            if name == program_name {
                seen = seen.or(Some(Seen::Program));
            }
        } else if Some(event.wd()) == socket {
            seen = seen.or(Some(Seen::Socket));
        } else if event
            .events()
            .intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED)
        {
            seen = Some(Seen::Homeless);
        } else if let Some(pid) = shell_of(name) {
            asked.push(pid);
        }
    }
}

/// The shell whose request has this name.
fn shell_of(name: &[u8]) -> Option<u32> {
    let pid = name.strip_prefix(b"s.")?.strip_suffix(b".ask")?;
    std::str::from_utf8(pid).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_are_noticed() {
        assert_eq!(shell_of(b"s.17.ask"), Some(17));
        for other in [&b"s.17.reply"[..], b"s.17.ask.99", b"s..ask", b"log", b""] {
            assert_eq!(shell_of(other), None);
        }
    }
}
