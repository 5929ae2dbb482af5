//! The place: the directory that a prompt is drawn for.

use std::any::{Any, TypeId};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::io::{DirEntry, FileKind, Io};

/// The directory that a prompt is drawn for.
#[derive(Debug)]
pub struct Place {
    /// The directory as the shell calls it.
    pub logical: PathBuf,
    /// The directory with symbolic links resolved.
    pub physical: PathBuf,
    /// The user's home directory: an absolute path.
    pub home: Option<PathBuf>,
    /// How long one program may run (`command_timeout`).
    pub command_timeout: Duration,
    scan: Scan,
    listing: OnceLock<Listing>,
    repository: OnceLock<Option<PathBuf>>,
    may_be_bare: OnceLock<bool>,
    shared: Mutex<Vec<Made>>,
}

impl Place {
    /// Describes a directory.
    pub fn new(
        logical: PathBuf,
        physical: PathBuf,
        home: Option<PathBuf>,
        command_timeout: Duration,
    ) -> Place {
        Place {
            logical,
            physical,
            // A relative one is whatever folder the shell is in.
            home: home.filter(|home| home.is_absolute()),
            command_timeout,
            scan: Scan::default(),
            listing: OnceLock::new(),
            repository: OnceLock::new(),
            may_be_bare: OnceLock::new(),
            shared: Mutex::default(),
        }
    }

    /// Says how the directory is to be listed.
    #[must_use]
    pub fn scanned(self, scan: Scan) -> Place {
        Place { scan, ..self }
    }

    /// Gives programs more time.
    #[must_use]
    pub fn patient(self, command_timeout: Duration) -> Place {
        Place { command_timeout, ..self }
    }

    /// What is in the directory: one listing that all sources share, made when the first one asks. Of symbolic links it
    /// knows what those lead to whose names `is_wanted`; others are not looked at, since it may take for ever.
    pub async fn listing<I: Io>(&self, io: &I, is_wanted: impl Fn(&OsStr) -> bool + Send) -> &Listing {
        let listing = match self.listing.get() {
            Some(listing) => listing,
            None => {
                let Scan { follow_symlinks, timeout } = self.scan;
                let entries = io.list(&self.physical, follow_symlinks, timeout).await.unwrap_or_default();
                self.listing.get_or_init(|| Listing::new(entries))
            }
        };
        for link in &listing.links {
            if link.kind.get().is_none() && is_wanted(&link.name) {
                let kind = io.kind(&self.physical.join(&link.name)).await;
                // One that leads nowhere is a file that is missing.
                let _ = link.kind.set(kind.unwrap_or(FileKind::File));
            }
        }
        listing
    }

    /// Whether the directory matches what a module looks for, as [`Listing::matches`] does.
    pub async fn matches<I: Io>(
        &self,
        io: &I,
        files: &[&str],
        folders: &[&str],
        extensions: &[&str],
    ) -> bool {
        let listing = self.listing(io, |name| is_named(name, files, folders, extensions)).await;
        listing.matches(files, folders, extensions)
    }

    /// Whether there is a file of this name.
    pub async fn has_file<I: Io>(&self, io: &I, name: &str) -> bool {
        self.listing(io, |other| other == name).await.has_file(name)
    }

    /// Whether there is a folder of this name.
    pub async fn has_folder<I: Io>(&self, io: &I, name: &str) -> bool {
        self.listing(io, |other| other == name).await.has_folder(name)
    }

    /// The root of the git work tree around the place: the nearest folder that holds `.git`, as a folder or a file. It
    /// is not looked for at and above the directories of `GIT_CEILING_DIRECTORIES`, which whoever asks has among its
    /// variables.
    pub async fn repository_root<I: Io>(&self, io: &I) -> Option<&Path> {
        if self.repository.get().is_none() {
            let mut found = None;
            let ceilings = self.ceilings(io).await;
            for folder in self.physical.ancestors() {
                // The search may begin at a ceiling.
                if folder != self.physical && ceilings.iter().any(|ceiling| ceiling == folder) {
                    break;
                }
                if looks_like_repository(&folder.join(".git"), io).await {
                    found = Some(folder.to_owned());
                    break;
                }
            }
            // Another source may have found the same meanwhile.
            let _ = self.repository.set(found);
        }
        self.repository.get().and_then(Option::as_deref)
    }

