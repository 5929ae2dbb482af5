//! It listens at the socket: the system says who is at the other end of a connection. As long as that is open, the
//! process is there, and its number is nobody else's.

use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal};

use crate::ipc::address::Address;
use crate::ipc::folder::Folder;
use crate::ipc::peer;

/// Another daemon's process.
#[derive(Debug)]
pub(in crate::daemon) struct StaleDaemon {
    pid: Pid,
    connection: OwnedFd,
}

impl StaleDaemon {
    /// Finds it; `None` if the system does not say.
    pub(in crate::daemon) fn find(address: &Address, _folder: &Folder) -> io::Result<Option<StaleDaemon>> {
        let connection = peer::connect(address)?;
        let pid = peer::pid(&connection)?.and_then(|pid| Pid::from_raw(pid.cast_signed()));
        Ok(pid.map(|pid| StaleDaemon { pid, connection }))
    }

    /// Ends it, unless it has ended by itself.
    pub(in crate::daemon) fn end(&self) -> io::Result<()> {
        let mut polled = [PollFd::new(&self.connection, PollFlags::IN)];
        let is_there = poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0
            || !polled.iter().any(|polled| polled.revents().contains(PollFlags::HUP));
        if is_there { Ok(rustix::process::kill_process(self.pid, Signal::KILL)?) } else { Ok(()) }
    }
}

#[cfg(test)]
impl StaleDaemon {
    pub(in crate::daemon) const fn pid(&self) -> Pid {
        self.pid
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "there has to be a process")]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A process that ends when its input does.
    fn child() -> Child {
        Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn it_is_ended_as_long_as_it_is_there() {
        let (here, there) = UnixStream::pair().unwrap();
        let mut child = child();
        let pid = Pid::from_child(&child);
        StaleDaemon { pid, connection: here.into() }.end().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
        drop(there);
    }

    #[test]
    fn who_has_its_number_later_is_left_alone() {
        let (here, there) = UnixStream::pair().unwrap();
        drop(there);
        let mut child = child();
        let pid = Pid::from_child(&child);
        StaleDaemon { pid, connection: here.into() }.end().unwrap();
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}
