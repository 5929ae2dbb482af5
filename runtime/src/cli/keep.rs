//! `init SHELL --keep FILE`: a shell's script in a file, so that no process is needed at the start of a shell.
#![allow(
    clippy::disallowed_methods,
    reason = "what a script depends on is this process: its environment, its user"
)]

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::arguments::Script;
use super::{background, draw, world};
use crate::io::open::{self, Begin};
use crate::pen::Terminal;
use crate::prompt::Prompt;
use crate::safe_path;
use crate::shell::{self, Fitness, Kept, Shell};

/// What a script was printed by besides the terminal: variables and folders.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Variables, and their values; empty where one is not set.
    pub(super) variables: Vec<(&'static str, String)>,
    /// A variable whose absence is the same as this value.
    pub(super) usual: Option<(&'static str, String)>,
    /// Folders that were looked at, and whether they were found fit.
    pub(super) folders: Vec<(String, Fitness)>,
}

/// Keeps a script, with the guard that says when it is right.
pub(super) fn keep(
    prompt: &'static Prompt,
    shell: Shell,
    which: Script,
    script: &str,
    file: &Path,
) -> Result<(), String> {
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
            let mut variables: Vec<(&str, String)> = others.map(|name| (*name, variable(name))).collect();
            let Surroundings { variables: more, usual, folders } = background::surroundings(prompt);
            variables.extend(more);
            let usual = usual.as_ref().map(|(name, value)| (*name, value.as_str()));
            let call = format!("init {}", shell.name());
            let (binary, call, term) = (binary.as_str(), call.as_str(), Some(term.as_str()));
            let kept =
                Kept { file: name, binary, call, term, variables: &variables, usual, folders: &folders };
            shell::guard(shell, &kept)
        }
        Script::Instant => {
            let variables = world::CACHE_VARIABLES.map(|name| (name, variable(name)));
            let (call, variables) = ("init zsh --instant", &variables[..]);
            let (binary, usual) = (binary.as_str(), None);
            let kept = Kept { file: name, binary, call, term: None, variables, usual, folders: &[] };
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

/// Replaces a file at once. Its folder is made if need be, and has to be on a safe path: shells run what is in it. What
/// zsh has compiled of the file before goes, whoever made it, since zsh would run that if it were younger.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let uid = rustix::process::geteuid().as_raw();
    let folder = safe_path::make(folder, uid).map_err(|error| io::Error::other(error.in_full()))?;
    let beside = |ending: &str| {
        let mut name = name.to_owned();
        name.push(ending);
        folder.path().join(name)
    };
    let (file, temporary) = (beside(""), beside(&format!(".{}.tmp", std::process::id())));
    // Left behind by a process that had the same number.
    let _ = fs::remove_file(&temporary);
    let open = open::for_writing(&temporary, Begin::New);
    let written =
        open.and_then(|mut open| open.write_all(bytes)).and_then(|()| fs::rename(&temporary, &file));
    // As a rule there is none.
    let _ = fs::remove_file(beside(".zwc"));
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
        let root = crate::safe_path::private_folder().unwrap();
        let file = root.path().join("share/ziron/init.zsh");
        for text in ["one", "two"] {
            write(&file, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        fs::write(file.with_extension("zsh.zwc"), "compiled, of whoever").unwrap();
        write(&file, b"three").unwrap();
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn where_others_may_write_nothing_is_kept() {
        let root = crate::safe_path::private_folder().unwrap();
        let root = root.path().join("open");
        fs::create_dir(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(write(&root.join("init.zsh"), b"").is_err());
        // Nor in a folder of one's own there, which somebody could exchange.
        let error = write(&root.join("share/init.zsh"), b"").unwrap_err().to_string();
        assert!(error.contains("so that others may write to it; chmod go-w "), "{error}");
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_kept_among_the_files_of_others() {
        let root = crate::safe_path::private_folder().unwrap();
        // Only root can give a folder away; who is not root sees somebody else's in `/`.
        let is_root = std::os::unix::fs::chown(root.path(), Some(65534), None).is_ok();
        let folder = if is_root { root.path().join("home") } else { "/ziron-test".into() };
        assert!(write(&folder.join("init.zsh"), b"").is_err());
        assert!(!folder.exists());
    }
}
