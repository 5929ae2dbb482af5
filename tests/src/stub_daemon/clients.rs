//! Those who are connected, each in the way of its shell.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use ziron_runtime::shell::Shell;

use super::wire::split_frames;
use crate::stub;

/// A shell with a mailbox is told again after these pauses, as `docs/protocol.md` has it.
const REMINDERS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(500)];

/// How a client asks and is answered.
#[derive(Debug)]
pub(super) enum Way {
    /// Over a connection.
    Stream(UnixStream),
    /// bash: asks through one FIFO, is answered in a file and told so through another FIFO.
    Fifos {
        /// Questions.
        request: File,
        /// Says that there is an answer.
        token: File,
        /// The answer.
        reply: PathBuf,
    },
    /// fish: files only, and a signal when there is something new.
    Mailbox {
        /// The shell.
        pid: u32,
        /// The answer.
        reply: PathBuf,
    },
}

impl Way {
    /// Opens the FIFOs that the prompt program has made.
    pub(super) fn fifos(folder: &Path, pid: u32) -> io::Result<Way> {
        let open = |name: &str| {
            OpenOptions::new().read(true).write(true).open(folder.join(format!("s.{pid}.{name}")))
        };
        let reply = folder.join(format!("s.{pid}.reply"));
        Ok(Way::Fifos { request: open("request")?, token: open("token")?, reply })
    }

    /// What can be waited for.
    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Way::Stream(stream) => Some(stream.as_fd()),
            Way::Fifos { request, .. } => Some(request.as_fd()),
            Way::Mailbox { .. } => None,
        }
    }

    /// Whether the answers are files of this name.
    pub(super) fn answers_in(&self, file: &Path) -> bool {
        matches!(self, Way::Fifos { reply, .. } | Way::Mailbox { reply, .. } if reply == file)
    }

    /// The process id of a shell with a mailbox.
    pub(super) fn mailbox(&self) -> Option<u32> {
        match self {
            Way::Mailbox { pid, .. } => Some(*pid),
            _ => None,
        }
    }
}

/// One who is connected.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) way: Way,
    pub(super) shell: Shell,
    /// What has been read and is no whole frame yet.
    pending: Vec<u8>,
    /// The last drawing: what the shell calls it, and its number.
    pub(super) last: Option<(String, usize)>,
    /// An answer that is held back.
    pub(super) held: Vec<u8>,
    /// So many news and questions there were.
    told: Arc<AtomicU64>,
}

impl Client {
    pub(super) fn new(way: Way) -> Client {
        Client {
            way,
            shell: Shell::Plain,
            pending: Vec::new(),
            last: None,
            held: Vec::new(),
            told: Arc::default(),
        }
    }

    pub(super) fn shell(self, shell: Shell) -> Client {
        Client { shell, ..self }
    }

    /// Reads whole frames; `None` when the client has gone.
    pub(super) fn read(&mut self) -> Option<Vec<Vec<u8>>> {
        let mut buffer = [0; 8192];
        let count = match &mut self.way {
            Way::Stream(stream) => stream.read(&mut buffer),
            Way::Fifos { request, .. } => request.read(&mut buffer),
            Way::Mailbox { .. } => return None,
        };
        let count = count.ok().filter(|count| *count > 0)?;
        self.pending.extend_from_slice(&buffer[..count]);
        let frames: Vec<Vec<u8>> = split_frames(&self.pending).map(ToOwned::to_owned).collect();
        let done: usize = frames.iter().map(|frame| frame.len() + 1).sum();
        self.pending.drain(..done);
        Some(frames)
    }

    /// Writes bytes to where the client reads. It may have gone.
    pub(super) fn say(&self, bytes: &[u8]) {
        let _ = match &self.way {
            Way::Stream(stream) => (&*stream).write_all(bytes),
            Way::Fifos { reply, .. } | Way::Mailbox { reply, .. } => {
                let new = reply.with_extension("new");
                fs::write(&new, bytes).and_then(|()| fs::rename(new, reply))
            }
        };
    }

    /// Answers a drawing.
    pub(super) fn answer(&self, seq: &str, bytes: &[u8]) {
        self.say(bytes);
        if let Way::Fifos { token, .. } = &self.way {
            let _ = (&*token).write_all(format!("{seq}\x1e").as_bytes());
        }
    }

    /// Gives the answer that was held back.
    pub(super) fn release(&mut self) {
        if let (Some((seq, _)), false) = (&self.last, self.held.is_empty()) {
            self.answer(seq, &self.held);
            self.nudge();
            self.held.clear();
        }
    }

    /// Draws the last prompt again, with all facts, where the shell can take it.
    pub(super) fn push(&mut self, data: &str) {
        let Some((seq, call)) = &self.last else { return };
        if matches!(self.way, Way::Fifos { .. }) {
            return;
        }
        self.say(&self.picture("redraw", "fresh", seq, *call, data));
        self.nudge();
    }

    /// It asks: what it was told has an end.
    pub(super) fn asks(&self) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }

    /// Has a shell with a mailbox look into it, and twice more if it asks nothing: fish forgets a signal now and then.
    pub(super) fn nudge(&self) {
        let Some(pid) = self.way.mailbox().and_then(|pid| Pid::from_raw(pid.cast_signed())) else { return };
        let _ = kill_process(pid, Signal::URG);
        let told = self.told.clone();
        let now = told.fetch_add(1, Ordering::SeqCst) + 1;
        std::thread::spawn(move || {
            for pause in REMINDERS {
                std::thread::sleep(pause);
                if told.load(Ordering::SeqCst) != now {
                    return;
                }
                let _ = kill_process(pid, Signal::URG);
            }
        });
    }

    /// A frame with a prompt.
    pub(super) fn picture(&self, kind: &str, state: &str, seq: &str, call: usize, data: &str) -> Vec<u8> {
        let mut parts = vec![kind.to_owned(), seq.to_owned(), state.to_owned()];
        parts.extend(stub::picture(self.shell, call, data));
        if kind == "redraw" {
            // Nothing is printed before a prompt that is drawn again.
            parts.pop();
            parts.push(String::new());
        }
        if !matches!(self.way, Way::Fifos { .. }) {
            // The number is that of the last prompt, until the daemon has counted the next one.
            parts.extend(stub::picture(self.shell, call, "held"));
        }
        let mut frame = parts.join("\x1f").into_bytes();
        frame.push(0x1e);
        frame
    }
}
