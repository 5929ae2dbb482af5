//! What the index remembers of a file against what the file system says.

use gix::index::{Entry, entry};

use super::disk::{Facts, Kind, Moment};
use super::open::Repository;

/// The settings that decide which differences count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// `core.fileMode`: whether the executable bit means something.
    executable: bool,
    /// `core.symlinks`: whether links are links, or plain files that hold their target.
    links: bool,
    /// `core.trustCTime`.
    changed: bool,
    /// `core.checkStat` is not `minimal`.
    all: bool,
    /// When the index was written.
    index: Moment,
}

/// What can be said without reading the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing changed.
    Same,
    /// Its content or its executable bit changed.
    Modified,
    /// Another kind of thing is in its place.
    Replaced,
    /// A directory is in its place.
    Folder,
    /// Only its content can tell.
    Unsure,
    /// Nothing changed, as far as nanoseconds say; but it was written in the second in which the index was.
    SameSecond,
}

/// A file written this shortly before the index (in nanoseconds) may have been written again since, within the same
/// tick of the file system's clock. The longest tick of a kernel is a hundredth of a second.
const TICK: u64 = 10_000_000;

impl Rules {
    pub(super) fn new(repository: &Repository, index: Moment) -> Self {
        let minimal =
            repository.setting("core.checkStat").is_some_and(|v| v.eq_ignore_ascii_case(b"minimal"));
        Self {
            executable: cfg!(unix) && repository.flag("core.fileMode", true),
            links: repository.flag("core.symlinks", true),
            changed: cfg!(unix) && repository.flag("core.trustCTime", true) && !minimal,
            all: cfg!(unix) && !minimal,
            index,
        }
    }

    /// Compares one entry that is a file or a link, not a submodule.
    pub(super) fn compare(&self, entry: &Entry, facts: &Facts) -> Verdict {
        let wanted = if entry.mode == entry::Mode::SYMLINK { Kind::Link } else { Kind::File };
        if facts.kind != wanted {
            let stand_in = !self.links && wanted == Kind::Link && facts.kind == Kind::File;
            match facts.kind {
                Kind::Folder => return Verdict::Folder,
                // A pipe or a device is a file in git's eyes.
                Kind::Other if wanted == Kind::File => return Verdict::Modified,
                _ if !stand_in => return Verdict::Replaced,
                _ => {}
            }
        }
        if wanted == Kind::File
            && self.executable
            && facts.executable != (entry.mode == entry::Mode::FILE_EXECUTABLE)
        {
            return Verdict::Modified;
        }
        let stat = &entry.stat;
        if stat.size != facts.size {
            // Git writes size 0 for an entry it could not be sure of.
            return if stat.size == 0 { Verdict::Unsure } else { Verdict::Modified };
        }
        // The same of a file that is empty now.
        if stat.size == 0 && !entry.id.is_empty_blob() {
            return Verdict::Unsure;
        }
        let modified = (stat.mtime.secs, stat.mtime.nsecs);
        let mut same = same_moment(modified, facts.modified);
        if self.changed {
            same &= same_moment((stat.ctime.secs, stat.ctime.nsecs), facts.changed);
        }
        if self.all {
            same &= stat.ino == facts.inode && stat.uid == facts.user && stat.gid == facts.group;
        }
        if !same || self.is_racy(modified) {
            Verdict::Unsure
        } else if modified.0 >= self.index.0 {
            Verdict::SameSecond
        } else {
            Verdict::Same
        }
    }

    /// Whether the file may have changed after git looked at it without its time showing that.
    fn is_racy(&self, modified: Moment) -> bool {
        if self.index.1 == 0 || modified.1 == 0 {
            return modified.0 >= self.index.0;
        }
        nanoseconds(modified) + TICK >= nanoseconds(self.index)
    }
}

fn nanoseconds((seconds, rest): Moment) -> u64 {
    u64::from(seconds) * 1_000_000_000 + u64::from(rest)
}

/// Whether two moments are equal, as far as both have nanoseconds.
fn same_moment(a: Moment, b: Moment) -> bool {
    a.0 == b.0 && (a.1 == b.1 || a.1 == 0 || b.1 == 0)
}
