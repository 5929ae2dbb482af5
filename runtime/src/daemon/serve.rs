//! Serving: from the start of a daemon to its end.

use std::io;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_io::Async;
use futures_lite::future::or;

use super::hub::{Counts, Hub};
use super::life::{Life, LifeError};
use super::line::Stream;
use super::session::converse;
use super::world::{Machine, World};
use crate::exec::{Priority, Single};
use crate::ipc::peer;
use crate::prompt::Prompt;
use crate::store::Store;

/// When the system has no room for another connection, the next one is tried after so long.
const BREATH: Duration = Duration::from_millis(100);

/// Runs a daemon until it is stopped, or nobody has needed it for long.
///
/// # Errors
/// When it cannot be one: there is another, its folder is not the user's own, or it has crashed too often.
pub(crate) fn run<P: Prompt>(store: Option<Store>) -> Result<(), LifeError> {
    let mut life = Life::begin(P::BUILD.build_hash)?;
    let listener = life.listen()?;
    let single = Single::new();
    let hub = Arc::new(Hub::<P, Machine>::new(Machine::new(store.map(Arc::new)), single.handle().clone()));
    single.run(serve(hub, listener));
    life.end();
    Ok(())
}

/// Accepts connections until the end.
async fn serve<P: Prompt, W: World>(hub: Arc<Hub<P, W>>, listener: UnixListener) {
    let Ok(listener) = Async::new(listener) else { return };
    let accept = async {
        loop {
            if let Err(_) = accept(&hub, &listener).await {
                hub.world.sleep(BREATH).await;
            }
        }
    };
    or(accept, ended(&hub)).await;
}

/// Accepts one connection. A stranger is left without a word.
async fn accept<P: Prompt, W: World>(hub: &Arc<Hub<P, W>>, listener: &Async<UnixListener>) -> io::Result<()> {
    let (stream, _) = listener.accept().await?;
    if peer::check(&stream).is_err() {
        Counts::add(&hub.counts.faults);
        return Ok(());
    }
    Counts::add(&hub.counts.connections);
    hub.exec.spawn(Priority::Critical, converse(hub.clone(), Stream::new(stream))).detach();
    Ok(())
}

/// Waits until the daemon is told to end, or no shell is connected for as long as the configuration says.
async fn ended<P: Prompt, W: World>(hub: &Hub<P, W>) {
    let idle_exit = P::BACKGROUND.map_or(Duration::MAX, |background| background.idle_exit);
    loop {
        let changed = hub.changed.listen();
        if hub.is_stopping() {
            return;
        }
        if hub.session_count() > 0 {
            changed.await;
            continue;
        }
        let requests = hub.counts.requests.load(Ordering::Relaxed);
        let is_idle = or(
            async {
                changed.await;
                false
            },
            async {
                hub.world.sleep(idle_exit).await;
                true
            },
        );
        if is_idle.await && hub.counts.requests.load(Ordering::Relaxed) == requests {
            return;
        }
    }
}
