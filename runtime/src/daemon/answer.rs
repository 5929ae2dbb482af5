//! Answers a request: with the last known prompt, from a coalesced read, or by gathering; redraws when facts arrive.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_lite::future::or;

use super::coalesced_read::{self, CoalescedRead};
use super::draw_context::{DrawContext, DrawStage, make_redraw};
use super::draw_request::DrawRequest;
use super::host::Host;
use super::non_blocking::LateFacts;
use super::prefetched::Prefetched;
use super::session::{READING_LIMIT, Session, SessionEnd};
use super::state::{Counters, DaemonState};
use super::transport::{BackupSender as _, Transport};
use super::watchdog::{HUNG_LIMIT, InFlightGuard, LIMIT};
use crate::exec::Priority;
use crate::io::Io;

/// Maximum number of requests whose readings go on after them.
const LEFTOVERS: usize = 256;

/// Why readings are given up that others have made needless.
const KNOWN: &str = "what they read is known by now";

impl<W: Host> Session<W> {
    /// Draws what was asked for, and answers.
    pub(super) async fn answer(
        &mut self,
        transport: &mut impl Transport,
        asked: DrawRequest<W::Io>,
    ) -> Result<(), SessionEnd> {
        self.begin_answer(&asked);
        let prefetched = std::mem::take(&mut self.prefetched);
        let far = asked.far(&self.daemon.world);
        if !far.is_empty() && !answers(&self.daemon, &far).await {
            self.send_placeholder(transport, &asked).await?;
            (self.context, self.asked) = (None, None);
            self.silent = Some((asked.answered(), far));
            return Ok(());
        }
        let hung = self.daemon.watchdog.as_ref().map_or(0, |watchdog| watchdog.hung());
        let is_hopeless = asked.last_known.is_looked_at() || hung >= HUNG_LIMIT;
        if let Some(coalesced) = coalesced_read::find(&asked).filter(|_| !is_hopeless && !asked.is_answered) {
            return self.answer_with(transport, asked, &coalesced, &prefetched).await;
        }
        // A shell that shows its prefetched prompt needs no placeholder.
        let is_placeholder =
            is_hopeless || asked.is_answered || self.redraws && !asked.is_held && asked.last_known.is_slow();
        if is_placeholder {
            self.send_placeholder(transport, &asked).await?;
        }
        if is_hopeless {
            (self.context, self.asked) = (None, None);
            return Ok(());
        }
        let asked = Arc::new(asked);
        let (context, mut waiting, is_placeholder) = self.look(transport, &asked, is_placeholder);
        self.note_shown(&context);
        let is_held = asked.is_held;
        self.asked = Some(asked);
        if !is_placeholder && !waiting.is_empty() && (!self.redraws || waiting.lacks()) {
            let patience =
                self.daemon.prompt.background.map(|background| background.patience).unwrap_or_default();
            waiting.all(self.daemon.exec.clock().sleep(patience)).await;
            // What is still missing goes on: the readings that were begun first are kept.
            let known = waiting.finish_draw(context.draw(DrawStage::Awaited, &mut self.out));
            self.give_up(known, KNOWN);
        }
        if is_held && !is_placeholder && !prefetched.is_shown_in(&self.out) {
            make_redraw(&mut self.out);
        }
        // The real prompt follows a placeholder within a frame, with the facts that arrive until then.
        self.is_placeholder = is_placeholder && !waiting.is_empty();
        self.waiting = waiting;
        self.waiting_since = Some(self.daemon.exec.clock().now());
        self.context = Some(Arc::new(context));
        if self.is_placeholder || is_placeholder && !self.redraws {
            Ok(())
        } else {
            self.send_drawn(transport).await
        }
    }

