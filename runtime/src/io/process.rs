//! Programs: where they are found, how they are run, and how they end.
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]
#![allow(unsafe_code, reason = "the standard library starts no session by itself")]

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Command, Output, Scope, Sent};

/// How much of a program's output is read (bytes): a version, or the line of a custom command, is far below.
const OUTPUT_LIMIT: usize = 1 << 20;

/// Where tools run: a folder that nobody but root can put anything into, and that has no folder above it, so that a
/// tool which looks for settings in its directory, or in those above, finds what root put there and nothing of a
/// project. It is always there, needs not be made, and cannot be exchanged; a folder in the user's home would be below
/// whatever was unpacked in the home.
const NEUTRAL_FOLDER: &str = "/";

/// The `PATH` of scripts where the shell has none, or none with an absolute folder. With an empty one, or without any,
/// a shell looks in its directory or has a default of its own, which may hold `.`. Source: POSIX, `confstr(_CS_PATH)`;
/// bash's `config-top.h`.
const DEFAULT_PATH: &str = "/usr/bin:/bin";

/// Who root is in a sandbox that maps it to nobody. Source: `user_namespaces(7)`, `overflowuid`.
const UNMAPPED: u32 = 65534;

/// How long a program that was killed is waited for, before somebody else sees to it: one that hangs in a file system
/// does not even end then.
const GRACE: Duration = Duration::from_millis(50);

/// Finds an executable file of this name in the absolute directories of `search`; with `after`, behind that file.
///
/// A name with a slash is a path: it is absolute, or there is no such program. Whether a file is there is not looked
/// at.
pub(super) fn find_program(name: &OsStr, search: &OsStr, after: Option<&Path>) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        let file = PathBuf::from(name);
        return (after.is_none() && file.is_absolute()).then_some(file);
    }
    let mut files = absolute_folders(search).map(|folder| folder.join(name));
    if let Some(after) = after {
        files.find(|file| file == after)?;
    }
    // The same folder may be there twice.
    files.find(|file| Some(&**file) != after && is_executable(file))
}

fn is_executable(file: &Path) -> bool {
    rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
        && std::fs::metadata(file).is_ok_and(|meta| meta.is_file())
}

/// The folders of a `PATH` that are the same whatever the directory is: others hold programs of the directory.
fn absolute_folders(search: &OsStr) -> impl Iterator<Item = PathBuf> {
    std::env::split_paths(search).filter(|folder| folder.is_absolute())
}

/// A `PATH` without relative and empty elements.
pub(super) fn clean_path(search: &OsStr) -> OsString {
    let folders = absolute_folders(search).map(PathBuf::into_os_string);
    let clean = folders.reduce(|mut clean, folder| {
        clean.push(":");
        clean.push(folder);
        clean
    });
    clean.unwrap_or_else(|| DEFAULT_PATH.into())
}

