//! What a daemon answers.

use std::borrow::Cow;

use super::{number, text};
use crate::ipc::frame::{Encoder, Frame, FrameError, unescape};

/// What a daemon says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply<'f> {
    /// The answer to a `hello`.
    Welcome(Welcome<'f>),
    /// The answer to a `draw`.
    Drawn(Drawn<'f>),
    /// The last prompt again, with newer facts; it comes unasked.
    Redraw(Drawn<'f>),
    /// A piece of the answer to a tool.
    Text(Cow<'f, [u8]>),
    /// The end of the answer to a tool: how it went, 0 if well.
    End(u8),
    /// Something went wrong.
    Fault(Fault<'f>),
    /// A kind that is not known here.
    Unknown(&'f [u8]),
}

impl<'f> Reply<'f> {
    /// Reads what a daemon says.
    ///
    /// ```
    /// use ziron_runtime::client::{Frame, Reply};
    /// let reply = Reply::read(Frame::new(b"drawn\x1f7\x1ffresh\x1fleft\x1fright\x1f\x1f\x1f")).unwrap();
    /// assert!(matches!(reply, Reply::Drawn(drawn) if drawn.seq == 7 && drawn.left == b"left"));
    /// ```
    pub fn read(frame: Frame<'f>) -> Result<Reply<'f>, FrameError> {
        Ok(match frame.kind() {
            b"drawn" => Reply::Drawn(Drawn::read(frame)),
            b"redraw" => Reply::Redraw(Drawn::read(frame)),
            b"hello" => Reply::Welcome(Welcome::read(frame)?),
            b"text" => Reply::Text(unescape(frame.fields().next().unwrap_or_default())?),
            b"end" => {
                let status = frame.get("status").transpose()?;
                Reply::End(status.and_then(|status| number(&status)).unwrap_or(0))
            }
            b"error" => Reply::Fault(Fault::read(frame)?),
            kind => Reply::Unknown(kind),
        })
    }

    /// Writes it. What is unknown is not written.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Reply::Welcome(welcome) => welcome.write(out),
            Reply::Drawn(drawn) => drawn.write("drawn", out),
            Reply::Redraw(drawn) => drawn.write("redraw", out),
            Reply::Text(text) => Encoder::begin(out, "text").value(text).end(),
            Reply::End(status) => Encoder::begin(out, "end").number("status", *status).end(),
            Reply::Fault(fault) => fault.write(out),
            Reply::Unknown(_) => {}
        }
    }
}

/// How a daemon takes a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Well.
    #[default]
    Ok,
    /// Well, but the client's script is of another build: it should evaluate `init` again.
    OtherBuild,
    /// Not at all; the connection ends.
    Refused,
}

impl State {
    const ALL: [(State, &'static str); 3] =
        [(State::Ok, "ok"), (State::OtherBuild, "other-build"), (State::Refused, "refused")];
}

/// The answer to a `hello`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Welcome<'f> {
    /// The version that is spoken from now on; `None` if the daemon did not say.
    pub version: Option<u32>,
    /// The daemon's build.
    pub build: Cow<'f, str>,
    /// The daemon's process.
    pub pid: Option<u32>,
    /// Whether the client is welcome. A state that is not known here means refused.
    pub state: State,
    /// Why not, for people.
    pub why: Cow<'f, str>,
}

impl<'f> Welcome<'f> {
    fn read(frame: Frame<'f>) -> Result<Welcome<'f>, FrameError> {
        let mut welcome = Welcome::default();
        for pair in frame.pairs() {
            match pair? {
                (b"v", value) => welcome.version = number(&value),
                (b"build", value) => welcome.build = text(value),
                (b"pid", value) => welcome.pid = number(&value),
                (b"state", value) => {
                    let known = State::ALL.iter().find(|(_, name)| name.as_bytes() == &*value);
                    welcome.state = known.map_or(State::Refused, |(state, _)| *state);
                }
                (b"why", value) => welcome.why = text(value),
                _ => {}
            }
        }
        Ok(welcome)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut frame = Encoder::begin(out, "hello");
        if let Some(version) = self.version {
            frame = frame.number("v", version);
        }
        frame = frame.pair("build", self.build.as_bytes());
        if let Some(pid) = self.pid {
            frame = frame.number("pid", pid);
        }
        frame = frame.pair("state", State::ALL[self.state as usize].1.as_bytes());
        if !self.why.is_empty() {
            frame = frame.pair("why", self.why.as_bytes());
        }
        frame.end();
    }
}

/// Whether a prompt shows the facts as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// It does.
    Fresh,
    /// Some are older, or missing, and are being read.
    #[default]
    Stale,
}

/// A drawn prompt. Its parts are as the shell shows them and hold none of the bytes that frames are made of.
///
/// Fields have places and no names, because shells split them; later versions only append.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn<'f> {
    /// Which request it answers.
    pub seq: u64,
    /// Whether it shows the facts as they are.
    pub freshness: Freshness,
    /// The left prompt.
    pub left: &'f [u8],
    /// The right prompt.
    pub right: &'f [u8],
    /// What stays of the left prompt once a command runs.
    pub transient_left: &'f [u8],
    /// What stays of the right prompt once a command runs.
    pub transient_right: &'f [u8],
    /// What is printed once before the prompt; empty in a `redraw`.
    pub prelude: &'f [u8],
    /// What a shell that can draw again shows at once if the next line is empty.
    pub held: Option<Held<'f>>,
}

/// The prompt that an empty line shows at once, before it is asked for: as the one it comes with, but no command has
/// run, and what takes long to verify is stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held<'f> {
    /// The left prompt.
    pub left: &'f [u8],
    /// The right prompt.
    pub right: &'f [u8],
    /// What stays of the left prompt once a command runs.
    pub transient_left: &'f [u8],
    /// What stays of the right prompt once a command runs.
    pub transient_right: &'f [u8],
    /// What is printed once before the prompt.
    pub prelude: &'f [u8],
}

/// Stands for a prefetched prompt that is the one it comes with.
pub(crate) const SAME: &[u8] = b"=";

impl<'f> Held<'f> {
    fn parts(&self) -> [&'f [u8]; 5] {
        [self.left, self.right, self.transient_left, self.transient_right, self.prelude]
    }
}

impl<'f> Drawn<'f> {
    fn read(frame: Frame<'f>) -> Drawn<'f> {
        let mut fields = frame.fields();
        let mut next = || fields.next().unwrap_or_default();
        let mut drawn = Drawn {
            seq: number(next()).unwrap_or(0),
            freshness: if next() == b"fresh" { Freshness::Fresh } else { Freshness::Stale },
            left: next(),
            right: next(),
            transient_left: next(),
            transient_right: next(),
            prelude: next(),
            held: None,
        };
        let held: [Option<&[u8]>; 5] = std::array::from_fn(|_| fields.next());
        drawn.held = match held {
            [Some(left), Some(right), Some(transient_left), Some(transient_right), Some(prelude)] => {
                Some(Held { left, right, transient_left, transient_right, prelude })
            }
            [Some(SAME), None, ..] => Some(drawn.shown()),
            _ => None,
        };
        drawn
    }

    /// The prompt itself.
    fn shown(&self) -> Held<'f> {
        let Drawn { left, right, transient_left, transient_right, prelude, .. } = *self;
        Held { left, right, transient_left, transient_right, prelude }
    }

    fn write(&self, kind: &str, out: &mut Vec<u8>) {
        let freshness: &[u8] = match self.freshness {
            Freshness::Fresh => b"fresh",
            Freshness::Stale => b"stale",
        };
        let frame = Encoder::begin(out, kind).plain_number(self.seq).drawn(freshness);
        let frame = self.shown().parts().into_iter().fold(frame, Encoder::drawn);
        match &self.held {
            None => frame,
            Some(held) if *held == self.shown() => frame.drawn(SAME),
            Some(held) => held.parts().into_iter().fold(frame, Encoder::drawn),
        }
        .end();
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $doc:literal),* $(,)?) => {
        /// What kind of fault it is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
            /// A code that is not known here.
            #[default]
            Other,
        }

        impl Code {
            /// The code in a frame.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                    Code::Other => "other",
                }
            }

            fn from_name(name: &[u8]) -> Code {
                $(if name == $name.as_bytes() {
                    return Code::$variant;
                })*
                Code::Other
            }
        }
    };
}

