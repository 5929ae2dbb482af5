//! Whether a repository that was found may be read: not if it is somebody else's, unless `safe.directory` names it.
//!
//! Gitoxide would ask this process's environment who has become root, and where the settings are.

use std::path::{Path, PathBuf};

use gix::bstr::{BStr, ByteSlice};

use super::discovery::Found;
use super::environment::Configuration;
use super::error::OpenError;

impl Found {
    /// Says whether git would read it, which was found from `physical_dir`. The one that the user has named is read whosever it is.
    ///
    /// # Cost
    ///
    /// A look at three or four files.
    pub(super) fn is_trusted(
        &self,
        physical_dir: &Path,
        configuration: &Configuration,
    ) -> Result<bool, OpenError> {
        let is_own = |path: &Path| is_own(path, configuration.sudo_user());
        let parts = [self.link.as_deref(), self.top.as_deref(), Some(&*self.git_dir)];
        if parts.into_iter().flatten().all(is_own) {
            return Ok(true);
        }
        let tested = self.top.as_deref().unwrap_or(&self.git_dir);
        let Ok(tested) = std::fs::canonicalize(tested) else { return Ok(false) };
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
