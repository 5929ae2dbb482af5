//! The programs that are measured, and how long it takes to build them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fixtures::Fixtures;
use super::processes::median;
use super::report::{Report, Target};

const MEGABYTE: f64 = 1e6;
const REBUILDS: usize = 5;
/// A prompt without git and without a daemon: as small as one gets.
const WITHOUT_GIT: &str = "format = \"$directory$character\"\n[daemon]\nenabled = false\n";

/// Prompts, built as a user would.
#[derive(Debug)]
pub(crate) struct Builds {
    /// The default format in the default profile.
    pub(crate) default: PathBuf,
    /// The same with `--profile small`.
    pub(crate) small: PathBuf,
    without_git: PathBuf,
    without_git_small: PathBuf,
    /// How many packages of gix the prompt without git is made of.
    gix_packages: Option<usize>,
    /// Unknown in a quick run.
    first: Option<Duration>,
    rebuild: Duration,
}

/// Runs `ziron-build`.
struct Builder {
    cache: PathBuf,
    folder: PathBuf,
}

impl Builder {
    fn build(&self, name: &str, config: &str, profile: &str) -> io::Result<(PathBuf, Duration)> {
        let (file, output) = (self.folder.join(format!("{name}.toml")), self.folder.join(name));
        fs::write(&file, config)?;
        eprintln!("building {name}");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["ziron-build", "build", "--quiet", "--profile", profile, "--config"]).arg(&file);
        command.arg("--output").arg(&output).env("XDG_CACHE_HOME", &self.cache).stdin(Stdio::null());
        let start = Instant::now();
        let status = command.status()?;
        let elapsed = start.elapsed();
        if status.success() {
            Ok((output, elapsed))
        } else {
            Err(io::Error::other(format!("{name}: {status}")))
        }
    }

    /// How many packages of gix the prompt built last is made of.
    fn gix_packages(&self) -> Option<usize> {
        let base = self.cache.join("ziron/build");
        let root = fs::read_dir(base).ok()?.flatten().map(|entry| entry.path()).find(|path| path.is_dir())?;
        let mut command = Command::new("cargo");
        command.current_dir(root).args(["tree", "--offline", "--locked", "--package", "ziron-prompt"]);
        command.args(["--edges", "normal,build", "--prefix", "none"]);
        let output = command.output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(text.lines().filter(|line| line.starts_with("gix")).count())
    }
}

impl Builds {
    pub(crate) fn make(fixtures: &Fixtures, quick: bool) -> io::Result<Builds> {
        let folder = fixtures.root().join("prompts");
        fs::create_dir_all(&folder)?;
        let cache = cache()?;
        if !quick {
            let _ = fs::remove_dir_all(&cache);
        }
        let builder = Builder { cache, folder };
        let (default, first) = builder.build("default", "", "default")?;
        let mut rebuilds = Vec::new();
        for number in 0..REBUILDS {
            let config = format!("[character]\nsuccess_symbol = \"[{number}](bold green)\"\n");
            rebuilds.push(builder.build("changed", &config, "default")?.1);
        }
        let (small, _) = builder.build("small", "", "small")?;
        let (without_git_small, _) = builder.build("without-git-small", WITHOUT_GIT, "small")?;
        let (without_git, _) = builder.build("without-git", WITHOUT_GIT, "default")?;
        let gix_packages = builder.gix_packages();
        Ok(Builds {
            default,
            small,
            without_git,
            without_git_small,
            gix_packages,
            first: (!quick).then_some(first),
            rebuild: median(&mut rebuilds),
        })
    }

    /// Sizes and build times.
    pub(crate) fn report(&self, report: &mut Report) -> io::Result<()> {
        for (what, file, limit) in [
            ("binary, default format", &self.default, Some(4.7)),
            ("binary, default format, `--profile small`", &self.small, Some(3.4)),
            ("binary without git and daemon", &self.without_git, Some(1.2)),
            ("binary without git and daemon, `--profile small`", &self.without_git_small, None),
        ] {
            let size = fs::metadata(file)?.len() as f64 / MEGABYTE;
            let row = report.row(what, format!("{size:.2} MB"));
            if let Some(limit) = limit {
                row.target(Target::at_most(size, limit, &format!("{limit} MB")));
            }
        }
        if let Some(count) = self.gix_packages {
            report.row("gix's crates in the build without git", count.to_string()).target(Target::at_most(
                count as f64,
                0.0,
                "none",
            ));
        }
        report
            .row(
                "rebuild after a change of the configuration",
                format!("{:.1} s", self.rebuild.as_secs_f64()),
            )
            .target(Target::at_most(self.rebuild.as_secs_f64(), 3.0, "3 s"));
        if let Some(first) = self.first {
            report
                .row("first build, crates downloaded", format!("{:.0} s", first.as_secs_f64()))
                .target(Target::at_most(first.as_secs_f64(), 180.0, "3 minutes"));
        }
        Ok(())
    }
}

/// Where prompts are built: beside this program, so that a quick run finds what the last one compiled.
fn cache() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("/tmp")).join("figures");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
