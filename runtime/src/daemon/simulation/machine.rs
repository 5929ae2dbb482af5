//! A machine whose contents change while it is looked at, and that remembers what was true when.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::prompt::COMMAND_TIMEOUT;
use super::wire::{Far, Wire};
use crate::daemon::host;
use crate::exec::simulate;
use crate::io::{Command, DirEntry, FileKind, Identity, Io, Output, Sent, User};
use crate::shell::Shell;
use crate::store::Store;

/// The longest that a reading takes which does not hang.
pub(super) const LONGEST: Duration = Duration::from_millis(50);

/// The longest that a directory takes to be looked at: long enough to be worth a placeholder.
const SLOW: Duration = Duration::from_micros(300);

/// The longest that one hangs. Programs are killed earlier. Four in a row still end before a session gives up, after 30
/// s.
const HANGS: Duration = Duration::from_secs(7);

thread_local! {
    /// The machine of the simulation that runs on this thread: work that is done off the thread has no other way to it.
    static CURRENT: RefCell<Option<Arc<Machine>>> = const { RefCell::new(None) };
}

/// Whether things go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Calm,
    Rough,
}

/// A machine.
pub(super) struct Machine {
    pub(super) sim: simulate::World,
    pub(super) weather: Weather,
    things: Mutex<BTreeMap<String, History>>,
    /// Counts everything that happens, so that two things at the same time have an order.
    steps: AtomicU64,
    /// The far ends of FIFOs, until their shells take them.
    fifos: Mutex<BTreeMap<u32, Far>>,
    store: Option<Arc<Store>>,
}

/// What a thing was, and when.
#[derive(Debug, Default)]
struct History {
    values: Vec<Change>,
    /// When a reading of it failed.
    failures: Vec<(u64, Instant)>,
    highest: u64,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    step: u64,
    at: Instant,
    value: u64,
}

impl Machine {
    /// A machine on which nothing has happened yet. It becomes the one of this thread.
    pub(super) fn new(sim: simulate::World, weather: Weather, store: Option<Arc<Store>>) -> Arc<Machine> {
        let (things, fifos) = (Mutex::default(), Mutex::default());
        let machine = Arc::new(Machine { sim, weather, things, steps: AtomicU64::new(1), fifos, store });
        CURRENT.set(Some(machine.clone()));
        machine
    }

    /// The machine of this thread.
    pub(super) fn current() -> Arc<Machine> {
        CURRENT.with_borrow(Clone::clone).expect("a simulation runs on this thread")
    }

    /// The next step of all that happens.
    pub(super) fn step(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed)
    }

    /// What a thing is now.
    pub(super) fn value(&self, thing: &str) -> u64 {
        let (step, at) = (self.step(), self.sim.clock().now());
        let mut things = self.things();
        let history = things.entry(thing.to_owned()).or_default();
        if history.values.is_empty() {
            // It has always been so.
            history.values.push(Change { step: step.min(1), at, value: 0 });
        }
        history.values.last().map_or(0, |change| change.value)
    }

    /// Makes something else of a thing: what it has never been.
    pub(super) fn change(&self, thing: &str) {
        self.value(thing);
        self.push(thing, |history| {
            history.highest += 1;
            history.highest
        });
    }

    /// Makes of a thing what it once was, but not while one reading can see both: a key that is the same before and
    /// after tells nothing of what was in between.
    pub(super) fn put_back(&self, thing: &str) {
        self.value(thing);
        let now = self.sim.clock().now();
        let changed_at =
            self.things().get(thing).and_then(|history| history.values.last()).map(|last| last.at);
        if changed_at.is_some_and(|at| now.saturating_duration_since(at) <= COMMAND_TIMEOUT) {
            return self.change(thing);
        }
        let random = self.sim.random();
        self.push(thing, |history| history.values[random.below(history.values.len())].value);
    }

    fn push(&self, thing: &str, value: impl FnOnce(&mut History) -> u64) {
        let (step, at) = (self.step(), self.sim.clock().now());
        if let Some(history) = self.things().get_mut(thing) {
            let value = value(history);
            history.values.push(Change { step, at, value });
        }
    }

    /// Whether a thing had a value at some time between two steps; if it may be remembered for a while, at some time
    /// since so long before `asked_at`.
    pub(super) fn had(&self, thing: &str, value: u64, steps: (u64, u64), since: Option<Instant>) -> bool {
        let things = self.things();
        let Some(history) = things.get(thing) else { return false };
        let ends = history.values.iter().skip(1).map(Some).chain([None]);
        history.values.iter().zip(ends).any(|(begin, end)| {
            let lasted =
                end.is_none_or(|end| end.step >= steps.0 || since.is_some_and(|since| end.at >= since));
            begin.value == value && begin.step <= steps.1 && lasted
        })
    }

    /// Whether a reading of a thing failed before a step, and not before a moment.
    pub(super) fn failed(&self, thing: &str, until: u64, since: Instant) -> bool {
        let things = self.things();
        let failures = things.get(thing).map(|history| &history.failures[..]).unwrap_or_default();
        failures.iter().any(|(step, at)| *step <= until && *at >= since)
    }

    fn fail(&self, thing: &str) {
        let failure = (self.step(), self.sim.clock().now());
        self.things().entry(thing.to_owned()).or_default().failures.push(failure);
    }

    /// Whether something goes wrong now.
    pub(super) fn fault(&self, _name: &str, probability: f64) -> bool {
        self.weather == Weather::Rough && self.sim.faults().chance(probability)
    }

    /// How many different things there have been.
    pub(super) fn identities(&self) -> usize {
        self.things().values().map(|history| history.values.len()).sum()
    }

    /// The other end of a shell's FIFOs.
    pub(super) fn take_fifo(&self, pid: u32) -> Option<Far> {
        self.fifos.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid)
    }

    fn things(&self) -> MutexGuard<'_, BTreeMap<String, History>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the time pass that a reading takes, in two parts: what it reads it reads in between.
    fn spans(&self) -> (Duration, Duration) {
        let random = self.sim.random();
        let hangs = self.fault("a reading hangs", 0.01);
        let hangs = if hangs { random.up_to(HANGS) } else { Duration::ZERO };
        if random.chance(0.3) {
            return (Duration::ZERO, hangs);
        }
        let total = random.up_to(LONGEST);
        let before = random.up_to(total);
        (before, total.saturating_sub(before) + hangs)
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let things = self.things();
        things.iter().try_for_each(|(thing, history)| {
            write!(f, "{thing}:")?;
            let values = &history.values;
            values
                .iter()
                .try_for_each(|Change { step, at, value }| write!(f, " {value} since {step} ({at:?})"))?;
            writeln!(f, "; failed: {:?}", history.failures)
        })
    }
}

