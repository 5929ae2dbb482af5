//! Places that may not answer, as sources meet them: by way of a symbolic link in a place that does.
//!
//! Where nothing is mounted that may hang there is no [`Far`], and nothing to pay. Else each path is looked at before
//! it is used: the links on its way are read, which waits for nobody, up to the first that leads to such a file system.
//! What is there is left to another process, or asked on a thread.

#[cfg(feature = "background")]
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::mounts::Mounts;
#[cfg(feature = "background")]
use super::probe::Probes;

/// So many folders, and so many shells' variables, are remembered.
const NEAR: usize = 1024;
#[cfg(feature = "background")]
const NAMED: usize = 16;

/// What a process knows of file systems that may not answer.
#[derive(Debug)]
pub(crate) struct Far {
    mounts: Arc<Mounts>,
    way: Way,
    /// Folders that are known not to lead away.
    near: Mutex<HashSet<PathBuf>>,
    /// Where the variables of a shell lead, by their hash.
    #[cfg(feature = "background")]
    named: Mutex<HashMap<u64, Vec<PathBuf>>>,
}

/// How it is asked what is there.
#[derive(Debug)]
enum Way {
    /// Another process asks: some file systems let nobody end who waits for them, and a shell waits for the end of this
    /// process.
    Leave(AtomicBool),
    /// A thread asks, one for each mount.
    #[cfg(feature = "background")]
    Probe(Arc<Probes>),
}

impl Far {
    /// Leaves what may not answer to another process.
    pub(crate) fn leaving(mounts: Arc<Mounts>) -> Far {
        Far::new(mounts, Way::Leave(AtomicBool::new(false)))
    }

    /// Asks on threads.
    #[cfg(feature = "background")]
    pub(crate) fn probing(mounts: Arc<Mounts>, probes: Arc<Probes>) -> Far {
        Far::new(mounts, Way::Probe(probes))
    }

    fn new(mounts: Arc<Mounts>, way: Way) -> Far {
        Far {
            mounts,
            way,
            near: Mutex::default(),
            #[cfg(feature = "background")]
            named: Mutex::default(),
        }
    }

    /// The mounts that may not answer, of those that a place leads to, and the folders that variables name.
    #[cfg(feature = "background")]
    pub(crate) fn mounts_of(&self, place: &Path, sent: &super::Sent) -> Vec<PathBuf> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() > NAMED {
            named.clear();
        }
        let named = named.entry(sent.hash()).or_insert_with(|| {
            let folders = sent.iter().flat_map(|(_, value)| std::env::split_paths(value));
            let folders = folders.filter(|folder| folder.is_absolute());
            folders.filter_map(|folder| self.mounts.leads_to(&folder)).collect()
        });
        let mut all: Vec<PathBuf> =
            self.mounts.leads_to(place).into_iter().chain(named.iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether something was left to another process.
    pub(crate) fn was_left(&self) -> bool {
        match &self.way {
            Way::Leave(was_left) => was_left.load(Ordering::Relaxed),
            #[cfg(feature = "background")]
            Way::Probe(_) => false,
        }
    }

    /// Whether a path leads to a file system that may not answer.
    pub(crate) fn leads_away(&self, path: &Path) -> bool {
        self.leads_to(path).is_some()
    }

    /// Waits until the file system answers that a path leads to; for ever if another process is to ask it.
    pub(crate) async fn wait(&self, path: &Path) {
        match (&self.way, self.leads_to(path)) {
            (_, None) => {}
            (Way::Leave(was_left), Some(_)) => {
                was_left.store(true, Ordering::Relaxed);
                std::future::pending::<()>().await;
            }
            #[cfg(feature = "background")]
            (Way::Probe(probes), Some(mount)) => probes.answer(&mount).await,
        }
    }

    /// The mount that a path leads to, if it may not answer.
    fn leads_to(&self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent()?;
        let near = || self.near.lock().unwrap_or_else(PoisonError::into_inner);
        if !near().contains(folder) {
            if let Some(mount) = self.mounts.leads_to(folder) {
                return Some(mount);
            }
            let mut near = near();
            if near.len() > NEAR {
                near.clear();
            }
            near.insert(folder.to_owned());
        }
        // Only the last step is new.
        if self.mounts.is_mount(path) || rustix::fs::readlink(path, Vec::new()).is_ok() {
            return self.mounts.leads_to(path);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::os::unix::fs::symlink;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn what_a_link_leads_to_is_left_to_another_process() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().canonicalize().unwrap();
        symlink(here.join("far/x"), here.join("link")).unwrap();
        symlink("near", here.join("other")).unwrap();
        let list = format!(
            "27 1 254:0 / / rw - ext4 /dev/vda rw\n40 27 0:40 / {}/far rw - nfs4 server:/far rw\n",
            here.display()
        );
        let far = Far::leaving(Arc::new(Mounts::new(list.as_bytes()).unwrap()));
        let waits = |name: &str| {
            let path = here.join(name);
            pin!(far.wait(&path)).poll(&mut Context::from_waker(Waker::noop())).is_pending()
        };
        assert!(!waits("other") && !waits("absent") && !waits("other/x") && !far.was_left());
        for name in ["link", "far", "far/x", "link/x/y"] {
            assert!(waits(name), "{name}");
        }
        assert!(far.was_left());
    }
}
