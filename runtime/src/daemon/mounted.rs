//! The list of mounts, which is read again when the kernel reports a change.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::io::far::Far;
use crate::io::mounts::{self, Mounts};
use crate::io::open;
use crate::io::probe::Probes;

/// The mounts that may not answer.
#[derive(Debug)]
pub(super) struct Mounted {
    /// It can be told by this that the list has changed: `proc_pid_mountinfo(5)`. There is none on other systems.
    list: Option<File>,
    probes: Arc<Probes>,
    known: Mutex<Option<Arc<Far>>>,
}

impl Mounted {
    pub(super) fn new(probes: Arc<Probes>) -> Mounted {
        let list = open::file(mounts::MOUNTS).ok();
        let known = Mutex::new(look(&probes));
        Mounted { list, probes, known }
    }

    /// What is known of file systems that may not answer; `None` where there are none.
    ///
    /// # Cost
    ///
    /// One call of the system, unless something was mounted.
    pub(super) fn far(&self) -> Option<Arc<Far>> {
        let list = self.list.as_ref()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        if poll(&mut [PollFd::new(list, PollFlags::PRI)], Some(&at_once)).is_ok_and(|count| count > 0) {
            *known = look(&self.probes);
        }
        known.clone()
    }
}

fn look(probes: &Arc<Probes>) -> Option<Arc<Far>> {
    let mounts = Mounts::new(&mounts::read(Path::new(mounts::MOUNTS)))?;
    Some(Arc::new(Far::probing(Arc::new(mounts), probes.clone())))
}
