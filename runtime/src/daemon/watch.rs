//! Watches the daemon's folder, where shells write requests, its socket, and its program, which a new build replaces.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_channel::Sender;

#[cfg(any(target_os = "linux", target_os = "android"))]
use linux::Eyes;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use portable::Eyes;

use super::files::Mailbox;
use super::host::Host;
use super::session;
use super::state::DaemonState;
use crate::exec::{Handle, Priority};
use crate::ipc::folder::Folder;

/// Watches the daemon's folder and its program.
#[derive(Debug)]
pub(super) struct Watch {
    eyes: Eyes,
    folder: Arc<Folder>,
    mailboxes: HashMap<u32, Sender<()>>,
}

/// A change that concerns the daemon as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its folder or its socket is gone: nobody can find it any more.
    Homeless,
    /// Something has happened to its program.
    Program,
}

impl Watch {
    /// Watches a folder, the socket of this inode in it, and a program.
    ///
    /// # Errors
    /// "Not found" if the folder or the socket is gone by now; what the system has no room for.
    pub(super) fn new(folder: Arc<Folder>, socket: u64, binary: &Path, exec: &Handle) -> io::Result<Watch> {
        let eyes = Eyes::new(folder.clone(), socket, binary, exec)?;
        Ok(Watch { eyes, folder, mailboxes: HashMap::new() })
    }

    /// Serves the files of shells until a change concerns the daemon as a whole.
    pub(super) async fn next<W: Host>(&mut self, daemon: &Arc<DaemonState<W>>) -> io::Result<Seen> {
        loop {
            let mut asked = Vec::new();
            let seen = self.eyes.look(&mut asked).await?;
            for pid in asked {
                self.ask(daemon, pid);
            }
            if let Some(seen) = seen {
                return Ok(seen);
            }
        }
    }

    /// Tells a session that its file was written; begins the session the first time.
    fn ask<W: Host>(&mut self, daemon: &Arc<DaemonState<W>>, pid: u32) {
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
        if let Ok(mailbox) = Mailbox::of(self.folder.clone(), pid, receiver, &daemon.exec) {
            self.mailboxes.insert(pid, sender);
            daemon
                .exec
                .spawn_named("session", Priority::Critical, session::converse(daemon.clone(), mailbox))
                .detach();
        }
    }
}

/// The shell whose request has this name.
fn shell_of(name: &[u8]) -> Option<u32> {
    let pid = name.strip_prefix(b"s.")?.strip_suffix(b".ask")?;
    std::str::from_utf8(pid).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
