//! The real operating system. With `process`, the only file that touches it (gix, which reads repositories, excepted).
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::process::{find_program, run};
use super::{Command, Entry, FileKind, Identity, Io, Output, Sent, User, open, passwd};
use crate::exec::unblock;

/// The real operating system, with the environment of this process or with that of a shell.
#[derive(Clone, Debug, Default)]
pub struct Real {
    sent: Option<Sent>,
}

impl Real {
    /// The operating system as a shell sees it that has sent its variables.
    pub fn with(sent: Sent) -> Real {
        Real { sent: Some(sent) }
    }
}

impl Io for Real {
    fn env(&self, name: &str) -> Option<OsString> {
        match &self.sent {
            Some(sent) => sent.get(name).map(OsStr::to_owned),
            None => std::env::var_os(name),
        }
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        let meta = std::fs::metadata(path)?;
        Ok(Identity {
            inode: (meta.ino(), meta.dev()),
            size_bytes: meta.size(),
            modified: (meta.mtime(), u32::try_from(meta.mtime_nsec()).unwrap_or_default()),
            path: target(path),
        })
    }

    async fn kind(&self, path: &Path) -> Option<FileKind> {
        let meta = std::fs::metadata(path).ok()?;
        Some(if meta.is_dir() { FileKind::Folder } else { FileKind::File })
    }

    async fn is_writable(&self, path: &Path) -> bool {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        open::read(path)
    }

    async fn list(&self, path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<Entry>> {
        list(path, follow_links, patience)
    }

    async fn find_program_behind(&self, name: &str, found: Option<&Path>) -> Option<PathBuf> {
        find_program(OsStr::new(name), &self.env("PATH").unwrap_or_default(), found)
    }

    fn run(&self, command: Command) -> impl Future<Output = io::Result<Output>> + Send {
        let sent = self.sent.clone();
        unblock(move || run(&command, sent.as_ref()))
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

fn list(path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<Entry>> {
    let start = Instant::now();
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let Ok(entry) = entry else { continue };
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => follow_links && entry.path().is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        };
        entries.push(Entry { name: entry.file_name(), is_folder });
        // The clock is asked now and then only: on a local disk the listing itself is cheaper.
        if entries.len() % 64 == 0 && start.elapsed() > patience {
            break;
        }
    }
    Ok(entries)
}

/// Where a file is, if it may be a symbolic link. Links among its folders stay: the inode tells files apart, and each look costs a call of the system.
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
