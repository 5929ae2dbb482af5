//! The daemon's main function: start, tasks, and end.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_lite::future::{or, pending};

use super::background;
use super::configuration;
use super::files::left_behind;
use super::host::{Host, Machine};
use super::inherited;
use super::life::{Life, LifeError};
use super::memory;
use super::program::{Named, Program};
use super::session::converse;
use super::state::{Counters, DaemonState};
use super::transport::Stream;
use super::watch::{Seen, Watch};
use super::watchdog::{Shutdown, Watchdog};
use crate::exec::{Priority, Single, Watched};
use crate::ipc::folder::Folder;
use crate::ipc::peer;
use crate::prompt::Prompt;
use crate::store::Store;

/// Delay before the program's file is checked after a change.
const SETTLE: Duration = Duration::from_millis(300);

/// Delay before memory is returned to the system after a reading.
const TIDY: Duration = Duration::from_secs(2);

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
    background::begin(&daemon);
    daemon.exec.spawn_named("configuration", Priority::Low, configuration::watch(daemon.clone())).detach();
    // Tasks of the executor, so that another thread can go on with them if this one is blocked.
    daemon.exec.spawn_named("listener", Priority::Critical, accept_all(daemon.clone(), listener)).detach();
    let exec = daemon.exec.clone();
    let tidy = tidy(daemon.clone());
    let end = async move {
        let end = or(ended(&daemon), changed(&daemon, life.folder().clone(), socket, &program)).await;
        finish(life, end, program.path());
    };
    exec.spawn_named("end", Priority::High, end).detach();
    exec.spawn_named("tidying", Priority::Low, tidy).detach();
    single.run(async move { ending.wait().await });
    Ok(())
}

/// Ends the process. Facts are stored as they are read, and the files of sessions stay for the next daemon.
fn finish(life: Life, end: ShutdownReason, binary: &Path) -> ! {
    life.log(end.what());
    let folder = life.folder().path().to_owned();
    life.end();
    crate::io::kill_all();
    if end == ShutdownReason::Replaced {
        crate::cli::start_detached(binary, &folder);
    }
    std::process::exit(0)
}

/// Why a daemon ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShutdownReason {
    /// A client asked for it.
    Stopped,
    /// No shell was connected for the idle time.
    Idle,
    /// Its folder or its program is gone.
    Homeless,
    /// Its program was replaced.
    Replaced,
}

impl ShutdownReason {
    const fn what(self) -> &'static str {
        match self {
            ShutdownReason::Stopped => "is stopped",
            ShutdownReason::Idle => "was not needed for long",
            ShutdownReason::Homeless => "has lost its folder or its program",
            ShutdownReason::Replaced => "makes way for a new build",
        }
    }
}

/// Waits until something has happened to the daemon's folder, its socket (of this inode) or its program.
pub(super) async fn changed<W: Host>(
    daemon: &Arc<DaemonState<W>>,
    folder: Arc<Folder>,
    socket: u64,
    program: &Program,
) -> ShutdownReason {
    let end = || match program.named() {
        Named::Same => None,
        Named::Other => Some(ShutdownReason::Replaced),
        Named::Nothing => Some(ShutdownReason::Homeless),
    };
    let mut watch = match Watch::new(folder, socket, program.path(), &daemon.exec) {
        Ok(watch) => watch,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return ShutdownReason::Homeless,
        Err(_) => return pending().await,
    };
    // It may have been replaced before the watch began.
    if let Some(end) = end() {
        return end;
    }
    loop {
        match watch.next(daemon).await {
            Ok(Seen::Homeless) => return ShutdownReason::Homeless,
            Ok(Seen::Program) => {
                // While a file is being replaced, it may be missing or incomplete.
                daemon.exec.clock().sleep(SETTLE).await;
                if let Some(end) = end() {
                    return end;
                }
            }
            Err(_) => return pending().await,
        }
    }
}

/// Accepts connections until the daemon ends.
async fn accept_all<W: Host>(daemon: Arc<DaemonState<W>>, listener: UnixListener) {
    let Ok(listener) = daemon.exec.watch(listener) else { return daemon.stop() };
    loop {
        if accept(&daemon, &listener).await.is_err() {
            daemon.exec.clock().sleep(BREATH).await;
        }
    }
}

/// Accepts one connection. A connection of another user is closed without an answer.
async fn accept<W: Host>(daemon: &Arc<DaemonState<W>>, listener: &Watched<UnixListener>) -> io::Result<()> {
    let (stream, _) = listener.read_with(UnixListener::accept).await?;
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

/// Returns memory to the system after each burst of readings, and after sessions end. No timer runs while idle.
async fn tidy<W: Host>(daemon: Arc<DaemonState<W>>) {
    loop {
        or(daemon.single_flight.landing(), daemon.changed.listen()).await;
        daemon.exec.clock().sleep(TIDY).await;
        let give_back = daemon.exec.unblock(memory::give_back);
        give_back.await;
    }
}

/// Waits until the daemon is asked to end, or has had no session for the configured time.
async fn ended<W: Host>(daemon: &DaemonState<W>) -> ShutdownReason {
    let idle_exit = daemon.prompt.background.map_or(Duration::MAX, |background| background.idle_exit);
    loop {
        let changed = daemon.changed.listen();
        if daemon.is_stopping() {
            // The configuration is read when the process begins.
            let is_outdated = daemon.prompt.is_interpreted && daemon.rebuild.load(Ordering::Relaxed);
            return if is_outdated { ShutdownReason::Replaced } else { ShutdownReason::Stopped };
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
