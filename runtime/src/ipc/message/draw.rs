//! The request for a prompt.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use super::bytes;
use super::{number, text};
use crate::ipc::frame::{ESCAPE, Encoder, Frame, FrameError};
use crate::request::Request;
use crate::shell::Shell;

/// Which parts of a prompt are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted<'f> {
    /// All that a shell shows.
    #[default]
    All,
    /// The left prompt.
    Left,
    /// The right prompt.
    Right,
    /// One module, in place of the left prompt.
    Module(Cow<'f, str>),
}

impl<'f> Wanted<'f> {
    /// Reads a value of `parts`. One that is not known means all, which holds whatever was meant.
    fn read(value: Cow<'f, [u8]>) -> Wanted<'f> {
        match &*value {
            b"left" => Wanted::Left,
            b"right" => Wanted::Right,
            other if other.starts_with(b"module:") => Wanted::Module(match value {
                Cow::Borrowed(value) => String::from_utf8_lossy(&value[b"module:".len()..]),
                Cow::Owned(value) => {
                    Cow::Owned(String::from_utf8_lossy(&value[b"module:".len()..]).into_owned())
                }
            }),
            _ => Wanted::All,
        }
    }
}

/// A variable of the shell's environment: its name and its value, both any bytes.
pub type Variable<'f> = (&'f OsStr, Cow<'f, OsStr>);

/// What a client wants to have drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draw<'f> {
    /// Counts the session's prompts; the answer carries it.
    pub seq: u64,
    /// What the shell says about the prompt. `path` and `logical_path` are both the shell's own idea of its directory,
    /// or none.
    pub request: Request,
    /// Which parts are wanted.
    pub wanted: Wanted<'f>,
    /// Whether the shell shows the prompt already that the last answer had for an empty line.
    pub is_held: bool,
    /// The exported variables of the plan's manifest that are set; all that are, if the plan runs scripts of the
    /// user's.
    pub environment: Vec<Variable<'f>>,
    /// Whether all of them are in a file of the session instead.
    pub is_environment_in_file: bool,
}

impl<'f> Draw<'f> {
    /// Reads one. The shell is the one that the connection's `hello` named.
    ///
    /// ```
    /// use ziron_runtime::client::{Draw, Frame};
    /// use ziron_runtime::shell::Shell;
    /// let frame = Frame::new(b"draw\x1fseq=3\x1fstatus=1\x1fpath=/tmp\x1fe.USER=me\x1fe.LANG=");
    /// let draw = Draw::read(frame, Shell::Zsh).unwrap();
    /// assert_eq!((draw.seq, draw.request.status.as_deref()), (3, Some("1")));
    /// assert_eq!(draw.variable("USER").unwrap(), "me");
    /// assert_eq!(draw.variable("LANG").unwrap(), "", "set, and empty");
    /// ```
    pub fn read(frame: Frame<'f>, shell: Shell) -> Result<Draw<'f>, FrameError> {
        let mut request = Request { shell, ..Request::default() };
        let mut draw = Draw {
            seq: 0,
            request: Request::default(),
            wanted: Wanted::All,
            is_held: false,
            is_environment_in_file: false,
            environment: Vec::with_capacity(frame.fields().count()),
        };
        for pair in frame.pairs() {
            let (name, value) = pair?;
            if let Some(name) = name.strip_prefix(b"e.") {
                draw.environment.extend(variable(name, value));
                continue;
            }
            if value.is_empty() {
                continue;
            }
            match name {
                b"seq" => draw.seq = number(&value).unwrap_or(0),
                b"status" => request.status = Some(text(value).into_owned()),
                b"pipe" => {
                    request.pipe_status = text(value).split_whitespace().map(ToOwned::to_owned).collect();
                }
                b"duration" => request.duration = number(&value).map(Duration::from_millis),
                b"jobs" => request.jobs = number(&value).unwrap_or(0),
                b"shlvl" => request.shlvl = number(&value),
                b"keymap" => request.keymap = text(value).into_owned(),
                b"columns" => {
                    let columns = number(&value).filter(|columns| *columns > 0);
                    request.terminal_columns = columns.unwrap_or(request.terminal_columns);
                }
                b"path" => request.logical_path = absolute(value),
                b"physical" => request.path = absolute(value),
                b"parts" => draw.wanted = Wanted::read(value),
                b"held" => draw.is_held = &*value == b"1",
                b"exported" => draw.is_environment_in_file = &*value == b"file",
                _ => {}
            }
        }
        request.path = request.path.or_else(|| request.logical_path.clone());
        draw.request = request;
        Ok(draw)
    }

    /// A variable's value, if it is set.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// Writes it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let environment = self.environment.iter().map(|(name, value)| (*name, &**value));
        let mut frame = begin(self.seq, &self.request, &self.wanted, out);
        if self.is_held {
            frame = frame.pair("held", b"1");
        }
        if self.is_environment_in_file {
            frame = frame.pair("exported", b"file");
        }
        with_environment(frame, environment).end();
    }
}

