//! An alarm: a timer of the system, which a thread waits for by reading it.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

/// Wakes one thread after a while. Setting it costs one call of the system, and wakes nobody.
#[derive(Debug)]
pub(in crate::daemon) struct Alarm(OwnedFd);

impl Alarm {
    /// Not set.
    pub(in crate::daemon) fn new() -> io::Result<Alarm> {
        Ok(Alarm(timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?))
    }

    /// Sets it anew; [`Duration::ZERO`]: it is not set.
    pub(in crate::daemon) fn set(&self, span: Duration) {
        let value = Timespec { tv_sec: span.as_secs().cast_signed(), tv_nsec: span.subsec_nanos().into() };
        let value = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        // It fails for times that are none.
        let _ = timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &value);
    }

    /// Sleeps until its time has come; it may wake for nothing.
    pub(in crate::daemon) fn wait(&self) -> io::Result<()> {
        let mut count = [0; 8];
        match rustix::io::read(&self.0, &mut count) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
