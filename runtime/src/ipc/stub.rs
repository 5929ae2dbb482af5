//! A small daemon for tests: it listens at a real socket, and each of its connections is served by a closure in a
//! thread.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::frame::{Decoder, Limits};

/// A folder with a socket in it.
pub(super) struct Stub {
    folder: tempfile::TempDir,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    /// Serves one connection with each closure, in order; then nobody accepts, and nobody listens.
    pub(super) fn serving(connections: Vec<Box<dyn FnOnce(Line) + Send>>) -> Stub {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let thread = std::thread::spawn(move || {
            for serve in connections {
                serve(Line { stream: listener.accept().unwrap().0, decoder: Decoder::new(Limits::REQUEST) });
            }
        });
        Stub { folder, thread: Some(thread) }
    }

    /// Serves one connection.
    pub(super) fn once(serve: impl FnOnce(Line) + Send + 'static) -> Stub {
        Stub::serving(vec![Box::new(serve)])
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Waits until all has been served; what failed in there fails here.
    pub(super) fn finish(mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The daemon's end of a connection.
pub(super) struct Line {
    pub(super) stream: UnixStream,
    decoder: Decoder,
}

impl Line {
    /// The next frame, with `|` for the end of a field; empty at the end of the stream.
    pub(super) fn read(&mut self) -> String {
        loop {
            if let Some(frame) = self.decoder.pull().unwrap() {
                return String::from_utf8_lossy(frame.bytes()).replace('\x1f', "|");
            }
            let mut bytes = [0; 4096];
            let count = self.stream.read(&mut bytes).unwrap();
            if count == 0 {
                return String::new();
            }
            self.decoder.push(&bytes[..count]);
        }
    }

    /// Writes frames, with `|` for the end of a field and `;` for the end of a frame.
    pub(super) fn write(&mut self, frames: &str) {
        let bytes = frames.replace('|', "\x1f").replace(';', "\x1e");
        self.stream.write_all(bytes.as_bytes()).unwrap();
    }
}

/// Later than any test.
#[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
pub(super) fn far() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Now: whatever has to be waited for is too late.
#[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
pub(super) fn now() -> Instant {
    Instant::now()
}
