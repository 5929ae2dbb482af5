//! The synchronous client: what the binary uses between a shell and the daemon.
//!
//! It starts no thread and no reactor, waits with `poll`, and allocates its two buffers. Every call has a deadline.
//! After an error the connection is not used again.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::SocketAddrUnix;

use super::address::Address;
use super::conversation::{Conversation, Progress};
pub use super::error::ClientError;
use super::message::{Draw, Drawn, Event, Hello, State, Tool};
use super::peer;
use super::socket;

/// A connection to the daemon.
///
/// ```no_run
/// use std::time::{Duration, Instant};
/// use ziron_runtime::client::{Address, Surroundings};
/// use ziron_runtime::client::Client;
/// use ziron_runtime::client::{ReplyMode, Hello, Tool, ToolKind};
///
/// let address = Address::of(&std::env::current_exe()?, &Surroundings::of_process())?;
/// let deadline = Instant::now() + Duration::from_millis(100);
/// let mut client = Client::connect_to(&address, deadline)?;
/// client.greet(&Hello { answer: ReplyMode::Once, ..Hello::default() }, deadline)?;
/// let status = client.ask(&Tool::new(ToolKind::Status), deadline, |text| drop(text))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Client {
    stream: OwnedFd,
    talk: Conversation,
}

impl Client {
    /// Connects to a daemon whose folder is this user's alone, and checks that the same user listens there.
    pub fn connect_to(address: &Address, deadline: Instant) -> Result<Client, ClientError> {
        match address.open() {
            Ok(_) => Client::connect(&address.socket(), deadline),
            Err(error) if error.is_missing() => Err(ClientError::Absent),
            Err(error) => Err(io::Error::new(io::ErrorKind::PermissionDenied, error).into()),
        }
    }

    /// Connects to a socket, and checks that the same user listens there.
    ///
    /// A daemon that does not accept is [`ClientError::Busy`] at once: a queue that is full does not make anybody wait.
    pub fn connect(socket: &Path, deadline: Instant) -> Result<Client, ClientError> {
        let stream = open_stream(socket)?;
        let client = Client { stream, talk: Conversation::new() };
        if client.is_connecting() {
            client.wait(PollFlags::OUT, deadline)?;
        }
        peer::check(&client.stream)?;
        Ok(client)
    }

    /// Says hello, with an older version if the daemon asks for one.
    pub fn greet(&mut self, hello: &Hello<'_>, deadline: Instant) -> Result<State, ClientError> {
        self.talk.begin_hello(hello);
        self.exchange(deadline, |talk| talk.welcome(hello))
    }

