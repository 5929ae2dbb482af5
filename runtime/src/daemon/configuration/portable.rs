//! Watching by [`FileWatcher`].

use std::io;
use std::path::{Path, PathBuf};

use super::super::file_watcher::{FileWatcher, Stamp};
use crate::exec::Handle;

/// The file under its names, as it was when it was looked at last.
#[derive(Debug)]
pub(in crate::daemon) struct Names {
    watcher: FileWatcher,
    names: Vec<(PathBuf, Option<Stamp>)>,
}

impl Names {
    /// Watches a file and its folder and, if it is a symbolic link, what that leads to.
    #[allow(clippy::disallowed_methods, reason = "the configuration is no fact of a prompt")]
    pub(in crate::daemon) fn of(path: &Path, _exec: &Handle) -> io::Result<Names> {
        let mut watcher = FileWatcher::new()?;
        let mut names = Vec::new();
        for path in [Some(path.to_owned()), std::fs::canonicalize(path).ok()].into_iter().flatten() {
            if let Some(folder) = path.parent() {
                watcher.watch(folder)?;
                // There may be none yet.
                let _ = watcher.watch(&path);
                names.push((path, None));
            }
        }
        names.dedup();
        for (path, stamp) in &mut names {
            *stamp = Stamp::of(path);
        }
        Ok(Names { watcher, names })
    }

    /// Waits until something is done to the file.
    ///
    /// # Cancel safety
    /// What was seen is what was answered.
    pub(in crate::daemon) async fn touched(&mut self) -> io::Result<()> {
        loop {
            self.watcher.next().await?;
            if self.look() {
                return Ok(());
            }
        }
    }

    /// Whether something was done to it since it was looked at last.
    fn look(&mut self) -> bool {
        let mut is_touched = false;
        for (path, stamp) in &mut self.names {
            let now = Stamp::of(path);
            if now != *stamp {
                is_touched = true;
                *stamp = now;
                // It may be another file than before.
                let _ = self.watcher.watch(path);
            }
        }
        is_touched
    }
}