/// Runs a program to its end, or to its timeout. Then its whole process group is killed: also what ignores that nobody
/// reads its output, and what it has started and left behind.
pub(super) fn run(command: &Command, sent: &Sent) -> io::Result<Output> {
    reap();
    crate::signals::remember_children();
    let deadline = crate::exec::deadline(Instant::now(), command.timeout);
    let mut child = std::process::Command::new(&command.program);
    set_up(&mut child, command, sent)?;
    set_apart(&mut child, command);
    let child = child
        .args(&command.arguments)
        .stdin(if command.input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut running = Running::new(child);
    let outcome = Talk::new(&mut running.child, &command.input).go_on(deadline);
    let outcome = outcome.and_then(|said| Ok((running.wait(deadline)?, said)));
    match outcome {
        Ok((status, (stdout, stderr))) => Ok(Output { status: status.code(), stdout, stderr }),
        Err(error) => {
            running.kill();
            Err(error)
        }
    }
}

/// Makes a program the leader of a process group, which can be killed as a whole.
fn set_apart(child: &mut std::process::Command, command: &Command) {
    let is_option = |word: &[u8]| word.len() > 1 && word[0] == b'-' && word[1] != b'-';
    let words = command.arguments.iter().map(|word| word.as_bytes());
    let is_interactive = words.take_while(|word| is_option(word)).any(|word| word.contains(&b'i'));
    if !is_interactive || command.scope == Scope::Isolated {
        child.process_group(0);
        return;
    }
    // An interactive shell wants to be in front of its terminal and stops itself for as long as its group is not.
    // Without a terminal it goes on. That is not asked of every program, since it takes a `fork` in place of a
    // `posix_spawn`. SAFETY: between `fork` and `exec` only system calls are made: `setsid` is async-signal-safe, and
    // nothing is allocated.
    unsafe {
        child.pre_exec(|| Ok(rustix::process::setsid().map(drop)?));
    }
}

/// Says where a program runs, and with which variables.
fn set_up(child: &mut std::process::Command, command: &Command, sent: &Sent) -> io::Result<()> {
    match &command.scope {
        Scope::Isolated => {
            check_neutral()?;
            child.env_clear().current_dir(NEUTRAL_FOLDER);
        }
        Scope::Folder(folder) => {
            child.env_clear().envs(sent.for_scripts());
            let search = sent.get("PATH").unwrap_or_default();
            child.env("PATH", clean_path(search)).current_dir(folder);
        }
    }
    child.envs(command.environment.iter().map(|(name, value)| (name, value)));
    Ok(())
}

/// Makes sure that nobody else can put files where tools run.
fn check_neutral() -> io::Result<()> {
    let stat = rustix::fs::stat(NEUTRAL_FOLDER)?;
    let is_own = [0, UNMAPPED, rustix::process::geteuid().as_raw()].contains(&stat.st_uid);
    // Writable by the group, or by others.
    if !is_own || stat.st_mode & 0o022 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "other users can write to `/`"));
    }
    Ok(())
}

/// The leaders of the process groups that run now, and programs that were killed and have not ended yet.
struct Processes {
    running: Vec<Pid>,
    dying: Vec<Child>,
}

static PROCESSES: Mutex<Processes> = Mutex::new(Processes { running: Vec::new(), dying: Vec::new() });

fn processes() -> MutexGuard<'static, Processes> {
    PROCESSES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills all that runs: what a process that ends has no more use for, and would be killed by nobody else at its
/// timeout.
pub(crate) fn kill_all() {
    for leader in &processes().running {
        // Whoever has ended meanwhile is still known to the system: it is reaped when it is in the list no more.
        let _ = kill_process_group(*leader, Signal::KILL);
    }
}

/// Lets the system forget programs that have ended since they were killed.
fn reap() {
    processes().dying.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
}

/// A program that runs, as the leader of a process group.
struct Running {
    child: Child,
    leader: Option<Pid>,
}

impl Running {
    fn new(child: Child) -> Running {
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        processes().running.extend(leader);
        Running { child, leader }
    }

    /// Waits for its end, at most until `deadline`.
    fn wait(&mut self, deadline: Instant) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(20);
        loop {
            if let Some(status) = self.reaped()? {
                return Ok(status);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if self.leader.is_none_or(|leader| !ended(leader, left)) {
                // It is looked at ever less often.
                std::thread::sleep(pause.min(left));
                pause = (pause * 2).min(Duration::from_millis(20));
            }
        }
    }

    /// Its status, if it has ended. From then on, another process may have its number.
    fn reaped(&mut self) -> io::Result<Option<ExitStatus>> {
        let mut processes = processes();
        let status = self.child.try_wait()?;
        if status.is_some() {
            processes.running.retain(|leader| Some(*leader) != self.leader);
            self.leader = None;
        }
        Ok(status)
    }

