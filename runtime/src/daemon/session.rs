//! A session: one shell, from its hello to its end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_lite::future::{or, pending, yield_now};

use super::answer::Parting;
use super::draw_context::{DrawContext, is_redraw, shown};
use super::draw_request::DrawRequest;
use super::host::Host;
use super::non_blocking::LateFacts;
use super::prefetched::Prefetched;
use super::state::{Counters, DaemonState, SessionEntry, SessionGuard};
use super::tools;
use super::transport::{Transport, TransportError};
use crate::exec::{Priority, Task};
use crate::ipc::frame::{Frame, FrameError};
use crate::ipc::message::{
    Code, Draw, Fault, Hello, Message, Reply, ReplyMode, State, ToolKind, Welcome, read_exported,
};
use crate::ipc::rate::Bucket;
use crate::ipc::version::{Agreement, SPOKEN, agree};
use crate::shell::Shell;

/// Minimum time between two redraws: one frame of a screen at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);

/// Number of requests that a session may send in a burst …
const BURST: u32 = 500;
/// … and per second in the long run. A key that repeats sends about thirty a second.
const REQUESTS_PER_SECOND: u32 = 1000;

/// A client that does not read its answer within this time is disconnected.
const SEND_PATIENCE: Duration = Duration::from_secs(1);

/// A client without a session that sends nothing within this time is disconnected.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);

/// Time after which a reading is cancelled that a prompt still lacks.
pub(super) const READING_LIMIT: Duration = Duration::from_secs(30);

/// Capacity for a long prompt with all its parts (bytes), so that drawing does not allocate.
const BUFFER_BYTES: usize = 8192;

/// One shell.
pub(super) struct Session<W: Host> {
    pub(super) daemon: Arc<DaemonState<W>>,
    pub(super) guard: Option<SessionGuard<W>>,
    shell: Shell,
    pub(super) redraws: bool,
    /// The last request, while it can be redrawn.
    pub(super) context: Option<Arc<DrawContext<W::Io>>>,
    /// Readings that its last prompt did not wait for.
    pub(super) waiting: LateFacts,
    pub(super) waiting_since: Option<Instant>,
    /// Whether a redraw is due even without new facts: the last prompt was a placeholder, or has become stale.
    pub(super) is_placeholder: bool,
    /// What the last request asked for.
    pub(super) asked: Option<Arc<DrawRequest<W::Io>>>,
    pub(super) command: Command,
    /// Whether it is known who the client is.
    is_greeted: bool,
    rate: Bucket,
    pub(super) out: Vec<u8>,
    /// What the shell was sent last, without the parts that change with every frame.
    pub(super) shown: Vec<u8>,
    /// The prefetched prompt that it has.
    pub(super) prefetched: Prefetched,
    /// Reading ahead for the shell's new directory, until it asks for its prompt.
    pub(super) ahead: Option<Task<()>>,
    /// The request that was answered with the last known prompt, and the mounts that do not answer.
    pub(super) silent: Option<(DrawRequest<W::Io>, Vec<PathBuf>)>,
}

/// State of the shell's last command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// Unknown.
    Unknown,
    /// It runs.
    Runs,
    /// It has ended, and the end was published.
    Ended,
}

impl<W: Host> Drop for Session<W> {
    fn drop(&mut self) {
        self.finish_later(Parting::Left);
        // A shell that begins says where it is, and leaves at once.
        if let (None, Some(ahead)) = (&self.guard, self.ahead.take()) {
            ahead.detach();
        }
    }
}

/// What a session does next.
enum Step {
    Frame(bool),
    /// Facts have arrived that the last prompt did not show.
    Arrived,
    /// Facts have not arrived for too long.
    GivenUp,
    /// The last prompt has become stale.
    Called,
    /// File systems answer again.
    Answers,
}

