//! `init SHELL --keep FILE`: a shell's script in a file, so that no process is needed at the start of a shell.
#![allow(
    clippy::disallowed_methods,
    reason = "what a script depends on is this process: its environment, its user"
)]

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use super::arguments::Script;
use super::{background, draw};
use crate::io::open::{self, Begin};
use crate::pen::Terminal;
use crate::prompt::Prompt;
use crate::shell::{self, Fitness, Kept, Shell};

/// Where the system keeps what belongs to the user's session.
const SESSION: &str = "XDG_RUNTIME_DIR";

/// Keeps a script, with the guard that says when it is right.
pub(super) fn keep<P: Prompt>(shell: Shell, which: Script, script: &str, file: &Path) -> Result<(), String> {
    let name = file.to_str().filter(|_| file.is_absolute());
    let name = name.ok_or("`--keep` takes an absolute path, in UTF-8")?;
    let binary = draw::own_path()?;
    let guard = match which {
        Script::Prompt => {
            let term = variable("TERM");
            if !shell::is_worth_keeping(&term) {
                return Ok(());
            }
            let others =
                Terminal::VARIABLES.iter().chain(background::VARIABLES).filter(|name| **name != "TERM");
            let variables: Vec<(&str, String)> = others.map(|name| (*name, variable(name))).collect();
            let folder = variable(SESSION);
            let fitness = background::reach::<P>().filter(|_| !folder.is_empty()).map(|reach| {
                if Path::new(&reach.folder).starts_with(&folder) { Fitness::Fit } else { Fitness::Unfit }
            });
            let session = fitness.map(|fitness| (folder.as_str(), fitness));
            let call = format!("init {}", shell.name());
            let (binary, call, term) = (binary.as_str(), call.as_str(), Some(term.as_str()));
            shell::guard(shell, &Kept { file: name, binary, call, term, variables: &variables, session })
        }
        Script::Instant => {
            let call = "init zsh --instant";
            let kept = Kept { file: name, binary: &binary, call, term: None, variables: &[], session: None };
            shell::guard(shell, &kept)
        }
    };
    let guard = guard.ok_or_else(|| {
        format!("the script for {} cannot be kept, only those of zsh, bash and fish", shell.name())
    })?;
    write(file, format!("{guard}{script}").as_bytes())
        .map_err(|error| format!("could not keep the script in `{name}`: {error}"))
}

fn variable(name: &str) -> String {
    std::env::var_os(name).map_or(String::new(), |value| value.to_string_lossy().into_owned())
}

/// Replaces a file at once. Its folder is made if need be, but only in a place of this user's, and used only if nobody else may write there:
/// shells run what is in it.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let is_own = |path: &Path| {
        fs::metadata(path).is_ok_and(|found| found.uid() == rustix::process::geteuid().as_raw())
    };
    // With sudo, the home folder can be somebody else's.
    if !folder.ancestors().find(|path| path.exists()).is_some_and(is_own) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the folder is another user's"));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if fs::metadata(folder)?.mode() & 0o022 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "others may write to the folder"));
    }
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    // Left behind by a process that had the same number.
    let _ = fs::remove_file(&temporary);
    let open = open::for_writing(&temporary, Begin::New);
    let written = open.and_then(|mut open| open.write_all(bytes)).and_then(|()| fs::rename(&temporary, file));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::write;

    #[test]
    fn a_file_is_made_with_its_folders_and_replaced() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("share/ziron/init.zsh");
        for text in ["one", "two"] {
            write(&file, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn where_others_may_write_nothing_is_kept() {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(write(&root.path().join("init.zsh"), b"").is_err());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_kept_among_the_files_of_others() {
        let root = tempfile::tempdir().unwrap();
        // Only root can give a folder away; who is not root sees somebody else's in `/`.
        let is_root = std::os::unix::fs::chown(root.path(), Some(65534), None).is_ok();
        let folder = if is_root { root.path().join("home") } else { "/ziron-test".into() };
        assert!(write(&folder.join("init.zsh"), b"").is_err());
        assert!(!folder.exists());
    }
}
