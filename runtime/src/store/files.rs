//! The files back end: one file for each entry, in a folder of the user's own.
//!
//! Processes that store different entries never meet; those that store the same one replace it atomically, and the last
//! one wins.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use super::entry::parts_of;
use super::limits::{ENTRY_LIMIT, Limits};
use crate::io::open::{self, Begin};
use crate::safe_path;

/// A temporary file that is older than this was left behind by a process that was killed.
const ABANDONED: Duration = Duration::from_secs(60);

/// What is in a file, as far as it can be told.
pub(super) enum Content {
    /// There is none, or it is not this user's plain file: none of our business.
    Nothing,
    /// It was cut, or no entry was ever so large.
    Broken,
    /// All of it.
    Whole(Vec<u8>),
}

/// Reads a file if it is a plain one that belongs to this user: open, look, read, close.
pub(super) fn read(file: &Path) -> Content {
    let Ok((open, size)) = open::own(file) else { return Content::Nothing };
    if size > ENTRY_LIMIT {
        return Content::Broken;
    }
    let mut bytes = vec![0; size as usize];
    // Files are small and never change: what is not there at once is damage.
    match rustix::io::read(&open, &mut bytes) {
        Ok(count) if count == bytes.len() => Content::Whole(bytes),
        Ok(_) => Content::Broken,
        Err(_) => Content::Nothing,
    }
}

/// Replaces a file, so that others see the old one or the new one, and makes its folder where that is missing.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    replace(folder, name, bytes).or_else(|error| {
        if error.kind() != io::ErrorKind::NotFound {
            return Err(error);
        }
        make_folder(folder)?;
        replace(folder, name, bytes)
    })
}

/// Makes a file, or its time now. A pipe in its place keeps nobody waiting.
pub(super) fn touch(file: &Path) -> io::Result<()> {
    open::for_writing(file, Begin::Anew).map(drop)
}

/// Makes a folder that only its owner may look into, on a path that nobody else can lead astray.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let made = safe_path::make(folder, rustix::process::geteuid().as_raw());
    made.map(drop).map_err(|error| io::Error::other(error.in_full()))
}

fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (mut open, temporary) = temporary(folder, name)?;
    let written = open.write_all(bytes).and_then(|()| std::fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Makes a file of this thread's own beside the place of another.
pub(super) fn temporary(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{name}.{}-{number}.tmp", std::process::id()));
        match open::for_writing(&temporary, Begin::New) {
            Ok(open) => return Ok((open, temporary)),
            // Left behind by a process that had the same number, here or in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {}
            Err(error) => return Err(error),
        }
    }
}

/// The entries of a folder, by their files' names.
pub(super) fn names(folder: &Path) -> impl Iterator<Item = (String, std::fs::DirEntry)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        parts_of(&name)?;
        Some((name, entry))
    })
}

/// Removes the oldest entries where there is too much, until half of what may be there is left; says how many went.
pub(super) fn make_room(folder: &Path, limits: Limits) -> usize {
    let mut files = Vec::new();
    let mut bytes = 0;
    for (name, entry) in names(folder) {
        let Ok(meta) = entry.metadata() else { continue };
        bytes += meta.len();
        files.push((meta.modified().ok(), name, meta.len()));
    }
    if files.len() <= limits.entries && bytes <= limits.bytes {
        return 0;
    }
    remove_abandoned(folder);
    files.sort_unstable();
    let mut count = files.len();
    let mut removed = 0;
    for (_, name, size) in files {
        if count <= limits.entries / 2 && bytes <= limits.bytes / 2 {
            break;
        }
        // Another process may have been quicker.
        removed += usize::from(std::fs::remove_file(folder.join(name)).is_ok());
        count -= 1;
        bytes -= size;
    }
    removed
}

/// Removes what processes left behind that were killed while they wrote.
fn remove_abandoned(folder: &Path) {
    let now = SystemTime::now();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_temporary = entry.path().extension().is_some_and(|extension| extension == "tmp");
        let modified = entry.metadata().and_then(|meta| meta.modified());
        let is_invalidated = |modified| now.duration_since(modified).is_ok_and(|age| age > ABANDONED);
        if is_temporary && modified.is_ok_and(is_invalidated) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