/// Writes a request for a prompt. Nothing is allocated but what `out` needs.
pub(crate) fn write_draw<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    seq: u64,
    request: &Request,
    wanted: &Wanted<'_>,
    environment: impl IntoIterator<Item = (N, V)>,
    out: &mut Vec<u8>,
) {
    with_environment(begin(seq, request, wanted, out), environment).end();
}

/// Writes all but the environment.
fn begin<'o>(seq: u64, request: &Request, wanted: &Wanted<'_>, out: &'o mut Vec<u8>) -> Encoder<'o> {
    let mut frame = Encoder::begin(out, "draw").number("seq", seq);
    if let Some(status) = &request.status {
        frame = frame.pair("status", status.as_bytes());
    }
    if !request.pipe_status.is_empty() {
        frame = frame.words("pipe", &request.pipe_status);
    }
    if let Some(duration) = request.duration {
        frame = frame.number("duration", u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    }
    frame = frame.number("jobs", request.jobs);
    if let Some(shlvl) = request.shlvl {
        frame = frame.number("shlvl", shlvl);
    }
    frame = frame.pair("keymap", request.keymap.as_bytes()).number("columns", request.terminal_columns);
    let logical = request.logical_path.as_deref().or(request.path.as_deref());
    if let Some(path) = logical {
        frame = frame.pair("path", path.as_os_str().as_encoded_bytes());
    }
    if let Some(physical) = request.path.as_deref().filter(|physical| Some(*physical) != logical) {
        frame = frame.pair("physical", physical.as_os_str().as_encoded_bytes());
    }
    match wanted {
        Wanted::All => frame,
        Wanted::Left => frame.pair("parts", b"left"),
        Wanted::Right => frame.pair("parts", b"right"),
        Wanted::Module(name) => frame.joined("parts", "module:", name.as_bytes()),
    }
}

fn with_environment<'o, N: AsRef<OsStr>, V: AsRef<OsStr>>(
    frame: Encoder<'o>,
    environment: impl IntoIterator<Item = (N, V)>,
) -> Encoder<'o> {
    environment.into_iter().fold(frame, |frame, (name, value)| {
        frame.prefixed("e.", name.as_ref().as_encoded_bytes(), value.as_ref().as_encoded_bytes())
    })
}

/// A variable, unless it is one that no environment can hold, or whose name would have to be escaped: no plan asks for
/// one.
fn variable<'f>(name: &'f [u8], value: Cow<'f, [u8]>) -> Option<Variable<'f>> {
    let is_possible =
        !name.is_empty() && !name.contains(&0) && !name.contains(&ESCAPE) && !value.contains(&0);
    is_possible.then(|| Some((bytes::name(name)?, bytes::value(value)?))).flatten()
}

/// A path, if it is one that the daemon, which has a working directory of its own, can follow.
fn absolute(value: Cow<'_, [u8]>) -> Option<PathBuf> {
    let path = PathBuf::from(bytes::value(value)?.into_owned());
    (path.is_absolute() && !path.as_os_str().as_encoded_bytes().contains(&0)).then_some(path)
}
