//! Events of a session: those that its client sends, and those that make what it shows stale.

use std::time::Duration;

use futures_lite::future::or;

use super::answer::Parting;
use super::draw_context::{DrawContext, DrawStage};
use super::draw_request::DrawRequest;
use super::host::Host;
use super::session::{Command, Session, SessionEnd};
use super::transport::Transport;
use super::why::{self, Detail, Look, Styles};
use crate::bus::{self, Filter, Listening, View};
use crate::ipc::message::{Draw, Event, Reply, Tool, ToolKind};

impl<W: Host> Session<W> {
    /// Publishes an event that the client sent. An event of a shell concerns sessions that show the same facts; an
    /// event of a tool concerns all sessions.
    pub(super) fn handle_event(&mut self, event: &Event<'_>) {
        let view = self.view();
        let told = match &*event.name {
            "command-start" => {
                if let Some(view) = view {
                    view.suspend();
                }
                self.command = Command::Runs;
                bus::Event::CommandStart
            }
            "command-end" => {
                self.command = Command::Ended;
                bus::Event::CommandEnd
            }
            name if name.is_empty() || !self.daemon.bus.concerns_anybody(name) => return,
            name => bus::Event::told(name, &event.data),
        };
        let is_of_shell = !matches!(told, bus::Event::Custom { .. });
        self.daemon.bus.happen(told, self.view().filter(|_| is_of_shell));
    }

    /// Publishes the events that a request implies: a command has ended, or the shell has changed its directory.
    pub(super) fn note_request(&mut self, asked: &DrawRequest<W::Io>) {
        let Some(view) = self.view() else { return };
        let command = self.command;
        if command == Command::Runs || command == Command::Unknown && asked.request.duration.is_some() {
            self.daemon.bus.happen(bus::Event::CommandEnd, Some(view));
        }
        if self.asked.as_ref().is_some_and(|before| before.logical != asked.logical) {
            self.daemon.bus.happen(bus::Event::Directory, Some(view));
        }
        self.command = Command::Unknown;
    }

    /// Notes the facts that a prompt shows.
    pub(super) fn note_shown(&self, context: &DrawContext<W::Io>) {
        let Some(view) = self.view() else { return };
        context.read_context.with_asked_for(|facts| view.set_facts(facts));
        if self.redraws {
            view.mark_ready();
        }
    }

    /// Redraws after an event: gathers again, and reads the facts that the event invalidated.
    pub(super) async fn renew(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        if let Some(view) = self.view() {
            view.acknowledge();
        }
        let (Some(before), Some(asked)) = (self.context.clone(), self.asked.clone()) else { return Ok(()) };
        let mut context = asked.context(before.read_context.place.physical.clone(), &self.daemon);
        if let Some(read_context) = std::sync::Arc::get_mut(&mut context.read_context) {
            read_context.as_new_as(&before.read_context);
        }
        let watchdog = self.daemon.watchdog.clone();
        let watched = watchdog.as_ref().map(|watchdog| watchdog.watch(|| {}));
        let waiting = context.draw(DrawStage::Redraw, &mut self.out);
        drop(watched);
        self.note_shown(&context);
        self.context = Some(std::sync::Arc::new(context));
        if waiting.is_empty() {
            return self.send_drawn(transport).await;
        }
        // Facts have the time of one frame to arrive before they are shown as stale.
        self.finish_later(Parting::MovedOn);
        self.waiting = waiting;
        self.waiting_since = Some(self.daemon.exec.clock().now());
        self.is_placeholder = true;
        Ok(())
    }

    /// Records how long the answer to a request took.
    pub(super) fn note_draw(&self, asked: &DrawRequest<W::Io>, took: Duration) {
        self.daemon.draws.record(took);
        self.daemon.bus.trace.tell("draw", || {
            let (seq, place, micros) = (asked.seq, asked.logical.display(), took.as_micros());
            format!("{} draws {seq} in {place}: {micros} µs", self.title())
        });
    }

    /// Records a redraw.
    pub(super) fn note_redraw(&self) {
        self.daemon.bus.trace.tell("redraw", || {
            let seq = self.asked.as_ref().map_or(0, |asked| asked.seq);
            format!("{} draws {seq} again", self.title())
        });
    }

    /// A name of the client for people.
    pub(super) fn title(&self) -> String {
        self.view().map_or_else(|| String::from("a client"), |view| format!("session {}", view.session()))
    }

    /// Subscribes a tool to events: `filter` holds names, separated by spaces.
    pub(super) fn listen_as(&self, tool: &Tool<'_>) -> Listening {
        let filter = String::from_utf8_lossy(tool.get("filter").unwrap_or_default()).into_owned();
        let filter = Filter::new(filter.split_whitespace());
        match tool.kind {
            ToolKind::Trace => self.daemon.bus.trace.listen(filter),
            _ => self.daemon.bus.events.listen(filter),
        }
    }

    /// Sends events to a tool until it leaves or the daemon ends.
    pub(super) async fn follow(
        &mut self,
        transport: &mut impl Transport,
        listening: Listening,
    ) -> Result<(), SessionEnd> {
        loop {
            let daemon = self.daemon.clone();
            let ends = async {
                loop {
                    let changed = daemon.changed.listen();
                    if daemon.is_stopping() {
                        return Ok(None);
                    }
                    changed.await;
                }
            };
            let next = async { Ok(Some(listening.next().await)) };
            let leaves = async {
                // A tool that listens sends nothing.
                transport.receive().await.map_err(SessionEnd::from)?;
                Err(SessionEnd::Left)
            };
            match or(or(next, ends), leaves).await? {
                Some(text) => {
                    self.say(transport, &Reply::Text(format!("{text}\n").into_bytes().into())).await?;
                }
                None => return self.say(transport, &Reply::End(0)).await,
            }
        }
    }

    /// Says why a segment shows what it shows where the tool is.
    pub(super) fn why(&self, draw: Draw<'_>, tool: &Tool<'_>) -> Result<String, String> {
        let segment = String::from_utf8_lossy(tool.get("segment").unwrap_or_default());
        let asked = self.ask(draw);
        let physical = self.daemon.world.resolve(asked.request.path.as_deref().unwrap_or(&asked.logical));
        why::why(&self.daemon, &asked.context(physical, &self.daemon), &segment, look(tool))
    }

    fn view(&self) -> Option<&View> {
        self.guard.as_ref().map(|guard| &*guard.view)
    }
}

/// How a tool wants to be answered.
fn look(tool: &Tool<'_>) -> Look {
    let columns = tool.get("columns").and_then(|columns| std::str::from_utf8(columns).ok()?.parse().ok());
    let is_set = |name| tool.get(name) == Some(b"1");
    Look {
        columns: columns.unwrap_or(100),
        detail: if is_set("full") { Detail::Full } else { Detail::Short },
        styles: if is_set("styles") { Styles::Styled } else { Styles::Plain },
    }
}
