//! A request for a prompt, as read from the client's frame.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::draw_context::{DrawContext, DrawTarget, make_redraw};
use super::host::Host;
use super::last_known::LastKnown;
use super::session::Session;
use super::state::DaemonState;
use crate::gather::{Parts, ReadContext, tick};
use crate::io::{Io, Sent};
use crate::ipc::message::{Draw, Wanted};
use crate::pen::Terminal;
use crate::place::{Place, Scan};
use crate::prelude;
use crate::request::Request;

/// A request for a prompt.
pub(super) struct DrawRequest<I> {
    pub(super) seq: u64,
    /// When it was received, on the clock that orders readings.
    pub(super) received: u64,
    pub(super) request: Request,
    pub(super) target: DrawTarget,
    pub(super) logical: PathBuf,
    sent: Sent,
    pub(super) io: I,
    pub(super) last_known: Arc<LastKnown>,
    /// Whether the shell can show a prefetched prompt …
    pub(super) holds: bool,
    /// … and does so for this request.
    pub(super) is_held: bool,
    /// Whether it was answered with the last known prompt because a file system does not answer.
    pub(super) is_answered: bool,
}

impl<I: Io> DrawRequest<I> {
    /// Writes the last known prompt.
    pub(super) fn draw_placeholder(&self, daemon: &DaemonState<impl Host<Io = I>>, out: &mut Vec<u8>) {
        self.context(self.last_known.physical(&self.logical), daemon).draw_placeholder(out);
        if self.is_held {
            // The prefetched prompt is not marked as stale.
            make_redraw(out);
        }
    }

    /// The same request, answered with the last known prompt.
    pub(super) fn answered(self) -> DrawRequest<I> {
        DrawRequest { is_answered: true, ..self }
    }

    /// The mounts on the way that may not answer.
    pub(super) fn far(&self, world: &impl Host) -> Vec<PathBuf> {
        world.far(self.request.path.as_deref().unwrap_or(&self.logical), &self.sent)
    }

    /// The drawing of this request at a physical place.
    pub(super) fn context(
        &self,
        physical: PathBuf,
        daemon: &DaemonState<impl Host<Io = I>>,
    ) -> DrawContext<I> {
        let mut request = self.request.clone();
        (request.path, request.logical_path) = (Some(physical.clone()), Some(self.logical.clone()));
        let home = self.io.env("HOME").map(PathBuf::from);
        let settings = daemon.prompt.settings;
        let place = Place::new(self.logical.clone(), physical, home, settings.command_timeout)
            .scanned(Scan { follow_symlinks: settings.follow_symlinks, timeout: settings.scan_timeout });
        let io = daemon.world.io(self.sent.clone());
        let read_context = ReadContext::new(io, place, daemon.world.store())
            .remembering(daemon.single_flight.clone())
            .observed(daemon.readings.clone());
        DrawContext {
            prompt: daemon.prompt,
            seq: self.seq,
            request,
            target: self.target.clone(),
            terminal: Terminal {
                is_outdated: daemon.rebuild.load(Ordering::Relaxed),
                ..prelude::terminal(daemon.prompt.extras, &self.io)
            },
            read_context: Arc::new(read_context),
            last_known: self.last_known.clone(),
            holds: self.holds,
        }
    }
}

impl<W: Host> Session<W> {
    /// Makes a request of what a client sent.
    pub(super) fn ask(&self, draw: Draw<'_>) -> DrawRequest<W::Io> {
        let Draw { seq, mut request, wanted, is_held, environment, .. } = draw;
        let values = || environment.iter().map(|(name, value)| (*name, &**value));
        // It is seldom another than that of the prompt before.
        let before = self.asked.as_ref().map(|asked| &asked.sent).filter(|sent| sent.is(values()));
        let owned = |(name, value): (&OsStr, &OsStr)| (name.to_owned(), value.to_owned());
        let new = || Sent::new(self.daemon.prompt.variables, values().map(owned));
        let sent = before.cloned().unwrap_or_else(new);
        let target = match wanted {
            Wanted::All => DrawTarget::Parts(Parts::ALL),
            Wanted::Left => DrawTarget::Parts(Parts::LEFT),
            Wanted::Right => DrawTarget::Parts(Parts::RIGHT),
            Wanted::Module(name) => DrawTarget::Module(name.into_owned()),
        };
        let logical = request.logical_path.take().or_else(|| request.path.clone());
        let logical = logical.unwrap_or_else(|| PathBuf::from("/"));
        let last_known = self.daemon.places.last_known(&logical, &sent);
        let (holds, is_held) = (self.redraws, self.redraws && is_held);
        let io = self.daemon.world.io(sent.clone());
        let received = tick();
        DrawRequest {
            seq,
            received,
            request,
            target,
            logical,
            sent,
            io,
            last_known,
            holds,
            is_held,
            is_answered: false,
        }
    }
}
