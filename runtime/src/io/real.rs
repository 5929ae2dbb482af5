//! The real operating system. With `process`, the only file that touches it (gix, which reads repositories, excepted).
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::far::Far;
use super::process::{find_program, run};
use super::{Command, DirEntry, FileKind, Identity, Io, Output, Sent, User, open, passwd};
use crate::exec::unblock;

/// The real operating system, with the environment of a request.
#[derive(Clone, Debug)]
pub struct Real {
    sent: Sent,
    far: Option<Arc<Far>>,
}

impl Real {
    /// The operating system as whoever has made a request sees it.
    pub fn with(sent: Sent) -> Real {
        Real { sent, far: None }
    }

    /// The same, where file systems are mounted that may not answer.
    pub(crate) fn minding(self, far: Option<Arc<Far>>) -> Real {
        Real { far, ..self }
    }
}

impl Real {
    /// Does something with a file: at once, unless the file system may not answer. Then it is asked first, and what is
    /// done is done on a thread, since it may stop answering at any time.
    async fn at<T: Send + 'static>(&self, path: &Path, work: impl FnOnce(&Path) -> T + Send + 'static) -> T {
        match self.far.as_ref().filter(|far| far.leads_away(path)) {
            None => work(path),
            Some(far) => {
                far.wait(path).await;
                let path = path.to_owned();
                unblock(move || work(&path)).await
            }
        }
    }
}

impl Io for Real {
    fn env(&self, name: &str) -> Option<OsString> {
        self.sent.get(name).map(OsStr::to_owned)
    }

    #[cfg(feature = "background")]
    fn environment_of_scripts(&self) -> u64 {
        self.sent.hash()
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        self.at(path, identity).await
    }

    async fn kind(&self, path: &Path) -> Option<FileKind> {
        self.at(path, kind).await
    }

    async fn is_writable(&self, path: &Path) -> bool {
        self.at(path, |path| rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()).await
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.at(path, |path| open::read(path)).await
    }

    async fn list(&self, path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<DirEntry>> {
        self.at(path, move |path| list(path, follow_links, patience)).await
    }

    async fn find_program_behind(&self, name: &str, found: Option<&Path>) -> Option<PathBuf> {
        find_program(OsStr::new(name), &self.env("PATH").unwrap_or_default(), found)
    }

    async fn wait_for(&self, path: &Path) {
        if let Some(far) = &self.far {
            far.wait(path).await;
        }
    }

    fn may_wait(&self) -> bool {
        self.far.is_some()
    }

    fn was_left(&self) -> bool {
        self.far.as_ref().is_some_and(|far| far.was_left())
    }

    fn run(&self, command: Command) -> impl Future<Output = io::Result<Output>> + Send {
        let sent = self.sent.clone();
        unblock(move || run(&command, &sent))
    }

    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        unblock(work)
    }

    fn user(&self) -> User {
        let uid = rustix::process::geteuid();
        User { name: passwd::field(0), is_root: uid.is_root() }
    }

    fn hostname(&self) -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let meta = std::fs::metadata(path)?;
    Ok(Identity {
        inode: (meta.ino(), meta.dev()),
        size_bytes: meta.size(),
        modified: (meta.mtime(), u32::try_from(meta.mtime_nsec()).unwrap_or_default()),
        path: target(path),
    })
}

fn kind(path: &Path) -> Option<FileKind> {
    let meta = std::fs::metadata(path).ok()?;
    Some(if meta.is_dir() { FileKind::Folder } else { FileKind::File })
}

fn list(path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<DirEntry>> {
    let start = Instant::now();
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let Ok(entry) = entry else { continue };
        let kind = entry.file_type().ok();
        let is_folder = kind.is_some_and(|kind| kind.is_dir());
        let is_link = follow_links && kind.is_some_and(|kind| kind.is_symlink());
        entries.push(DirEntry { name: entry.file_name(), is_folder, is_link });
        // The clock is asked now and then only: on a local disk the listing itself is cheaper.
        if entries.len() % 64 == 0 && start.elapsed() > patience {
            break;
        }
    }
    Ok(entries)
}

/// Where a file is, if it may be a symbolic link. Links among its folders stay: the inode tells files apart, and each
/// look costs a call of the system.
fn target(path: &Path) -> PathBuf {
    // As many as Linux follows. Source: path_resolution(7).
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = std::fs::read_link(&path) else { break };
        path = path.parent().map(|folder| folder.join(&next)).unwrap_or(next);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_known_by_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("rustup"), "x").unwrap();
        std::os::unix::fs::symlink("rustup", path("rustc")).unwrap();
        assert_eq!(target(&path("rustc")), path("rustup"));
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        target(&path("loop"));
    }
}