/// Why a session ends.
pub(super) enum SessionEnd {
    /// The client has left, or is gone.
    Left,
    /// It is told why, and disconnected.
    Fault(Fault<'static>),
}

impl From<std::io::Error> for SessionEnd {
    fn from(_: std::io::Error) -> SessionEnd {
        SessionEnd::Left
    }
}

impl From<FrameError> for SessionEnd {
    fn from(error: FrameError) -> SessionEnd {
        SessionEnd::Fault(error.into())
    }
}

impl From<TransportError> for SessionEnd {
    fn from(error: TransportError) -> SessionEnd {
        match error {
            TransportError::Io(error) => error.into(),
            TransportError::Frame(error) => error.into(),
        }
    }
}

/// Serves a client until it leaves.
pub(super) async fn converse<W: Host>(daemon: Arc<DaemonState<W>>, mut transport: impl Transport) {
    let guard = transport.shell().and_then(|shell| {
        daemon.register(SessionEntry::new(shell, transport.pid(), ReplyMode::File, daemon.exec.clock().now()))
    });
    if transport.shell().is_some() && guard.is_none() {
        return;
    }
    let mut session = Session {
        daemon: daemon.clone(),
        guard,
        shell: transport.shell().unwrap_or_default(),
        redraws: transport.shell() == Some(Shell::Fish),
        context: None,
        waiting: LateFacts::default(),
        waiting_since: None,
        is_placeholder: false,
        asked: None,
        command: Command::Unknown,
        is_greeted: transport.shell().is_some(),
        rate: Bucket::new(BURST, REQUESTS_PER_SECOND, daemon.exec.clock().now()),
        out: Vec::with_capacity(BUFFER_BYTES),
        shown: Vec::new(),
        prefetched: Prefetched::Nothing,
        ahead: None,
        silent: None,
    };
    loop {
        match session.step(&mut transport).await {
            // Yield, so that a client that sends fast does not starve others.
            Ok(()) => yield_now().await,
            Err(SessionEnd::Left) => return,
            Err(SessionEnd::Fault(fault)) => {
                Counters::add(&daemon.counts.faults);
                // The session ends in any case.
                let _ = session.say(&mut transport, &Reply::Fault(fault)).await;
                return;
            }
        }
    }
}

/// Whether an event says where the shell is.
fn says_where(event: Frame<'_>) -> bool {
    event.pairs().any(|pair| matches!(pair, Ok((b"path", value)) if !value.is_empty()))
}

impl<W: Host> Session<W> {
    async fn step(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        let (waiting, clock) = (&mut self.waiting, self.daemon.exec.clock());
        let is_placeholder = self.is_placeholder;
        let since = self.waiting_since.filter(|_| !waiting.is_empty());
        // Others may want to read the same: one reading that hangs does not keep them from it for ever.
        let given_up = async {
            match since {
                Some(since) => clock.deadline(since + READING_LIMIT).await,
                None => pending().await,
            }
            Ok(Step::GivenUp)
        };
        let arrived = async {
            if waiting.is_empty() {
                pending::<()>().await;
            }
            if !is_placeholder {
                waiting.one().await;
            }
            // What arrives within the same frame is drawn together.
            waiting.all(clock.sleep(FRAME)).await;
            Ok::<_, TransportError>(Step::Arrived)
        };
        let view = self.guard.as_ref().map(|guard| guard.view.clone());
        let called = async {
            let Some(view) = view else {
                clock.sleep(SILENCE_LIMIT).await;
                return Ok(Step::Frame(false));
            };
            view.wait_for_call().await;
            // What happens within the same frame is drawn together, and who has told of it draws first.
            clock.sleep(FRAME).await;
            Ok(Step::Called)
        };
        let (silent, probes) = (&self.silent, self.daemon.world.probes());
        let answers = async {
            let (Some((_, mounts)), Some(probes)) = (silent, probes) else { return pending().await };
            for mount in mounts {
                probes.answer(mount).await;
            }
            Ok(Step::Answers)
        };
        let unasked = or(or(arrived, given_up), or(called, answers));
        match or(async { transport.receive().await.map(Step::Frame) }, unasked).await? {
            Step::Frame(false) => Err(SessionEnd::Left),
            Step::Frame(true) => self.handle_frame(transport).await,
            Step::Arrived => self.redraw(transport).await,
            Step::Called => self.renew(transport).await,
            Step::Answers => self.answer_at_last(transport).await,
            Step::GivenUp => {
                let late = std::mem::take(&mut self.waiting);
                self.give_up(late, &format!("they take longer than {} s", READING_LIMIT.as_secs()));
                Ok(())
            }
        }
    }

