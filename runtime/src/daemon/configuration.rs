//! A watch on the configuration: when it changes, a rebuild is due.

use std::ffi::{CStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_io::Async;
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};

use super::hub::Hub;
use super::world::World;
use crate::bus::Event;
use crate::cli::rebuild;
use crate::prompt::Prompt;

/// An editor may write a file several times, and puts another in its place: it is looked at when it has been left alone for so long.
const SETTLE: Duration = Duration::from_millis(200);

/// Room for events (bytes).
const BUFFER_BYTES: usize = 4096;

/// The names of the file in the folders that are watched.
#[derive(Debug)]
struct Names {
    inotify: Async<OwnedFd>,
    names: Vec<(i32, OsString)>,
}

/// Watches the configuration for ever. Where that is not possible, `doctor` finds out.
pub(super) async fn watch<P: Prompt, W: World>(hub: Arc<Hub<P, W>>) {
    let is_due = || hub.exec.unblock(rebuild::is_due::<P>);
    hub.rebuild.store(is_due().await, Ordering::Relaxed);
    let Some(path) = rebuild::configuration::<P>() else { return };
    let Ok(names) = hub.exec.unblock(move || Names::of(&path)).await else { return };
    loop {
        if names.touched().await.is_err() {
            return;
        }
        // What is done to it meanwhile is the same change.
        while let Ok(touched) = hub.exec.clock().timeout(SETTLE, names.touched()).await {
            if touched.is_err() {
                return;
            }
        }
        let was_due = hub.rebuild.swap(is_due().await, Ordering::Relaxed);
        let is_due = hub.rebuild.load(Ordering::Relaxed);
        if is_due || was_due {
            hub.bus.happen(Event::Configuration, None);
        }
    }
}

impl Names {
    /// Watches the folder of a file and, if it is a symbolic link, of what that leads to.
    #[allow(clippy::disallowed_methods, reason = "the configuration is no fact of a prompt")]
    fn of(path: &Path) -> io::Result<Names> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let flags = WatchFlags::CLOSE_WRITE | WatchFlags::CREATE | WatchFlags::MOVED_TO;
        let mut names = Vec::new();
        for path in [Some(path.to_owned()), std::fs::canonicalize(path).ok()].into_iter().flatten() {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                names.push((inotify::add_watch(&inotify, folder, flags)?, name.to_owned()));
            }
        }
        names.dedup();
        Ok(Names { inotify: Async::new_nonblocking(inotify)?, names })
    }

    /// Waits until something is done to the file.
    ///
    /// # Cancel safety
    /// What was read is what was answered.
    async fn touched(&self) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use futures_lite::future::{block_on, poll_once};

    use super::*;

    /// Whether something is noticed: inotify knows it when the call that did it returns.
    fn is_touched(names: &Names) -> bool {
        block_on(poll_once(names.touched())).is_some_and(|touched| touched.is_ok())
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "somebody has to change the file")]
    fn every_way_of_writing_it_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("dotfiles")).unwrap();
        std::fs::write(at("dotfiles/real.toml"), "").unwrap();
        std::os::unix::fs::symlink("dotfiles/real.toml", at("ziron.toml")).unwrap();
        let names = Names::of(&at("ziron.toml")).unwrap();
        assert!(!is_touched(&names));
        std::fs::write(at("ziron.toml"), "format = ''").unwrap();
        assert!(is_touched(&names), "through the link");
        std::fs::write(at("other.toml"), "").unwrap();
        assert!(!is_touched(&names));
        std::fs::rename(at("other.toml"), at("ziron.toml")).unwrap();
        assert!(is_touched(&names), "in place of the link");
    }
}
