//! Transports: how the frames of one session are received and sent.

use std::future::Future;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::exec::Watched;
use crate::ipc::frame::{Decoder, Frame, FrameError, Limits};
use crate::shell::Shell;

/// Receives and sends the frames of one session.
pub(super) trait Transport: Send {
    /// Sends to the same client from elsewhere.
    type BackupSender: BackupSender;

    /// Waits for the next frame, which [`Transport::frame`] then gives; false at the end.
    ///
    /// # Cancel safety
    /// No byte is lost.
    fn receive(&mut self) -> impl Future<Output = Result<bool, TransportError>> + Send;

    /// The frame that was received last.
    fn frame(&self) -> Frame<'_>;

    /// The kind of shell at the other end, if only one kind uses this transport: it need not say hello.
    fn shell(&self) -> Option<Shell> {
        None
    }

    /// The shell's process, if known.
    fn pid(&self) -> Option<u32> {
        None
    }

    /// What the shell has written into a file of what it exports, if it is one that does.
    fn exported(&self) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// A sender that works while the transport is in use elsewhere.
    fn backup(&self) -> Self::BackupSender;

    /// Sends a frame.
    fn send(&mut self, frame: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
}

/// Sends to the client of a transport whose thread is blocked.
pub(super) trait BackupSender: Send + 'static {
    /// Sends as much of a frame as is possible without waiting.
    fn send_now(&self, frame: &[u8]);
}

/// Why no more frames can be received.
#[derive(Debug)]
pub(super) enum TransportError {
    Io(io::Error),
    Frame(FrameError),
}

impl From<io::Error> for TransportError {
    fn from(error: io::Error) -> TransportError {
        TransportError::Io(error)
    }
}

impl From<FrameError> for TransportError {
    fn from(error: FrameError) -> TransportError {
        TransportError::Frame(error)
    }
}

/// A connection over the socket.
#[derive(Debug)]
pub(super) struct Stream {
    stream: Arc<Watched<UnixStream>>,
    decoder: Decoder,
}

impl Stream {
    pub(super) fn new(stream: Watched<UnixStream>) -> Stream {
        Stream { stream: Arc::new(stream), decoder: Decoder::new(Limits::REQUEST) }
    }
}

impl Transport for Stream {
    async fn receive(&mut self) -> Result<bool, TransportError> {
        while !self.decoder.advance()? {
            let decoder = &mut self.decoder;
            // Read before waiting: bytes that are there already cost one system call.
            if self.stream.read_with(|stream| decoder.fill(stream)).await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn frame(&self) -> Frame<'_> {
        self.decoder.frame()
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.stream.write_all(frame).await
    }

    type BackupSender = Arc<Watched<UnixStream>>;

    fn backup(&self) -> Self::BackupSender {
        self.stream.clone()
    }
}

impl BackupSender for Arc<Watched<UnixStream>> {
    fn send_now(&self, frame: &[u8]) {
        // A prompt fits into the buffer of a client that takes what it is sent.
        let _ = self.get_ref().write(frame);
    }
}
