//! Puts a new binary in the place of the old one, in one step, and back again.
//!
//! The new file is written beside the old one and renamed over it, so that at every moment the name leads to a whole,
//! tested program. The old one stays as `<name>.previous`. Whatever is not a prompt of ours is never replaced.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// Finds out, before anything is compiled, whether a prompt can be put at `target`: what is there must be a prompt of
/// ours, or nothing, and the folder must be one that can be written to. Makes the folder where it is missing.
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

/// What an installed prompt says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    /// The hash of all that makes it another program.
    pub(crate) build: String,
    /// The hash of the configuration's text.
    pub(crate) configuration: String,
}

impl Installed {
    /// Asks a prompt of ours.
    pub(crate) fn ask(binary: &Path) -> Option<Self> {
        Self::read(&says(binary, "--version")?)
    }

    /// Reads what a prompt prints for `--version`: lines such as `build  0123456789abcdef`.
    fn read(version: &str) -> Option<Self> {
        let second = |name| {
            let mut lines = version.lines().map(str::split_whitespace);
            lines.find_map(
                |mut words| if words.next() == Some(name) { words.next().map(str::to_owned) } else { None },
            )
        };
        Some(Self { build: second("build")?, configuration: second("config")? })
    }
}

/// What an installed prompt prints; nothing where there is none.
pub(crate) fn says(binary: &Path, argument: &str) -> Option<String> {
    let output = Command::new(binary).arg(argument).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Puts one hash in the place of another. `None` where it is not there exactly once, or they differ in length.
fn replaced_once(bytes: &[u8], old: &str, new: &str) -> Option<Vec<u8>> {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let mut places = bytes.windows(old.len().max(1)).enumerate().filter(|(_, window)| *window == old);
    let (place, _) = places.next().filter(|_| old.len() == new.len())?;
    if places.next().is_some() {
        return None;
    }
    let mut bytes = bytes.to_vec();
    bytes[place..place + new.len()].copy_from_slice(new);
    Some(bytes)
}

impl Staged {
    /// Copies the installed program, with another hash of the configuration. `None` where the hash cannot be found, or
    /// the system runs only programs as they were linked.
    pub(crate) fn relabelled(target: &Path, old: &str, new: &str) -> Result<Option<Self>, CommandError> {
        // macOS refuses a program that is not what was signed.
        let is_signed = cfg!(target_os = "macos");
        let bytes = fs::read(target).ok().filter(|_| !is_signed);
        let Some(bytes) = bytes.and_then(|bytes| replaced_once(&bytes, old, new)) else { return Ok(None) };
        Self::write(target, |file| file.write_all(&bytes)).map(Some)
    }

    /// Copies `built` beside `target` and makes sure that it is on the disk.
    pub(crate) fn new(built: &Path, target: &Path) -> Result<Self, CommandError> {
        Self::write(target, |file| io::copy(&mut File::open(built)?, file).map(drop))
    }

    fn write(target: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<Self, CommandError> {
        let folder = folder(target);
        let copy = || -> io::Result<TempPath> {
            let mut temp = Builder::new().prefix(".ziron-").tempfile_in(folder)?;
            fill(temp.as_file_mut())?;
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
        let target = &self.target;
        // The build may have taken minutes, and something else may stand there now.
        expect_prompt_or_nothing(target)?;
        if target.exists() {
            expect_prompt_or_nothing(&previous(target))?;
            keep(target)
                .doing(|| format!("could not keep the old prompt as `{}`", previous(target).display()))?;
        }
        self.commit_in_place()
    }

    /// Puts the new one in the place of the old one, of which nothing is kept.
    pub(crate) fn commit_in_place(self) -> Result<(), CommandError> {
        let Self { file, target } = self;
        expect_prompt_or_nothing(&target)?;
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

/// A hard link to `target` under a temporary name; a copy where the file system has no links. None where `target` is
/// missing.
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
    fn a_hash_is_replaced_where_it_is_there_once() {
        assert_eq!(replaced_once(b"..aaaa..", "aaaa", "bbbb").as_deref(), Some(&b"..bbbb.."[..]));
        assert_eq!(replaced_once(b"..aaaa.aaaa", "aaaa", "bbbb"), None);
        assert_eq!(replaced_once(b"..aaab..", "aaaa", "bbbb"), None);
        assert_eq!(replaced_once(b"..aaaa..", "aaaa", "bbb"), None);
        assert_eq!(replaced_once(b"", "", ""), None);
    }

    #[test]
    fn a_prompt_says_what_it_is_of() {
        let version = "ziron 0.1.0\nbuild  b1\nconfig c1 (~/.config/ziron/ziron.toml)\n";
        let expected = Installed { build: "b1".into(), configuration: "c1".into() };
        assert_eq!(Installed::read(version), Some(expected));
        assert_eq!(Installed::read("prompt config_hash: 1"), None);
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
