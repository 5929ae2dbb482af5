//! Finding and opening a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::config::{Source, source::Kind};
use gix::discover::upwards;
use gix::sec::{Trust, trust};

use super::environment::{Configuration, Environment};
use super::error::OpenError;
use super::{reftable, strange};

/// How references are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefFormat {
    /// Loose files and `packed-refs`.
    Files,
    /// Reference tables (git 2.45 and later).
    Reftable,
}

/// An opened repository.
///
/// It holds no lock and no open directory; it may be kept, and sees later changes of references and index.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(super) inner: gix::Repository,
    pub(super) root: Option<PathBuf>,
    pub(super) index: PathBuf,
    pub(super) tables: Option<reftable::Stacks>,
    /// What the environment says of git's configuration.
    pub(super) configuration: Arc<Configuration>,
    /// How many superprojects were gone through to get here.
    pub(super) depth: u8,
}

impl Repository {
    /// Finds the repository that contains `physical_dir`; `None` if there is none. Nothing but its own files configures it.
    ///
    /// # Cost
    ///
    /// About 0.1 ms; no thread, no process.
    pub fn discover(physical_dir: &Path) -> Result<Option<Self>, OpenError> {
        Self::discover_with(physical_dir, &Environment::default())
    }

    /// Does the same under an environment that may name the repository itself.
    pub fn discover_with(physical_dir: &Path, environment: &Environment) -> Result<Option<Self>, OpenError> {
        let found = match &environment.git_dir {
            Some(git_dir) => Some(Self::open_named(&physical_dir.join(git_dir), physical_dir, environment)?),
            None => Self::search(physical_dir, environment)?,
        };
        Ok(found.map(|mut found| {
            if let Some(index) = &environment.index_file {
                found.index = found.root.as_deref().unwrap_or(physical_dir).join(index);
            }
            found
        }))
    }

    fn search(physical_dir: &Path, environment: &Environment) -> Result<Option<Self>, OpenError> {
        if let Some(path) = strange::find(physical_dir) {
            return Err(OpenError::NotAFile { path });
        }
        let search = upwards::Options {
            ceiling_dirs: environment.ceilings.clone(),
            match_ceiling_dir_or_error: false,
            cross_fs: environment.across_file_systems,
            // Who owns it is asked below.
            trust: upwards::TrustPolicy::Assume(Trust::Full),
            ..Default::default()
        };
        let configuration = &environment.configuration;
        let options = configuration.options();
        let trust = trust::Mapping { full: options.clone(), reduced: options };
        match gix::ThreadSafeRepository::discover_opts(physical_dir, search, trust) {
            Ok(found) => {
                let mut found = Self::from_inner(found.to_thread_local(), configuration);
                if !found.is_trusted(physical_dir, configuration)? {
                    return Err(OpenError::NotTrusted { path: physical_dir.to_owned() });
                }
                found.configure()?;
                if found.is_forbidden_bare() {
                    return Err(OpenError::NotTrusted { path: physical_dir.to_owned() });
                }
                if let Some(work_tree) = &environment.work_tree {
                    found.set_work_tree(physical_dir.join(work_tree));
                }
                Ok(Some(found))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(refusal(physical_dir, error)),
        }
    }

    /// Opens the repository whose work tree begins, or whose git directory is, at `path`; no search. Nobody asks whose it is, and nothing but its own
    /// files configures it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let configuration = Arc::default();
        Self::open_at(path, Configuration::options(&configuration), &configuration)
    }

    /// Opens another repository under the environment of this one, which says no more about it than how git is configured.
    pub(super) fn open_other(&self, path: &Path) -> Result<Self, OpenError> {
        Self::open_at(path, self.configuration.options(), &self.configuration)
    }

    /// Opens the repository that the user named; like git, asks nobody whose it is.
    fn open_named(git_dir: &Path, current: &Path, environment: &Environment) -> Result<Self, OpenError> {
        let configuration = &environment.configuration;
        let mut opened =
            Self::open_at(git_dir, configuration.options().open_path_as_is(true), configuration)?;
        let configured = opened.inner.config_snapshot().string("core.worktree").is_some();
        match &environment.work_tree {
            Some(path) => opened.set_work_tree(current.join(path)),
            None if configured || opened.is_bare_by_configuration() => {}
            None => opened.set_work_tree(current.to_owned()),
        }
        Ok(opened)
    }

