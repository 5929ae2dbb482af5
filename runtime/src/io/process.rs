//! Programs: where they are found, how they are run, and how they end.
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Command, Output, Sent};

/// How much of a program's output is read (bytes): a version, or the line of a custom command, is far below.
const OUTPUT_LIMIT: usize = 1 << 20;

/// Finds an executable file of this name in the directories of `search`.
pub(super) fn find_program(name: &OsStr, search: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name));
    }
    std::env::split_paths(search).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(
        |file| {
            rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
                && std::fs::metadata(file).is_ok_and(|meta| meta.is_file())
        },
    )
}

pub(super) fn run(command: &Command, sent: Option<&Sent>) -> io::Result<Output> {
    let deadline = crate::exec::deadline(Instant::now(), command.timeout);
    let mut child = std::process::Command::new(&command.program);
    if let Some(sent) = sent {
        // What the shell did not send stays as it was where this process was started.
        child.envs(sent.iter());
        sent.unset().for_each(|name| _ = child.env_remove(name));
    }
    let mut child = child
        .args(&command.arguments)
        .current_dir(&command.directory)
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(if command.input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let outcome = talk(&mut child, &command.input, deadline);
    if outcome.is_err() {
        // It may have ended by itself meanwhile; either way it is reaped below.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let (stdout, stderr) = outcome?;
    Ok(Output { status: status.code(), stdout, stderr })
}

/// Feeds a child its input and reads both its outputs until they end.
fn talk(child: &mut Child, input: &[u8], deadline: Instant) -> io::Result<(Vec<u8>, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // A script is smaller than a pipe's buffer; one that is not, or that nobody reads, ends with a broken pipe.
        let fits = input.len().min(1 << 16);
        let _ = stdin.write_all(&input[..fits]);
    }
    let mut stdout = child.stdout.take().map(|pipe| (pipe, Vec::new()));
    let mut stderr = child.stderr.take().map(|pipe| (pipe, Vec::new()));
    let (mut out_open, mut err_open) = (stdout.is_some(), stderr.is_some());
    while out_open || err_open {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let (out_ready, err_ready) = {
            let mut fds = Vec::with_capacity(2);
            if let (true, Some((pipe, _))) = (out_open, &stdout) {
                fds.push(PollFd::new(pipe, PollFlags::IN));
            }
            if let (true, Some((pipe, _))) = (err_open, &stderr) {
                fds.push(PollFd::new(pipe, PollFlags::IN));
            }
            let timeout =
                Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            match poll(&mut fds, Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
            (out_open && ready.next() == Some(true), err_open && ready.next() == Some(true))
        };
        if let (true, Some((pipe, bytes))) = (out_ready, &mut stdout) {
            out_open = read_some(pipe, bytes)?;
        }
        if let (true, Some((pipe, bytes))) = (err_ready, &mut stderr) {
            err_open = read_some(pipe, bytes)?;
        }
    }
    Ok((
        stdout.map(|(_, bytes)| bytes).unwrap_or_default(),
        stderr.map(|(_, bytes)| bytes).unwrap_or_default(),
    ))
}

/// Reads what is there; false at the end, or when the limit is reached.
fn read_some(pipe: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 4096];
    let count = pipe.read(&mut chunk)?;
    bytes.extend_from_slice(&chunk[..count]);
    Ok(count > 0 && bytes.len() < OUTPUT_LIMIT)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(script: &str, timeout: Duration) -> io::Result<Output> {
        run(&Command::new("/bin/sh", "/", timeout).args(["-c", script]), None)
    }

    #[test]
    fn both_outputs_and_the_status_arrive() {
        let output = shell("echo out; echo err >&2; exit 3", Duration::from_secs(10)).unwrap();
        assert_eq!(
            (output.status, &*output.stdout, &*output.stderr),
            (Some(3), &b"out\n"[..], &b"err\n"[..])
        );
    }

    #[test]
    fn a_program_that_hangs_is_killed_at_its_timeout() {
        let start = Instant::now();
        let error = shell("exec sleep 30", Duration::from_millis(30)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_program_has_the_variables_of_the_shell() {
        let sent = Sent::new(&["PATH", "ZIRON_A"], [("ZIRON_A".into(), "a".into())]);
        let command = Command::new("/bin/sh", "/", Duration::from_secs(10))
            .args(["-c", "/usr/bin/env | /bin/grep -E '^(PATH|ZIRON_A)='"]);
        assert_eq!(String::from_utf8_lossy(&run(&command, Some(&sent)).unwrap().stdout), "ZIRON_A=a\n");
    }

    #[test]
    fn input_is_given() {
        let mut command = Command::new("/bin/cat", "/", Duration::from_secs(10));
        command.input = b"hello".to_vec();
        assert_eq!(run(&command, None).unwrap().stdout, b"hello");
    }

    #[test]
    fn relative_directories_of_the_path_are_not_searched() {
        assert_eq!(find_program(OsStr::new("sh"), OsStr::new(".:bin:/bin")), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find_program(OsStr::new("sh"), OsStr::new("bin:")), None);
    }
}
