//! Identity of the daemon's program file, which a new build replaces.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What tells one program from another at the same path: inode, length (bytes), and when it was written (s and ns since
/// 1970).
type Identity = (u64, u64, i64, i64);

/// The program that runs.
#[derive(Debug)]
pub(super) struct Program {
    path: PathBuf,
    identity: Option<Identity>,
}

/// What its name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The program that runs.
    Same,
    /// Another one.
    Other,
    /// Nothing.
    Nothing,
}

impl Program {
    /// The one that runs, whatever has its name by now: Linux has a link to it. Elsewhere it is what has its name.
    pub(super) fn own() -> Program {
        let path = std::env::current_exe().unwrap_or_default();
        let identity = identity(Path::new("/proc/self/exe")).or_else(|| identity(&path));
        Program { path, identity }
    }

    /// Its name.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What its name leads to now.
    pub(super) fn named(&self) -> Named {
        match identity(&self.path) {
            None => Named::Nothing,
            now if now == self.identity => Named::Same,
            _ => Named::Other,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "its own program is no fact of a prompt")]
fn identity(binary: &Path) -> Option<Identity> {
    let meta = std::fs::metadata(binary).ok()?;
    Some((meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "somebody has to exchange the program")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_has_the_name_of_the_program_is_told() {
        assert_eq!(Program::own().named(), Named::Same);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, "one").unwrap();
        let program = Program { path: path.clone(), identity: identity(&path) };
        assert_eq!(program.named(), Named::Same);
        fs::write(folder.path().join("new"), "one").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(program.named(), Named::Other);
        fs::remove_file(&path).unwrap();
        assert_eq!(program.named(), Named::Nothing);
    }
}
