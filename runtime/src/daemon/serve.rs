//! The daemon's main function: start, tasks, and end.

use std::borrow::Cow;
use std::convert::Infallible;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_lite::future::{or, pending};
use rustix::io::Errno;

use super::background;
use super::configuration;
use super::files::left_behind;
use super::host::{Host, Machine};
use super::inherited;
use super::life::{Life, LifeError};
use super::memory;
use super::program::{Named, Program};
use super::services::{self, Service};
use super::session::converse;
use super::state::{Counters, DaemonState};
use super::transport::Stream;
use super::watch::{Seen, Watch};
use super::watchdog::{Shutdown, Watchdog};
use crate::exec::{Priority, Single};
use crate::ipc::folder::Folder;
use crate::ipc::peer;
use crate::prompt::Prompt;
use crate::store::Store;

/// Delay before the program's file is checked after a change.
const SETTLE: Duration = Duration::from_millis(300);

/// Delay after `accept` fails.
const BREATH: Duration = Duration::from_millis(100);

/// Runs the daemon until it is stopped or idle for too long.
///
/// # Errors
/// If another daemon is running, the folder is not the user's own, or the daemon has crashed too often.
pub(crate) fn run(prompt: &'static Prompt, store: Option<Store>) -> Result<(), LifeError> {
    inherited::drop_all();
    // First of all: once clients know of this daemon, a new build may replace its program.
    let program = Arc::new(Program::own());
    let mut life = Life::begin(prompt.build.build_hash)?;
    let (listener, socket) = life.listen()?;
    memory::use_one_arena();
    crate::store::source_cache::limit_all(prompt.cache.bytes);
    let single = Arc::new(Single::driven().unwrap_or_default());
    let ending = Arc::<Shutdown>::default();
    let machine = Machine::new(
        store.map(Store::in_a_hurry).map(Arc::new),
        life.folder().clone(),
        single.handle().clone(),
        program.clone(),
    );
    let mut daemon = DaemonState::new(prompt, machine, single.handle().clone());
    daemon.watchdog = Watchdog::new(ending.clone()).ok().map(Arc::new);
    let daemon = Arc::new(daemon);
    for pid in left_behind(life.folder()) {
        // The shell may be gone by now.
        if let Ok(transport) = daemon.world.adopt_fifos(pid) {
            daemon
                .exec
                .spawn_named("session", Priority::Critical, converse(daemon.clone(), transport))
                .detach();
        }
    }
    if let Some(watchdog) = &daemon.watchdog {
        watchdog.clone().post(&single);
    }
    let home = Home { folder: life.folder().clone(), socket, program: program.clone() };
    services::begin(&daemon, all_services(&daemon, listener, home));
    let end = {
        let daemon = daemon.clone();
        async move { finish(life, &ended(&daemon).await, program.path()) }
    };
    daemon.exec.spawn_named("end", Priority::High, end).detach();
    single.run(async move { ending.wait().await });
    Ok(())
}

/// All services, as tasks of the executor: another thread can go on with them if this one is blocked.
pub(super) fn all_services<W: Host>(
    daemon: &Arc<DaemonState<W>>,
    listener: UnixListener,
    home: Home,
) -> Vec<Service> {
    let mut services = background::services(daemon);
    let own = daemon.clone();
    services.push(Service::useful("configuration", Priority::Low, move || configuration::watch(own.clone())));
    let own = daemon.clone();
    services.push(Service::useful("home", Priority::High, move || watch_home(own.clone(), home.clone())));
    let (own, listener) = (daemon.clone(), Arc::new(listener));
    let accept = move || accept_all(own.clone(), listener.clone());
    services.push(Service::vital("listener", Priority::Critical, accept));
    services
}

/// Ends the process. Facts are stored as they are read, and the files of sessions stay for the next daemon.
fn finish(life: Life, end: &ShutdownReason, binary: &Path) -> ! {
    life.log(&end.what());
    let folder = life.folder().path().to_owned();
    match end {
        // It counts as a crash: shells are not to start one after the other.
        ShutdownReason::Failed(_) => life.fail(),
        _ => life.end(),
    }
    crate::io::kill_all();
    if *end == ShutdownReason::Replaced {
        super::start_detached(binary, &folder);
    }
    std::process::exit(0)
}

/// Why a daemon ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ShutdownReason {
    /// A client asked for it.
    Stopped,
    /// No shell was connected for the idle time.
    Idle,
    /// Its folder or its program is gone.
    Homeless,
    /// Its program was replaced.
    Replaced,
    /// A service that it needs has failed too often: which, and why.
    Failed(String),
}

