//! What has the name of a repository's file and is none, or is more than a prompt could read.
//!
//! Gitoxide opens files as the standard library does, and reads them to their end: a pipe in the place of `HEAD` keeps
//! it waiting for somebody at the other end, a link to `/proc/self/pagemap` has no end that anybody could wait for, and
//! inclusions that include each other's like a tree are without number. An archive can bring all of that along. So what
//! it will open is looked at first, as far as its path is known: when a repository is opened, and before objects,
//! references and attributes are read. A single object is not: its path is known too late.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice;
use gix::config::file::{Metadata, init::Options};
use gix::config::{File, Source};
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
/// A list of alternates is no longer than this (bytes).
const LIST_BYTES: u64 = 1 << 16;
/// There are no more lists of alternates than this, by whatever way they lead to each other.
const MAX_LISTS: usize = 100;
/// What is included is no more than so many files, and so many bytes.
const MAX_FILES: usize = 200;
const MAX_INCLUDED: u64 = 1 << 20;
/// A configuration, and what is included, has no more sections and lines than this: with each, gitoxide takes longer
/// over the others.
const MAX_SECTIONS: usize = 10_000;
const MAX_LINES: usize = 40_000;
/// A configuration that is smaller (bytes) has no more than a prompt can wait for.
const SMALL: i64 = 1 << 16;
/// Comparing with the patterns of a repository's conditions takes no more steps than this, some ten milliseconds.
const MAX_STEPS: u64 = 1 << 23;
/// A larger file of references (bytes) has to say that it is sorted, so that it needs not be read.
pub(super) const UNSORTED_BYTES: u64 = 16 << 20;
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

/// The size (bytes) up to which a file is read, by its name: git's own are far below.
fn most(name: &[u8]) -> u64 {
    match name {
        b"HEAD" | b"commondir" | b"gitdir" => 1 << 16,
        b"config" | b"config.worktree" => 1 << 20,
        b"shallow" | b"grafts" => 16 << 20,
        _ => 4 << 30,
    }
}

/// Looks for such a thing in a repository's own directory, among the files that are read whenever it is opened.
///
/// # Cost
///
/// One listing, a look at each file that is there, and at the list of alternates.
pub(super) fn find_in(git_dir: &Path) -> Option<OpenError> {
    let own = Look::at(git_dir, is_read, most);
    if own.found.is_some() {
        return own.found;
    }
    let common = own.has_commondir.then(|| common_directory(git_dir));
    if let Some(common) = &common {
        let shared = Look::at(common, is_read, most);
        if shared.found.is_some() {
            return shared.found;
        }
    }
    let objects = common.as_deref().unwrap_or(git_dir).join("objects");
    alternates(&objects, MAX_DEPTH, &mut { MAX_LISTS })
}

/// Looks at packs and their indexes before they are read.
///
/// # Cost
///
/// One listing.
pub(super) fn check_packs(common_dir: &Path) -> Result<(), ReadError> {
    refuse(Look::at(&common_dir.join("objects/pack"), |_| true, |_| u64::MAX).found)
}

/// Looks at what is said about all commits, before that is read.
pub(super) fn check_graph(common_dir: &Path) -> Result<(), ReadError> {
    let objects = common_dir.join("objects/info");
    check(&objects.join("commit-graph"))?;
    // There is a file for each part only where one file does not hold all.
    refuse(Look::at(&objects.join("commit-graphs"), |_| true, |_| u64::MAX).found)
}

/// Looks at the files that a configuration includes, and at those that they include.
///
/// `longest` is the length of the longest of what conditions are compared with, besides addresses (bytes): the
/// repository's directory, the branch.
pub(super) fn check_includes(file: &File, home: Option<&Path>, longest: usize) -> Result<(), OpenError> {
    let left = &mut Left {
        files: MAX_FILES,
        sections: MAX_SECTIONS,
        lines: MAX_LINES,
        bytes: MAX_INCLUDED,
        steps: MAX_STEPS,
        longest,
    };
    included(file, home, MAX_INCLUDES, left)
}

/// What is left of what inclusions may cost.
struct Left {
    files: usize,
    sections: usize,
    lines: usize,
    bytes: u64,
    steps: u64,
    longest: usize,
}

impl Left {
    /// Takes off what comparing with a pattern costs at most: at each of its wildcards, the rest may be tried at all
    /// places.
    fn compare(&mut self, condition: &[u8], urls: &[usize]) -> Option<()> {
        let (pattern, lengths) = match condition.strip_prefix(b"hasconfig:remote.*.url:") {
            Some(pattern) => (pattern, urls),
            None => (condition, &[self.longest][..]),
        };
        for &length in lengths {
            self.steps = self.steps.checked_sub(steps(pattern, length))?;
        }
        Some(())
    }

