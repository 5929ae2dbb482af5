//! Git's configuration, put together from the files and settings that an environment names.
//!
//! Gitoxide would look for them in the environment of this process, which is not that of the shell. It is told of none,
//! so that it reads the repository's own file and nothing else; what git would read besides is put around that.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::config::file::{Metadata, includes, init};
use gix::config::path::interpolate;
use gix::config::{File, Source};
use gix::refs::FullNameRef;
use ziron_runtime::io::open;

use super::environment::Configuration;
use super::error::OpenError;
use super::open::Repository;
use super::settings::Setting;
use super::strange;

/// A larger file is not read (bytes): git's settings are far below.
const MAX_BYTES: u64 = 16 << 20;

/// What conditional inclusions ask about.
#[derive(Clone, Copy, Default)]
pub(super) struct Conditions<'c> {
    /// The repository's directory; `None` where none is known yet.
    pub(super) git_dir: Option<&'c Path>,
    /// The branch that is checked out.
    pub(super) branch: Option<&'c FullNameRef>,
}

impl Configuration {
    /// How paths of settings are read: `~` is the home directory that the environment names.
    pub(super) fn context(&self) -> interpolate::Context<'_> {
        interpolate::Context { home_dir: self.home(), ..interpolate::Context::default() }
    }

    /// The file that a setting names, or the one of that name in the user's folder for git; `None` if the setting is
    /// empty.
    ///
    /// Git reads a relative one from the top of the work tree.
    pub(super) fn file(&self, config: &File, key: &str, default: &str, base: &Path) -> Option<PathBuf> {
        match config.string(key) {
            None => self.in_folder(default),
            Some(path) if path.is_empty() => None,
            Some(path) => {
                let path = gix::config::Path::from(path.as_bstr()).interpolate(self.context()).ok()?;
                Some(base.join(path))
            }
        }
    }

    /// Reads the files outside the repository; inclusions stay what they are.
    fn outside(&self) -> Result<Option<File>, OpenError> {
        let mut all: Option<File> = None;
        for (source, path) in self.files() {
            let Some(mut bytes) = read(&path) else { continue };
            let meta = Metadata::from(source).at(&path);
            let file = File::from_bytes_owned(&mut bytes, meta, plain()).map_err(unreadable(&path))?;
            match &mut all {
                Some(all) => _ = all.append(file).map_err(unreadable(&path))?,
                None => all = Some(file),
            }
        }
        Ok(all)
    }

    /// Puts the configuration together: files `outside` the repository, its `own` ones, inclusions, and settings in
    /// variables. The last value counts.
    fn put_together(
        &self,
        outside: Option<File>,
        own: File,
        conditions: Conditions<'_>,
    ) -> Result<File, OpenError> {
        let here = conditions.git_dir.unwrap_or(Path::new(""));
        let meta = own.meta_owned();
        let mut all = match outside {
            Some(mut all) => {
                all.append(own).map_err(unreadable(here))?;
                all
            }
            None => own,
        };
        let conditional =
            includes::conditional::Context { git_dir: conditions.git_dir, branch_name: conditions.branch };
        let including =
            init::Options { includes: includes::Options::follow(self.context(), conditional), ..plain() };
        let branch = conditions.branch.map_or(0, |branch| branch.as_bstr().len());
        let longest = here.as_os_str().len().max(branch);
        strange::check_includes(&all, self.home(), longest)?;
        all.resolve_includes(including).map_err(unreadable(here))?;
        let settings = self.settings()?;
        if !settings.is_empty() {
            let mut file = in_variables(settings).map_err(unreadable(here))?;
            strange::check_includes(&file, self.home(), longest)?;
            file.resolve_includes(including).map_err(unreadable(here))?;
            all.append(file).map_err(unreadable(here))?;
        }
        all.set_meta(meta);
        Ok(all)
    }

    /// What is said outside of any repository, which alone is asked whether one may be read.
    pub(super) fn protected(&self) -> Result<File, OpenError> {
        self.put_together(self.outside()?, File::default(), Conditions::default())
    }
}

/// How a file is read of which only the values are asked for, inclusions later.
fn plain() -> init::Options<'static> {
    init::Options { lossy: true, ..init::Options::default() }
}

fn unreadable(path: &Path) -> impl FnOnce(gix::Error) -> OpenError {
    move |source| OpenError::Unreadable { path: path.to_owned(), source }
}

/// Settings of the environment, as a file.
fn in_variables(settings: &[Setting]) -> Result<File, gix::Error> {
    let mut file = File::new(Metadata::from(Source::Env));
    for Setting { key, value } in settings {
        let invalid = || gix::Error::from_error(gix::error::message!("{:?} is no setting", key.as_bstr()));
        let key = gix::config::KeyRef::parse_unvalidated(key.as_bstr()).ok_or_else(invalid)?;
        let mut section = file.section_mut_or_create_new(key.section_name, key.subsection_name)?;
        section.push(key.value_name, value.as_ref().map(|value| value.as_bstr()))?;
    }
    Ok(file)
}

/// Reads a file of settings. One that cannot be read is left out, as git does for all but its permissions.
fn read(path: &Path) -> Option<Vec<u8>> {
    open::read_within(path, MAX_BYTES).ok()
}

impl Repository {
    /// Gives the repository the configuration that git would read in this environment.
    ///
    /// # Errors
    ///
    /// Where git would give up: a file that is none of configuration, settings that are none.
    pub(super) fn configure(&mut self) -> Result<(), OpenError> {
        let configuration = Arc::clone(&self.configuration);
        let outside = configuration.outside()?;
        let git_dir = self.git_dir.clone();
        // Only an inclusion can ask for the branch.
        let includes =
            outside.as_ref().is_some_and(includes) || includes(self.inner.config_snapshot().plumbing());
        let branch = if includes { self.head().ok().and_then(|head| head.reference) } else { None };
        let branch = branch.and_then(|name| gix::refs::FullName::try_from(name.as_bytes().as_bstr()).ok());
        let conditions = Conditions { git_dir: Some(&git_dir), branch: branch.as_ref().map(AsRef::as_ref) };
        let mut snapshot = self.inner.config_snapshot_mut();
        let own = std::mem::take(&mut *snapshot);
        let mut all = match configuration.put_together(outside, own, conditions) {
            Ok(all) => all,
            Err(error) => {
                // Dropped, it would read the cached values of an empty configuration.
                snapshot.forget();
                return Err(error);
            }
        };
        // Gitoxide knows no home directory.
        let base = self.root.as_deref().unwrap_or(&git_dir);
        if let Some(path) = configuration.file(&all, "core.attributesFile", "attributes", base) {
            let path = gix::path::into_bstr(path).map_err(unreadable(&git_dir))?;
            all.set_raw_value("core.attributesFile", path.as_ref()).map_err(unreadable(&git_dir))?;
        }
        *snapshot = all;
        snapshot.commit().map_err(unreadable(&git_dir))?;
        self.inner.objects.ignore_replacements =
            configuration.is_without_replacements() || !self.flag("core.useReplaceRefs", true);
        Ok(())
    }
}

/// Whether anything is included.
fn includes(file: &File) -> bool {
    file.sections_by_name("include").is_some() || file.sections_by_name("includeIf").is_some()
}