codes! {
    Version "version" "The version is not spoken, or nobody said hello; the connection stays.",
    Frame "frame" "The bytes are no frame; the connection ends.",
    Limit "limit" "A limit was passed; the connection ends.",
    Replaced "replaced" "A new build takes over; the connection ends.",
    Busy "busy" "There is too much to do; the connection stays.",
    Unknown "unknown" "The kind of the message is not known; the connection stays.",
    Internal "internal" "The daemon made a mistake; the connection stays.",
}

impl Code {
    /// Whether the connection ends after it.
    pub const fn ends_connection(self) -> bool {
        matches!(self, Code::Frame | Code::Limit | Code::Replaced)
    }
}

/// Something went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault<'f> {
    /// What kind of fault it is.
    pub code: Code,
    /// What happened, for people.
    pub message: Cow<'f, str>,
    /// With [`Code::Version`]: the version that the client should try.
    pub version: Option<u32>,
}

impl<'f> Fault<'f> {
    /// A fault with a message.
    pub fn new(code: Code, message: impl Into<Cow<'f, str>>) -> Fault<'f> {
        Fault { code, message: message.into(), version: None }
    }

    fn read(frame: Frame<'f>) -> Result<Fault<'f>, FrameError> {
        let mut fault = Fault::default();
        for pair in frame.pairs() {
            match pair? {
                (b"code", value) => fault.code = Code::from_name(&value),
                (b"message", value) => fault.message = text(value),
                (b"v", value) => fault.version = number(&value),
                _ => {}
            }
        }
        Ok(fault)
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut frame = Encoder::begin(out, "error")
            .pair("code", self.code.name().as_bytes())
            .pair("message", self.message.as_bytes());
        if let Some(version) = self.version {
            frame = frame.number("v", version);
        }
        frame.end();
    }
}

impl From<FrameError> for Fault<'_> {
    fn from(error: FrameError) -> Self {
        let code = if error.is_limit() { Code::Limit } else { Code::Frame };
        Fault::new(code, error.to_string())
    }
}
