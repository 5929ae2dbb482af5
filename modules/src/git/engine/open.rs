//! Finding and opening a repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::ByteSlice;
use gix::config::file::Metadata;
use gix::config::{Source, source::Kind};
use gix::sec::Trust;

use super::environment::{Configuration, Environment};
use super::error::OpenError;
use super::objects::Alternates;
use super::{discovery, reftable, strange};

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
    pub(super) git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    /// The directory with the references that all work trees share; not the one that `GIT_COMMON_DIR` names.
    pub(super) refs_dir: PathBuf,
    pub(super) root: Option<PathBuf>,
    /// Whether the place is in the repository's own directory, where git does not look at the work tree beside it.
    pub(super) is_beside: bool,
    /// Whether it says that it is bare and where its work tree is: git takes that for neither.
    pub(super) is_bogus: bool,
    pub(super) index: PathBuf,
    pub(super) tables: Option<reftable::Stacks>,
    /// Where more objects are, by the environment.
    pub(super) alternates: Alternates,
    /// The files that give commits other parents, where the environment names them. One without a name is not there.
    pub(super) grafts: Option<PathBuf>,
    pub(super) shallow: Option<PathBuf>,
    /// What the environment says of git's configuration.
    pub(super) configuration: Arc<Configuration>,
    /// How many superprojects were gone through to get here.
    pub(super) depth: u8,
}

impl Repository {
    /// Finds the repository that contains `physical_dir`; `None` if there is none. Nothing but its own files configures
    /// it.
    ///
    /// # Cost
    ///
    /// About 0.1 ms; no thread, no process.
    pub fn discover(physical_dir: &Path) -> Result<Option<Self>, OpenError> {
        Self::discover_with(physical_dir, &Environment::default())
    }

    /// Does the same under an environment that may name the repository itself.
    ///
    /// # Errors
    ///
    /// Where git gives up.
    pub fn discover_with(physical_dir: &Path, environment: &Environment) -> Result<Option<Self>, OpenError> {
        let found = match &environment.git_dir {
            Some(git_dir) => discovery::named(&physical_dir.join(git_dir), environment)?,
            None => match discovery::search(physical_dir, environment)? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let configuration = &environment.configuration;
        let is_named = environment.git_dir.is_some();
        // Before anything of it is opened: whoever owns it could put a pipe in the place of a file that has been looked
        // at.
        if !is_named && !found.is_trusted(physical_dir, configuration)? {
            return Err(OpenError::NotTrusted { path: physical_dir.to_owned() });
        }
        let own_common_dir = environment.common_dir.as_deref();
        // Gitoxide is shown the directory with objects and configuration; the rest is read here.
        let mut opened = Self::from_dir(own_common_dir.unwrap_or(&found.git_dir), configuration)?;
        opened.git_dir.clone_from(&found.git_dir);
        if own_common_dir.is_some() {
            opened.refs_dir = discovery::common_dir(&found.git_dir, &Environment::default());
        }
        let implied = if is_named { Some(physical_dir) } else { found.top.as_deref() };
        opened.set_up(environment, implied)?;
        if !is_named && found.top.is_none() && opened.is_forbidden_bare() {
            return Err(OpenError::NotTrusted { path: physical_dir.to_owned() });
        }
        let base = opened.root.as_deref().unwrap_or(physical_dir).to_owned();
        // A file without a name is not there.
        let at = |file: &PathBuf| {
            if file.as_os_str().is_empty() { PathBuf::new() } else { base.join(file) }
        };
        if let Some(index) = &environment.index_file {
            opened.index = at(index);
        }
        opened.grafts = environment.grafts.as_ref().map(at);
        opened.shallow = environment.shallow.as_ref().map(at);
        Ok(Some(opened))
    }

    /// Opens the repository whose work tree begins, or whose git directory is, at `path`; no search. Nobody asks whose
    /// it is, and nothing but its own files configures it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_at(path, &Arc::default())
    }

    /// Opens another repository under the environment of this one, which says no more about it than how git is
    /// configured.
    pub(super) fn open_other(&self, path: &Path) -> Result<Self, OpenError> {
        Self::open_at(path, &self.configuration)
    }

    fn open_at(path: &Path, configuration: &Arc<Configuration>) -> Result<Self, OpenError> {
        let environment = Environment { configuration: Arc::clone(configuration), ..Environment::default() };
        let found = discovery::at(path, &environment)?;
        let found = found.ok_or_else(|| OpenError::Nowhere { path: path.to_owned() })?;
        let mut opened = Self::from_dir(&found.git_dir, configuration)?;
        opened.set_up(&environment, found.top.as_deref())?;
        Ok(opened)
    }

    /// Opens a repository's own directory, without the settings outside of it.
    fn from_dir(dir: &Path, configuration: &Arc<Configuration>) -> Result<Self, OpenError> {
        if let Some(refused) = strange::find_in(dir) {
            return Err(refused);
        }
        let options = || configuration.options().open_path_as_is(true).with(Trust::Full);
        let (inner, git_dir) = match options().open(dir) {
            Ok(inner) => (inner, None),
            Err(error) => {
                // Gitoxide does not know one that shares another one's objects and is no work tree's.
                let common = discovery::common_dir(dir, &Environment::default());
                if common == dir || dir.join("config.worktree").exists() {
                    return Err(refusal(dir, error));
                }
                (options().open(&common).map_err(|error| refusal(&common, error))?, Some(dir.to_owned()))
            }
        };
        let inner = inner.to_thread_local();
        let git_dir = git_dir.unwrap_or_else(|| inner.git_dir().to_owned());
        let common_dir = inner.common_dir().to_owned();
        let refs_dir = common_dir.clone();
        let configuration = Arc::clone(configuration);
        let (root, index) = (None, PathBuf::new());
        Ok(Self {
            inner,
            git_dir,
            common_dir,
            refs_dir,
            root,
            is_beside: false,
            is_bogus: false,
            index,
            tables: None,
            alternates: Alternates::default(),
            grafts: None,
            shallow: None,
            configuration,
            depth: 0,
        })
    }

