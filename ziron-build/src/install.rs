//! Puts a new binary in the place of the old one, in one step, and back again.
//!
//! The new file is written beside the old one and renamed over it, so that at every moment the name leads to a whole, tested
//! program. The old one stays as `<name>.previous`. Whatever is not a prompt of ours is never replaced.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};
use ziron_runtime::cli::MADE_BY;

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

/// Finds out, before anything is compiled, whether a prompt can be put at `target`: what is there must be a prompt of ours, or nothing, and the
/// folder must be one that can be written to. Makes the folder where it is missing.
pub(crate) fn prepare(target: &Path) -> Result<(), CommandError> {
    expect_prompt_or_nothing(target)?;
    if target.exists() {
        expect_prompt_or_nothing(&previous(target))?;
    }
    let folder = folder(target);
    fs::create_dir_all(folder)
        .doing(|| format!("could not make the folder `{}`", folder.display()))
        .map_err(elsewhere)?;
    let tried = Builder::new().prefix(".ziron-").tempfile_in(folder);
    tried.doing(|| format!("nothing can be written into `{}`", folder.display())).map_err(elsewhere)?;
    Ok(())
}

/// Fails where something stands at `path` that no `ziron-build` has made. A link that leads nowhere is something, too.
fn expect_prompt_or_nothing(path: &Path) -> Result<(), CommandError> {
    // What cannot even be looked at is for the next step to fail at.
    if path.symlink_metadata().is_err() || is_prompt(path) {
        return Ok(());
    }
    let message = format!("`{}` is not a prompt made by ziron-build, so it is not replaced", path.display());
    Err(CommandError::new(Kind::Usage, message)
        .hint("Name another place with `--output PATH`, or move that file away first."))
}

/// Whether a file is a prompt that `ziron-build` has made. It is looked at, not run.
pub(crate) fn is_prompt(path: &Path) -> bool {
    let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let mark = MADE_BY.trim_end().as_bytes();
    is_file && fs::read(path).is_ok_and(|bytes| bytes.windows(mark.len()).any(|window| window == mark))
}

/// The place can be chosen.
fn elsewhere(error: CommandError) -> CommandError {
    error.hint("`--output PATH` chooses another place to install to.")
}

impl Staged {
    /// Copies `built` beside `target` and makes sure that it is on the disk.
    pub(crate) fn new(built: &Path, target: &Path) -> Result<Self, CommandError> {
        let folder = folder(target);
        let copy = || -> io::Result<TempPath> {
            let mut temp = Builder::new().prefix(".ziron-").tempfile_in(folder)?;
            io::copy(&mut File::open(built)?, temp.as_file_mut())?;
            make_runnable(temp.as_file())?;
            temp.as_file().sync_all()?;
            Ok(temp.into_temp_path())
        };
        let written = copy().doing(|| format!("could not write the new prompt into `{}`", folder.display()));
        let file = written.map_err(elsewhere)?;
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
        // The build may have taken minutes, and something else may stand there now.
        expect_prompt_or_nothing(&target)?;
        if target.exists() {
            expect_prompt_or_nothing(&previous(&target))?;
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
    expect_prompt_or_nothing(target)?;
    expect_prompt_or_nothing(&before)?;
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
        fs::write(built, prompt(text)).doing(String::new)?;
        prepare(target)?;
        Staged::new(built, target)?.commit()
    }

    /// A program that is one of ours by its text.
    fn prompt(text: &str) -> String {
        format!("{MADE_BY}{text}")
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
            (prompt("three"), prompt("two"))
        );
        assert!(crate::toolchain::is_program(&target));
        rollback(&target)?;
        assert_eq!(
            (fs::read_to_string(&target)?, fs::read_to_string(previous(&target))?),
            (prompt("two"), prompt("three"))
        );
        rollback(&target)?;
        assert_eq!(fs::read_to_string(&target)?, prompt("three"));
        assert_eq!(names(&bin), ["prompt", "prompt.previous"]);
        Ok(())
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let (built, target) = (root.path().join("built"), root.path().join("bin/prompt"));
        install(&built, "one", &target)?;
        fs::write(&built, prompt("two"))?;
        let staged = Staged::new(&built, &target)?;
        assert!(!staged.is_installed());
        drop(staged);
        assert_eq!(names(&root.path().join("bin")), ["prompt"]);
        assert_eq!(fs::read_to_string(&target)?, prompt("one"));
        Ok(())
    }

    #[test]
    fn what_is_no_prompt_of_ours_is_never_replaced() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let (built, bin) = (root.path().join("built"), root.path().join("bin"));
        let target = bin.join("prompt");
        fs::create_dir(&bin)?;
        let expect_refusal = |at: &Path| {
            let error = install(&built, "one", &target).expect_err("it is foreign");
            assert_eq!(error.kind, Kind::Usage);
            assert!(error.message.contains(&at.display().to_string()), "{error}");
        };
        fs::write(&target, "format = '$directory'\n")?;
        expect_refusal(&target);
        assert_eq!(fs::read_to_string(&target)?, "format = '$directory'\n");
        fs::remove_file(&target)?;
        std::os::unix::fs::symlink("nowhere", &target)?;
        expect_refusal(&target);
        fs::remove_file(&target)?;

        // It appears while the prompt is compiled.
        fs::write(&built, prompt("one"))?;
        prepare(&target)?;
        let staged = Staged::new(&built, &target)?;
        fs::write(&target, "precious")?;
        staged.commit().expect_err("it is foreign");
        assert_eq!(fs::read_to_string(&target)?, "precious");
        fs::remove_file(&target)?;

        // The place of the prompt before.
        install(&built, "one", &target)?;
        fs::write(previous(&target), "precious")?;
        expect_refusal(&previous(&target));
        rollback(&target).expect_err("it is foreign");
        assert_eq!(fs::read_to_string(&target)?, prompt("one"));
        assert_eq!(fs::read_to_string(previous(&target))?, "precious");
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
