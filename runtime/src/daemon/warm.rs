//! Warming: facts are read before a prompt needs them, because a person wants it (`cache warm`), or since a shell says
//! where it begins or has gone.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::answer::{answers, let_finish};
use super::draw_request::DrawRequest;
use super::draw_context::DrawStage;
use super::state::DaemonState;
use super::transport::Transport;
use super::non_blocking::LateFacts;
use super::session::{SessionEnd, Session};
use super::world::World;
use crate::cli::counted;
use crate::exec::Priority;
use crate::io::Io as _;
use crate::ipc::message::Draw;
use crate::prompt::Prompt;
use crate::store::REFRESH_BUDGET;

/// A shell that has gone somewhere asks for its prompt at once as a rule, and that reads all there is to read. Only if
/// it does something else first, anything is read ahead.
pub(super) const PAUSE: Duration = Duration::from_millis(16);

impl<P: Prompt, W: World> Session<P, W> {
    /// Takes note of where a shell is that has begun or gone somewhere, and reads ahead what a prompt there needs.
    pub(super) fn read_ahead(&mut self, line: &impl Transport) -> Result<(), SessionEnd> {
        let asked = self.read_draw(line)?;
        let hub = self.hub.clone();
        self.ahead = Some(self.hub.exec.spawn_named("warm", Priority::Low, async move {
            hub.exec.clock().sleep(PAUSE).await;
            let far = asked.far(&hub.world);
            if !far.is_empty() && !answers(&hub, &far).await {
                return;
            }
            let is_hung = hub.guard.as_ref().is_some_and(|guard| guard.hung() > 0);
            if !is_hung && !asked.memo.is_looked_at() {
                let (waiting, _) = look(&hub, &asked, None);
                let_finish(&hub, waiting);
            }
        }));
        Ok(())
    }

    /// Reads all that a prompt would need where the tool says, with patience, so that the next one there finds it in
    /// memory.
    pub(super) fn warm(&self, draw: Draw<'_>) -> impl Future<Output = String> + Send + use<P, W> {
        let (asked, hub) = (self.ask(draw), self.hub.clone());
        let (mut waiting, looked) = look(&hub, &asked, Some(REFRESH_BUDGET));
        let begun = waiting.count();
        async move {
            waiting.all(hub.exec.clock().sleep(REFRESH_BUDGET)).await;
            let late = waiting.count();
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
/// picture, and it counts in no statistics.
fn look<P: Prompt, W: World>(
    hub: &Arc<DaemonState<P, W>>,
    asked: &DrawRequest<W::Io>,
    patience: Option<Duration>,
) -> (LateFacts, Looked) {
    let guard = hub.guard.clone();
    let watched = guard.as_ref().map(|guard| guard.watch(|| {}));
    let begin = asked.io.instant();
    // Should it never end, the next one does not wait for it.
    asked.memo.begin();
    let physical = hub.world.resolve(asked.request.path.as_deref().unwrap_or(&asked.logical));
    let mut drawing = asked.drawing::<P>(physical, hub);
    if let (Some(patience), Some(means)) = (patience, Arc::get_mut(&mut drawing.means)) {
        means.be_patient(patience);
    }
    let waiting = drawing.draw::<P>(DrawStage::Redraw, &mut Vec::new());
    let physical = &drawing.means.place.physical;
    asked.memo.end(physical, asked.io.instant().saturating_duration_since(begin));
    drop(watched);
    let (place, facts) = (physical.display().to_string(), drawing.means.with_asked_for(<[_]>::len));
    (waiting, Looked { place, facts })
}