    /// Notes that something was asked for, and lets go of what was asked for before.
    fn begin_answer(&mut self, asked: &DrawRequest<W::Io>) {
        self.silent = None;
        if !asked.is_answered {
            Counters::add(&self.daemon.counts.requests);
        }
        if let Some(guard) = self.guard.as_ref().filter(|_| !asked.is_answered) {
            guard.note(|entry| {
                entry.requests += 1;
                entry.place.clear();
                // It is for terminals, and whoever names folders does not speak to them.
                let shown = asked.logical.to_string_lossy();
                entry.place.extend(shown.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
            });
        }
        self.finish_later(Parting::MovedOn);
        // Nothing is shown for this request yet, not even where the last one looked the same.
        self.shown.clear();
        if let Some(guard) = &self.guard {
            guard.view.suspend();
        }
    }

    /// Answers with a placeholder, unless that was done already.
    async fn send_placeholder(
        &mut self,
        transport: &mut impl Transport,
        asked: &DrawRequest<W::Io>,
    ) -> Result<(), SessionEnd> {
        if asked.is_answered {
            return Ok(());
        }
        asked.draw_placeholder(&self.daemon, &mut self.out);
        self.send_drawn(transport).await
    }

    /// Gathers and draws. If that is blocked, the watchdog answers with a placeholder. Also returns whether the shell
    /// has a placeholder, from the watchdog or from before.
    fn look(
        &mut self,
        transport: &impl Transport,
        asked: &Arc<DrawRequest<W::Io>>,
        is_placeholder: bool,
    ) -> (DrawContext<W::Io>, LateFacts, bool) {
        let watchdog = self.daemon.watchdog.clone();
        let watched = watchdog.as_ref().map(|watchdog| {
            let (asked, daemon, backup) = (asked.clone(), self.daemon.clone(), transport.backup());
            watchdog.watch(move || {
                if !is_placeholder {
                    let mut out = Vec::new();
                    asked.draw_placeholder(&daemon, &mut out);
                    backup.send_now(&out);
                }
            })
        });
        let begin = asked.io.instant();
        asked.last_known.begin();
        let physical = self.daemon.world.resolve(asked.request.path.as_deref().unwrap_or(&asked.logical));
        let context = asked.context(physical, &self.daemon);
        let stage = if is_placeholder { DrawStage::Verified } else { DrawStage::First };
        let waiting = context.draw(stage, &mut self.out);
        let took = asked.io.instant().saturating_duration_since(begin);
        asked.last_known.end(&context.read_context.place.physical, took);
        self.note_draw(asked, took);
        if watched.is_some_and(InFlightGuard::end) && !is_placeholder {
            // The watchdog has answered.
            drop(context.draw(DrawStage::Redraw, &mut self.out));
            return (context, waiting, true);
        }
        (context, waiting, is_placeholder)
    }

    /// Answers again, now that file systems answer.
    pub(super) async fn answer_at_last(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        match self.silent.take() {
            Some((asked, _)) => self.answer(transport, asked).await,
            None => Ok(()),
        }
    }

    /// Answers from a coalesced read.
    async fn answer_with(
        &mut self,
        transport: &mut impl Transport,
        asked: DrawRequest<W::Io>,
        coalesced: &CoalescedRead,
        prefetched: &Prefetched,
    ) -> Result<(), SessionEnd> {
        let context = asked.context(asked.last_known.physical(&asked.logical), &self.daemon);
        coalesced.hand_to(&context);
        context.draw_shared(&mut self.out);
        self.note_shown(&context);
        if asked.is_held && !prefetched.is_shown_in(&self.out) {
            make_redraw(&mut self.out);
        }
        self.is_placeholder = false;
        self.waiting = LateFacts::default();
        self.asked = Some(Arc::new(asked));
        self.context = Some(Arc::new(context));
        self.send_drawn(transport).await
    }

    /// Lets readings end that nobody here waits for any more: their facts are the last values of the next prompt.
    pub(super) fn finish_later(&mut self, parting: Parting) {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            let_finish(&self.daemon, waiting, self.title(), parting);
        }
    }

    /// Cancels readings.
    pub(super) fn give_up(&self, waiting: LateFacts, why: &str) {
        waiting.give_up(&self.daemon.bus.trace, self.title(), why);
    }

    /// Redraws the last request.
    pub(super) async fn redraw(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        self.is_placeholder = false;
        let Some(context) = self.context.as_ref().filter(|_| self.redraws) else {
            // Nobody sees it before the next prompt.
            self.finish_later(Parting::Drawn);
            return Ok(());
        };
        // Those that are still missing are waited for already, unless the world has changed meanwhile.
        let known = self.waiting.finish_draw(context.draw(DrawStage::Redraw, &mut self.out));
        self.give_up(known, KNOWN);
        self.send_drawn(transport).await
    }
}

/// What has become of who wanted readings that go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// It has its prompt, and does not draw it again.
    Drawn,
    /// It asks for another prompt.
    MovedOn,
    /// It is gone.
    Left,
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Parting::Drawn => "its prompt was drawn without them",
            Parting::MovedOn => "it has moved on",
            Parting::Left => "it has left",
        })
    }
}

/// Lets readings end that nobody waits for. Who asks faster than anything can be read leaves no heap behind.
pub(super) fn let_finish<W: Host>(
    daemon: &Arc<DaemonState<W>>,
    mut waiting: LateFacts,
    who: String,
    parting: Parting,
) {
    if waiting.count() == 0 {
        return;
    }
    if daemon.leftovers.load(Ordering::Relaxed) >= LEFTOVERS {
        let why = format_args!("{parting}, and those of {LEFTOVERS} requests go on already");
        return waiting.give_up(&daemon.bus.trace, who, why);
    }
    daemon.leftovers.fetch_add(1, Ordering::Relaxed);
    let own = daemon.clone();
    let rest = async move {
        waiting.all(own.exec.clock().sleep(READING_LIMIT)).await;
        let limit = READING_LIMIT.as_secs();
        waiting.give_up(&own.bus.trace, who, format_args!("{parting}, and they take longer than {limit} s"));
        own.leftovers.fetch_sub(1, Ordering::Relaxed);
    };
    daemon.exec.spawn_named("late facts", Priority::Normal, rest).detach();
}

/// Whether file systems answer, within the time that nobody notices. One that has been asked for longer is not waited
/// for.
pub(super) async fn answers<W: Host>(daemon: &DaemonState<W>, mounts: &[PathBuf]) -> bool {
    let Some(probes) = daemon.world.probes() else { return true };
    let clock = daemon.exec.clock();
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
