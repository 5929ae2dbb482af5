//! Hints that something has happened to files, from whatever the system has for that.
//!
//! A hint does not say what has happened, and may come twice, or for nothing: whoever is given one looks. That is all
//! that systems have in common: kqueue does not say which file of a folder it was, nor that somebody has finished
//! writing it, and `FSEvents` tells late.
//!
//! Linux has inotify, which says more and costs less. There this is compiled for tests only.

use std::fmt;
use std::io;
use std::path::Path;

use async_channel::{Receiver, Sender, bounded};
use notify::{Config, EventKindMask, RecommendedWatcher, RecursiveMode, Watcher};

/// Watches folders and files, and says when to look at them.
pub(super) struct FileWatcher {
    /// It has a thread of its own, which ends with it.
    watcher: RecommendedWatcher,
    hints: Receiver<()>,
}

impl FileWatcher {
    /// Watches nothing yet.
    pub(super) fn new() -> io::Result<FileWatcher> {
        let (sender, hints) = bounded(1);
        // Our own reading is no news.
        let config = Config::default().with_event_kinds(EventKindMask::CORE);
        let watcher = RecommendedWatcher::new(move |_| hint(&sender), config).map_err(error)?;
        Ok(FileWatcher { watcher, hints })
    }

    /// Watches a file, or a folder and the names in it. What is written to the files of a folder may go unnoticed: they
    /// are to be watched as well.
    pub(super) fn watch(&mut self, path: &Path) -> io::Result<()> {
        // A watch belongs to the file that had the name when it was made. Where there was none before, there is nothing
        // to end.
        let _ = self.watcher.unwatch(path);
        self.watcher.watch(path, RecursiveMode::NonRecursive).map_err(error)
    }

    /// Waits for the next hint.
    ///
    /// # Cancel safety
    /// No hint is lost.
    pub(super) async fn next(&self) -> io::Result<()> {
        self.hints.recv().await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// One that has not been taken yet stands for all that came after it; an error may be a queue that has overflowed, so
/// that one has to look as well.
fn hint(sender: &Sender<()>) {
    let _ = sender.try_send(());
}

fn error(error: notify::Error) -> io::Error {
    match error.kind {
        notify::ErrorKind::Io(error) => error,
        notify::ErrorKind::PathNotFound => io::ErrorKind::NotFound.into(),
        _ => io::Error::other(error),
    }
}

impl fmt::Debug for FileWatcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FileWatcher").finish_non_exhaustive()
    }
}

/// What tells a file from what had its name before, and from what it was before it was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Of the file that has this name; `None` where there is none.
    #[allow(clippy::disallowed_methods, reason = "the daemon's own files are no facts of a prompt")]
    pub(super) fn of(path: &Path) -> Option<Stamp> {
        std::fs::metadata(path).ok().map(|meta| Stamp::from(&meta))
    }

    /// Which file it is.
    pub(super) const fn file(&self) -> (u64, u64) {
        self.file
    }
}

impl From<&std::fs::Metadata> for Stamp {
    fn from(meta: &std::fs::Metadata) -> Stamp {
        use std::os::unix::fs::MetadataExt;
        Stamp {
            file: (meta.dev(), meta.ino()),
            length: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "somebody has to change the files")]
mod tests {
    use futures_lite::future::block_on;

    use super::*;

    #[test]
    fn what_is_made_written_and_replaced_gives_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let mut hints = FileWatcher::new().unwrap();
        hints.watch(folder.path()).unwrap();
        std::fs::write(&file, "a").unwrap();
        block_on(hints.next()).unwrap();
        let before = Stamp::of(&file).unwrap();
        hints.watch(&file).unwrap();
        std::fs::write(&file, "ab").unwrap();
        block_on(hints.next()).unwrap();
        let after = Stamp::of(&file).unwrap();
        assert!(before != after && before.file() == after.file());
        std::fs::write(folder.path().join("other"), "ab").unwrap();
        std::fs::rename(folder.path().join("other"), &file).unwrap();
        assert_ne!(Stamp::of(&file).unwrap().file(), after.file());
        // What has another name meanwhile is not what is watched.
        hints.watch(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        block_on(hints.next()).unwrap();
        assert_eq!(Stamp::of(&file), None);
        assert!(hints.watch(&file).is_err());
    }
}
