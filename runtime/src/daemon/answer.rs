//! Answering a request: with what is known, with what another has just found, or with a glance at the place; and what
//! follows when facts arrive.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_lite::future::or;

use super::draw_request::DrawRequest;
use super::draw_context::{DrawContext, DrawStage, make_redraw};
use super::watchdog::{HUNG_LIMIT, LIMIT, InFlightGuard};
use super::prefetched::Prefetched;
use super::state::{Counters, DaemonState};
use super::transport::{Transport, BackupSender as _};
use super::non_blocking::LateFacts;
use super::session::{SessionEnd, READING_LIMIT, Session};
use super::coalesced_read::{self, CoalescedRead};
use super::world::World;
use crate::exec::Priority;
use crate::io::Io;
use crate::prompt::Prompt;

/// So many requests at most leave readings behind that go on without them.
const LEFTOVERS: usize = 256;

impl<P: Prompt, W: World> Session<P, W> {
    /// Draws what was asked for, and answers.
    pub(super) async fn answer(&mut self, line: &mut impl Transport, asked: DrawRequest<W::Io>) -> Result<(), SessionEnd> {
        self.begin_answer(&asked);
        let holding = std::mem::take(&mut self.holding);
        let far = asked.far(&self.hub.world);
        if !far.is_empty() && !answers(&self.hub, &far).await {
            self.send_echo(line, &asked).await?;
            (self.drawing, self.asked) = (None, None);
            self.silent = Some((asked.answered(), far));
            return Ok(());
        }
        let hung = self.hub.guard.as_ref().map_or(0, |guard| guard.hung());
        let is_hopeless = asked.memo.is_looked_at() || hung >= HUNG_LIMIT;
        if let Some(glance) = coalesced_read::glance_for(&asked).filter(|_| !is_hopeless && !asked.is_answered) {
            return self.answer_with(line, asked, &glance, &holding).await;
        }
        // A shell that shows a picture already has no use for another one that is old.
        let is_echo =
            is_hopeless || asked.is_answered || self.redraws && !asked.is_held && asked.memo.is_slow();
        if is_echo {
            self.send_echo(line, &asked).await?;
        }
        if is_hopeless {
            (self.drawing, self.asked) = (None, None);
            return Ok(());
        }
        let asked = Arc::new(asked);
        let (drawing, mut waiting, is_echo) = self.look(line, &asked, is_echo);
        self.note_shown(&drawing);
        let is_held = asked.is_held;
        self.asked = Some(asked);
        if !is_echo && !waiting.is_empty() && (!self.redraws || waiting.lacks()) {
            let patience = P::BACKGROUND.map(|background| background.patience).unwrap_or_default();
            waiting.all(self.hub.exec.clock().sleep(patience)).await;
            // What is still missing goes on: the readings that were begun first are kept.
            waiting.was_drawn(drawing.draw::<P>(DrawStage::Awaited, &mut self.out));
        }
        if is_held && !is_echo && !holding.is_shown_in(&self.out) {
            make_redraw(&mut self.out);
        }
        // An echo is followed within a frame, with all that arrives until then.
        self.is_echo = is_echo && !waiting.is_empty();
        self.waiting = waiting;
        self.waiting_since = Some(self.hub.exec.clock().now());
        self.drawing = Some(Arc::new(drawing));
        if self.is_echo || is_echo && !self.redraws { Ok(()) } else { self.send_picture(line).await }
    }