impl ShutdownReason {
    fn what(&self) -> Cow<'_, str> {
        match self {
            ShutdownReason::Stopped => "is stopped".into(),
            ShutdownReason::Idle => "was not needed for long".into(),
            ShutdownReason::Homeless => "has lost its folder or its program".into(),
            ShutdownReason::Replaced => "makes way for a new build".into(),
            ShutdownReason::Failed(why) => format!("cannot go on: {why}").into(),
        }
    }
}

/// Where a daemon is found: its folder, its socket (of this inode) and its program.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) folder: Arc<Folder>,
    pub(super) socket: u64,
    pub(super) program: Arc<Program>,
}

/// Serves the files of shells, and ends the daemon when it can be found no more or its program was replaced.
async fn watch_home<W: Host>(daemon: Arc<DaemonState<W>>, home: Home) -> io::Result<Infallible> {
    daemon.end(changed(&daemon, home).await?);
    pending().await
}

/// Waits until something has happened to the daemon's home.
pub(super) async fn changed<W: Host>(daemon: &Arc<DaemonState<W>>, home: Home) -> io::Result<ShutdownReason> {
    let Home { folder, socket, program } = home;
    let end = || match program.named() {
        Named::Same => None,
        Named::Other => Some(ShutdownReason::Replaced),
        Named::Nothing => Some(ShutdownReason::Homeless),
    };
    let mut watch = match Watch::new(folder, socket, program.path(), &daemon.exec) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ShutdownReason::Homeless),
        watch => watch?,
    };
    // It may have been replaced before the watch began.
    if let Some(end) = end() {
        return Ok(end);
    }
    loop {
        match watch.next(daemon).await? {
            Seen::Homeless => return Ok(ShutdownReason::Homeless),
            Seen::Program => {
                // While a file is being replaced, it may be missing or incomplete.
                daemon.exec.clock().sleep(SETTLE).await;
                if let Some(end) = end() {
                    return Ok(end);
                }
            }
        }
    }
}

/// Accepts connections until the daemon ends.
///
/// # Errors
/// When the socket cannot be watched, or does not listen any more.
pub(super) async fn accept_all<W: Host>(
    daemon: Arc<DaemonState<W>>,
    listener: Arc<UnixListener>,
) -> io::Result<Infallible> {
    let listener = daemon.exec.watch(listener)?;
    loop {
        let greeted = match listener.read_with(|listener| listener.accept()).await {
            Err(error) if is_final(&error) => return Err(error),
            accepted => accepted.and_then(|(stream, _)| greet(&daemon, stream)),
        };
        if greeted.is_err() {
            // The client is gone, or the system has no descriptors left.
            daemon.exec.clock().sleep(BREATH).await;
        }
    }
}

/// Whether `accept` will fail for ever. Source: accept(2).
fn is_final(error: &io::Error) -> bool {
    use Errno as E;
    matches!(Errno::from_io_error(error), Some(E::BADF | E::INVAL | E::NOTSOCK | E::OPNOTSUPP))
}

/// Begins a session with a client. A connection of another user is closed without an answer.
fn greet<W: Host>(daemon: &Arc<DaemonState<W>>, stream: UnixStream) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    if peer::check(&stream).is_err() {
        Counters::add(&daemon.counts.faults);
        return Ok(());
    }
    Counters::add(&daemon.counts.connections);
    let transport = Stream::new(daemon.exec.watch(stream)?);
    daemon.exec.spawn_named("session", Priority::Critical, converse(daemon.clone(), transport)).detach();
    Ok(())
}

/// Waits until the daemon is asked to end, or has had no session for the configured time.
async fn ended<W: Host>(daemon: &DaemonState<W>) -> ShutdownReason {
    let idle_exit = daemon.prompt.background.map_or(Duration::MAX, |background| background.idle_exit);
    loop {
        let changed = daemon.changed.listen();
        if let Some(reason) = daemon.ending() {
            return reason.clone();
        }
        if daemon.session_count() > 0 {
            changed.await;
            continue;
        }
        let requests = daemon.counts.requests.load(Ordering::Relaxed);
        let is_idle = or(
            async {
                changed.await;
                false
            },
            async {
                daemon.exec.clock().sleep(idle_exit).await;
                true
            },
        );
        if is_idle.await && daemon.counts.requests.load(Ordering::Relaxed) == requests {
            return ShutdownReason::Idle;
        }
    }
}
