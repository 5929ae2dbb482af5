//! The synchronous client over a named pipe.
//!
//! A pipe has no way to wait for it until a deadline, so that two threads read and write. They end with the client; the
//! one that reads only when nothing is being waited for, so that a client which has given up keeps the connection until
//! the daemon says something or leaves.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use super::conversation::{Conversation, Progress};
pub use super::error::ClientError;
use super::message::{Draw, Drawn, Event, Hello, State, Tool};
use super::pipe;

/// How much is read at once (bytes).
const READ_BYTES: usize = 8 << 10;

/// A connection to the daemon.
#[derive(Debug)]
pub struct Client {
    talk: Conversation,
    to_write: Sender<Vec<u8>>,
    /// Asks for the next bytes.
    to_read: Sender<()>,
    was_read: Receiver<io::Result<Vec<u8>>>,
    /// Whether bytes have been asked for that have not come yet.
    is_reading: bool,
}

impl Client {
    /// Connects to a pipe. Who listens there is not checked: `docs/protocol.md` says what that means.
    pub fn connect(name: &str, deadline: Instant) -> Result<Client, ClientError> {
        #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
        let left = deadline.saturating_duration_since(Instant::now());
        let stream = match pipe::connect(name, left) {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ClientError::Absent),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => return Err(ClientError::Busy),
            Err(error) => return Err(error.into()),
        };
        let (mut from, mut to) = stream.split();
        let (to_write, written) = channel::<Vec<u8>>();
        let (to_read, wanted) = channel::<()>();
        let (read, was_read) = channel();
        std::thread::Builder::new().spawn(move || {
            while let Ok(bytes) = written.recv() {
                if to.write_all(&bytes).is_err() {
                    // The reader hears of it as well.
                    return;
                }
            }
        })?;
        std::thread::Builder::new().spawn(move || {
            let mut buffer = vec![0; READ_BYTES];
            while wanted.recv().is_ok() {
                let result = from.read(&mut buffer).map(|count| buffer[..count].to_vec());
                if read.send(result).is_err() {
                    return;
                }
            }
        })?;
        Ok(Client { talk: Conversation::new(), to_write, to_read, was_read, is_reading: false })
    }

    /// Says hello, with an older version if the daemon asks for one.
    pub fn greet(&mut self, hello: &Hello<'_>, deadline: Instant) -> Result<State, ClientError> {
        self.talk.begin_hello(hello);
        self.exchange(deadline, |talk| talk.welcome(hello))
    }

    /// Says hello and asks for a prompt.
    pub fn greet_and_draw(
        &mut self,
        hello: &Hello<'_>,
        draw: &Draw<'_>,
        deadline: Instant,
    ) -> Result<Drawn<'_>, ClientError> {
        draw.write(self.talk.begin_hello(hello));
        self.exchange(deadline, |talk| talk.welcome(hello))?;
        self.exchange(deadline, |talk| talk.drawn(draw.seq))?;
        self.talk.drawing()
    }

    /// Asks for a prompt.
    pub fn draw(&mut self, draw: &Draw<'_>, deadline: Instant) -> Result<Drawn<'_>, ClientError> {
        draw.write(self.talk.begin());
        self.exchange(deadline, |talk| talk.drawn(draw.seq))?;
        self.talk.drawing()
    }

    /// Asks as a tool. Each piece of text is handed on as it comes; the result is how it went, 0 if well.
    pub fn ask(
        &mut self,
        tool: &Tool<'_>,
        deadline: Instant,
        mut each: impl FnMut(&[u8]),
    ) -> Result<u8, ClientError> {
        self.talk.begin_tool(tool);
        self.exchange(deadline, |talk| talk.answered(&mut each))
    }

    /// Tells of an event, which is not answered. Whether it was written is not known.
    pub fn tell(&mut self, event: &Event<'_>, deadline: Instant) -> Result<(), ClientError> {
        self.talk.begin_event(event);
        self.exchange(deadline, |_| Ok(Progress::Done(())))?;
        self.talk.is_at_rest = true;
        Ok(())
    }

    fn exchange<T>(
        &mut self,
        deadline: Instant,
        mut look: impl FnMut(&mut Conversation) -> Result<Progress<T>, ClientError>,
    ) -> Result<T, ClientError> {
        loop {
            let unsent = self.talk.unsent().to_vec();
            if !unsent.is_empty() {
                self.talk.was_sent(unsent.len());
                self.to_write.send(unsent).map_err(|_| ClientError::Closed)?;
            }
            match look(&mut self.talk)? {
                Progress::Done(result) => return Ok(result),
                Progress::Send => {}
                Progress::Wait => {
                    #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
                    let left = deadline.saturating_duration_since(Instant::now());
                    if !self.is_reading {
                        self.to_read.send(()).map_err(|_| ClientError::Closed)?;
                        self.is_reading = true;
                    }
                    let read = match self.was_read.recv_timeout(left) {
                        Ok(read) => read,
                        Err(RecvTimeoutError::Timeout) => return Err(ClientError::TimedOut),
                        Err(RecvTimeoutError::Disconnected) => return Err(ClientError::Closed),
                    };
                    self.is_reading = false;
                    match read? {
                        bytes if bytes.is_empty() => return Err(ClientError::Closed),
                        bytes => self.talk.decoder.push(&bytes),
                    }
                }
            }
        }
    }
}
