//! Reading facts before a prompt needs them: for `cache warm`, and when a shell starts or changes its directory.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::answer::{Parting, answers, let_finish};
use super::draw_context::DrawStage;
use super::draw_request::DrawRequest;
use super::host::Host;
use super::non_blocking::LateFacts;
use super::session::{Session, SessionEnd};
use super::state::DaemonState;
use super::transport::Transport;
use crate::exec::Priority;
use crate::io::Io as _;
use crate::ipc::message::Draw;
use crate::plural::counted;
use crate::store::REFRESH_BUDGET;

/// A shell that changes its directory usually asks for its prompt at once, which reads everything. Facts are read ahead
/// only if it does something else first.
pub(super) const PAUSE: Duration = Duration::from_millis(16);

impl<W: Host> Session<W> {
    /// Takes note of where a shell is that has begun or gone somewhere, and reads ahead what a prompt there needs.
    pub(super) fn read_ahead(&mut self, transport: &impl Transport) -> Result<(), SessionEnd> {
        let asked = self.read_draw(transport)?;
        let (daemon, who) = (self.daemon.clone(), self.title());
        self.ahead = Some(self.daemon.exec.spawn_named("warm", Priority::Low, async move {
            daemon.exec.clock().sleep(PAUSE).await;
            let far = asked.far(&daemon.world);
            if !far.is_empty() && !answers(&daemon, &far).await {
                return;
            }
            let is_hung = daemon.watchdog.as_ref().is_some_and(|watchdog| watchdog.hung() > 0);
            if !is_hung && !asked.last_known.is_looked_at() {
                let (waiting, _) = look(&daemon, &asked, None);
                let_finish(&daemon, waiting, who, Parting::Drawn);
            }
        }));
        Ok(())
    }

    /// Reads all that a prompt would need where the tool says, with patience, so that the next one there finds it in
    /// memory.
    pub(super) fn warm(&self, draw: Draw<'_>) -> impl Future<Output = String> + Send + use<W> {
        let (asked, daemon) = (self.ask(draw), self.daemon.clone());
        let (mut waiting, looked) = look(&daemon, &asked, Some(REFRESH_BUDGET));
        let begun = waiting.count();
        async move {
            waiting.all(daemon.exec.clock().sleep(REFRESH_BUDGET)).await;
            let late = waiting.count();
            let limit = REFRESH_BUDGET.as_secs();
            waiting.give_up(
                &daemon.bus.trace,
                "`cache warm`",
                format_args!("they take longer than {limit} s"),
            );
            let Looked { place, facts } = looked;
            let known = facts.saturating_sub(begun);
            let read = counted((begun - late) as u64, "fact", "facts");
            format!("{place}: {read} read, {known} known already, {late} not there yet\n")
        }
    }
}

/// What a look at a place has come to.
struct Looked {
    /// The place, for people.
    place: String,
    /// How many facts a prompt there needs.
    facts: usize,
}

/// Begins to read all that a prompt would need; with `patience`, also what has failed a moment ago. Nobody sees the
/// prompt, and it counts in no statistics.
fn look<W: Host>(
    daemon: &Arc<DaemonState<W>>,
    asked: &DrawRequest<W::Io>,
    patience: Option<Duration>,
) -> (LateFacts, Looked) {
    let watchdog = daemon.watchdog.clone();
    let watched = watchdog.as_ref().map(|watchdog| watchdog.watch(|| {}));
    let begin = asked.io.instant();
    // Should it never end, the next one does not wait for it.
    asked.last_known.begin();
    let physical = daemon.world.resolve(asked.request.path.as_deref().unwrap_or(&asked.logical));
    let mut context = asked.context(physical, daemon);
    if let (Some(patience), Some(read_context)) = (patience, Arc::get_mut(&mut context.read_context)) {
        read_context.be_patient(patience);
    }
    let waiting = context.draw(DrawStage::Redraw, &mut Vec::new());
    let physical = &context.read_context.place.physical;
    asked.last_known.end(physical, asked.io.instant().saturating_duration_since(begin));
    drop(watched);
    let (place, facts) = (physical.display().to_string(), context.read_context.with_asked_for(<[_]>::len));
    (waiting, Looked { place, facts })
}
