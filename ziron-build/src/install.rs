//! Puts a new binary in the place of the old one, in one step, and back again.
//!
//! The new file is written beside the old one and renamed over it, so that at every moment the name leads to a whole, tested
//! program. The old one stays as `<name>.previous`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use crate::error::{CommandError, IoContext, Kind};

/// A binary written beside the place it is meant for. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Staged {
    file: TempPath,
    target: PathBuf,
}

/// Where the binary that `target` replaced is kept.
pub(crate) fn previous(target: &Path) -> PathBuf {
    let mut name = target.file_name().map(OsString::from).unwrap_or_default();
    name.push(".previous");
    target.with_file_name(name)
}

impl Staged {
    /// Copies `built` beside `target` and makes sure that it is on the disk.
    pub(crate) fn new(built: &Path, target: &Path) -> Result<Self, CommandError> {
        let folder = folder(target);
        fs::create_dir_all(folder).doing(|| format!("could not make the folder `{}`", folder.display()))?;
        let copy = || -> io::Result<TempPath> {
            let mut temp = Builder::new().prefix(".ziron-").tempfile_in(folder)?;
            io::copy(&mut File::open(built)?, temp.as_file_mut())?;
            make_runnable(temp.as_file())?;
            temp.as_file().sync_all()?;
            Ok(temp.into_temp_path())
        };
        let file = copy().doing(|| format!("could not write the new prompt into `{}`", folder.display()))?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// The file as it is now, for a trial run.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }

    /// Whether the installed binary is the same already.
    pub(crate) fn is_installed(&self) -> bool {
        let same = |new: Vec<u8>| fs::read(&self.target).is_ok_and(|old| old == new);
        fs::read(&self.file).is_ok_and(same)
    }

    /// Keeps the old binary as the previous one and puts the new one in its place.
    pub(crate) fn commit(self) -> Result<(), CommandError> {
        let Self { file, target } = self;
        if target.exists() {
            keep(&target)
                .doing(|| format!("could not keep the old prompt as `{}`", previous(&target).display()))?;
        }
        let renamed = file.persist(&target).map_err(|error| error.error);
        renamed.doing(|| format!("could not replace `{}`", target.display()))?;
        sync_folder(&target);
        Ok(())
    }
}

/// Swaps the installed binary and the one before it.
pub(crate) fn rollback(target: &Path) -> Result<(), CommandError> {
    let before = previous(target);
    if !before.exists() {
        let error = CommandError::new(
            Kind::Usage,
            format!("there is no earlier prompt: `{}` does not exist", before.display()),
        );
        return Err(error.hint("`ziron-build` keeps one when it replaces a prompt."));
    }
    let swap = || -> io::Result<()> {
        let kept = second_name(target)?;
        fs::rename(&before, target)?;
        if let Some(kept) = kept {
            kept.persist(&before).map_err(|error| error.error)?;
        }
        Ok(())
    };
    swap().doing(|| format!("could not put `{}` back", before.display()))?;
    sync_folder(target);
    Ok(())
}

/// Gives the installed binary its second name, replacing an older previous one.
fn keep(target: &Path) -> io::Result<()> {
    match second_name(target)? {
        Some(kept) => kept.persist(previous(target)).map_err(|error| error.error),
        None => Ok(()),
    }
}

/// A hard link to `target` under a temporary name; a copy where the file system has no links. None where `target` is missing.
fn second_name(target: &Path) -> io::Result<Option<TempPath>> {
    if !target.exists() {
        return Ok(None);
    }
    let named = Builder::new().prefix(".ziron-").make_in(folder(target), |path| {
        match fs::hard_link(target, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::copy(target, path).map(drop),
            result => result,
        }
    })?;
    Ok(Some(named.into_temp_path()))
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn make_runnable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

/// The rename itself survives a power cut only if the folder is synced; file systems that cannot are no worse off.
fn sync_folder(target: &Path) {
    let _ = File::open(folder(target)).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(built: &Path, text: &str, target: &Path) -> Result<(), CommandError> {
        fs::write(built, text).doing(String::new)?;
        Staged::new(built, target)?.commit()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_binary_is_kept_and_comes_back() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let (built, bin) = (root.path().join("built"), root.path().join("bin"));
        let target = bin.join("prompt");
        install(&built, "one", &target)?;
        assert_eq!(names(&bin), ["prompt"]);
        install(&built, "two", &target)?;
        install(&built, "three", &target)?;
        assert_eq!(names(&bin), ["prompt", "prompt.previous"]);
        assert_eq!(
            (fs::read_to_string(&target)?, fs::read_to_string(previous(&target))?),
            ("three".into(), "two".into())
        );
        assert!(crate::toolchain::is_program(&target));
        rollback(&target)?;
        assert_eq!(
            (fs::read_to_string(&target)?, fs::read_to_string(previous(&target))?),
            ("two".into(), "three".into())
        );
        rollback(&target)?;
        assert_eq!(fs::read_to_string(&target)?, "three");
        assert_eq!(names(&bin), ["prompt", "prompt.previous"]);
        Ok(())
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let (built, target) = (root.path().join("built"), root.path().join("bin/prompt"));
        install(&built, "one", &target)?;
        fs::write(&built, "two")?;
        let staged = Staged::new(&built, &target)?;
        assert!(!staged.is_installed());
        drop(staged);
        assert_eq!(names(&root.path().join("bin")), ["prompt"]);
        assert_eq!(fs::read_to_string(&target)?, "one");
        Ok(())
    }

    #[test]
    fn there_is_nothing_to_roll_back_to_at_first() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let error = rollback(&root.path().join("prompt")).expect_err("nothing was kept");
        assert_eq!(error.kind, Kind::Usage);
        Ok(())
    }
}