    fn open_at(
        path: &Path,
        options: gix::open::Options,
        configuration: &Arc<Configuration>,
    ) -> Result<Self, OpenError> {
        // The path is that of a work tree, or of a repository's own directory.
        if let Some(path) = strange::find_at(path) {
            return Err(OpenError::NotAFile { path });
        }
        let opened = options.with(Trust::Full).open(path).map_err(|error| refusal(path, error))?;
        let mut opened = Self::from_inner(opened.to_thread_local(), configuration);
        opened.configure()?;
        Ok(opened)
    }

    fn set_work_tree(&mut self, path: PathBuf) {
        if self.inner.set_workdir(path.clone()).is_ok() {
            self.root = Some(path);
        }
    }

    fn from_inner(inner: gix::Repository, configuration: &Arc<Configuration>) -> Self {
        let root = inner.workdir().map(Path::to_owned);
        let by_tables = inner
            .config_snapshot()
            .string("extensions.refStorage")
            .is_some_and(|format| format.eq_ignore_ascii_case(b"reftable"));
        let tables = by_tables.then(|| reftable::Stacks::new(inner.git_dir(), inner.common_dir()));
        let index = inner.git_dir().join("index");
        Self { inner, root, index, tables, configuration: Arc::clone(configuration), depth: 0 }
    }

    fn is_bare_by_configuration(&self) -> bool {
        self.inner.config_snapshot().boolean("core.bare").unwrap_or(false)
    }

    /// Says whether `safe.bareRepository=explicit` forbids this one. Only the user's own configuration counts.
    fn is_forbidden_bare(&self) -> bool {
        let git_dir = self.inner.git_dir();
        if self.root.is_some() || git_dir.file_name().is_some_and(|name| name == ".git") {
            return false;
        }
        let config = self.inner.config_snapshot();
        let value = config.plumbing().string_filter("safe.bareRepository", |section| {
            section.source.kind() != Kind::Repository && section.source != Source::Api
        });
        value.is_some_and(|value| value.as_bstr() == "explicit")
    }

    /// The top of the work tree; `None` for a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// The directory with this work tree's `HEAD` and index.
    pub fn git_dir(&self) -> &Path {
        self.inner.git_dir()
    }

    /// The directory with what all work trees share: objects, branches, configuration.
    pub fn common_dir(&self) -> &Path {
        self.inner.common_dir()
    }

    /// The index file, which need not exist.
    pub fn index_path(&self) -> &Path {
        &self.index
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.root.is_none()
    }

    /// Whether the work tree was made by `git worktree add`.
    pub fn is_linked_worktree(&self) -> bool {
        self.git_dir() != self.common_dir()
    }

    /// Whether the repository is kept inside that of a superproject.
    pub fn is_submodule(&self) -> bool {
        matches!(self.inner.kind(), gix::repository::Kind::Submodule)
    }

    /// How references are stored.
    pub fn ref_format(&self) -> RefFormat {
        if self.tables.is_some() { RefFormat::Reftable } else { RefFormat::Files }
    }

    /// A setting that is `true` or `false`, with git's default where it is absent or unreadable.
    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        self.inner.config_snapshot().boolean(key).unwrap_or(default)
    }

    /// A setting as text.
    pub(super) fn setting(&self, key: &str) -> Option<Vec<u8>> {
        self.inner.config_snapshot().string(key).map(|value| value.as_bytes().to_vec())
    }
}

fn is_absent(error: &gix::Error) -> bool {
    use upwards::Error as Search;
    matches!(
        error.downcast_any_ref::<Search>(),
        Some(
            Search::NoGitRepository { .. }
                | Search::NoGitRepositoryWithinCeiling { .. }
                | Search::NoGitRepositoryWithinFs { .. }
        )
    )
}

fn refusal(path: &Path, error: gix::Error) -> OpenError {
    OpenError::Unreadable { path: path.to_owned(), source: error }
}
