//! Watches on the configuration's file, wherever links lead and whatever takes its place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use notify::{Config, EventKindMask, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::ui::Ui;

/// The configuration is read when nothing has happened to it for so long: an editor may write it in pieces, and a
/// formatter after it.
const SETTLE: Duration = Duration::from_millis(300);

/// How often the configuration is looked at where the system reports no changes.
const POLL: Duration = Duration::from_secs(1);

/// As many links as Linux follows. Source: `path_resolution(7)`.
const LINKS: usize = 40;

/// Something has happened: to a file nearby, or a signal has arrived.
pub(crate) struct Happened;

/// Waits until something has happened, and then nothing more for [`SETTLE`]. False when `is_over` ended the wait.
pub(crate) fn settled(happened: &Receiver<Happened>, is_over: impl Fn() -> bool) -> bool {
    let mut is_settled = happened.recv().is_err();
    while !is_settled && !is_over() {
        is_settled = happened.recv_timeout(SETTLE).is_err();
    }
    !is_over()
}

/// What is watched for the file at `path`: the folders in which something happens when another file takes its place,
/// which are its own and those of the links on the way to it, and the file itself, since not every system tells a
/// folder's watcher what is written to a file. Where a folder is missing, the nearest one that is there.
pub(crate) fn watched(path: &Path) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    let Ok(mut path) = std::path::absolute(path) else { return folders };
    if path.is_file() {
        folders.insert(path.clone());
    }
    for _ in 0..LINKS {
        folders.extend(path.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned));
        // The first part of the path that is a link, and where it leads.
        let parts: Vec<_> = path.ancestors().collect();
        let link = parts.iter().rev().find_map(|part| Some((*part, std::fs::read_link(part).ok()?)));
        let Some((link, target)) = link else { break };
        let parent = link.parent().unwrap_or(Path::new("/"));
        folders.insert(parent.to_owned());
        let below = path.strip_prefix(link).map(Path::to_owned).unwrap_or_default();
        path = parent.join(target);
        if !below.as_os_str().is_empty() {
            path.push(below);
        }
    }
    folders
}

/// What is watched.
pub(crate) struct Watches {
    watcher: Box<dyn Watcher>,
    sender: Sender<Happened>,
    paths: BTreeSet<PathBuf>,
    is_polling: bool,
    ui: Ui,
}

impl Watches {
    /// No watches yet, the end that hears of what happens, and one to wake it with.
    pub(crate) fn new(ui: Ui) -> (Self, Receiver<Happened>, Sender<Happened>) {
        let (sender, happened) = mpsc::channel();
        (Self::reporting(sender.clone(), ui), happened, sender)
    }

    fn reporting(sender: Sender<Happened>, ui: Ui) -> Self {
        // Reading is none of what is reported: a build reads the configuration.
        let config = Config::default().with_event_kinds(EventKindMask::CORE);
        match RecommendedWatcher::new(report(sender.clone()), config) {
            Ok(watcher) => {
                Self { watcher: Box::new(watcher), sender, paths: BTreeSet::new(), is_polling: false, ui }
            }
            Err(_) => {
                let watcher = Box::new(notify::NullWatcher);
                let mut watches = Self { watcher, sender, paths: BTreeSet::new(), is_polling: false, ui };
                watches.poll();
                watches
            }
        }
    }

    /// Watches these and nothing else.
    pub(crate) fn follow(&mut self, paths: BTreeSet<PathBuf>) {
        // A watch belongs to the file that had the name when it was made, so each is made anew.
        for path in std::mem::replace(&mut self.paths, paths) {
            // What has been removed has no watch any more.
            let _ = self.watcher.unwatch(&path);
        }
        for path in &self.paths {
            let failed = self.watcher.watch(path, RecursiveMode::NonRecursive).is_err();
            if failed && !self.is_polling && path.exists() {
                self.poll();
                return;
            }
        }
    }

    /// Looks by itself from now on: the system has no watches left, or the file system reports nothing.
    fn poll(&mut self) {
        let config = Config::default().with_poll_interval(POLL).with_compare_contents(true);
        let Ok(mut watcher) = PollWatcher::new(report(self.sender.clone()), config) else { return };
        for path in &self.paths {
            let _ = watcher.watch(path, RecursiveMode::NonRecursive);
        }
        self.watcher = Box::new(watcher);
        self.is_polling = true;
        self.ui.note(
            "The system reports no changes of files here, so the configuration is looked at every second.",
        );
    }
}

fn report(sender: Sender<Happened>) -> impl FnMut(notify::Result<notify::Event>) + Send + 'static {
    // Whoever waited has gone when this fails.
    move |_| _ = sender.send(Happened)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_folder_on_the_way_is_watched() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let root = root.path().canonicalize()?;
        let path = |name: &str| root.join(name);
        let found = |name: &str| -> Vec<String> {
            let below = watched(&path(name))
                .into_iter()
                .filter_map(|folder| Some(folder.strip_prefix(&root).ok()?.display().to_string()));
            below.collect()
        };
        fs::create_dir_all(path("config"))?;
        fs::create_dir_all(path("dots/ziron"))?;
        fs::write(path("config/plain.toml"), "")?;
        fs::write(path("dots/ziron/ziron.toml"), "")?;
        symlink("../dots/ziron", path("config/ziron"))?;
        symlink("ziron/ziron.toml", path("config/link.toml"))?;
        symlink("loop", path("config/loop"))?;
        assert_eq!(found("config/plain.toml"), ["config", "config/plain.toml"]);
        assert_eq!(found("config/absent/a.toml"), ["config"]);
        // The folder is a link: another one in its place is another configuration.
        let through = found("config/ziron/ziron.toml");
        assert!(
            through.contains(&"config".into()) && through.contains(&"config/../dots/ziron".into()),
            "{through:?}"
        );
        let linked = found("config/link.toml");
        assert!(
            linked.contains(&"config".into()) && linked.contains(&"config/../dots/ziron".into()),
            "{linked:?}"
        );
        assert_eq!(found("config/loop"), ["config"]);
        Ok(())
    }
}
