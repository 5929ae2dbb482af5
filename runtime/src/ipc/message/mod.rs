//! Messages: what frames say.
//!
//! Reading is tolerant, so that old and new programs understand each other: names that are not known are ignored, what
//! is missing or empty is unknown, and so is a number that is none.

#[cfg_attr(windows, path = "bytes_windows.rs")]
mod bytes;
mod draw;
#[cfg(unix)]
mod exported;
mod reply;

use std::borrow::Cow;

pub(crate) use draw::write_draw;
pub use draw::{Draw, Variable, Wanted};
#[cfg(unix)]
pub(crate) use exported::read_exported;
#[cfg(unix)]
pub(crate) use reply::SAME;
pub use reply::{Code, Drawn, Fault, Freshness, Held, Reply, State, Welcome};

use super::frame::{Encoder, Frame, FrameError, unescape};
use crate::shell::Shell;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message<'f> {
    /// Who it is; first on every connection.
    Hello(Hello<'f>),
    /// It wants a prompt. The frame is read with the shell that said hello: [`Draw::read`].
    Draw(Frame<'f>),
    /// Something happened.
    Event(Event<'f>),
    /// It leaves.
    Bye,
    /// A tool asks for something.
    Tool(Tool<'f>),
    /// A kind that is not known here.
    Unknown(&'f [u8]),
}

impl<'f> Message<'f> {
    /// Reads what a client says.
    ///
    /// ```
    /// use ziron_runtime::client::Frame;
    /// use ziron_runtime::client::Message;
    /// let message = Message::read(Frame::new(b"event\x1fname=build\x1fmood=good")).unwrap();
    /// assert!(matches!(message, Message::Event(event) if event.name == "build"));
    /// assert_eq!(Message::read(Frame::new(b"dance")), Ok(Message::Unknown(b"dance")));
    /// ```
    pub fn read(frame: Frame<'f>) -> Result<Message<'f>, FrameError> {
        Ok(match frame.kind() {
            b"hello" => Message::Hello(Hello::read(frame)?),
            b"draw" => Message::Draw(frame),
            b"event" => Message::Event(Event::read(frame)?),
            b"bye" => Message::Bye,
            kind => match ToolKind::from_name(kind) {
                Some(kind) => Message::Tool(Tool::read(kind, frame)?),
                None => Message::Unknown(kind),
            },
        })
    }
}

/// How a client wants to be answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplyMode {
    /// On the connection, which stays: a session.
    #[default]
    Stream,
    /// In files of the daemon's folder; the session outlives the connection.
    File,
    /// On the connection, and it is no session: the binary as a client, and tools.
    Once,
}

impl ReplyMode {
    const ALL: [(ReplyMode, &'static str); 3] =
        [(ReplyMode::Stream, "stream"), (ReplyMode::File, "file"), (ReplyMode::Once, "once")];

    fn name(self) -> &'static str {
        ReplyMode::ALL[self as usize].1
    }
}

/// Who a client is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello<'f> {
    /// The version it speaks; `None` if it did not say.
    pub version: Option<u32>,
    /// The build its script is of.
    pub build: Cow<'f, str>,
    /// The shell that shows the prompt.
    pub shell: Shell,
    /// The shell's process.
    pub pid: Option<u32>,
    /// How it wants to be answered.
    pub answer: ReplyMode,
    /// Whether it can draw again when facts arrive later.
    pub redraw: bool,
}

impl<'f> Hello<'f> {
    /// Reads one.
    pub fn read(frame: Frame<'f>) -> Result<Hello<'f>, FrameError> {
        let mut hello = Hello::default();
        for pair in frame.pairs() {
            let (name, value) = pair?;
            match name {
                b"v" => hello.version = number(&value),
                b"build" => hello.build = text(value),
                b"shell" => hello.shell = Shell::from_name(&text(value)),
                b"pid" => hello.pid = number(&value),
                b"answer" => {
                    let known = ReplyMode::ALL.iter().find(|(_, name)| name.as_bytes() == &*value);
                    hello.answer = known.map_or(ReplyMode::Stream, |(answer, _)| *answer);
                }
                b"redraw" => hello.redraw = &*value == b"1",
                _ => {}
            }
        }
        Ok(hello)
    }

    /// Writes it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut frame = Encoder::begin(out, "hello");
        if let Some(version) = self.version {
            frame = frame.number("v", version);
        }
        frame = frame.pair("build", self.build.as_bytes()).pair("shell", self.shell.name().as_bytes());
        if let Some(pid) = self.pid {
            frame = frame.number("pid", pid);
        }
        frame
            .pair("answer", self.answer.name().as_bytes())
            .pair("redraw", if self.redraw { b"1" } else { b"0" })
            .end();
    }
}

/// Something that happened; it is not answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'f> {
    /// `command-start`, `command-end`, `directory`, or a name of the user's own.
    pub name: Cow<'f, str>,
    /// What belongs to it.
    pub data: Cow<'f, [u8]>,
}

impl<'f> Event<'f> {
    /// Reads one.
    pub fn read(frame: Frame<'f>) -> Result<Event<'f>, FrameError> {
        let mut event = Event::default();
        for pair in frame.pairs() {
            match pair? {
                (b"name", value) => event.name = text(value),
                (b"data", value) => event.data = value,
                _ => {}
            }
        }
        Ok(event)
    }

    /// Writes it.
    pub fn write(&self, out: &mut Vec<u8>) {
        Encoder::begin(out, "event").pair("name", self.name.as_bytes()).pair("data", &self.data).end();
    }
}

macro_rules! tools {
    ($($variant:ident $name:literal $doc:literal),* $(,)?) => {
        /// What a tool can ask for. It is answered by `text` frames and one `end`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ToolKind {
            $(#[doc = $doc] $variant,)*
        }

        impl ToolKind {
            /// All of them.
            pub const ALL: &'static [ToolKind] = &[$(ToolKind::$variant),*];

            /// The kind of the frame.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ToolKind::$variant => $name,)*
                }
            }
        }
    };
}

tools! {
    Status "status" "What the daemon is and does.",
    Health "health" "Whether it is well.",
    Stop "stop" "It should end.",
    Cache "cache" "Something about remembered facts; `do` says what.",
    Events "events" "Events as they happen, without an end.",
    Trace "trace" "What the daemon does as it happens, without an end.",
    Metrics "metrics" "Counters and histograms.",
    Why "why" "Where what a segment shows comes from.",
}

impl ToolKind {
    fn from_name(name: &[u8]) -> Option<ToolKind> {
        ToolKind::ALL.iter().copied().find(|kind| kind.name().as_bytes() == name)
    }
}

/// What a tool says besides what it asks for: a name and a value.
pub(crate) type Parameter<'f> = (Cow<'f, [u8]>, Cow<'f, [u8]>);

/// A tool's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool<'f> {
    /// What it asks for.
    pub kind: ToolKind,
    /// What it says besides, in its order.
    pub parameters: Vec<Parameter<'f>>,
}

impl<'f> Tool<'f> {
    /// A request without parameters.
    pub const fn new(kind: ToolKind) -> Tool<'f> {
        Tool { kind, parameters: Vec::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &'f str, value: &'f [u8]) -> Tool<'f> {
        self.parameters.push((Cow::Borrowed(name.as_bytes()), Cow::Borrowed(value)));
        self
    }

    /// A parameter by its name.
    ///
    /// ```
    /// use ziron_runtime::client::{Tool, ToolKind};
    /// assert_eq!(Tool::new(ToolKind::Why).with("segment", b"git_status").get("segment"), Some(&b"git_status"[..]));
    /// ```
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let found = self.parameters.iter().find(|(known, _)| **known == *name.as_bytes());
        found.map(|(_, value)| &**value)
    }

    /// Whether asking twice does what asking once does, so that a client may ask again when it does not know whether it
    /// was heard.
    pub fn is_idempotent(&self) -> bool {
        match self.kind {
            ToolKind::Cache => {
                matches!(self.get("do"), None | Some(b"stats" | b"list" | b"inspect" | b"clear"))
            }
            // The daemon that takes over from one that was stopped must not be stopped as well.
            ToolKind::Stop => false,
            _ => true,
        }
    }

    fn read(kind: ToolKind, frame: Frame<'f>) -> Result<Tool<'f>, FrameError> {
        let parameter = |pair: Result<(&'f [u8], Cow<'f, [u8]>), FrameError>| {
            let (name, value) = pair?;
            Ok((unescape(name)?, value))
        };
        Ok(Tool { kind, parameters: frame.pairs().map(parameter).collect::<Result<_, _>>()? })
    }

    /// Writes it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let begin = Encoder::begin(out, self.kind.name());
        self.parameters.iter().fold(begin, |frame, (name, value)| frame.prefixed("", name, value)).end();
    }
}

/// Text for people and names: what is not UTF-8 is replaced.
fn text(value: Cow<'_, [u8]>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// A number, if it is one.
fn number<N: std::str::FromStr>(value: &[u8]) -> Option<N> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