    /// Kills it and all that belongs to its group, and reaps it.
    fn kill(mut self) {
        if let Some(leader) = self.leader {
            // It may have ended by itself, and is still known to the system: it was not reaped.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        let end = Instant::now() + GRACE;
        if matches!(self.wait(end), Err(error) if error.kind() == io::ErrorKind::TimedOut) {
            let mut processes = processes();
            processes.running.retain(|leader| Some(*leader) != self.leader);
            processes.dying.push(self.child);
        }
    }
}

/// Waits until a process ends, or for so long; false where the system has no descriptors of processes.
#[cfg(target_os = "linux")]
fn ended(process: Pid, left: Duration) -> bool {
    let flags = rustix::process::PidfdFlags::empty();
    let Ok(process) = rustix::process::pidfd_open(process, flags) else { return false };
    poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&timespec(left))).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn ended(_process: Pid, _left: Duration) -> bool {
    false
}

fn timespec(span: Duration) -> Timespec {
    // Whoever waits for longer than a year looks at the clock again then.
    let seconds = span.as_secs().min(365 * 24 * 60 * 60);
    Timespec { tv_sec: seconds.cast_signed(), tv_nsec: span.subsec_nanos().into() }
}

/// A program's streams, of which none is waited for longer than the others.
struct Talk<'i> {
    /// What it has not been given yet.
    input: &'i [u8],
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    said: (Vec<u8>, Vec<u8>),
}

impl<'i> Talk<'i> {
    fn new(child: &mut Child, input: &'i [u8]) -> Talk<'i> {
        Talk {
            input,
            stdin: child.stdin.take().filter(|pipe| rustix::io::ioctl_fionbio(pipe, true).is_ok()),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            said: Default::default(),
        }
    }

    /// Gives it its input and reads both its outputs until they end.
    fn go_on(mut self, deadline: Instant) -> io::Result<(Vec<u8>, Vec<u8>)> {
        while self.stdout.is_some() || self.stderr.is_some() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let [stdin, stdout, stderr] = self.ready(left)?;
            if stdin {
                self.feed();
            }
            if stdout {
                read_some(&mut self.stdout, &mut self.said.0)?;
            }
            if stderr {
                read_some(&mut self.stderr, &mut self.said.1)?;
            }
        }
        Ok(self.said)
    }

    /// Waits until something can be written to its input, or read from one of its outputs.
    fn ready(&self, left: Duration) -> io::Result<[bool; 3]> {
        let streams = [
            (self.stdin.as_ref().map(AsFd::as_fd), PollFlags::OUT),
            (self.stdout.as_ref().map(AsFd::as_fd), PollFlags::IN),
            (self.stderr.as_ref().map(AsFd::as_fd), PollFlags::IN),
        ];
        let open = streams.iter().filter_map(|(fd, flags)| Some(PollFd::from_borrowed_fd((*fd)?, *flags)));
        let mut fds: Vec<PollFd<'_>> = open.collect();
        match poll(&mut fds, Some(&timespec(left))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        Ok(streams.map(|(fd, _)| fd.is_some() && ready.next() == Some(true)))
    }

    /// Writes what the pipe takes. A program that reads no more has what it wants.
    fn feed(&mut self) {
        let Some(stdin) = &mut self.stdin else { return };
        match stdin.write(self.input) {
            Ok(count) => self.input = &self.input[count..],
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => self.input = &[],
        }
        if self.input.is_empty() {
            self.stdin = None;
        }
    }
}

/// Reads what is there, and closes the stream at its end, or when the limit is reached.
fn read_some<R: Read>(stream: &mut Option<R>, bytes: &mut Vec<u8>) -> io::Result<()> {
    let Some(pipe) = stream else { return Ok(()) };
    let mut chunk = [0; 4096];
    let count = match pipe.read(&mut chunk) {
        Ok(count) => count,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
        Err(error) => return Err(error),
    };
    bytes.extend_from_slice(&chunk[..count]);
    if count == 0 || bytes.len() >= OUTPUT_LIMIT {
        *stream = None;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
