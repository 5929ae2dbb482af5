//! Watching by [`FileWatcher`]: at each one the folder, the socket, the program and the files of shells are looked at.
//!
//! A shell's request may be seen before all of it is written: whoever reads it waits for the rest, of which there is
//! another hint.

use std::collections::HashMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::file_watcher::{FileWatcher, Stamp};
use super::{Seen, shell_of};
use crate::exec::Handle;
use crate::ipc::folder::Folder;

/// What sees the daemon's folder and its program.
#[derive(Debug)]
pub(in crate::daemon) struct Eyes {
    watcher: FileWatcher,
    folder: Arc<Folder>,
    /// Which folder is the daemon's.
    home: (u64, u64),
    /// Which socket in it: its inode.
    socket: u64,
    program: PathBuf,
    program_stamp: Option<Stamp>,
    /// The requests that shells have written, as they were when they were looked at last.
    requests: HashMap<u32, Stamp>,
}

impl Eyes {
    /// # Errors
    /// "Not found" if the folder or the socket is gone by now; what the system has no room for.
    pub(in crate::daemon) fn new(
        folder: Arc<Folder>,
        socket: u64,
        binary: &Path,
        _exec: &Handle,
    ) -> io::Result<Eyes> {
        let mut watcher = FileWatcher::new()?;
        watcher.watch(folder.path())?;
        if let Some(parent) = binary.parent() {
            // Without it a new build is noticed when somebody says so.
            let _ = watcher.watch(parent);
            let _ = watcher.watch(binary);
        }
        let home = Stamp::of(folder.path()).ok_or(io::ErrorKind::NotFound)?.file();
        let mut eyes = Eyes {
            watcher,
            home,
            socket,
            folder,
            program: binary.to_owned(),
            program_stamp: Stamp::of(binary),
            requests: HashMap::new(),
        };
        if !eyes.is_at_home() {
            return Err(io::ErrorKind::NotFound.into());
        }
        // What is there already is what somebody has left behind.
        eyes.look_at_requests(&mut Vec::new());
        Ok(eyes)
    }

    /// Waits until something is seen: the shells that have written, and what concerns the daemon as a whole.
    pub(in crate::daemon) async fn look(&mut self, asked: &mut Vec<u32>) -> io::Result<Option<Seen>> {
        self.watcher.next().await?;
        self.look_at_requests(asked);
        if !self.is_at_home() {
            return Ok(Some(Seen::Homeless));
        }
        let program = Stamp::of(&self.program);
        if program == self.program_stamp {
            return Ok(None);
        }
        self.program_stamp = program;
        // There is another file, or none.
        let _ = self.watcher.watch(&self.program);
        Ok(Some(Seen::Program))
    }

    /// Whether the daemon can be found: the names of its folder and its socket lead to them.
    fn is_at_home(&self) -> bool {
        let is_folder = Stamp::of(self.folder.path()).is_some_and(|stamp| stamp.file() == self.home);
        let socket = Stamp::of(&self.folder.path().join("socket"));
        is_folder && socket.is_some_and(|stamp| stamp.file() == (self.home.0, self.socket))
    }

    /// Finds the requests that have been written since.
    #[allow(clippy::disallowed_methods, reason = "the folder is the daemon's own")]
    fn look_at_requests(&mut self, asked: &mut Vec<u32>) {
        let Ok(entries) = std::fs::read_dir(self.folder.path()) else { return };
        let mut found = HashMap::new();
        for entry in entries.flatten() {
            let Some(pid) = shell_of(entry.file_name().as_bytes()) else { continue };
            let path = entry.path();
            let before = self.requests.get(&pid);
            if before.map(Stamp::file) != Stamp::of(&path).map(|stamp| stamp.file()) {
                // From now on its writing is noticed; what was written before is seen below.
                let _ = self.watcher.watch(&path);
            }
            let Some(stamp) = Stamp::of(&path) else { continue };
            if before != Some(&stamp) {
                asked.push(pid);
            }
            found.insert(pid, stamp);
        }
        self.requests = found;
    }
}
