//! Watching by inotify.

use std::ffi::{CStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};

use crate::exec::{Handle, Watched};

/// Room for events (bytes).
const BUFFER_BYTES: usize = 4096;

/// The names of the file in the folders that are watched.
#[derive(Debug)]
pub(in crate::daemon) struct Names {
    inotify: Watched<OwnedFd>,
    names: Vec<(i32, OsString)>,
}

impl Names {
    /// Watches the folder of a file and, if it is a symbolic link, of what that leads to.
    #[allow(clippy::disallowed_methods, reason = "the configuration is no fact of a prompt")]
    pub(in crate::daemon) fn of(path: &Path, exec: &Handle) -> io::Result<Names> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::CREATE | WatchFlags::MOVED_TO;
        let mut names = Vec::new();
        for path in [Some(path.to_owned()), std::fs::canonicalize(path).ok()].into_iter().flatten() {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                names.push((inotify::add_watch(&inotify, folder, flags)?, name.to_owned()));
            }
        }
        names.dedup();
        Ok(Names { inotify: exec.watch(inotify)?, names })
    }

    /// Waits until something is done to the file.
    ///
    /// # Cancel safety
    /// What was read is what was answered.
    pub(in crate::daemon) async fn touched(&mut self) -> io::Result<()> {
        while !self.inotify.read_with(|inotify| self.read(inotify)).await? {}
        Ok(())
    }

    /// Reads all that there is, and says whether it is about the file.
    fn read(&self, inotify: &OwnedFd) -> io::Result<bool> {
        let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
        let mut reader = Reader::new(inotify, &mut buffer);
        let mut is_it = false;
        loop {
            let event = reader.next()?;
            let name = event.file_name().map(CStr::to_bytes).unwrap_or_default();
            is_it |= self.names.iter().any(|(wd, known)| *wd == event.wd() && known.as_bytes() == name);
            if reader.is_buffer_empty() {
                return Ok(is_it);
            }
        }
    }
}
