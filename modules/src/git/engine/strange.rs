//! What has the name of a repository's file and is none.
//!
//! Gitoxide opens files as the standard library does: a pipe in the place of `HEAD` keeps it waiting for somebody at the other end. An archive can
//! bring one along.

use std::fs;
use std::path::{Path, PathBuf};

/// What a work tree has for itself.
const OWN: [&str; 4] = ["HEAD", "index", "config.worktree", "commondir"];
/// What all work trees share.
const SHARED: [&str; 2] = ["config", "packed-refs"];
/// A file that leads to another place is read so far (bytes).
const LINK_BYTES: u64 = 4096;

/// Looks for such a thing in the repository around a folder, among the files that are read whenever it is opened.
///
/// # Cost
///
/// A look at `.git` in each folder above, at seven files, and one file read.
pub(super) fn find(physical_dir: &Path) -> Option<PathBuf> {
    let git_dir = physical_dir.ancestors().find_map(|folder| {
        let dot_git = folder.join(".git");
        match fs::metadata(&dot_git) {
            Ok(meta) if meta.is_dir() => Some(Ok(dot_git)),
            Ok(meta) if meta.is_file() => Some(Ok(folder.join(link(&dot_git, "gitdir: ")?))),
            Ok(_) => Some(Err(dot_git)),
            // It may be a repository without a work tree.
            Err(_) => {
                let is_bare = is_there(&folder.join("HEAD")) && is_there(&folder.join("objects"));
                is_bare.then(|| Ok(folder.to_owned()))
            }
        }
    })?;
    let git_dir = match git_dir {
        Ok(git_dir) => git_dir,
        Err(strange) => return Some(strange),
    };
    if let Some(strange) = OWN.iter().map(|name| git_dir.join(name)).find(|path| is_strange(path)) {
        return Some(strange);
    }
    let common = link(&git_dir.join("commondir"), "").map_or_else(|| git_dir.clone(), |to| git_dir.join(to));
    let branch = link(&git_dir.join("HEAD"), "ref: ").map(|branch| common.join(branch));
    SHARED.iter().map(|name| common.join(name)).chain(branch).find(|path| is_strange(path))
}

fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Whether it is neither a file nor a folder. A folder is no trouble: reading it fails.
fn is_strange(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// Where a file leads whose text begins like this; it has been seen to be a plain one, or is not there.
fn link(file: &Path, begin: &str) -> Option<PathBuf> {
    use std::io::Read;
    let mut text = Vec::new();
    fs::File::open(file).ok()?.take(LINK_BYTES).read_to_end(&mut text).ok()?;
    let to = text.strip_prefix(begin.as_bytes())?.trim_ascii_end();
    Some(PathBuf::from(std::str::from_utf8(to).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn pipes_are_found_in_the_place_of_files() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for made in
            ["main/.git/refs/heads", "main/.git/worktrees/side", "main/deep/down", "side", "bare/objects"]
        {
            fs::create_dir_all(at(made)).unwrap();
        }
        fs::write(at("main/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at("main/.git/worktrees/side/HEAD"), "ref: refs/heads/side\n").unwrap();
        fs::write(at("main/.git/worktrees/side/commondir"), "../..\n").unwrap();
        let link = format!("gitdir: {}\n", at("main/.git/worktrees/side").display());
        fs::write(at("side/.git"), link).unwrap();
        fs::write(at("bare/HEAD"), "ref: refs/heads/main\n").unwrap();
        for well in ["main", "main/deep/down", "side", "bare", "."] {
            assert_eq!(find(&at(well)), None, "{well}");
        }
        for (from, strange) in [
            ("main/deep/down", "main/.git/config"),
            ("main", "main/.git/index"),
            ("main", "main/.git/packed-refs"),
            ("main", "main/.git/refs/heads/main"),
            ("side", "main/.git/worktrees/side/index"),
            ("side", "main/.git/refs/heads/side"),
            ("side", "main/.git/config"),
            ("bare", "bare/config"),
            ("bare/objects", "bare/objects/.git"),
        ] {
            mkfifoat(CWD, at(strange), Mode::RUSR | Mode::WUSR).unwrap();
            let found = find(&at(from)).map(|found| fs::canonicalize(found).unwrap());
            assert_eq!(found, Some(fs::canonicalize(at(strange)).unwrap()), "{from}");
            fs::remove_file(at(strange)).unwrap();
        }
        fs::remove_file(at("main/.git/HEAD")).unwrap();
        mkfifoat(CWD, at("main/.git/HEAD"), Mode::RUSR | Mode::WUSR).unwrap();
        assert_eq!(find(&at("main")), Some(at("main/.git/HEAD")));
    }
}