    /// Says hello and asks for a prompt in one write: the way of a process that asks once.
    pub fn greet_and_draw(
        &mut self,
        hello: &Hello<'_>,
        draw: &Draw<'_>,
        deadline: Instant,
    ) -> Result<Drawn<'_>, ClientError> {
        self.greet_and_draw_with(hello, draw.seq, |out| draw.write(out), deadline)
    }

    /// The same for a request that `write` writes, so that it need not be gathered
    /// before.
    pub fn greet_and_draw_with(
        &mut self,
        hello: &Hello<'_>,
        seq: u64,
        write: impl FnOnce(&mut Vec<u8>),
        deadline: Instant,
    ) -> Result<Drawn<'_>, ClientError> {
        write(self.talk.begin_hello(hello));
        self.exchange(deadline, |talk| talk.welcome(hello))?;
        self.exchange(deadline, |talk| talk.drawn(seq))?;
        self.talk.drawing()
    }

    /// Asks for a prompt.
    pub fn draw(&mut self, draw: &Draw<'_>, deadline: Instant) -> Result<Drawn<'_>, ClientError> {
        draw.write(self.talk.begin());
        self.exchange(deadline, |talk| talk.drawn(draw.seq))?;
        self.talk.drawing()
    }

    /// Waits for a prompt that is drawn again.
    pub fn redrawn(&mut self, deadline: Instant) -> Result<Drawn<'_>, ClientError> {
        self.exchange(deadline, Conversation::redrawn)?;
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

    /// Tells of an event, which is not answered.
    pub fn tell(&mut self, event: &Event<'_>, deadline: Instant) -> Result<(), ClientError> {
        self.talk.begin_event(event);
        self.exchange(deadline, |_| Ok(Progress::Done(())))?;
        self.talk.is_at_rest = true;
        Ok(())
    }

    /// The version that is spoken, after [`Client::greet`].
    pub fn version(&self) -> Option<u32> {
        self.talk.version()
    }

    /// Whether the connection can serve another exchange: the last one is complete, the daemon has not closed it, and
    /// nothing has come unasked.
    pub fn is_usable(&self) -> bool {
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN)];
        self.talk.is_at_rest && matches!(poll(&mut polled, Some(&Timespec::default())), Ok(0))
    }

    #[cfg(test)]
    pub(super) fn speaking(mut self, versions: super::version::Versions) -> Client {
        self.talk.speaking(versions);
        self
    }

    /// Sends what is to be sent and receives until an exchange is complete.
    fn exchange<T>(
        &mut self,
        deadline: Instant,
        mut look: impl FnMut(&mut Conversation) -> Result<Progress<T>, ClientError>,
    ) -> Result<T, ClientError> {
        loop {
            self.send(deadline)?;
            match look(&mut self.talk)? {
                Progress::Done(result) => return Ok(result),
                Progress::Send => {}
                Progress::Wait => {
                    self.wait(PollFlags::IN, deadline)?;
                    match self.talk.decoder.fill(&self.stream) {
                        Ok(0) => return Err(ClientError::Closed),
                        Ok(_) => {}
                        Err(error) if is_transient(&error) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
        }
    }

    fn send(&mut self, deadline: Instant) -> Result<(), ClientError> {
        while !self.talk.unsent().is_empty() {
            match send(self.stream.as_fd(), self.talk.unsent()) {
                Ok(count) => self.talk.was_sent(count),
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT, deadline)?,
                Err(Errno::INTR) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(ClientError::Closed),
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
        Ok(())
    }

    fn is_connecting(&self) -> bool {
        // Nowhere does a Unix socket that was found need longer, but POSIX lets it.
        cfg!(not(target_os = "linux")) && rustix::net::getpeername(&self.stream).is_err()
    }

    fn wait(&self, flags: PollFlags, deadline: Instant) -> Result<(), ClientError> {
        loop {
            #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
            let left = deadline.saturating_duration_since(Instant::now());
            let mut polled = [PollFd::new(&self.stream, flags)];
            match poll(&mut polled, Some(&timespec(left))) {
                Ok(0) => return Err(ClientError::TimedOut),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Opens a stream that does not block, not even while it connects.
pub(super) fn open_stream(path: &Path) -> Result<OwnedFd, ClientError> {
    let address = SocketAddrUnix::new(path).map_err(io::Error::from)?;
    let stream = socket::open()?;
    match rustix::net::connect(&stream, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(stream),
        Err(Errno::AGAIN) => Err(ClientError::Busy),
        Err(Errno::NOENT | Errno::CONNREFUSED | Errno::NOTDIR) => Err(ClientError::Absent),
        Err(error) => Err(io::Error::from(error).into()),
    }
}

/// Sends without the signal that would end a process whose reader has gone.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn send(stream: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    rustix::net::send(stream, bytes, rustix::net::SendFlags::NOSIGNAL)
}

/// Sends; the socket was told not to send the signal.
#[cfg(target_vendor = "apple")]
pub(super) fn send(stream: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    rustix::net::send(stream, bytes, rustix::net::SendFlags::empty())
}

pub(super) fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

pub(super) fn timespec(span: Duration) -> Timespec {
    Timespec::try_from(span).unwrap_or(Timespec { tv_sec: i64::from(i32::MAX), tv_nsec: 0 })
}

#[cfg(test)]
mod tests;
