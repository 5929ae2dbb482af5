//! The opened repository that all git sources of a place share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::source::{ReadError, Trigger};

use super::engine::{self, Configuration, Environment, OpenError, Repository};

/// The variables that say where a repository is, and how git is configured. Source: git(1), "The Git Repository";
/// git-config(1), "Files".
pub(super) const VARIABLES: &[&str] = &{
    const OWN: [&str; 10] = Environment::VARIABLES;
    let mut all = [""; OWN.len() + Configuration::VARIABLES.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < OWN.len() { OWN[at] } else { Configuration::VARIABLES[at - OWN.len()] };
        at += 1;
    }
    all
};

/// A command can change a repository that several shells show.
pub(super) const EVENTS: &[Trigger] = &[Trigger::CommandEnd];

/// The repository around a place, opened by whoever asked first.
#[derive(Debug)]
pub(super) struct Shared {
    repository: Mutex<Result<Option<Repository>, OpenError>>,
    /// What the shell's environment says; empty where git gives up at it.
    environment: Environment,
}

/// What facts about a repository depend on, as far as a stored one goes: where its parts are, and where git's
/// configuration is. Two shells may see one repository with different work trees, indexes and settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RepositoryKey {
    git_dir: PathBuf,
    work_tree: Option<PathBuf>,
    index: Option<PathBuf>,
    common_dir: Option<PathBuf>,
    /// Where objects are, by the environment: instead of the repository's own, and besides them.
    objects: (Option<PathBuf>, Vec<PathBuf>),
    /// What gives commits other parents, by the environment.
    parents: [Option<PathBuf>; 2],
    configuration: Configuration,
}

/// The key of a source that reads the repository around a place; `None` if there is none.
pub(super) async fn key<I: Io>(place: &Place, io: &I) -> Option<RepositoryKey> {
    if !place.may_be_in_repository(io).await && !io.has_env("GIT_DIR") {
        return None;
    }
    if io.may_wait() {
        wait_for_parts(place, io).await;
    }
    open(place, io).key(place)
}

/// Waits for file systems that may not answer and have a part of the repository: a `.git` file, a link or a list of
/// alternates leads there.
async fn wait_for_parts<I: Io>(place: &Place, io: &I) {
    let Some(git_dir) = engine::own_directory(&place.physical) else { return };
    io.wait_for(&git_dir).await;
    let common_dir = engine::common_directory(&git_dir);
    io.wait_for(&common_dir).await;
    for part in ["HEAD", "index"] {
        io.wait_for(&git_dir.join(part)).await;
    }
    for part in ["config", "refs", "refs/heads", "logs", "objects", "objects/info", "objects/pack"] {
        io.wait_for(&common_dir.join(part)).await;
    }
    for other in engine::alternate_directories(&common_dir.join("objects")) {
        io.wait_for(&other).await;
    }
}

/// The same for a source that reads the work tree; `None` if there is none, as in a bare repository.
pub(super) async fn work_tree_key<I: Io>(place: &Place, io: &I) -> Option<RepositoryKey> {
    let key = key(place, io).await?;
    let is_bare = matches!(
        &*open(place, io).repository.lock().unwrap_or_else(PoisonError::into_inner),
        Ok(Some(repository)) if repository.work_tree().is_none() && !repository.is_bogus()
    );
    (!is_bare).then_some(key)
}

/// Opens the repository around a place, or finds it opened.
pub(super) fn open<I: Io>(place: &Place, io: &I) -> Arc<Shared> {
    place.share(|| {
        let configuration = Arc::new(Configuration::new(|name| io.env(name)));
        let environment = Environment::new(&place.physical, |name| io.env(name), Arc::clone(&configuration));
        let (repository, environment) = match environment {
            Ok(environment) => (Repository::discover_with(&place.physical, &environment), environment),
            Err(error) => (Err(error), Environment { configuration, ..Environment::default() }),
        };
        Shared { repository: Mutex::new(repository), environment }
    })
}

impl Shared {
    /// Where the repository is; `None` if there is none. One that cannot be opened has a key, so that the reading can
    /// say why.
    fn key(&self, place: &Place) -> Option<RepositoryKey> {
        let (git_dir, work_tree, index) =
            match &*self.repository.lock().unwrap_or_else(PoisonError::into_inner) {
                Ok(Some(repository)) => (
                    repository.git_dir().to_owned(),
                    repository.root().map(Path::to_owned),
                    self.environment.index_file.as_ref().map(|_| repository.index_path().to_owned()),
                ),
                Ok(None) => return None,
                Err(_) => (place.physical.clone(), None, self.environment.index_file.clone()),
            };
        let Environment { common_dir, objects, alternates, grafts, shallow, configuration, .. } =
            &self.environment;
        Some(RepositoryKey {
            git_dir,
            work_tree,
            index,
            common_dir: common_dir.clone(),
            objects: (objects.clone(), alternates.clone()),
            parents: [grafts.clone(), shallow.clone()],
            configuration: Configuration::clone(configuration),
        })
    }

    /// Reads something small.
    pub(super) fn read<T, E>(&self, read: impl FnOnce(&Repository) -> Result<T, E>) -> Result<T, ReadError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match &*self.repository.lock().unwrap_or_else(PoisonError::into_inner) {
            Ok(Some(repository)) => read(repository).map_err(error),
            Ok(None) => Err(ReadError::nothing("there is no repository")),
            Err(refused) => Err(ReadError::unexpected(refused.to_string())),
        }
    }

    /// Reads something large on another thread. Dropping the future stops the reading soon.
    pub(super) async fn read_aside<I, T, E>(
        &self,
        io: &I,
        read: impl FnOnce(&Repository, &AtomicBool) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ReadError>
    where
        I: Io,
        T: Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        let repository = self.read(|repository| Ok::<_, ReadError>(repository.clone()))?;
        let stop = StopOnDrop::default();
        let interrupt = stop.0.clone();
        io.unblock(move || read(&repository, &interrupt)).await.map_err(error)
    }
}

fn error<E: std::error::Error + Send + Sync + 'static>(error: E) -> ReadError {
    ReadError::io("read the repository")(std::io::Error::other(error))
}

/// Tells a reading to stop when nobody waits for it any more.
#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
