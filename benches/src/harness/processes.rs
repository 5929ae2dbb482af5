//! Whole processes, timed from the start to the end, side by side.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A command line that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) folder: PathBuf,
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Subject {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        self.dress(command.args(&self.arguments));
        command
    }

    /// Gives a command this subject's surroundings.
    fn dress(&self, command: &mut Command) {
        command.current_dir(&self.folder).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).env("PWD", &self.folder);
        command.stdin(Stdio::null()).stderr(Stdio::null());
    }

    /// Runs it once, unseen.
    pub(crate) fn run(&self) -> io::Result<()> {
        let status = self.command().stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{}: {status}", self.name))) }
    }

    /// What it writes.
    pub(crate) fn output(&self) -> io::Result<String> {
        let output = self.command().output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The median run time of each subject: one run of each in turn, so that whatever the machine does meanwhile hits all of them.
pub(crate) fn medians(subjects: &[Subject], rounds: usize) -> io::Result<Vec<(String, Duration)>> {
    const WARM_UP: usize = 3;
    let mut times = vec![Vec::with_capacity(rounds); subjects.len()];
    for round in 0..WARM_UP + rounds {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let mut command = subject.command();
            command.stdout(Stdio::null());
            let start = Instant::now();
            let status = command.status()?;
            let elapsed = start.elapsed();
            if !status.success() {
                return Err(io::Error::other(format!("{}: {status}", subject.name)));
            }
            if round >= WARM_UP {
                times.push(elapsed);
            }
        }
    }
    Ok(subjects
        .iter()
        .zip(&mut times)
        .map(|(subject, times)| (subject.name.clone(), median(times)))
        .collect())
}

/// The middle of some durations.
pub(crate) fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// How many programs a subject starts besides itself; `None` without strace.
pub(crate) fn started(subject: &Subject) -> io::Result<Option<usize>> {
    let Some(strace) = super::machine::find("strace") else { return Ok(None) };
    let log = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(strace);
    command.args(["-f", "-qq", "-e", "trace=execve", "-o"]).arg(log.path());
    command.arg(&subject.program).args(&subject.arguments).stdout(Stdio::null());
    subject.dress(&mut command);
    if !command.status()?.success() {
        return Ok(None);
    }
    Ok(Some(count(log.path())?.saturating_sub(1)))
}

fn count(log: &Path) -> io::Result<usize> {
    let text = std::fs::read_to_string(log)?;
    Ok(text.lines().filter(|line| line.contains("execve(")).count())
}
