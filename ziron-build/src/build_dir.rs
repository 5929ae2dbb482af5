//! The folder that prompts are built in: the unpacked sources, the generated crate, and cargo's target directory.
//!
//! ```text
//! $XDG_CACHE_HOME/ziron/build/
//!     <toolchain>.lock       held during a build
//!     <toolchain>/
//!         Cargo.toml …       the embedded workspace, brought up to date where this program's sources differ
//!         prompt/            the generated crate
//!         target/            shared by all configurations, so that a change of one compiles one crate
//!         unpacked …         markers: what was done for which sources
//!         failure.log        the last build that failed for no fault of the user's
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ziron_runtime::safe_path;

use crate::env::Env;
use crate::error::{CommandError, IoContext};
use crate::interrupt::Interrupt;
use crate::prune;
use crate::sources;
use crate::toolchain::Toolchain;
use crate::ui::Ui;

/// The generated package and its binary.
pub(crate) const PACKAGE: &str = "ziron-prompt";

/// How often a lock that somebody else holds is tried.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// A folder to build in, locked while this value lives.
#[derive(Debug)]
pub(crate) struct BuildDir {
    root: PathBuf,
    _lock: File,
}

/// Where all of them are.
pub(crate) fn base(env: &Env) -> Result<PathBuf, CommandError> {
    make_own(&env.cache_home().join("ziron").join("build"))
}

/// Makes a folder that nobody else can write to or exchange: what is in it is compiled, and then run.
fn make_own(folder: &Path) -> Result<PathBuf, CommandError> {
    let made = safe_path::make(folder, rustix::process::geteuid().as_raw());
    made.map(|safe| safe.path().to_owned())
        .map_err(|error| io::Error::other(error.in_full()))
        .doing(|| format!("could not make the folder `{}`", folder.display()))
        .map_err(elsewhere)
}

impl BuildDir {
    /// Waits for other builds with this toolchain, then brings the sources up to date.
    pub(crate) fn open(
        env: &Env,
        toolchain: &Toolchain,
        ui: Ui,
        interrupt: &Interrupt,
    ) -> Result<Self, CommandError> {
        let base = base(env)?;
        let key = toolchain.key();
        let lock = lock(&base.join(format!("{key}.lock")), ui, interrupt)?;
        let this = Self { root: make_own(&base.join(&key))?, _lock: lock };
        prune::remove_unused(&base, &key);
        if !this.is_marked("unpacked", "") {
            let unpacked = sources::unpack(&this.root);
            unpacked
                .doing(|| format!("could not unpack the sources into `{}`", this.root.display()))
                .map_err(elsewhere)?;
            this.write_crate("fn main() {}\n", &BTreeSet::new())?;
            this.mark("unpacked", "")?;
        }
        this.mark(prune::USED, "")?;
        Ok(this)
    }

    /// The workspace's root: cargo runs here.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory.
    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The generated program.
    pub(crate) fn main(&self) -> PathBuf {
        self.root.join("prompt").join("src").join("main.rs")
    }

    /// Where the log of a build that failed is kept.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("failure.log")
    }

    /// Writes the generated crate; files that are right already keep their time, and cargo has nothing to do.
    pub(crate) fn write_crate(
        &self,
        source: &str,
        features: &BTreeSet<&'static str>,
    ) -> Result<(), CommandError> {
        let written = sources::write_if_changed(
            &self.root.join("prompt").join("Cargo.toml"),
            manifest(features).as_bytes(),
        )
        .and_then(|_| sources::write_if_changed(&self.main(), source.as_bytes()));
        written
            .doing(|| format!("could not write the generated crate into `{}`", self.root.display()))
            .map_err(elsewhere)?;
        Ok(())
    }

    /// Whether `what` was done for these sources, with this outcome.
    pub(crate) fn is_marked(&self, what: &str, outcome: &str) -> bool {
        self.marked(what).is_some_and(|marked| marked == outcome)
    }

    /// The outcome of `what`, where it was done for these sources.
    pub(crate) fn marked(&self, what: &str) -> Option<String> {
        let text = fs::read_to_string(self.root.join(what)).ok()?;
        Some(text.strip_prefix(sources::HASH)?.trim().to_owned())
    }

    /// Remembers that `what` was done for these sources.
    pub(crate) fn mark(&self, what: &str, outcome: &str) -> Result<(), CommandError> {
        let path = self.root.join(what);
        let written = fs::write(&path, format!("{} {outcome}\n", sources::HASH));
        written.doing(|| format!("could not write `{}`", path.display())).map_err(elsewhere)
    }

    /// Forgets that `what` was done: after a failure, the next build starts from the beginning.
    pub(crate) fn forget(&self, what: &str) {
        let _ = fs::remove_file(self.root.join(what));
    }
}

/// The generated crate's manifest.
fn manifest(features: &BTreeSet<&'static str>) -> String {
    let mut text = format!(
        "[package]\nname = \"{PACKAGE}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies.ziron]\nworkspace = true\nfeatures = ["
    );
    for (position, feature) in features.iter().enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}\"{feature}\"");
    }
    text.push_str("]\n");
    text
}

/// Takes the lock, waiting for whoever holds it.
fn lock(path: &Path, ui: Ui, interrupt: &Interrupt) -> Result<File, CommandError> {
    let context = || format!("could not lock `{}`", path.display());
    let file = File::create(path).doing(context).map_err(elsewhere)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(CommandError::io(context(), error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if !told {
            ui.note("Waiting for another ziron-build to finish");
            told = true;
        }
        interrupt.check()?;
        std::thread::sleep(LOCK_POLL);
    }
}

/// The cache can be moved.
fn elsewhere(error: CommandError) -> CommandError {
    error.hint("`XDG_CACHE_HOME` chooses another place to build in.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_lists_the_features_in_order() {
        let text = manifest(&BTreeSet::from(["rust", "git-status"]));
        assert!(text.ends_with("features = [\"git-status\", \"rust\"]\n"), "{text}");
        assert!(manifest(&BTreeSet::new()).ends_with("features = []\n"));
    }

    #[test]
    fn a_marker_of_other_sources_does_not_count() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let lock = File::create(root.path().join("lock"))?;
        let dir = BuildDir { root: root.path().to_owned(), _lock: lock };
        assert_eq!(dir.marked("fetched"), None);
        dir.mark("fetched", "yes")?;
        assert!(dir.is_marked("fetched", "yes") && !dir.is_marked("fetched", "no"));
        fs::write(root.path().join("fetched"), "0123456789abcdef yes\n")?;
        assert_eq!(dir.marked("fetched"), None);
        Ok(())
    }
}
