//! How much is kept between processes, and how often something had to go.

use std::io::Write;
use std::path::Path;

use crate::io::open::{self, Begin};

/// No entry comes near this (bytes); what does is not ours.
pub(super) const ENTRY_LIMIT: u64 = 1 << 20;

/// How much a back end keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most entries.
    pub entries: usize,
    /// The most bytes.
    pub bytes: u64,
}

impl Limits {
    /// A machine has some dozen tools, and each repository a few last values, of some hundred bytes each.
    pub const DEFAULT: Limits = Limits { entries: 1024, bytes: 8 << 20 };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

/// What is counted over the lives of all processes. Both are rare: what happens at every prompt is counted by the daemon, in memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tally {
    /// Entries that were dropped because they were damaged.
    Damaged,
    /// Entries that had to make room for others.
    Evicted,
}

impl Tally {
    fn file(self) -> &'static str {
        match self {
            Tally::Damaged => "damaged.count",
            Tally::Evicted => "evicted.count",
        }
    }

    /// Counts. The count is the length of a file: to append a byte is atomic, so that no process needs a lock, and nothing can be half written.
    pub(super) fn add(self, folder: &Path, count: usize) {
        if count > 0
            && let Ok(mut file) = open::for_writing(folder.join(self.file()), Begin::AtEnd)
        {
            // One that is lost is not worth a word.
            let _ = file.write_all(&vec![b'.'; count]);
        }
    }

    /// How many there were.
    pub(super) fn read(self, folder: &Path) -> u64 {
        std::fs::symlink_metadata(folder.join(self.file())).map_or(0, |meta| meta.len())
    }

    /// Begins to count anew.
    pub(super) fn clear(self, folder: &Path) {
        let _ = std::fs::remove_file(folder.join(self.file()));
    }
}