    /// Where git's search ends. Source: git(1), `GIT_CEILING_DIRECTORIES`.
    async fn ceilings<I: Io>(&self, io: &I) -> Vec<PathBuf> {
        let Some(list) = io.env("GIT_CEILING_DIRECTORIES") else { return Vec::new() };
        let mut ceilings = Vec::new();
        // Those after an empty one are taken as they are.
        let mut is_plain = false;
        for ceiling in std::env::split_paths(&list) {
            if ceiling.as_os_str().is_empty() {
                is_plain = true;
            } else if ceiling.is_absolute() && is_plain {
                ceilings.push(ceiling.components().as_path().to_owned());
            } else if ceiling.is_absolute() {
                // One that is not there ends no search.
                let plain = ceiling.components().as_path().to_owned();
                ceilings.push(io.identity(&ceiling).await.map_or(plain, |identity| identity.path));
            }
        }
        ceilings
    }

    /// Whether the place may be in a git repository, with a work tree or without: a few look-ups, so that most places
    /// need no more.
    pub async fn may_be_in_repository<I: Io>(&self, io: &I) -> bool {
        if self.repository_root(io).await.is_some() {
            return true;
        }
        if let Some(known) = self.may_be_bare.get() {
            return *known;
        }
        let mut found = false;
        for folder in self.physical.ancestors() {
            found = io.kind(&folder.join("HEAD")).await.is_some()
                && io.kind(&folder.join("objects")).await.is_some();
            if found {
                break;
            }
        }
        *self.may_be_bare.get_or_init(|| found)
    }

    /// Makes something once that several sources need, such as an opened repository.
    ///
    /// Two sources that ask at the same time may both make it; the first one's is kept.
    pub fn share<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let id = TypeId::of::<T>();
        if let Some(made) = self.made(id) {
            return made;
        }
        let made = Arc::new(make());
        // Somebody else may have been quicker.
        if let Some(first) = self.made(id) {
            return first;
        }
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).push((id, made.clone()));
        made
    }

    fn made<T: Any + Send + Sync>(&self, id: TypeId) -> Option<Arc<T>> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, made) = shared.iter().find(|(other, _)| *other == id)?;
        made.clone().downcast().ok()
    }
}

/// Something that was made once, by its type.
type Made = (TypeId, Arc<dyn Any + Send + Sync>);

/// How a directory is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Whether a symbolic link to a folder is a folder.
    pub follow_symlinks: bool,
    /// After how long the rest is left out.
    pub timeout: Duration,
}

impl Default for Scan {
    /// Follows links and takes its time.
    fn default() -> Scan {
        Scan { follow_symlinks: true, timeout: Duration::MAX }
    }
}

/// Whether a `.git` is a repository, or points to one: an empty folder of that name is not.
async fn looks_like_repository<I: Io>(dot_git: &Path, io: &I) -> bool {
    match io.kind(dot_git).await {
        Some(FileKind::File) => true,
        Some(FileKind::Folder) => io.kind(&dot_git.join("HEAD")).await.is_some(),
        None => false,
    }
}

/// What is in a directory, ready to be asked for names and extensions: sorted, for a prompt asks some hundred times.
#[derive(Debug, Default)]
pub struct Listing {
    files: Vec<OsString>,
    folders: Vec<OsString>,
    extensions: Vec<Box<str>>,
    /// Nearly always few, or none.
    links: Vec<Link>,
}

/// A symbolic link.
#[derive(Debug)]
struct Link {
    name: OsString,
    /// What it leads to, once somebody has looked.
    kind: OnceLock<FileKind>,
}

