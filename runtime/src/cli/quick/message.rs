//! What is said to the daemon: the arguments of a call as the two messages `hello` and `draw`.
//!
//! It says to the byte what [`write_draw`](crate::ipc::message::write_draw) says for the same call, which is tested.

use super::Variables;
use crate::cli::world;
use crate::ipc::frame::{ESCAPE, ESCAPED, FIELD_END, FRAME_END};
use crate::ipc::version::VERSION;
use crate::shell::Shell;
use crate::variables::{EVERYTHING, family};

/// A call of the kind that shells' scripts make. Every text in it is one that needs no second look.
#[derive(Debug, Default)]
pub(super) struct Call<'a> {
    /// Which parts are wanted; nothing for all.
    parts: &'static [u8],
    shell: Shell,
    status: &'a [u8],
    pipe: &'a [u8],
    duration: &'a [u8],
    jobs: &'a [u8],
    shlvl: &'a [u8],
    keymap: Option<&'a [u8]>,
    columns: &'a [u8],
    path: Option<&'a [u8]>,
    logical: Option<&'a [u8]>,
}

impl<'a> Call<'a> {
    /// Reads the arguments after the program's name; `None` if there is anything unusual among them.
    pub(super) fn read(arguments: &[&'a [u8]]) -> Option<Call<'a>> {
        let (command, mut rest) = arguments.split_first()?;
        if *command != b"prompt" {
            return None;
        }
        let mut call = Call { parts: b"left", ..Call::default() };
        while let [name, after @ ..] = rest {
            rest = after;
            match *name {
                b"--all" => call.parts = b"",
                b"--right" => call.parts = b"right",
                name => match name.iter().position(|byte| *byte == b'=') {
                    Some(at) => call.set(&name[..at], &name[at + 1..])?,
                    None => {
                        let (value, after) = rest.split_first()?;
                        rest = after;
                        call.set(name, value)?;
                    }
                },
            }
        }
        Some(call)
    }

    fn set(&mut self, name: &[u8], value: &'a [u8]) -> Option<()> {
        match name {
            b"--shell" => {
                let value = plain(value)?;
                let named = Shell::ALL.iter().find(|shell| shell.name().as_bytes() == value);
                self.shell = named.copied().unwrap_or_default();
            }
            b"--status" => self.status = plain(value)?,
            b"--pipestatus" => self.pipe = words(value)?,
            b"--cmd-duration" => self.duration = number(value, 18)?,
            b"--jobs" => self.jobs = number(value, 18)?,
            b"--shlvl" => self.shlvl = number(value, 18)?,
            b"--keymap" => self.keymap = Some(plain(value)?),
            b"--terminal-width" => self.columns = number(value, 4)?,
            b"--path" => self.path = Some(value),
            b"--logical-path" => self.logical = Some(value),
            _ => return None,
        }
        Some(())
    }

    /// Whether all parts are wanted.
    pub(super) fn is_all(&self) -> bool {
        self.parts.is_empty()
    }

    /// Writes what is said; its length, or `None` if there is no room for it or the process does not know where it is.
    pub(super) fn write(
        &self,
        build: &str,
        names: &[&str],
        variables: Variables<'_>,
        room: &mut [u8],
    ) -> Option<usize> {
        let mut folder = [0; FOLDER_BYTES];
        let path = match self.path {
            Some(path) => path,
            None => own_folder(&mut folder)?,
        };
        let logical = self.logical.or_else(|| variables(b"PWD")).unwrap_or(path);
        let mut out = Writer { room, length: 0, is_full: false };
        out.bytes(b"hello");
        out.number(b"v", VERSION);
        out.pair(b"build", build.as_bytes());
        out.pair(b"shell", self.shell.name().as_bytes());
        out.pair(b"answer", b"once");
        out.pair(b"redraw", b"0");
        out.byte(FRAME_END);
        out.bytes(b"draw");
        out.pair(b"seq", b"1");
        for (name, value) in
            [(&b"status"[..], self.status), (b"pipe", self.pipe), (b"duration", self.duration)]
        {
            if !value.is_empty() {
                out.pair(name, value);
            }
        }
        out.pair(b"jobs", if self.jobs.is_empty() { b"0" } else { self.jobs });
        if !self.shlvl.is_empty() {
            out.pair(b"shlvl", self.shlvl);
        }
        out.pair(b"keymap", self.keymap.unwrap_or(b"viins"));
        if matches!(self.columns, b"" | b"0") {
            out.number(b"columns", world::terminal_columns().unwrap_or(80).into());
        } else {
            out.pair(b"columns", self.columns);
        }
        out.pair(b"path", logical);
        if path != logical {
            out.pair(b"physical", path);
        }
        if !self.parts.is_empty() {
            out.pair(b"parts", self.parts);
        }
        for name in names {
            // Whoever sends more than these variables does not do it here.
            if *name == EVERYTHING || family(name).is_some_and(|begin| is_set(begin, variables)) {
                return None;
            }
            if let Some(value) = variables(name.as_bytes()) {
                out.bytes(&[FIELD_END, b'e', b'.']);
                out.escaped(name.as_bytes());
                out.byte(b'=');
                out.escaped(value);
            }
        }
        out.byte(FRAME_END);
        (!out.is_full).then_some(out.length)
    }
}

/// Whether the first variable of a family is set.
fn is_set(begin: &str, variables: Variables<'_>) -> bool {
    let mut name = [0; 64];
    let Some(room) = name.get_mut(..=begin.len()) else { return true };
    room[..begin.len()].copy_from_slice(begin.as_bytes());
    room[begin.len()] = b'0';
    variables(room).is_some()
}

/// The longest name of the process's own folder (bytes). Source: `PATH_MAX` is 4096; what is longer than this is for the ordinary way.
const FOLDER_BYTES: usize = 1024;

/// Where this process is. The system says behind its name that a folder was deleted.
fn own_folder(room: &mut [u8]) -> Option<&[u8]> {
    let length = rustix::fs::readlinkat_raw(rustix::fs::CWD, c"/proc/self/cwd", &mut *room).ok()?;
    let path = room.get(..length).filter(|_| length < room.len())?;
    (path.starts_with(b"/") && !path.ends_with(b" (deleted)")).then_some(path)
}

/// A text that means the same in every encoding.
fn plain(value: &[u8]) -> Option<&[u8]> {
    value.iter().all(u8::is_ascii).then_some(value)
}

/// A number as it would be written again, or nothing.
fn number(value: &[u8], digits: usize) -> Option<&[u8]> {
    let is_usual = value.len() <= digits && value.iter().all(u8::is_ascii_digit);
    (is_usual && (value.len() < 2 || value[0] != b'0')).then_some(value)
}

/// Numbers with one space between any two, or nothing.
fn words(value: &[u8]) -> Option<&[u8]> {
    let mut before = b' ';
    for byte in value {
        if !(byte.is_ascii_digit() || *byte == b' ' && before != b' ') {
            return None;
        }
        before = *byte;
    }
    (before != b' ' || value.is_empty()).then_some(value)
}

/// Writes frames into room that does not grow.
struct Writer<'r> {
    room: &'r mut [u8],
    length: usize,
    is_full: bool,
}

impl Writer<'_> {
    fn byte(&mut self, byte: u8) {
        match self.room.get_mut(self.length) {
            Some(place) => {
                *place = byte;
                self.length += 1;
            }
            None => self.is_full = true,
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    fn escaped(&mut self, value: &[u8]) {
        for byte in value {
            if matches!(*byte, ESCAPE | FRAME_END | FIELD_END) {
                self.byte(ESCAPE);
                self.byte(byte ^ ESCAPED);
            } else {
                self.byte(*byte);
            }
        }
    }

    fn pair(&mut self, name: &[u8], value: &[u8]) {
        self.byte(FIELD_END);
        self.bytes(name);
        self.byte(b'=');
        self.escaped(value);
    }

    fn number(&mut self, name: &[u8], number: u32) {
        self.pair(name, b"");
        let mut divisor = 1;
        while number / divisor >= 10 {
            divisor *= 10;
        }
        while divisor > 0 {
            self.byte(b'0' + (number / divisor % 10) as u8);
            divisor /= 10;
        }
    }
}
