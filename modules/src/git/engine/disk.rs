//! Directories and files of the work tree, with as few system calls as the platform allows.

#[cfg(unix)]
#[path = "disk/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "disk/portable.rs"]
mod system;

use std::io::{self, Read};

pub(super) use system::{Folder, Tree};

/// Files are read in parts of this many bytes, and given up between two of them.
const PART: usize = 256 * 1024;

impl Tree {
    /// Reads a regular file of the work tree, unless it grew beyond `limit` or `go_on` says no.
    pub(super) fn read(
        &self,
        path: &[u8],
        into: &mut Vec<u8>,
        limit: u64,
        go_on: impl Fn() -> bool,
    ) -> io::Result<()> {
        let mut file = self.file(path)?;
        into.clear();
        loop {
            let read = file.by_ref().take(PART as u64).read_to_end(into)?;
            if into.len() as u64 > limit {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            if read < PART {
                return Ok(());
            }
            if !go_on() {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
    }

    /// Hands a regular file of the work tree to `each` part by part, first its size; false once `each` says no.
    pub(super) fn read_in_parts(
        &self,
        path: &[u8],
        buffer: &mut Vec<u8>,
        mut each: impl FnMut(Result<&[u8], u64>) -> bool,
    ) -> io::Result<bool> {
        let mut file = self.file(path)?;
        if !each(Err(file.metadata()?.len())) {
            return Ok(false);
        }
        loop {
            buffer.clear();
            let read = file.by_ref().take(PART as u64).read_to_end(buffer)?;
            if !each(Ok(buffer)) {
                return Ok(false);
            }
            if read < PART {
                return Ok(true);
            }
        }
    }
}

/// What a name in a directory stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A directory.
    Folder,
    /// A pipe, socket or device: git does not see these.
    Other,
}

/// A moment as the index stores it: seconds and nanoseconds, 32 bits each.
pub(super) type Moment = (u32, u32);

/// What the file system says of a file, cut to what the index stores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub kind: Kind,
    pub executable: bool,
    pub modified: Moment,
    pub changed: Moment,
    pub inode: u32,
    pub user: u32,
    pub group: u32,
    pub size: u32,
}

/// The names in one directory, kept in one buffer that is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Listing {
    bytes: Vec<u8>,
    items: Vec<(u32, u32, Kind)>,
}

impl Listing {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.items.clear();
    }

    pub(super) fn push(&mut self, name: &[u8], kind: Kind) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(name);
        self.items.push((start, self.bytes.len() as u32, kind));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], Kind)> {
        self.items.iter().map(|&(start, end, kind)| (&self.bytes[start as usize..end as usize], kind))
    }
}
