//! Whether a repository that was found may be read: not if it is somebody else's, unless `safe.directory` names it.
//!
//! Gitoxide would ask this process's environment who has become root, and where the settings are.

use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice};

use super::environment::Configuration;
use super::error::OpenError;
use super::open::Repository;

impl Repository {
    /// Says whether git would read this repository, which was found from `physical_dir`. The one that the user has named is read whosever it is.
    ///
    /// # Cost
    ///
    /// A look at three or four files.
    pub(super) fn is_trusted(
        &self,
        physical_dir: &Path,
        configuration: &Configuration,
    ) -> Result<bool, OpenError> {
        let mut dot_git = physical_dir.ancestors().map(|folder| folder.join(".git"));
        // A folder, or the file that leads to one.
        let found = dot_git.find(|path| path.symlink_metadata().is_ok());
        let top = found.as_deref().and_then(Path::parent);
        let git_dir = Some(self.git_dir());
        let is_own = |path: &Path| is_own(path, configuration.sudo_user());
        let is_elsewhere = self.inner.config_snapshot().string("core.worktree").is_some();
        let work_tree = self.inner.workdir().filter(|_| !is_elsewhere);
        if [found.as_deref(), top, work_tree, git_dir].into_iter().flatten().all(is_own) {
            return Ok(true);
        }
        let is_inside = git_dir.is_some_and(|git_dir| physical_dir.starts_with(git_dir));
        let tested = if is_inside { git_dir } else { top.or(git_dir) };
        let Some(tested) = tested.and_then(|path| std::fs::canonicalize(path).ok()) else { return Ok(false) };
        let config = configuration.protected()?;
        let mut is_safe = false;
        for value in config.strings("safe.directory").into_iter().flatten() {
            match value.as_bytes() {
                b"" => is_safe = false,
                b"*" => is_safe = true,
                b"." => is_safe |= tested == physical_dir,
                value => is_safe |= names(value.as_bstr(), &tested, configuration),
            }
        }
        Ok(is_safe)
    }
}

/// Whether a value of `safe.directory` names this folder: it, or with `/*` one above it.
fn names(value: &BStr, tested: &Path, configuration: &Configuration) -> bool {
    let (folder, is_above) = match value.strip_suffix(b"/*") {
        Some(folder) => (folder, true),
        None => (value.as_bytes(), false),
    };
    let folder = if folder.is_empty() { b"/" } else { folder };
    let path = gix::config::Path::from(folder.as_bstr()).interpolate(configuration.context());
    let Some(path) = path.ok().filter(|path: &PathBuf| path.is_absolute()) else { return false };
    let Ok(path) = std::fs::canonicalize(path) else { return false };
    if is_above { tested != path && tested.starts_with(path) } else { tested == path }
}

/// Whether something belongs to the user who runs this process, or to the one who has become root. A link is asked for itself.
#[cfg(unix)]
fn is_own(path: &Path, sudo_user: Option<u32>) -> bool {
    use std::os::unix::fs::MetadataExt;
    let user = rustix::process::geteuid();
    let Ok(owner) = path.symlink_metadata().map(|meta| meta.uid()) else { return false };
    owner == user.as_raw() || (user.is_root() && Some(owner) == sudo_user)
}

#[cfg(not(unix))]
fn is_own(path: &Path, _: Option<u32>) -> bool {
    gix::sec::identity::is_path_owned_by_current_user(path).unwrap_or(false)
}
