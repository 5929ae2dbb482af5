//! Removes folders that nobody builds in any more: a toolchain that was replaced leaves half a gigabyte behind.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The file whose time says when a folder was last built in.
pub(crate) const USED: &str = "used";

/// Long enough for somebody who switches between two toolchains.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Removes the folders under `base`, except `current`, that were not used for a month and are not in use. What cannot be
/// removed is left for another time: it only takes space.
pub(crate) fn remove_unused(base: &Path, current: &str) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let folder = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if name == current || !folder.is_dir() || !is_old(&folder.join(USED), SystemTime::now()) {
            continue;
        }
        let lock = base.join(format!("{name}.lock"));
        if File::create(&lock).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Whether a folder's marker says that it is not used any more. Without a marker, nothing is said.
fn is_old(marker: &Path, now: SystemTime) -> bool {
    let used = fs::metadata(marker).and_then(|metadata| metadata.modified());
    used.is_ok_and(|used| now.duration_since(used).is_ok_and(|age| age > KEPT))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn only_old_folders_that_nobody_uses_are_removed() -> io::Result<()> {
        let base = tempfile::tempdir()?;
        let long_ago = SystemTime::now() - KEPT - Duration::from_mins(1);
        for (name, used) in
            [("current", long_ago), ("old", long_ago), ("busy", long_ago), ("recent", SystemTime::now())]
        {
            fs::create_dir(base.path().join(name))?;
            File::create(base.path().join(name).join(USED))?.set_modified(used)?;
        }
        fs::create_dir(base.path().join("unmarked"))?;
        let busy = File::create(base.path().join("busy.lock"))?;
        busy.lock()?;
        remove_unused(base.path(), "current");
        let left = |name: &&str| base.path().join(name).is_dir();
        let names = ["current", "old", "busy", "recent", "unmarked"];
        assert_eq!(
            names.into_iter().filter(|name| left(name)).collect::<Vec<_>>(),
            ["current", "busy", "recent", "unmarked"]
        );
        Ok(())
    }
}