impl Link {
    fn is(&self, kind: FileKind) -> bool {
        self.kind.get() == Some(&kind)
    }
}

impl Listing {
    /// Sorts the entries of a directory by what can be asked of them.
    pub fn new(entries: Vec<DirEntry>) -> Listing {
        let mut listing = Listing::default();
        for DirEntry { name, is_folder, is_link } in entries {
            if is_link {
                listing.links.push(Link { name, kind: OnceLock::new() });
                continue;
            }
            if is_folder {
                listing.folders.push(name);
                continue;
            }
            listing.extensions.extend(name.to_str().into_iter().flat_map(extensions).map(Box::from));
            listing.files.push(name);
        }
        listing.files.sort_unstable();
        listing.folders.sort_unstable();
        listing.extensions.sort_unstable();
        listing.extensions.dedup();
        listing
    }

    /// Whether there is a file of this name.
    pub fn has_file(&self, name: &str) -> bool {
        self.files.binary_search_by(|file| file.as_os_str().cmp(OsStr::new(name))).is_ok()
            || self.has_link(name, FileKind::File)
    }

    /// Whether there is a folder of this name.
    pub fn has_folder(&self, name: &str) -> bool {
        self.folders.binary_search_by(|folder| folder.as_os_str().cmp(OsStr::new(name))).is_ok()
            || self.has_link(name, FileKind::Folder)
    }

    /// Whether there is a file with this extension, written without the dot.
    pub fn has_extension(&self, extension: &str) -> bool {
        self.extensions.binary_search_by(|other| (**other).cmp(extension)).is_ok()
            || self.links.iter().any(|link| link.is(FileKind::File) && has_extension(&link.name, extension))
    }

    fn has_link(&self, name: &str, kind: FileKind) -> bool {
        self.links.iter().any(|link| link.name == name && link.is(kind))
    }

    /// The names of all files, and of links that are known to lead to one.
    pub fn files(&self) -> impl Iterator<Item = &OsStr> {
        let links = self.links.iter().filter(|link| link.is(FileKind::File)).map(|link| &link.name);
        self.files.iter().chain(links).map(AsRef::as_ref)
    }

    /// Whether the directory matches what a module looks for: at least one hit, and none of those written with a
    /// leading `!`.
    pub fn matches(&self, files: &[&str], folders: &[&str], extensions: &[&str]) -> bool {
        let mut hit = false;
        type Has = fn(&Listing, &str) -> bool;
        let lists: [(&[&str], Has); 3] = [
            (files, Listing::has_file),
            (folders, Listing::has_folder),
            (extensions, Listing::has_extension),
        ];
        for (names, has) in lists {
            for name in names {
                match name.strip_prefix('!') {
                    Some(unwanted) if has(self, unwanted) => return false,
                    Some(_) => {}
                    None => hit = hit || has(self, name),
                }
            }
        }
        hit
    }
}

/// Whether a module that looks for these asks for this name, be it to stay away.
pub fn is_named(name: &OsStr, files: &[&str], folders: &[&str], extensions: &[&str]) -> bool {
    let plain = |wanted: &&str| wanted.strip_prefix('!').unwrap_or(wanted) == name;
    files.iter().chain(folders).any(plain)
        || extensions.iter().any(|wanted| has_extension(name, wanted.strip_prefix('!').unwrap_or(wanted)))
}

fn has_extension(name: &OsStr, extension: &str) -> bool {
    name.to_str().is_some_and(|name| extensions(name).any(|other| other == extension))
}

