//! A shell's process, known by its number alone: it is asked for from time to time.
//!
//! kqueue could tell at once, through calls that no crate offers without unsafe code. Nothing waits for the end of a
//! shell but its files, and the time after which an idle daemon ends.

use std::io;
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::exec::Handle;
use crate::exec::time::Clock;

/// So often.
const PERIOD: Duration = Duration::from_secs(5);

/// A shell's process.
#[derive(Debug)]
pub(in crate::daemon) struct Process {
    pid: Pid,
    clock: Clock,
}

impl Process {
    /// Finds the process of this number.
    pub(in crate::daemon) fn find(pid: u32, exec: &Handle) -> io::Result<Process> {
        let process = Process { pid: super::number(pid)?, clock: exec.clock().clone() };
        if process.is_there() { Ok(process) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// Waits for its end.
    pub(in crate::daemon) async fn ended(&self) {
        while self.is_there() {
            self.clock.sleep(PERIOD).await;
        }
    }

    /// Tells it that a prompt is there. The signal does nothing to a process that does not expect it.
    pub(in crate::daemon) fn nudge(&self) {
        let _ = rustix::process::kill_process(self.pid, Signal::URG);
    }

    /// Whether there is a process of this number that is ours: somebody else's has been given the number meanwhile.
    fn is_there(&self) -> bool {
        rustix::process::test_kill_process(self.pid).is_ok()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "there has to be a process")]
mod tests {
    use std::process::{Command, Stdio};

    use futures_lite::future::poll_once;

    use super::*;
    use crate::exec::simulate::simulate;

    #[test]
    fn its_end_is_noticed_some_seconds_later() {
        simulate(1, |world| async move {
            let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            let process = Process::find(child.id(), world.handle()).unwrap();
            let mut ended = Box::pin(process.ended());
            assert_eq!(poll_once(&mut ended).await, None);
            let begun = world.handle().clock().now();
            drop(child.stdin.take());
            child.wait().unwrap();
            ended.await;
            assert_eq!(world.handle().clock().now() - begun, PERIOD);
        });
    }
}
