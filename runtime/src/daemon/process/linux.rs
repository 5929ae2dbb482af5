//! A shell's process, held by a descriptor: whoever is given its number later is another one.

use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal};

use crate::exec::{Handle, Watched};

/// A shell's process.
#[derive(Debug)]
pub(in crate::daemon) struct Process {
    fd: Watched<OwnedFd>,
}

impl Process {
    /// Finds the process of this number.
    pub(in crate::daemon) fn find(pid: u32, exec: &Handle) -> io::Result<Process> {
        let pid: Pid = super::number(pid)?;
        let fd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Process { fd: exec.watch(fd)? })
    }

    /// Waits for its end.
    pub(in crate::daemon) async fn ended(&self) {
        // Where that cannot be waited for, the line ends, and the shell makes another.
        let _ = self.fd.read_with(has_ended).await;
    }

    /// Tells it that a prompt is there. The signal does nothing to a process that does not expect it.
    pub(in crate::daemon) fn nudge(&self) {
        let _ = rustix::process::pidfd_send_signal(self.fd.get_ref(), Signal::URG);
    }
}

/// Whether a process has ended; "would block" as long as it has not.
fn has_ended(process: &OwnedFd) -> io::Result<()> {
    let mut polled = [PollFd::new(process, PollFlags::IN)];
    match poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}
