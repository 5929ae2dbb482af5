//! The shells of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use ziron_runtime::shell::Shell;

/// The shells whose scripts are tested in the real shell.
pub const TESTED: [Shell; 3] = [Shell::Zsh, Shell::Bash, Shell::Fish];

/// The shells that no package of the distribution brings: they may be missing, whatever [`REQUIRE`] says.
const OPTIONAL: [Shell; 1] = [Shell::Nu];

/// When set to `1`, a missing shell is a failure.
pub const REQUIRE: &str = "ZIRON_REQUIRE_SHELLS";

/// Finds a shell where systems put shells; the caller's `PATH` plays no part.
pub fn find(shell: Shell) -> Option<PathBuf> {
    const FOLDERS: [&str; 5] =
        ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin", "/run/current-system/sw/bin"];
    FOLDERS.iter().map(|folder| PathBuf::from(folder).join(shell.name())).find(|path| path.is_file())
}

/// Finds a shell, or says that the test which needs it is skipped.
///
/// # Panics
/// When the shell is missing and [`REQUIRE`] is set.
pub fn find_or_skip(shell: Shell) -> Option<PathBuf> {
    let found = find(shell);
    if found.is_none() {
        assert!(
            OPTIONAL.contains(&shell) || std::env::var(REQUIRE).as_deref() != Ok("1"),
            "{} is not installed, and {REQUIRE}=1",
            shell.name()
        );
        skipped(&format!("{} is not installed", shell.name()));
    }
    found
}

/// Makes a home one in which fish has been before. In a new one it reads all manual pages, for many seconds of the
/// processor, beside what is tested.
///
/// # Panics
/// When the folder cannot be made.
pub fn move_in(shell: Shell, home: &Path) {
    if shell == Shell::Fish {
        // Source: `__fish_config_interactive` of fish 3.6.
        fs::create_dir_all(home.join(".local/share/fish/generated_completions")).expect("a folder");
    }
}

/// Says that a test does nothing here, and why.
#[allow(clippy::print_stderr, reason = "the only way in which a test can say that it did nothing")]
pub fn skipped(reason: &str) {
    use std::io::Write;
    // Past the capture of the test harness: whoever runs the tests is to see it.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}
