//! What the daemon needs of the machine, besides the `Io` of its sources.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FifoSessions, Fifos};
use super::mounted::Mounted;
use super::program::{Named, Program};
use super::transport::Transport;
use crate::exec::Handle;
use crate::io::probe::Probes;
use crate::io::{Io, Real, Sent};
use crate::ipc::folder::Folder;
use crate::store::Store;

/// The machine that the daemon runs on: the real one, or a simulated one.
pub(super) trait Host: Send + Sync + 'static {
    /// What sources are handed.
    type Io: Io;

    /// The operating system as a shell with these variables sees it.
    fn io(&self, sent: Sent) -> Self::Io;

    /// A directory with its symbolic links resolved; one that is gone stays as it is.
    fn resolve(&self, logical: &Path) -> PathBuf;

    /// Transport of a shell that uses FIFOs.
    type Fifos: Transport + 'static;

    /// Creates the FIFOs of a shell.
    fn fifos(&self, pid: u32) -> io::Result<Self::Fifos>;

    /// The mounts that may not answer, of those that a place and variables lead to.
    fn far(&self, place: &Path, sent: &Sent) -> Vec<PathBuf> {
        let _ = (place, sent);
        Vec::new()
    }

    /// The file systems that are being asked whether they answer.
    fn probes(&self) -> Option<&Arc<Probes>> {
        None
    }

    /// Whether the name of the daemon's program leads to another build, which is about to take over.
    fn is_replaced(&self) -> bool {
        false
    }

    /// The store, where facts outlive the daemon.
    fn store(&self) -> Option<Arc<Store>>;
}

/// The real machine.
#[derive(Debug)]
pub(super) struct Machine {
    store: Option<Arc<Store>>,
    folder: Arc<Folder>,
    exec: Handle,
    probes: Arc<Probes>,
    mounted: Mounted,
    program: Arc<Program>,
    fifo_sessions: FifoSessions,
}

impl Machine {
    pub(super) fn new(
        store: Option<Arc<Store>>,
        folder: Arc<Folder>,
        exec: Handle,
        program: Arc<Program>,
    ) -> Machine {
        let probes = Arc::<Probes>::default();
        let (mounted, fifo_sessions) = (Mounted::new(probes.clone()), FifoSessions::default());
        Machine { store, folder, exec, probes, mounted, program, fifo_sessions }
    }

    /// Opens the FIFOs that a shell has from an earlier daemon.
    pub(super) fn adopt_fifos(&self, pid: u32) -> io::Result<Fifos> {
        Fifos::adopt(&self.folder, pid, &self.fifo_sessions, &self.exec)
    }
}

impl Host for Machine {
    type Io = Real;

    fn io(&self, sent: Sent) -> Real {
        Real::with(sent).minding(self.mounted.far())
    }

    fn far(&self, place: &Path, sent: &Sent) -> Vec<PathBuf> {
        self.mounted.far().map(|far| far.mounts_of(place, sent)).unwrap_or_default()
    }

    fn probes(&self) -> Option<&Arc<Probes>> {
        Some(&self.probes)
    }

    fn is_replaced(&self) -> bool {
        self.program.named() == Named::Other
    }

    #[allow(clippy::disallowed_methods, reason = "before there is a place, somebody has to look for it")]
    fn resolve(&self, logical: &Path) -> PathBuf {
        std::fs::canonicalize(logical).unwrap_or_else(|_| logical.to_owned())
    }

    type Fifos = Fifos;

    fn fifos(&self, pid: u32) -> io::Result<Fifos> {
        Fifos::make(&self.folder, pid, &self.fifo_sessions, &self.exec)
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.store.clone()
    }
}