    /// Answers one frame.
    async fn handle_frame(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        if let Err(wait) = self.rate.take(self.daemon.exec.clock().now()) {
            // Whoever asks faster is not read from meanwhile, and hurts nobody but itself.
            self.daemon.exec.clock().sleep(wait).await;
            _ = self.rate.take(self.daemon.exec.clock().now());
        }
        if self.is_of_the_next_build(transport.frame()) {
            // Who has just run the new build knows that it is whole: there is no need to wait.
            self.daemon.stop();
            return Err(SessionEnd::Fault(Fault::new(Code::Replaced, "a new build takes over")));
        }
        match Message::read(transport.frame())? {
            Message::Hello(hello) => {
                let reply = self.welcome(transport, &hello);
                self.say(transport, &reply).await
            }
            Message::Draw(_) if !self.is_greeted => {
                let fault = Fault::new(Code::Version, "a `hello` comes first");
                let fault = Fault { version: Some(SPOKEN.highest), ..fault };
                self.say(transport, &Reply::Fault(fault)).await
            }
            Message::Draw(_) => {
                let asked = self.read_draw(transport)?;
                self.ahead = None;
                self.note_request(&asked);
                // Others may have asked at the same time: one look is enough for all.
                yield_now().await;
                self.answer(transport, asked).await
            }
            // That it has gone there, its next request says.
            Message::Event(event) if event.name == "directory" && says_where(transport.frame()) => {
                self.read_ahead(transport)
            }
            Message::Event(event) => {
                self.handle_event(&event);
                Ok(())
            }
            Message::Bye => Err(SessionEnd::Left),
            Message::Tool(tool) if matches!(tool.kind, ToolKind::Events | ToolKind::Trace) => {
                let listening = self.listen_as(&tool);
                self.follow(transport, listening).await
            }
            Message::Tool(tool) if tool.kind == ToolKind::Cache && tool.get("do") == Some(b"warm") => {
                let draw = Draw::read(transport.frame(), self.shell)?;
                let warm = self.warm(draw);
                self.explain(transport, Ok(warm.await)).await
            }
            Message::Tool(tool) => {
                let answer = match tool.kind {
                    ToolKind::Why => self.why(Draw::read(transport.frame(), self.shell)?, &tool),
                    _ => tools::answer(&self.daemon, &tool),
                };
                let is_end = tool.kind == ToolKind::Stop;
                self.explain(transport, answer).await?;
                if is_end {
                    self.daemon.stop();
                }
                Ok(())
            }
            Message::Unknown(kind) => {
                let kind = String::from_utf8_lossy(kind).into_owned();
                let fault = Fault::new(Code::Unknown, format!("there is no message `{kind}`"));
                self.say(transport, &Reply::Fault(fault)).await
            }
        }
    }

    /// Whether the client is of the build that is about to take over: it would not be right to show it a prompt of this
    /// one.
    fn is_of_the_next_build(&self, frame: Frame<'_>) -> bool {
        let build = frame.get("build").and_then(Result::ok);
        let is_other = build.is_some_and(|build| {
            !build.is_empty() && *build != *self.daemon.prompt.build.build_hash.as_bytes()
        });
        is_other && self.daemon.world.is_replaced()
    }

    /// Reads a request for a prompt from the current frame.
    pub(super) fn read_draw(&self, transport: &impl Transport) -> Result<DrawRequest<W::Io>, SessionEnd> {
        let mut draw = Draw::read(transport.frame(), self.shell)?;
        let text = if draw.is_environment_in_file { transport.exported()? } else { Vec::new() };
        if draw.is_environment_in_file {
            draw.environment = read_exported(&text);
        }
        Ok(self.ask(draw))
    }

