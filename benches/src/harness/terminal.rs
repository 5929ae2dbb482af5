//! A shell in a terminal, and when it wrote what.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(20);
/// What programs ask a terminal, and what a plain one answers. Sources: `ECMA-48`, xterm's `ctlseqs`.
const ANSWERS: [(&[u8], &[u8]); 3] =
    [(b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[0c", b"\x1b[?62;22c")];

/// A program in a terminal.
pub(crate) struct Terminal {
    output: Vec<u8>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub(crate) fn start(command: CommandBuilder) -> io::Result<Terminal> {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(io::Error::other)?;
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = pair.master.take_writer().map_err(io::Error::other)?;
        let (send, chunks) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 16384];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send((Instant::now(), buffer[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        Ok(Terminal { output: Vec::new(), chunks, keys, child, _master: pair.master })
    }

    /// Types; returns when.
    pub(crate) fn send(&mut self, keys: &[u8]) -> io::Result<Instant> {
        let start = Instant::now();
        self.keys.write_all(keys)?;
        self.keys.flush()?;
        Ok(start)
    }

    /// How much was written so far.
    pub(crate) fn length(&self) -> usize {
        self.output.len()
    }

    /// Waits until what was written since `start` satisfies `condition`; returns when that came.
    pub(crate) fn wait(&mut self, start: usize, condition: impl Fn(&[u8]) -> bool) -> io::Result<Instant> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok((when, bytes)) = self.chunks.recv_timeout(left) else {
                let shown =
                    String::from_utf8_lossy(&self.output[start.min(self.output.len())..]).into_owned();
                return Err(io::Error::other(format!("no prompt; the shell wrote {shown:?}")));
            };
            self.take(&bytes)?;
            if condition(&self.output[start..]) {
                return Ok(when);
            }
        }
    }

    /// Waits until nothing is written for so long.
    pub(crate) fn settle(&mut self, quiet: Duration) -> io::Result<()> {
        while let Ok((_, bytes)) = self.chunks.recv_timeout(quiet) {
            self.take(&bytes)?;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.extend_from_slice(bytes);
        for (question, answer) in ANSWERS {
            if find(bytes, question).is_some() {
                self.send(answer)?;
            }
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A program that has ended cannot be killed, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `part` begins in `whole`.
pub(crate) fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    whole.windows(part.len()).position(|window| window == part)
}