/// The extensions of a file's name: what follows the last dot and what follows the first; none for a name that begins
/// with a dot.
fn extensions(name: &str) -> impl Iterator<Item = &str> {
    let visible = !name.starts_with('.');
    let last = name.rsplit_once('.').map(|(_, extension)| extension);
    let first = name.split_once('.').map(|(_, extension)| extension);
    last.into_iter().chain(first).filter(move |_| visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> Listing {
        let entry = |name: &&str| DirEntry {
            name: name.trim_end_matches('/').into(),
            is_folder: name.ends_with('/'),
            is_link: false,
        };
        Listing::new(names.iter().map(entry).collect())
    }

    #[test]
    fn a_relative_home_is_none() {
        for (home, is_known) in [(".", false), ("", false), ("home", false), ("/home/me", true)] {
            let place = Place::new("/".into(), "/".into(), Some(home.into()), Duration::MAX);
            assert_eq!(place.home.is_some(), is_known, "{home}");
        }
    }

    #[test]
    fn extensions_are_those_after_the_first_and_the_last_dot() {
        let listing = listing(&["a.tar.gz", ".hidden.rs", "folder.py/"]);
        assert!(listing.has_extension("gz") && listing.has_extension("tar.gz"));
        assert!(!listing.has_extension("rs") && !listing.has_extension("py"));
    }

    #[test]
    fn links_are_looked_behind_only_where_somebody_asks() {
        use crate::io::{Real, Sent, Simulated};
        use futures_lite::future::block_on;

        let folder = tempfile::tempdir().unwrap();
        for (name, target) in
            [("a.py", "/etc/passwd"), ("venv", "/etc"), ("gone.rs", "nowhere"), ("nas", "/proc")]
        {
            std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
        }
        let at = folder.path().to_owned();
        let place = |follow_symlinks| {
            Place::new(at.clone(), at.clone(), None, Duration::MAX)
                .scanned(Scan { follow_symlinks, timeout: Duration::MAX })
        };
        let (place, unfollowed, io) = (place(true), place(false), Real::with(Sent::default()));
        assert!(block_on(place.matches(&io, &[], &[], &["py"])));
        assert!(block_on(place.has_folder(&io, "venv")) && !block_on(place.has_file(&io, "venv")));
        assert!(block_on(place.matches(&io, &[], &[], &["rs"])), "one that leads nowhere is a file");
        assert!(!block_on(place.matches(&io, &["!a.py"], &[], &["py"])));
        let listing = place.listing.get().unwrap();
        assert!(listing.links.iter().all(|link| (link.name == "nas") == link.kind.get().is_none()));
        assert!(block_on(unfollowed.has_file(&io, "venv")) && !block_on(unfollowed.has_folder(&io, "venv")));
        assert!(!block_on(place.has_file(&Simulated::new(), "b")));
    }

    #[test]
    fn a_repository_is_not_looked_for_at_a_ceiling() {
        use crate::io::Simulated;
        use futures_lite::future::block_on;

        let io = || Simulated::new().file("/a/r/.git/HEAD", "").folder("/a/r/b/c").link("/l", "/a/r");
        for (place, ceilings, is_found) in [
            ("/a/r/b/c", "", true),
            ("/a/r/b/c", "/a", true),
            ("/a/r/b/c", "/a/r", false),
            ("/a/r/b/c", "/a/r/", false),
            ("/a/r/b/c", "/a/r/b", false),
            ("/a/r/b/c", "/a/r/b/c", true),
            ("/a/r/b/c", "/none:/a/r/b", false),
            ("/a/r/b/c", "/l", false),
            ("/a/r/b/c", ":/l", true),
            ("/a/r/b/c", ":/a/r/", false),
            ("/a/r/b/c", "a/r:r", true),
            ("/a/r", "/a/r", true),
        ] {
            let io = io().env_var("GIT_CEILING_DIRECTORIES", ceilings);
            let place = Place::new(place.into(), place.into(), None, Duration::MAX);
            let found = block_on(place.repository_root(&io));
            assert_eq!(found.is_some(), is_found, "{} {ceilings}", place.physical.display());
        }
    }

    #[test]
    fn one_unwanted_name_vetoes() {
        let listing = listing(&["package.json", "deno.json"]);
        assert!(listing.matches(&["package.json"], &[], &[]));
        assert!(!listing.matches(&["package.json", "!deno.json"], &[], &[]));
        assert!(!listing.matches(&["!bun.lock"], &[], &[]), "a veto that does not hit is no hit");
    }
}
