//! What a client wants to have drawn, taken over from its frame.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::draw_context::{DrawContext, DrawTarget, make_redraw};
use super::last_known::LastKnown;
use super::state::DaemonState;
use super::session::Session;
use super::world::World;
use crate::gather::{ReadContext, Parts, tick};
use crate::io::{Io, Sent};
use crate::ipc::message::{Draw, Wanted};
use crate::pen::Terminal;
use crate::place::{Place, Scan};
use crate::prelude;
use crate::prompt::Prompt;
use crate::request::Request;

/// What a client wants to have drawn.
pub(super) struct DrawRequest<I> {
    pub(super) seq: u64,
    /// When it was received, on the clock that orders readings.
    pub(super) received: u64,
    pub(super) request: Request,
    pub(super) subject: DrawTarget,
    pub(super) logical: PathBuf,
    sent: Sent,
    pub(super) io: I,
    pub(super) memo: Arc<LastKnown>,
    /// Whether the shell can show a picture by itself when the next line is empty …
    pub(super) holds: bool,
    /// … and does so for this one.
    pub(super) is_held: bool,
    /// Whether it was answered with what was known, since a file system has not answered.
    pub(super) is_answered: bool,
}

impl<I: Io> DrawRequest<I> {
    /// Writes what was known last.
    pub(super) fn echo<P: Prompt>(&self, hub: &DaemonState<P, impl World<Io = I>>, out: &mut Vec<u8>) {
        self.drawing(self.memo.physical(&self.logical), hub).echo::<P>(out);
        if self.is_held {
            // What the shell shows is not marked as old.
            make_redraw(out);
        }
    }

    /// The same, answered with what was known.
    pub(super) fn answered(self) -> DrawRequest<I> {
        DrawRequest { is_answered: true, ..self }
    }

    /// The mounts that may not answer, of those that drawing it leads to.
    pub(super) fn far(&self, world: &impl World) -> Vec<PathBuf> {
        world.far(self.request.path.as_deref().unwrap_or(&self.logical), &self.sent)
    }

    /// Prepares it for a place that is known now.
    pub(super) fn drawing<P: Prompt>(
        &self,
        physical: PathBuf,
        hub: &DaemonState<P, impl World<Io = I>>,
    ) -> DrawContext<I> {
        let mut request = self.request.clone();
        (request.path, request.logical_path) = (Some(physical.clone()), Some(self.logical.clone()));
        let home = self.io.env("HOME").map(PathBuf::from);
        let settings = P::SETTINGS;
        let place = Place::new(self.logical.clone(), physical, home, settings.command_timeout)
            .scanned(Scan { follow_symlinks: settings.follow_symlinks, timeout: settings.scan_timeout });
        let io = hub.world.io(self.sent.clone());
        let means = ReadContext::new(io, place, hub.world.store())
            .remembering(hub.single_flight.clone())
            .observed(hub.readings.clone());
        DrawContext {
            seq: self.seq,
            request,
            subject: self.subject.clone(),
            terminal: Terminal {
                is_outdated: hub.rebuild.load(Ordering::Relaxed),
                ..prelude::terminal::<P, _>(&self.io)
            },
            means: Arc::new(means),
            memo: self.memo.clone(),
            holds: self.holds,
        }
    }
}

impl<P: Prompt, W: World> Session<P, W> {
    /// Takes over what a client wants to have drawn.
    pub(super) fn ask(&self, draw: Draw<'_>) -> DrawRequest<W::Io> {
        let Draw { seq, mut request, wanted, is_held, environment, .. } = draw;
        let values = || environment.iter().map(|(name, value)| (*name, &**value));
        // It is seldom another than that of the prompt before.
        let before = self.asked.as_ref().map(|asked| &asked.sent).filter(|sent| sent.is(values()));
        let owned = |(name, value): (&OsStr, &OsStr)| (name.to_owned(), value.to_owned());
        let new = || Sent::new(crate::daemon::variables::<P>(), values().map(owned));
        let sent = before.cloned().unwrap_or_else(new);
        let subject = match wanted {
            Wanted::All => DrawTarget::Parts(Parts::ALL),
            Wanted::Left => DrawTarget::Parts(Parts::LEFT),
            Wanted::Right => DrawTarget::Parts(Parts::RIGHT),
            Wanted::Module(name) => DrawTarget::Module(name.into_owned()),
        };
        let logical = request.logical_path.take().or_else(|| request.path.clone());
        let logical = logical.unwrap_or_else(|| PathBuf::from("/"));
        let memo = self.hub.places.memo(&logical, &sent);
        let (holds, is_held) = (self.redraws, self.redraws && is_held);
        let io = self.hub.world.io(sent.clone());
        let received = tick();
        DrawRequest { seq, received, request, subject, logical, sent, io, memo, holds, is_held, is_answered: false }
    }
}