    /// Takes off a file.
    fn read(&mut self, text: &[u8]) -> Option<()> {
        let (sections, lines) = extent(text);
        self.files = self.files.checked_sub(1)?;
        self.bytes = self.bytes.checked_sub(text.len() as u64)?;
        self.sections = self.sections.checked_sub(sections)?;
        self.lines = self.lines.checked_sub(lines)?;
        Some(())
    }
}

/// How many steps it takes at most to compare a text of this length (bytes) with a pattern: at each wildcard but the
/// last, the rest of the pattern may be tried at each place of the text, or at each folder, of which there are half as
/// many.
fn steps(pattern: &[u8], length: usize) -> u64 {
    let length = length as u64 + 1;
    let mut steps = pattern.len() as u64 + length;
    let begins = |at: usize| pattern[at] == b'*' && (at == 0 || pattern[at - 1] != b'*');
    for at in (0..pattern.len()).filter(|at| begins(*at)).skip(1) {
        let is_folders = pattern.get(at + 1) == Some(&b'*');
        steps = steps.saturating_mul(if is_folders { length.div_ceil(2) } else { length });
    }
    steps
}

fn included(file: &File, home: Option<&Path>, depth: usize, left: &mut Left) -> Result<(), OpenError> {
    let sections = ["include", "includeIf"].into_iter().filter_map(|name| file.sections_by_name(name));
    let mut urls = None;
    for section in sections.flatten() {
        let too_much = || OpenError::TooMuch { path: section.meta().path.clone().unwrap_or_default() };
        // The user's own files are trusted.
        let is_own = !matches!(section.meta().source, Source::Local | Source::Worktree);
        if let Some(condition) = section.header().subsection_name().filter(|_| !is_own) {
            let urls = urls.get_or_insert_with(|| lengths_of_urls(file));
            left.compare(condition, urls).ok_or_else(too_much)?;
        }
        for value in section.values("path") {
            let path = Path::new(OsStr::from_bytes(&value));
            let path = match (path.strip_prefix("~"), home, &section.meta().path) {
                (Ok(_), None, _) => continue,
                (Ok(below), Some(home), _) => home.join(below),
                (Err(_), _, Some(from)) => from.parent().unwrap_or(Path::new("")).join(path),
                (Err(_), _, None) => path.to_owned(),
            };
            if open::is_strange(&path) {
                return Err(OpenError::NotAFile { path });
            }
            let text = match open::read_within(&path, MAX_INCLUDED) {
                Ok(text) => text,
                // Gitoxide finds the same, and does not wait for it.
                Err(error) if is_passed_over(&error) => continue,
                Err(_) => return Err(OpenError::TooMuch { path }),
            };
            left.read(&text).ok_or_else(too_much)?;
            if depth == 0 {
                continue;
            }
            let meta = Metadata::from(section.meta().source).at(path);
            let Ok(file) = File::from_bytes_no_includes(&text, meta, Options::default()) else { continue };
            included(&file, home, depth - 1, left)?;
        }
    }
    Ok(())
}

fn lengths_of_urls(file: &File) -> Vec<usize> {
    let remotes = file.sections_by_name("remote").into_iter().flatten();
    remotes.flat_map(|section| section.values("url").into_iter().map(|url| url.len())).collect()
}

fn is_passed_over(error: &io::Error) -> bool {
    use ErrorKind as E;
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return true;
    }
    matches!(error.kind(), E::NotFound | E::NotADirectory | E::IsADirectory | E::PermissionDenied)
}

/// Looks at one file before gitoxide opens it.
pub(super) fn check(path: &Path) -> Result<(), ReadError> {
    refuse(obstacle(path, FILE_BYTES))
}

/// A larger file (bytes) is none of those that are looked at one by one: modules, attributes, a graph of commits.
const FILE_BYTES: u64 = 1 << 30;

/// Why a file should not be opened by somebody who reads it to its end.
fn obstacle(path: &Path, most: u64) -> Option<OpenError> {
    let stat = rustix::fs::stat(path).ok()?;
    let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile if size > most => Some(OpenError::TooMuch { path: path.to_owned() }),
        // What the system makes up says that it is empty, and may have no end: only what is empty is that.
        FileType::RegularFile if size == 0 => match open::read_begin(path, 1) {
            Ok(bytes) if bytes.is_empty() => None,
            Err(error) if is_passed_over(&error) => None,
            _ => Some(OpenError::NotAFile { path: path.to_owned() }),
        },
        FileType::RegularFile | FileType::Directory => None,
        _ => Some(OpenError::NotAFile { path: path.to_owned() }),
    }
}

