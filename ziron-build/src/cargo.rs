//! Drives cargo over the folder that prompts are built in.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::build_dir::{BuildDir, PACKAGE};
use crate::env::Env;
use crate::error::{CommandError, IoContext};
use crate::failure::{self, Stage};
use crate::hash::Hash;
use crate::interrupt::Interrupt;
use crate::process::{self, Ended, Line};
use crate::progress::Progress;
use crate::toolchain::{Linking, Toolchain};
use crate::ui::Ui;

/// Everything a run of cargo needs.
#[derive(Debug)]
pub(crate) struct Cargo<'a> {
    /// Where to build.
    pub(crate) dir: &'a BuildDir,
    /// With what.
    pub(crate) toolchain: &'a Toolchain,
    /// For what: a target triple.
    pub(crate) target: &'a str,
    /// Cargo's name of the profile.
    pub(crate) profile: &'a str,
    /// The user's environment.
    pub(crate) env: &'a Env,
    /// Where to show progress.
    pub(crate) ui: Ui,
    /// Ctrl-C.
    pub(crate) interrupt: &'a Interrupt,
}

/// What a run of cargo left.
struct Finished {
    success: bool,
    said: String,
}

impl Cargo<'_> {
    /// Makes sure that every crate any configuration may need is on this machine, so that later builds need no network,
    /// and that the lock file names just those, in the versions that were tested.
    pub(crate) fn fetch(&self) -> Result<(), CommandError> {
        let marker = format!("fetched-{}", self.target);
        if self.dir.is_marked(&marker, "") {
            return Ok(());
        }
        let arguments = ["fetch", "--target", self.target];
        if !self.run(&[&arguments[..], &["--offline"]].concat(), |_| {})?.success {
            self.ui.note("Downloading the crates that prompts are made of (once)");
            let progress = Progress::start(self.ui, None, false);
            let fetched = self.run(&arguments, |line| {
                if let Line::Err(line) = line {
                    progress.said(line);
                }
            })?;
            drop(progress);
            if !fetched.success {
                return Err(failure::explain(Stage::Fetch, self.dir, self.toolchain, &fetched.said));
            }
        }
        self.dir.mark(&marker, "")
    }

    /// Compiles the generated crate and returns the binary. `features` names the set of crates it is made of.
    pub(crate) fn build(&self, features: &str) -> Result<PathBuf, CommandError> {
        let known =
            format!("count-{}", Hash::new().part(self.profile.as_bytes()).part(features.as_bytes()).hex());
        let before = self.dir.marked(&known).and_then(|count| count.parse().ok());
        let total = match before {
            Some(total) => Some(total),
            None => self.count()?,
        };
        let mut progress = Progress::start(self.ui, total, before.is_none());
        let mut binary = None;
        let arguments = [
            "build",
            "--package",
            PACKAGE,
            "--profile",
            self.profile,
            "--target",
            self.target,
            "--message-format",
            "json-render-diagnostics",
            "--locked",
            "--offline",
        ];
        let built = self.run(&arguments, |line| match line {
            Line::Err(line) => progress.said(line),
            Line::Out(line) => {
                let Ok(message) = serde_json::from_str::<Value>(line) else { return };
                if message["reason"] != "compiler-artifact" {
                    return;
                }
                if let Some(package) = message["package_id"].as_str() {
                    progress.finished(package);
                }
                if let Some(path) = message["executable"].as_str() {
                    binary = Some(PathBuf::from(path));
                }
            }
        })?;
        let count = progress.count();
        drop(progress);
        let expected =
            || self.dir.target().join(self.target).join(self.profile).join(format!("{PACKAGE}{EXE_SUFFIX}"));
        match binary.or_else(|| Some(expected()).filter(|path| path.exists())) {
            Some(binary) if built.success => {
                if before != Some(count) {
                    self.dir.mark(&known, &count.to_string())?;
                }
                Ok(binary)
            }
            _ => {
                // Whatever was damaged is unpacked and fetched again next time.
                self.dir.forget("unpacked");
                self.dir.forget(&format!("fetched-{}", self.target));
                Err(failure::explain(Stage::Build, self.dir, self.toolchain, &built.said))
            }
        }
    }

    /// How many packages the generated crate is made of, itself included; unknown where cargo does not say.
    fn count(&self) -> Result<Option<u64>, CommandError> {
        let arguments = [
            "tree",
            "--package",
            PACKAGE,
            "--target",
            self.target,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ];
        let mut packages = std::collections::HashSet::new();
        let arguments = [&arguments[..], &["--locked", "--offline"]].concat();
        let listed = self.run(&arguments, |line| {
            if let Line::Out(line) = line {
                let mut words = line.split_whitespace().take(2);
                packages.insert((words.next().map(str::to_owned), words.next().map(str::to_owned)));
            }
        })?;
        Ok(listed.success.then_some(packages.len() as u64).filter(|count| *count > 0))
    }

    /// Runs cargo with our settings in place of whatever the user's environment says about builds.
    fn run(&self, arguments: &[&str], mut each: impl FnMut(&Line)) -> Result<Finished, CommandError> {
        let mut command = Command::new(&self.toolchain.cargo);
        command.current_dir(self.dir.root()).args(arguments);
        for name in self.env.names().filter(|name| is_build_setting(name)) {
            command.env_remove(name);
        }
        command.env("CARGO_TARGET_DIR", self.dir.target());
        command.env("CARGO_ENCODED_RUSTFLAGS", self.rustflags()?);
        command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
        let mut said = String::new();
        let ended = process::run(&mut command, self.interrupt, None, |line| {
            each(&line);
            if let Line::Err(line) = line {
                said.push_str(&line);
                said.push('\n');
            }
        });
        match ended.doing(|| format!("could not run `{}`", self.toolchain.cargo.display()))? {
            Ended::Exited(status) => {
                if !status.success() {
                    // Writing to a String cannot fail.
                    let _ = writeln!(said, "cargo {}: {status}", arguments.join(" "));
                }
                Ok(Finished { success: status.success(), said })
            }
            Ended::Interrupted(signal) => Err(CommandError::interrupted(signal)),
            Ended::TimedOut => Ok(Finished { success: false, said }),
        }
    }

    /// The same binary for everybody: no path of this machine in it, no setting of this user's.
    fn rustflags(&self) -> Result<OsString, CommandError> {
        let cargo_home = self.env.path("CARGO_HOME").unwrap_or_else(|| self.env.home().join(".cargo"));
        let mut flags = vec![OsString::from("--cap-lints=warn")];
        for (path, shown) in [(self.dir.root(), "/ziron"), (&cargo_home, "/cargo")] {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(path);
            flag.push("=");
            flag.push(shown);
            flags.push(flag);
        }
        flags.extend(self.linking()?.flags(self.dir.root()));
        Ok(flags.join(&OsString::from("\u{1f}")))
    }

    /// How to link, tried out once.
    fn linking(&self) -> Result<Linking, CommandError> {
        let marker = format!("linking-{}", self.target);
        if let Some(known) = self.dir.marked(&marker)
            && let Some(linking) = Linking::ALL.into_iter().find(|linking| linking.name() == known)
        {
            return Ok(linking);
        }
        let linking = self.toolchain.linking(self.target, self.dir.root());
        self.dir.mark(&marker, linking.name())?;
        Ok(linking)
    }
}

/// Whether a variable changes what cargo builds. Proxies, credentials and wrappers such as a compiler cache stay.
fn is_build_setting(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_INCREMENTAL",
        "RUSTC_BOOTSTRAP",
    ];
    let for_target = name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS");
    NAMES.contains(&name) || name.starts_with("CARGO_PROFILE_") || for_target
}

#[cfg(test)]
mod tests {
    use super::is_build_setting;

    #[test]
    fn only_what_changes_the_binary_is_taken_out() {
        for name in
            ["RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"]
        {
            assert!(is_build_setting(name), "{name}");
        }
        for name in [
            "PATH",
            "CARGO_HOME",
            "CARGO_HTTP_PROXY",
            "RUSTC_WRAPPER",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
        ] {
            assert!(!is_build_setting(name), "{name}");
        }
    }
}
