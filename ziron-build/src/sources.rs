//! The sources that a generated prompt is built from, carried inside this program.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Makes `root` hold exactly the embedded files. A file whose content is right already is not touched, so that cargo compiles
/// again only the crates that changed.
pub(crate) fn unpack(root: &Path) -> io::Result<()> {
    let mut wanted = HashSet::new();
    for (name, bytes) in FILES {
        let path = root.join(name);
        write_if_changed(&path, bytes)?;
        wanted.insert(path);
    }
    let folders: HashSet<_> =
        FILES.iter().filter_map(|(name, _)| name.split_once('/')).map(|(folder, _)| folder).collect();
    folders.into_iter().try_for_each(|folder| remove_others(&root.join(folder), &wanted))
}

/// Writes a file unless it has this content; returns whether it did.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)?;
    Ok(true)
}

/// Removes what an older version unpacked and this one does not have.
fn remove_others(folder: &Path, wanted: &HashSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_and_the_lock_file_are_embedded() {
        for name in
            ["Cargo.toml", "Cargo.lock", "runtime/src/lib.rs", "modules/Cargo.toml", "ziron/src/lib.rs"]
        {
            assert!(FILES.iter().any(|(file, _)| *file == name), "{name}");
        }
        assert!(FILES.iter().all(|(file, _)| !file.starts_with("ziron-build/")));
        assert_eq!(HASH.len(), 16);
    }

    #[test]
    fn unpacking_twice_touches_nothing_and_removes_leftovers() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        unpack(root.path())?;
        let file = root.path().join("ziron/src/lib.rs");
        let before = fs::metadata(&file)?.modified()?;
        let leftover = root.path().join("runtime/src/gone.rs");
        fs::write(&leftover, "")?;
        fs::write(root.path().join("runtime/Cargo.toml"), "damaged")?;
        unpack(root.path())?;
        assert_eq!(fs::metadata(&file)?.modified()?, before);
        assert!(!leftover.exists());
        assert_ne!(fs::read(root.path().join("runtime/Cargo.toml"))?, b"damaged");
        Ok(())
    }
}
