//! What has the name of a repository's file and is none.
//!
//! Gitoxide opens files as the standard library does: a pipe in the place of `HEAD` keeps it waiting for somebody at the other end. An archive can
//! bring one along. So what it will open is looked at first, as far as its path is known: when a repository is opened, and before objects, references
//! and attributes are read. A single object is not: its path is known too late.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use gix::config::File;
use gix::config::file::{Metadata, init::Options};
use rustix::fs::FileType;
use ziron_runtime::io::open;

use super::disk::{Kind, Listing, Tree};
use super::error::{OpenError, ReadError};

/// What is read of a work tree's own directory, or of the one that all share, besides `sharedindex.…`.
const READ: [&[u8]; 9] = [
    b"HEAD",
    b"index",
    b"config",
    b"config.worktree",
    b"commondir",
    b"gitdir",
    b"packed-refs",
    b"shallow",
    b"grafts",
];
/// A file that leads to another place is read so far (bytes).
const LINK_BYTES: u64 = 4096;
/// A list of alternates is read so far (bytes).
const LIST_BYTES: u64 = 1 << 16;
/// Alternates lead on so often. Source: git's `odb.c`, which stops at five.
const MAX_DEPTH: usize = 5;
/// Inclusions lead on so often. Source: git's `config.c`.
const MAX_INCLUDES: usize = 10;

/// The directory of the repository around a folder, as far as the files of its name say; `None` if there is none.
pub fn own_directory(physical_dir: &Path) -> Option<PathBuf> {
    physical_dir.ancestors().find_map(|folder| {
        let dot_git = folder.join(".git");
        match kind(&dot_git).ok()? {
            FileType::Directory => Some(dot_git),
            FileType::RegularFile => Some(folder.join(link(&dot_git, "gitdir: ")?)),
            _ => None,
        }
    })
}

/// The directory with what all work trees of a repository share.
pub fn common_directory(git_dir: &Path) -> PathBuf {
    link(&git_dir.join("commondir"), "").map_or_else(|| git_dir.to_owned(), |to| git_dir.join(to))
}

/// Other directories with objects, as a list of alternates names them.
pub fn alternate_directories(objects: &Path) -> Vec<PathBuf> {
    let text = open::read_begin(objects.join("info/alternates"), LIST_BYTES).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
    lines.map(|line| objects.join(OsStr::from_bytes(line))).collect()
}

/// Looks for such a thing in a repository's own directory, among the files that are read whenever it is opened.
///
/// # Cost
///
/// One listing, and a look at the list of alternates.
pub(super) fn find_in(git_dir: &Path) -> Option<PathBuf> {
    let own = Look::at(git_dir, is_read);
    if own.strange.is_some() {
        return own.strange;
    }
    let common = own.has_commondir.then(|| common_directory(git_dir));
    if let Some(common) = &common {
        let shared = Look::at(common, is_read);
        if shared.strange.is_some() {
            return shared.strange;
        }
    }
    alternates(&common.as_deref().unwrap_or(git_dir).join("objects"), MAX_DEPTH)
}

/// Looks at packs and their indexes before they are read.
///
/// # Cost
///
/// One listing.
pub(super) fn check_packs(common_dir: &Path) -> Result<(), ReadError> {
    refuse(Look::at(&common_dir.join("objects/pack"), |_| true).strange)
}

/// Looks at what is said about all commits, before that is read.
pub(super) fn check_graph(common_dir: &Path) -> Result<(), ReadError> {
    let objects = common_dir.join("objects/info");
    check(objects.join("commit-graph"))?;
    // There is a file for each part only where one file does not hold all.
    refuse(Look::at(&objects.join("commit-graphs"), |_| true).strange)
}

/// Looks at the files that a configuration includes, and at those that they include.
pub(super) fn check_includes(file: &File, home: Option<&Path>) -> Result<(), OpenError> {
    match included(file, home, MAX_INCLUDES) {
        Some(path) => Err(OpenError::NotAFile { path }),
        None => Ok(()),
    }
}

fn included(file: &File, home: Option<&Path>, depth: usize) -> Option<PathBuf> {
    let sections = ["include", "includeIf"].into_iter().filter_map(|name| file.sections_by_name(name));
    for section in sections.flatten() {
        for value in section.values("path") {
            let path = Path::new(OsStr::from_bytes(&value));
            let path = match (path.strip_prefix("~"), &section.meta().path) {
                (Ok(below), _) => home?.join(below),
                (Err(_), Some(from)) => from.parent()?.join(path),
                (Err(_), None) => path.to_owned(),
            };
            if open::is_strange(&path) {
                return Some(path);
            }
            let Some(text) = open::read(&path).ok().filter(|_| depth > 0) else { continue };
            let meta = Metadata::from(section.meta().source).at(path);
            let Ok(file) = File::from_bytes_no_includes(&text, meta, Options::default()) else { continue };
            if let Some(strange) = included(&file, home, depth - 1) {
                return Some(strange);
            }
        }
    }
    None
}

/// Looks at one file before gitoxide opens it.
pub(super) fn check(path: PathBuf) -> Result<(), ReadError> {
    refuse(open::is_strange(&path).then_some(path))
}

fn refuse(strange: Option<PathBuf>) -> Result<(), ReadError> {
    match strange {
        Some(path) => {
            let text = format!("`{}` is not a file", path.display());
            Err(ReadError::at("the repository")(io::Error::new(io::ErrorKind::InvalidInput, text)))
        }
        None => Ok(()),
    }
}