/// The machine as the daemon sees it.
#[derive(Clone, Debug)]
pub(super) struct Seen(pub(super) Arc<Machine>);

impl host::Host for Seen {
    type Io = Eyes;
    type Fifos = Wire;

    fn io(&self, sent: Sent) -> Eyes {
        Eyes { machine: self.0.clone(), sent }
    }

    fn resolve(&self, logical: &Path) -> PathBuf {
        // Time passes here although nobody can do anything meanwhile.
        if self.0.sim.random().chance(0.5) {
            self.0.sim.time().advance(self.0.sim.random().up_to(SLOW));
        }
        logical.to_owned()
    }

    fn fifos(&self, pid: u32) -> io::Result<Wire> {
        if self.0.fault("no FIFOs", 0.1) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let (wire, far) = Wire::pair(&self.0, Some((Shell::Bash, pid)));
        self.0.fifos.lock().unwrap_or_else(PoisonError::into_inner).insert(pid, far);
        Ok(wire)
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.0.store.clone()
    }
}

/// The machine as sources see it.
#[derive(Debug)]
pub(super) struct Eyes {
    machine: Arc<Machine>,
    sent: Sent,
}

impl Io for Eyes {
    fn env(&self, name: &str) -> Option<OsString> {
        self.sent.get(name).map(ToOwned::to_owned)
    }

    fn now(&self) -> SystemTime {
        self.machine.sim.time().wall()
    }

    fn instant(&self) -> Instant {
        self.machine.sim.clock().now()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        let value = self.machine.value(&path.to_string_lossy());
        Ok(Identity { path: path.to_owned(), inode: (value, 0), size_bytes: 1, modified: (0, 0) })
    }

    async fn kind(&self, _path: &Path) -> Option<FileKind> {
        None
    }

    async fn is_writable(&self, _path: &Path) -> bool {
        true
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.machine.value(&path.to_string_lossy()).to_string().into_bytes())
    }

    async fn list(&self, _path: &Path, _links: bool, _patience: Duration) -> io::Result<Vec<DirEntry>> {
        Ok(Vec::new())
    }

    async fn find_program_behind(&self, _name: &str, _found: Option<&Path>) -> Option<PathBuf> {
        None
    }

    async fn run(&self, command: Command) -> io::Result<Output> {
        let thing = command.program.to_string_lossy();
        let clock = self.machine.sim.clock();
        let (before, after) = self.machine.spans();
        wait(clock, before).await;
        let value = self.machine.value(&thing);
        let fails = self.machine.fault("a program fails", 0.05);
        wait(clock, after.min(command.timeout)).await;
        if fails || before + after >= command.timeout {
            self.machine.fail(&thing);
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Output { status: Some(0), stdout: value.to_string().into_bytes(), stderr: Vec::new() })
    }

    async fn unblock<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (before, after) = self.machine.spans();
        wait(self.machine.sim.clock(), before).await;
        let result = work();
        wait(self.machine.sim.clock(), after).await;
        result
    }

    fn user(&self) -> User {
        User::default()
    }

    fn hostname(&self) -> String {
        String::new()
    }
}

/// Some readings end before anybody can wait for them.
async fn wait(clock: &crate::exec::time::Clock, span: Duration) {
    if !span.is_zero() {
        clock.sleep(span).await;
    }
}