    /// Notes that something was asked for, and lets go of what was asked for before.
    fn begin_answer(&mut self, asked: &DrawRequest<W::Io>) {
        self.silent = None;
        if !asked.is_answered {
            Counters::add(&self.hub.counts.requests);
        }
        if let Some(seat) = self.seat.as_ref().filter(|_| !asked.is_answered) {
            seat.note(|entry| {
                entry.requests += 1;
                entry.place.clear();
                // It is for terminals, and whoever names folders does not speak to them.
                let shown = asked.logical.to_string_lossy();
                entry.place.extend(shown.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
            });
        }
        self.finish_later();
        // Nothing is shown for this request yet, not even where the last one looked the same.
        self.picture.clear();
        if let Some(seat) = &self.seat {
            seat.view.rests();
        }
    }

    /// Answers with what was known last, unless that has been done.
    async fn send_echo(&mut self, line: &mut impl Transport, asked: &DrawRequest<W::Io>) -> Result<(), SessionEnd> {
        if asked.is_answered {
            return Ok(());
        }
        asked.echo(&self.hub, &mut self.out);
        self.send_picture(line).await
    }

    /// Looks at the place and draws it. Should that hang, the guard answers with an echo. Says whether the shell has
    /// one, by the guard or from before.
    fn look(
        &mut self,
        line: &impl Transport,
        asked: &Arc<DrawRequest<W::Io>>,
        is_echo: bool,
    ) -> (DrawContext<W::Io>, LateFacts, bool) {
        let guard = self.hub.guard.clone();
        let watched = guard.as_ref().map(|guard| {
            let (asked, hub, spare) = (asked.clone(), self.hub.clone(), line.spare());
            guard.watch(move || {
                if !is_echo {
                    let mut out = Vec::new();
                    asked.echo(&hub, &mut out);
                    spare.send_now(&out);
                }
            })
        });
        let begin = asked.io.instant();
        asked.memo.begin();
        let physical = self.hub.world.resolve(asked.request.path.as_deref().unwrap_or(&asked.logical));
        let drawing = asked.drawing(physical, &self.hub);
        let picture = if is_echo { DrawStage::Verified } else { DrawStage::First };
        let waiting = drawing.draw::<P>(picture, &mut self.out);
        let took = asked.io.instant().saturating_duration_since(begin);
        asked.memo.end(&drawing.means.place.physical, took);
        self.note_draw(asked, took);
        if watched.is_some_and(InFlightGuard::end) && !is_echo {
            // The guard has answered.
            drop(drawing.draw::<P>(DrawStage::Redraw, &mut self.out));
            return (drawing, waiting, true);
        }
        (drawing, waiting, is_echo)
    }

    /// Answers once more what was answered with what was known: the file systems answer now.
    pub(super) async fn answer_at_last(&mut self, line: &mut impl Transport) -> Result<(), SessionEnd> {
        match self.silent.take() {
            Some((asked, _)) => self.answer(line, asked).await,
            None => Ok(()),
        }
    }

    /// Answers with what another look has found.
    async fn answer_with(
        &mut self,
        line: &mut impl Transport,
        asked: DrawRequest<W::Io>,
        glance: &CoalescedRead,
        holding: &Prefetched,
    ) -> Result<(), SessionEnd> {
        let drawing = asked.drawing(asked.memo.physical(&asked.logical), &self.hub);
        glance.hand_to(&drawing);
        drawing.draw_shared::<P>(&mut self.out);
        self.note_shown(&drawing);
        if asked.is_held && !holding.is_shown_in(&self.out) {
            make_redraw(&mut self.out);
        }
        self.is_echo = false;
        self.waiting = LateFacts::default();
        self.asked = Some(Arc::new(asked));
        self.drawing = Some(Arc::new(drawing));
        self.send_picture(line).await
    }

    /// Lets readings end that nobody here waits for any more: their facts are the last values of the next prompt.
    pub(super) fn finish_later(&mut self) {
        let_finish(&self.hub, std::mem::take(&mut self.waiting));
    }

    /// Draws once more what is shown.
    pub(super) async fn redraw(&mut self, line: &mut impl Transport) -> Result<(), SessionEnd> {
        self.is_echo = false;
        let Some(drawing) = self.drawing.as_ref().filter(|_| self.redraws) else {
            self.waiting.was_drawn(LateFacts::default());
            return Ok(());
        };
        // Those that are still missing are waited for already, unless the world has changed meanwhile.
        self.waiting.was_drawn(drawing.draw::<P>(DrawStage::Redraw, &mut self.out));
        self.send_picture(line).await
    }
}

/// Lets readings end that nobody waits for. Who asks faster than anything can be read leaves no heap behind.
pub(super) fn let_finish<P: Prompt, W: World>(hub: &Arc<DaemonState<P, W>>, mut waiting: LateFacts) {
    if waiting.is_empty() || hub.leftovers.load(Ordering::Relaxed) >= LEFTOVERS {
        return;
    }
    hub.leftovers.fetch_add(1, Ordering::Relaxed);
    let own = hub.clone();
    let rest = async move {
        waiting.all(own.exec.clock().sleep(READING_LIMIT)).await;
        own.leftovers.fetch_sub(1, Ordering::Relaxed);
    };
    hub.exec.spawn_named("late facts", Priority::Normal, rest).detach();
}

/// Whether file systems answer, within the time that nobody notices. One that has been asked for longer is not waited
/// for.
pub(super) async fn answers<P: Prompt, W: World>(hub: &DaemonState<P, W>, mounts: &[PathBuf]) -> bool {
    let Some(probes) = hub.world.probes() else { return true };
    let clock = hub.exec.clock();
    let is_silent = |since| clock.now().saturating_duration_since(since) >= LIMIT;
    if mounts.iter().any(|mount| probes.since(mount).is_some_and(is_silent)) {
        return false;
    }
    let all = async {
        for mount in mounts {
            probes.answer(mount).await;
        }
        true
    };
    let late = async {
        clock.sleep(LIMIT).await;
        false
    };
    or(all, late).await
}