fn is_read(name: &[u8]) -> bool {
    READ.contains(&name) || name.starts_with(b"sharedindex.")
}

/// What a look into a folder shows.
struct Look {
    strange: Option<PathBuf>,
    has_commondir: bool,
}

impl Look {
    /// Looks at the names that are read. One listing costs less than a look at each.
    fn at(folder: &Path, is_read: impl Fn(&[u8]) -> bool) -> Look {
        let mut names = Listing::default();
        let listed = Tree::open(folder).and_then(|tree| tree.list(&mut names));
        if listed.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Look { strange: None, has_commondir: false };
        }
        if listed.is_err() {
            // It may be a folder that may be entered and not listed.
            let paths = || READ.iter().map(|name| folder.join(OsStr::from_bytes(name)));
            return Look { strange: paths().find(|path| open::is_strange(path)), has_commondir: true };
        }
        let mut look = Look { strange: None, has_commondir: false };
        for (name, kind) in names.iter().filter(|(name, _)| is_read(name)) {
            look.has_commondir |= name == b"commondir";
            let path = || folder.join(OsStr::from_bytes(name));
            let is_strange = match kind {
                Kind::File | Kind::Folder => false,
                Kind::Link => open::is_strange(path()),
                Kind::Other => true,
            };
            if is_strange {
                look.strange = Some(path());
            }
        }
        look
    }
}

/// Looks at the lists of other folders that have objects as well.
fn alternates(objects: &Path, depth: usize) -> Option<PathBuf> {
    let list = objects.join("info/alternates");
    match kind(&list) {
        Ok(FileType::RegularFile) => {}
        Ok(FileType::Directory) | Err(_) => return None,
        Ok(_) => return Some(list),
    }
    if depth == 0 {
        return None;
    }
    alternate_directories(objects).iter().find_map(|folder| alternates(folder, depth - 1))
}

fn kind(path: &Path) -> io::Result<FileType> {
    Ok(FileType::from_raw_mode(rustix::fs::stat(path)?.st_mode))
}

/// Where a file leads whose text begins like this.
fn link(file: &Path, begin: &str) -> Option<PathBuf> {
    let text = open::read_begin(file, LINK_BYTES).ok()?;
    let to = text.strip_prefix(begin.as_bytes())?.trim_ascii_end();
    Some(PathBuf::from(OsStr::from_bytes(to)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "somebody has to make the files")]
    fn pipes_are_found_in_the_place_of_files() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for made in ["main/.git/objects/info", "main/.git/worktrees/side", "side", "bare/objects"] {
            fs::create_dir_all(at(made)).unwrap();
        }
        fs::write(at("main/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at("main/.git/worktrees/side/HEAD"), "ref: refs/heads/side\n").unwrap();
        fs::write(at("main/.git/worktrees/side/commondir"), "../..\n").unwrap();
        let link = format!("gitdir: {}\n", at("main/.git/worktrees/side").display());
        fs::write(at("side/.git"), link).unwrap();
        fs::write(at("bare/HEAD"), "ref: refs/heads/main\n").unwrap();
        let git_dir = |name: &str| match name {
            "side" => at("main/.git/worktrees/side"),
            "bare" => at("bare"),
            _ => at("main/.git"),
        };
        let find = |name: &str| find_in(&git_dir(name));
        for well in ["main", "side", "bare"] {
            assert_eq!(find(well), None, "{well}");
        }
        for (from, strange) in [
            ("main", "main/.git/config"),
            ("main", "main/.git/index"),
            ("main", "main/.git/packed-refs"),
            ("main", "main/.git/shallow"),
            ("main", "main/.git/sharedindex.1234"),
            ("main", "main/.git/objects/info/alternates"),
            ("side", "main/.git/objects/info/alternates"),
            ("side", "main/.git/worktrees/side/gitdir"),
            ("side", "main/.git/worktrees/side/index"),
            ("side", "main/.git/config"),
            ("bare", "bare/config"),
        ] {
            mkfifoat(CWD, at(strange), Mode::RUSR | Mode::WUSR).unwrap();
            let found = find(from).map(|found| fs::canonicalize(found).unwrap());
            assert_eq!(found, Some(fs::canonicalize(at(strange)).unwrap()), "{from}");
            fs::remove_file(at(strange)).unwrap();
        }
        // What nobody reads is nobody's trouble: git has a socket there itself.
        mkfifoat(CWD, at("main/.git/fsmonitor--daemon.ipc"), Mode::RUSR | Mode::WUSR).unwrap();
        assert_eq!(find("main"), None);
        // A list of alternates leads to another.
        fs::create_dir_all(at("other/info")).unwrap();
        fs::write(at("main/.git/objects/info/alternates"), "../../../other\n").unwrap();
        assert_eq!(find("main"), None);
        mkfifoat(CWD, at("other/info/alternates"), Mode::RUSR | Mode::WUSR).unwrap();
        assert!(find("main").is_some_and(|found| found.ends_with("other/info/alternates")));
        fs::remove_file(at("main/.git/objects/info/alternates")).unwrap();
        fs::remove_file(at("main/.git/HEAD")).unwrap();
        mkfifoat(CWD, at("main/.git/HEAD"), Mode::RUSR | Mode::WUSR).unwrap();
        assert_eq!(find("main"), Some(at("main/.git/HEAD")));
    }
}