fn refuse(found: Option<OpenError>) -> Result<(), ReadError> {
    match found {
        Some(found) => {
            Err(ReadError::at("the repository")(io::Error::new(ErrorKind::InvalidInput, found.to_string())))
        }
        None => Ok(()),
    }
}

fn is_read(name: &[u8]) -> bool {
    READ.contains(&name) || name.starts_with(b"sharedindex.")
}

/// What a look into a folder shows.
struct Look {
    found: Option<OpenError>,
    has_commondir: bool,
}

impl Look {
    /// Looks at the names that are read. One listing costs less than a look at each.
    fn at(folder: &Path, is_read: impl Fn(&[u8]) -> bool, most: impl Fn(&[u8]) -> u64) -> Look {
        let mut names = Listing::default();
        let listed = Tree::open(folder).and_then(|tree| tree.list(&mut names));
        if listed.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Look { found: None, has_commondir: false };
        }
        let path = |name: &[u8]| folder.join(OsStr::from_bytes(name));
        let refused = |name: &[u8]| match obstacle(&path(name), most(name)) {
            None if name == b"packed-refs" => unsorted(path(name)),
            None if name.starts_with(b"config") => crowded(path(name)),
            found => found,
        };
        if listed.is_err() {
            // It may be a folder that may be entered and not listed.
            return Look { found: READ.iter().find_map(|name| refused(name)), has_commondir: true };
        }
        let mut look = Look { found: None, has_commondir: false };
        for (name, kind) in names.iter().filter(|(name, _)| is_read(name)) {
            look.has_commondir |= name == b"commondir";
            let found = match kind {
                Kind::Folder => None,
                Kind::File if most(name) == u64::MAX => None,
                Kind::File | Kind::Link => refused(name),
                Kind::Other => Some(OpenError::NotAFile { path: path(name) }),
            };
            look.found = found.or(look.found);
        }
        look
    }
}

/// Refuses a configuration of very many sections or lines.
fn crowded(path: PathBuf) -> Option<OpenError> {
    if rustix::fs::stat(&path).ok()?.st_size < SMALL {
        return None;
    }
    let text = open::read_begin(&path, most(b"config")).unwrap_or_default();
    let (sections, lines) = extent(&text);
    (sections > MAX_SECTIONS || lines > MAX_LINES).then_some(OpenError::TooMuch { path })
}

/// How many sections and lines a configuration has. A section may begin in the line of another.
fn extent(text: &[u8]) -> (usize, usize) {
    let count = |mark: &str| text.find_iter(mark).count();
    (count("["), count("\n"))
}

/// Refuses a large file of references that does not say that it is sorted: gitoxide would sort it.
fn unsorted(path: PathBuf) -> Option<OpenError> {
    if rustix::fs::stat(&path).ok()?.st_size < i64::try_from(UNSORTED_BYTES).ok()? {
        return None;
    }
    let begin = open::read_begin(&path, 256).unwrap_or_default();
    let header = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_sorted = header.starts_with(b"# pack-refs with:") && header.ends_with_str(" sorted ");
    (!is_sorted).then_some(OpenError::TooMuch { path })
}

/// Looks at the lists of other folders that have objects as well.
fn alternates(objects: &Path, depth: usize, left: &mut usize) -> Option<OpenError> {
    let list = objects.join("info/alternates");
    match kind(&list) {
        Ok(FileType::RegularFile) => {}
        Ok(FileType::Directory) | Err(_) => return None,
        Ok(_) => return Some(OpenError::NotAFile { path: list }),
    }
    let is_long = open::read_within(&list, LIST_BYTES).is_err_and(|error| !is_passed_over(&error));
    let folders = alternate_directories(objects);
    let Some(less) = left.checked_sub(folders.len()).filter(|_| !is_long) else {
        return Some(OpenError::TooMuch { path: list });
    };
    *left = less;
    if depth == 0 {
        return None;
    }
    folders.iter().find_map(|folder| alternates(folder, depth - 1, left))
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
        let find = |name: &str| match find_in(&git_dir(name)) {
            Some(OpenError::NotAFile { path }) => Some(path),
            None => None,
            Some(other) => panic!("{other}"),
        };
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