    /// Handles a hello.
    fn welcome(&mut self, transport: &impl Transport, hello: &Hello<'_>) -> Reply<'static> {
        if let Agreement::Propose(version) = agree(SPOKEN, hello.version) {
            let message = format!("this daemon speaks version {version} of the protocol");
            return Reply::Fault(Fault { version: Some(version), ..Fault::new(Code::Version, message) });
        }
        if hello.answer == ReplyMode::File && transport.shell().is_none() {
            return self.open_files(hello);
        }
        self.is_greeted = true;
        self.shell = hello.shell;
        self.redraws = hello.redraw && hello.answer != ReplyMode::Once;
        if self.guard.is_none() && hello.answer != ReplyMode::Once {
            let now = self.daemon.exec.clock().now();
            self.guard = self.daemon.register(SessionEntry::new(hello.shell, hello.pid, hello.answer, now));
            if self.guard.is_none() {
                return Reply::Fault(Fault::new(Code::Busy, "there are too many sessions"));
            }
        }
        Reply::Welcome(self.state(hello))
    }

    /// The answer to a hello.
    fn state(&self, hello: &Hello<'_>) -> Welcome<'static> {
        let is_same = hello.build.is_empty() || hello.build == self.daemon.prompt.build.build_hash;
        Welcome {
            version: hello.version,
            build: self.daemon.prompt.build.build_hash.into(),
            pid: Some(std::process::id()),
            state: if is_same { State::Ok } else { State::OtherBuild },
            why: "".into(),
        }
    }

    /// Begins a session over files for a shell.
    fn open_files(&self, hello: &Hello<'_>) -> Reply<'static> {
        let transport = hello.pid.ok_or(std::io::ErrorKind::InvalidInput.into());
        match transport.and_then(|pid| self.daemon.world.fifos(pid)) {
            Ok(transport) => {
                self.daemon
                    .exec
                    .spawn_named("session", Priority::Critical, converse(self.daemon.clone(), transport))
                    .detach();
                Reply::Welcome(self.state(hello))
            }
            Err(error) => {
                let why = format!("its files could not be made: {error}").into();
                Reply::Welcome(Welcome { state: State::Refused, why, ..self.state(hello) })
            }
        }
    }

    /// Answers a tool.
    async fn explain(
        &mut self,
        transport: &mut impl Transport,
        answer: Result<String, String>,
    ) -> Result<(), SessionEnd> {
        let (text, status) = match &answer {
            Ok(text) => (text, 0),
            Err(text) => (text, 1),
        };
        self.out.clear();
        Reply::Text(text.as_bytes().into()).write(&mut self.out);
        Reply::End(status).write(&mut self.out);
        self.send(transport).await
    }

    /// Sends the prompt that was drawn. A redraw that changes nothing is not sent.
    pub(super) async fn send_drawn(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        let now = shown(&self.out);
        if is_redraw(&self.out) {
            if now == self.shown {
                return Ok(());
            }
            Counters::add(&self.daemon.counts.redraws);
            self.note_redraw();
        }
        self.shown.clear();
        self.shown.extend_from_slice(now);
        self.prefetched.note(&self.out);
        self.send(transport).await
    }

    pub(super) async fn say(
        &mut self,
        transport: &mut impl Transport,
        reply: &Reply<'_>,
    ) -> Result<(), SessionEnd> {
        self.out.clear();
        reply.write(&mut self.out);
        self.send(transport).await
    }

    /// Sends the buffer; a client that does not read it is disconnected.
    async fn send(&mut self, transport: &mut impl Transport) -> Result<(), SessionEnd> {
        let (out, clock) = (&self.out, self.daemon.exec.clock());
        let late = async {
            clock.sleep(SEND_PATIENCE).await;
            Err(std::io::ErrorKind::TimedOut.into())
        };
        or(transport.send(out), late).await?;
        self.daemon.counts.sent_bytes.fetch_add(self.out.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}
