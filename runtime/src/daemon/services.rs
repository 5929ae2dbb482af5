//! The daemon's services: what goes on for as long as it does, each under a supervisor, which begins again what fails.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::host::Host;
use super::serve::ShutdownReason;
use super::state::DaemonState;
use crate::exec::Priority;
use crate::exec::supervise::{Limits, Work, supervise};

/// A service that fails is begun again after 100 ms, then 200 ms and so on, at most five times a minute.
pub(super) const LIMITS: Limits =
    Limits { restarts: 5, window: Duration::from_secs(60), pause: Duration::from_millis(100) };

/// What goes on for as long as the daemon does, or until it fails.
pub(super) struct Service {
    pub(super) name: Cow<'static, str>,
    priority: Priority,
    need: Need,
    pub(super) begin: Box<dyn FnMut() -> Work + Send>,
}

/// What becomes of the daemon when a service has failed too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// It ends, and shells start another.
    Vital,
    /// It serves without the service, which is tried again after a pause: the system may have no watch left, and would
    /// have none for the next daemon either.
    Useful,
}

impl Service {
    /// A service without which the daemon is of no use.
    pub(super) fn vital<F>(
        name: impl Into<Cow<'static, str>>,
        priority: Priority,
        begin: impl FnMut() -> F + Send + 'static,
    ) -> Service
    where
        F: Future<Output = io::Result<Infallible>> + Send + 'static,
    {
        Service { name: name.into(), priority, need: Need::Vital, begin: boxed(begin) }
    }

    /// A service that the daemon can do without.
    pub(super) fn useful<F>(
        name: impl Into<Cow<'static, str>>,
        priority: Priority,
        begin: impl FnMut() -> F + Send + 'static,
    ) -> Service
    where
        F: Future<Output = io::Result<Infallible>> + Send + 'static,
    {
        Service { need: Need::Useful, ..Service::vital(name, priority, begin) }
    }
}

fn boxed<F>(mut begin: impl FnMut() -> F + Send + 'static) -> Box<dyn FnMut() -> Work + Send>
where
    F: Future<Output = io::Result<Infallible>> + Send + 'static,
{
    Box::new(move || Box::pin(begin()))
}

/// Begins services, each in a task of its own.
pub(super) fn begin<W: Host>(daemon: &Arc<DaemonState<W>>, services: impl IntoIterator<Item = Service>) {
    for service in services {
        let (name, priority) = (service.name.clone(), service.priority);
        daemon.exec.spawn_named(name, priority, keep(daemon.clone(), service)).detach();
    }
}

/// Runs a service for as long as there is a daemon.
async fn keep<W: Host>(daemon: Arc<DaemonState<W>>, service: Service) {
    let Service { name, need, mut begin, .. } = service;
    let failed = |why: &str| daemon.bus.trace.tell("service", || format!("{name} has failed: {why}"));
    loop {
        let gave_up = supervise(daemon.exec.clock(), LIMITS, &mut *begin, &failed).await;
        let why = format!("{name} {gave_up}");
        match need {
            Need::Vital => return daemon.end(ShutdownReason::Failed(why)),
            Need::Useful => {
                daemon.failing().insert(name.to_string(), why);
                daemon.exec.clock().sleep(LIMITS.window).await;
                daemon.failing().remove(&*name);
            }
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("need", &self.need).finish_non_exhaustive()
    }
}
