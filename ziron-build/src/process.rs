//! Runs a program that may have to be stopped: by Ctrl-C, or because it takes too long.
//!
//! The program leads its own process group, so that stopping it stops what it started (cargo's compilers).

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::interrupt::Interrupt;

/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(40);

/// How long a program has between being asked to stop and being killed.
const GRACE: Duration = Duration::from_secs(2);

/// A line the program wrote, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// On standard output.
    Out(String),
    /// On standard error.
    Err(String),
}

/// How the program ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// We were asked to stop, by this signal; it was stopped.
    Interrupted(i32),
    /// It took longer than it may; it was stopped.
    TimedOut,
}

/// Runs `command` without input and hands each line it writes to `each`.
pub(crate) fn run(
    command: &mut Command,
    interrupt: &Interrupt,
    limit: Option<Duration>,
    mut each: impl FnMut(Line),
) -> io::Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        read_lines(out, sender.clone(), Line::Out);
    }
    if let Some(err) = child.stderr.take() {
        read_lines(err, sender, Line::Err);
    }
    let started = Instant::now();
    loop {
        let received = lines.recv_timeout(GLANCE);
        if let Some(signal) = interrupt.signal() {
            stop(&mut child)?;
            return Ok(Ended::Interrupted(signal));
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            stop(&mut child)?;
            return Ok(Ended::TimedOut);
        }
        match received {
            Ok(line) => each(line),
            // Nothing was written for a while and the program has ended: whoever still holds the pipe (a compiler cache's
            // server, say) is not waited for.
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait()? {
                    return Ok(Ended::Exited(status));
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                if let Some(status) = child.try_wait()? {
                    return Ok(Ended::Exited(status));
                }
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Sends each line of `stream` to `sender`; invalid UTF-8 is replaced.
fn read_lines(stream: impl Read + Send + 'static, sender: Sender<Line>, wrap: fn(String) -> Line) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        while stream.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
            if sender.send(wrap(text)).is_err() {
                return;
            }
            bytes.clear();
        }
    });
}

/// Asks the process group to end, then makes it.
fn stop(child: &mut Child) -> io::Result<()> {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let Some(group) = group else { return child.kill() };
    // An error means that the group is gone already.
    let _ = kill_process_group(group, Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        if child.try_wait()?.is_some() {
            // Compilers whose cargo is gone have nobody to report to.
            let _ = kill_process_group(group, Signal::KILL);
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    let _ = kill_process_group(group, Signal::KILL);
    child.wait()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_are_read_to_the_end() {
        let mut lines = Vec::new();
        let ended =
            run(&mut sh("echo a; echo b >&2; printf c; exit 3"), &Interrupt::default(), None, |line| {
                lines.push(line);
            });
        assert!(matches!(ended, Ok(Ended::Exited(status)) if status.code() == Some(3)));
        for line in [Line::Out("a".into()), Line::Err("b".into()), Line::Out("c".into())] {
            assert!(lines.contains(&line), "{line:?} in {lines:?}");
        }
    }

    #[test]
    fn a_program_that_takes_too_long_is_stopped() {
        let started = Instant::now();
        let ended =
            run(&mut sh("sleep 60 & wait"), &Interrupt::default(), Some(Duration::from_millis(50)), |_| {});
        assert!(matches!(ended, Ok(Ended::TimedOut)));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
