//! Directories and files of the work tree, with as few system calls as the platform allows.

#[cfg(unix)]
#[path = "disk/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "disk/portable.rs"]
mod system;

pub(super) use system::{Folder, Tree};

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
