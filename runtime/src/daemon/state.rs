//! What all sessions of a daemon share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use super::host::Host;
use super::last_known::LastKnownPlaces;
use super::readings::Readings;
use super::serve::ShutdownReason;
use super::watchdog::Watchdog;
use crate::bus::{Bus, Event, Table, View};
use crate::exec::Handle;
use crate::exec::metrics::Histogram;
use crate::gather::SingleFlight;
use crate::ipc::message::ReplyMode;
use crate::plural::counted;
use crate::prompt::Prompt;
use crate::shell::Shell;

/// Maximum number of sessions; more are refused (`error code=busy`).
const SESSION_LIMIT: usize = 1024;

/// What all sessions of a daemon share.
pub(super) struct DaemonState<W: Host> {
    pub(super) prompt: &'static Prompt<W::Io>,
    pub(super) world: W,
    pub(super) exec: Handle,
    pub(super) single_flight: Arc<SingleFlight>,
    pub(super) places: LastKnownPlaces,
    /// Absent in tests, and where the system has no timer left.
    pub(super) watchdog: Option<Arc<Watchdog>>,
    pub(super) counts: Counters,
    /// Time from a request to its first prompt.
    pub(super) draws: Histogram,
    /// Number of requests whose readings go on after them.
    pub(super) leftovers: AtomicUsize,
    pub(super) bus: Arc<Bus>,
    /// Whether the configuration has changed since the build.
    pub(super) rebuild: AtomicBool,
    pub(super) readings: Arc<Readings>,
    sessions: Mutex<BTreeMap<u64, SessionEntry>>,
    next_session: AtomicU64,
    /// Notified when the number of sessions changes, and when the daemon is to end.
    pub(super) changed: event_listener::Event,
    ending: OnceLock<ShutdownReason>,
    /// The services that it does without for now, and why.
    failing: Mutex<BTreeMap<String, String>>,
    pub(super) started: Instant,
}

/// Counters since the start of the daemon.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) connections: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) redraws: AtomicU64,
    pub(super) faults: AtomicU64,
    pub(super) sent_bytes: AtomicU64,
}

impl Counters {
    pub(super) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// A session, as lists show it.
#[derive(Clone, Debug)]
pub(super) struct SessionEntry {
    pub(super) shell: Shell,
    pub(super) pid: Option<u32>,
    pub(super) answer: ReplyMode,
    pub(super) since: Instant,
    pub(super) requests: u64,
    pub(super) place: String,
}

impl SessionEntry {
    pub(super) fn new(shell: Shell, pid: Option<u32>, answer: ReplyMode, since: Instant) -> SessionEntry {
        SessionEntry { shell, pid, answer, since, requests: 0, place: String::new() }
    }
}

/// Registration of a session; dropping it removes the session.
#[derive(Debug)]
pub(super) struct SessionGuard<W: Host> {
    daemon: Arc<DaemonState<W>>,
    pub(super) id: u64,
    /// What it shows.
    pub(super) view: Arc<View>,
}

impl<W: Host> DaemonState<W> {
    #[allow(clippy::disallowed_methods, reason = "how long a daemon has run is a matter of the real clock")]
    pub(super) fn new(prompt: &'static Prompt<W::Io>, world: W, exec: Handle) -> DaemonState<W> {
        let bus = Arc::new(Bus::new(Table::new(prompt.sources.iter().map(Into::into))));
        let costs = prompt.sources.iter().map(|planned| (planned.source.name(), planned.source.cost()));
        let readings = Arc::new(Readings::new(costs, bus.clone(), exec.clock().clone()));
        DaemonState {
            prompt,
            world,
            exec,
            single_flight: Arc::default(),
            places: LastKnownPlaces::default(),
            watchdog: None,
            counts: Counters::default(),
            draws: Histogram::new(),
            leftovers: AtomicUsize::new(0),
            bus,
            rebuild: AtomicBool::new(false),
            readings,
            sessions: Mutex::default(),
            next_session: AtomicU64::new(1),
            changed: event_listener::Event::new(),
            ending: OnceLock::new(),
            failing: Mutex::default(),
            started: Instant::now(),
        }
    }

    /// Registers a session; `None` if there are too many.
    pub(super) fn register(self: &Arc<Self>, entry: SessionEntry) -> Option<SessionGuard<W>> {
        let mut sessions = self.sessions();
        if sessions.len() >= SESSION_LIMIT {
            return None;
        }
        let id = self.next_session.fetch_add(1, Ordering::Relaxed);
        sessions.insert(id, entry);
        drop(sessions);
        self.changed.notify(usize::MAX);
        let view = self.bus.view(id);
        self.bus.happen(Event::SessionBegan, Some(&view));
        Some(SessionGuard { daemon: self.clone(), id, view })
    }

    /// The sessions, oldest first.
    pub(super) fn list(&self) -> Vec<(u64, SessionEntry)> {
        self.sessions().iter().map(|(id, entry)| (*id, entry.clone())).collect()
    }

    /// Number of sessions.
    pub(super) fn session_count(&self) -> usize {
        self.sessions().len()
    }

    /// Asks the daemon to end, as a client does.
    pub(super) fn stop(&self) {
        self.end(ShutdownReason::Stopped);
    }

    /// Asks the daemon to end; the first reason counts.
    pub(super) fn end(&self, reason: ShutdownReason) {
        let count = self.single_flight.count();
        if self.ending.set(reason).is_ok() && count > 0 {
            let readings = counted(count as u64, "reading", "readings");
            self.bus.trace.tell("reading", || format!("the daemon ends, and gives up {readings}"));
        }
        self.changed.notify(usize::MAX);
    }

    /// Why it is to end, if it is.
    pub(super) fn ending(&self) -> Option<&ShutdownReason> {
        self.ending.get()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.ending().is_some()
    }

    /// The services that it does without for now, and why.
    pub(super) fn failing(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<u64, SessionEntry>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Host> SessionGuard<W> {
    /// Updates the entry of the session.
    pub(super) fn note(&self, change: impl FnOnce(&mut SessionEntry)) {
        if let Some(entry) = self.daemon.sessions().get_mut(&self.id) {
            change(entry);
        }
    }
}

impl<W: Host> Drop for SessionGuard<W> {
    fn drop(&mut self) {
        self.daemon.sessions().remove(&self.id);
        self.daemon.changed.notify(usize::MAX);
        self.view.suspend();
        self.daemon.bus.happen(Event::SessionEnded, Some(&self.view));
    }
}

impl<W: Host> fmt::Debug for DaemonState<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DaemonState").field("counts", &self.counts).finish_non_exhaustive()
    }
}