    fn find_tables(&mut self) {
        let config = self.inner.config_snapshot();
        let format = config.string("extensions.refStorage");
        if format.is_some_and(|format| format.eq_ignore_ascii_case(b"reftable")) {
            self.tables = Some(reftable::Stacks::new(&self.git_dir, &self.refs_dir));
        }
    }

    /// The top of the work tree by the repository's own configuration, or else the one that is implied by where it was
    /// found.
    ///
    /// With it comes whether it is only known to be beside the repository's own directory.
    ///
    /// Source: `check_repository_format_gently` and `setup_explicit_git_dir` in git's `setup.c`.
    /// # Errors
    ///
    /// Where its configuration says a path from its directory on that leads to no folder.
    fn own_work_tree(&mut self, implied: Option<&Path>) -> Result<Option<(PathBuf, bool)>, OpenError> {
        let config = self.inner.config_snapshot();
        let own = config.plumbing();
        // What work trees share says nothing about one of them, unless each may say something else.
        let is_shared = self.git_dir != self.common_dir
            && own.boolean("extensions.worktreeConfig").ok().flatten() != Some(true);
        let says = |section: &Metadata| match section.source {
            Source::Local => !is_shared,
            Source::Worktree => true,
            _ => false,
        };
        let named = own.string_filter("core.worktree", says);
        if own.boolean_filter("core.bare", says).ok().flatten() == Some(true) {
            self.is_bogus = named.is_some();
            return Ok(None);
        }
        let Some(named) = named else {
            return Ok(match implied {
                Some(top) => Some((top.to_owned(), false)),
                // In a directory `.git` itself the path of the work tree beside it is shown, and nothing of its state.
                None => {
                    let beside = self.git_dir.parent().filter(|_| self.git_dir.ends_with(".git"));
                    beside.map(|top| (top.to_owned(), true))
                }
            });
        };
        let Ok(named) = gix::path::from_bstr(named.as_bstr()) else { return Ok(None) };
        let path = self.git_dir.join(&named);
        if named.is_relative() && !path.is_dir() {
            return Err(OpenError::Nowhere { path });
        }
        Ok(Some((path.canonicalize().unwrap_or(path), false)))
    }

    /// Says what the repository's own configuration, the environment and the place where it was found make of it.
    fn set_up(&mut self, environment: &Environment, implied: Option<&Path>) -> Result<(), OpenError> {
        self.check_format()?;
        self.find_tables();
        self.index = self.git_dir.join("index");
        let (root, is_beside) = match &environment.work_tree {
            Some(top) => Some((top.clone(), false)),
            None => self.own_work_tree(implied)?,
        }
        .unzip();
        // Where there is no folder, git is in no work tree; where there could be none, it gives up.
        let is_missing = |root: &PathBuf| Some(&**root) != implied && !root.is_dir();
        if let Some(root) = root.as_ref().filter(|root| is_missing(root))
            && root.parent().is_some_and(|above| !above.exists())
        {
            return Err(OpenError::Nowhere { path: root.clone() });
        }
        let root = root.filter(|root| !is_missing(root));
        self.is_beside = is_beside.unwrap_or_default();
        self.root.clone_from(&root);
        if self.inner.workdir() != root.as_deref() {
            let path = root.clone().unwrap_or_default();
            self.inner.set_workdir(root).map_err(|error| refusal(&path, error))?;
        }
        self.configure()?;
        self.check_values()?;
        self.look_for_objects(environment)
    }

    /// Says whether `safe.bareRepository=explicit` forbids this one, which has no `.git` above it. Only the user's own
    /// configuration counts.
    ///
    /// Source: `is_implicit_bare_repo` in git's `setup.c`.
    fn is_forbidden_bare(&self) -> bool {
        let path = self.git_dir.as_os_str().as_encoded_bytes();
        let is_part = |of: &[u8]| path.find(of).is_some();
        if self.git_dir.ends_with(".git") || is_part(b"/.git/worktrees/") || is_part(b"/.git/modules/") {
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
        &self.git_dir
    }

    /// The directory with what all work trees share: objects, branches, configuration.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The index file, which need not exist.
    pub fn index_path(&self) -> &Path {
        &self.index
    }

    /// The top of the work tree that git would look at from here: not from the repository's own directory.
    pub fn work_tree(&self) -> Option<&Path> {
        self.root().filter(|_| !self.is_beside)
    }

    /// Whether it says that it is bare and where its work tree is. Git gives up where that matters.
    pub fn is_bogus(&self) -> bool {
        self.is_bogus
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

fn refusal(path: &Path, error: gix::Error) -> OpenError {
    OpenError::Unreadable { path: path.to_owned(), source: error }
}
