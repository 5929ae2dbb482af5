//! It has written down its number; a descriptor holds the process, and `/proc` says what it runs.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::OFlags;
use rustix::process::{Pid, PidfdFlags, Signal};

use crate::ipc::address::Address;
use crate::ipc::folder::Folder;

/// Another daemon's process.
#[derive(Debug)]
pub(in crate::daemon) struct StaleDaemon(OwnedFd);

impl StaleDaemon {
    /// Finds it; `None` if what has its number is not it.
    pub(in crate::daemon) fn find(_address: &Address, folder: &Folder) -> io::Result<Option<StaleDaemon>> {
        let mut text = String::new();
        File::from(folder.file("pid", OFlags::RDONLY)?).take(256).read_to_string(&mut text)?;
        let pid = text.split(' ').next().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
        let Some(pid) = pid else { return Ok(None) };
        // What is looked at is what is ended, even if the number is given to another process meanwhile.
        let process = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
        Ok(is_same_program(pid).then_some(StaleDaemon(process)))
    }

    /// Ends it.
    pub(in crate::daemon) fn end(&self) -> io::Result<()> {
        Ok(rustix::process::pidfd_send_signal(&self.0, Signal::KILL)?)
    }
}

/// Whether a process runs this program: numbers of processes are given again.
#[allow(clippy::disallowed_methods, reason = "it looks at a process")]
fn is_same_program(pid: Pid) -> bool {
    // Linux says so of a program whose file was replaced.
    let name = |path: PathBuf| path.to_string_lossy().trim_end_matches(" (deleted)").to_owned();
    let of = |process: String| std::fs::read_link(format!("/proc/{process}/exe")).ok().map(name);
    let other = of(pid.as_raw_nonzero().to_string());
    other.is_some() && other == of(String::from("self"))
}
