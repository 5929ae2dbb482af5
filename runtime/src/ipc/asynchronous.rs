//! The asynchronous client, for programs that wait for other things as well. It says what the synchronous one says, in
//! the same order.

use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use async_io::{Async, Timer};
use futures_lite::FutureExt;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::client::{ClientError, is_transient, open_stream, send};
use super::conversation::{Conversation, Progress};
use super::message::{Draw, Drawn, Event, Hello, State, Tool};
use super::peer;

/// A connection to the daemon.
///
/// # Cancel safety
/// A call that is dropped leaves a connection that is not used again ([`AsyncClient::is_usable`]), except
/// [`AsyncClient::redrawn`] and [`AsyncClient::next_text`], which lose nothing.
#[derive(Debug)]
pub struct AsyncClient {
    stream: Async<UnixStream>,
    talk: Conversation,
}

impl AsyncClient {
    /// Connects to a socket, and checks that the same user listens there.
    ///
    /// ```no_run
    /// # use std::time::{Duration, Instant};
    /// use ziron_runtime::client::AsyncClient;
    /// use ziron_runtime::client::{Hello, Tool, ToolKind};
    /// # async fn example() -> Result<(), ziron_runtime::client::ClientError> {
    /// let deadline = Instant::now() + Duration::from_secs(1);
    /// let mut client = AsyncClient::connect("/run/user/1000/ziron/0123456789abcdef/socket".as_ref(), deadline).await?;
    /// client.greet(&Hello::default(), deadline).await?;
    /// client.ask(&Tool::new(ToolKind::Health), deadline, |text| drop(text)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn connect(socket: &Path, deadline: Instant) -> Result<AsyncClient, ClientError> {
        let stream = Async::new_nonblocking(UnixStream::from(open_stream(socket)?))?;
        if cfg!(not(target_os = "linux")) {
            // POSIX lets a connection take its time.
            within(deadline, async { Ok(stream.writable().await?) }).await?;
        }
        peer::check(&stream)?;
        Ok(AsyncClient { stream, talk: Conversation::new() })
    }

    /// Says hello, with an older version if the daemon asks for one.
    pub async fn greet(&mut self, hello: &Hello<'_>, deadline: Instant) -> Result<State, ClientError> {
        self.talk.begin_hello(hello);
        self.exchange(deadline, |talk| talk.welcome(hello)).await
    }

    /// Asks for a prompt.
    pub async fn draw(&mut self, draw: &Draw<'_>, deadline: Instant) -> Result<Drawn<'_>, ClientError> {
        draw.write(self.talk.begin());
        self.exchange(deadline, |talk| talk.drawn(draw.seq)).await?;
        self.talk.drawing()
    }

    /// Waits for a prompt that is drawn again.
    pub async fn redrawn(&mut self, deadline: Instant) -> Result<Drawn<'_>, ClientError> {
        self.exchange(deadline, Conversation::redrawn).await?;
        self.talk.drawing()
    }

    /// Asks as a tool. Each piece of text is handed on as it comes; the result is how it went, 0 if well.
    pub async fn ask(
        &mut self,
        tool: &Tool<'_>,
        deadline: Instant,
        mut each: impl FnMut(&[u8]),
    ) -> Result<u8, ClientError> {
        self.talk.begin_tool(tool);
        self.exchange(deadline, |talk| talk.answered(&mut each)).await
    }

    /// Asks for something whose answer has no end of its own: `events`, `trace`.
    pub async fn follow(&mut self, tool: &Tool<'_>, deadline: Instant) -> Result<(), ClientError> {
        self.talk.begin_tool(tool);
        within(deadline, send_all(&self.stream, &mut self.talk)).await
    }

    /// The next piece of what is followed, whenever it comes; `None` at its end.
    pub async fn next_text(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        exchange(&self.stream, &mut self.talk, Conversation::next_text).await
    }

    /// Tells of an event, which is not answered.
    pub async fn tell(&mut self, event: &Event<'_>, deadline: Instant) -> Result<(), ClientError> {
        self.talk.begin_event(event);
        within(deadline, send_all(&self.stream, &mut self.talk)).await?;
        self.talk.is_at_rest = true;
        Ok(())
    }

    /// The version that is spoken, after [`AsyncClient::greet`].
    pub fn version(&self) -> Option<u32> {
        self.talk.version()
    }

    /// Whether the connection can serve another exchange: the last one is complete, the daemon has not closed it, and
    /// nothing has come unasked.
    pub fn is_usable(&self) -> bool {
        let mut polled = [PollFd::new(&self.stream, PollFlags::IN)];
        self.talk.is_at_rest && matches!(poll(&mut polled, Some(&Timespec::default())), Ok(0))
    }

    async fn exchange<T>(
        &mut self,
        deadline: Instant,
        look: impl FnMut(&mut Conversation) -> Result<Progress<T>, ClientError>,
    ) -> Result<T, ClientError> {
        within(deadline, exchange(&self.stream, &mut self.talk, look)).await
    }
}

/// Ends some work at a deadline.
async fn within<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, ClientError>>,
) -> Result<T, ClientError> {
    let late = async {
        Timer::at(deadline).await;
        Err(ClientError::TimedOut)
    };
    work.or(late).await
}

async fn exchange<T>(
    stream: &Async<UnixStream>,
    talk: &mut Conversation,
    mut look: impl FnMut(&mut Conversation) -> Result<Progress<T>, ClientError>,
) -> Result<T, ClientError> {
    loop {
        send_all(stream, talk).await?;
        match look(talk)? {
            Progress::Done(result) => return Ok(result),
            Progress::Send => {}
            Progress::Wait => match talk.decoder.fill(stream) {
                Ok(0) => return Err(ClientError::Closed),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.readable().await?,
                Err(error) if is_transient(&error) => {}
                Err(error) => return Err(error.into()),
            },
        }
    }
}

async fn send_all(stream: &Async<UnixStream>, talk: &mut Conversation) -> Result<(), ClientError> {
    while !talk.unsent().is_empty() {
        match send(stream.as_fd(), talk.unsent()) {
            Ok(count) => talk.was_sent(count),
            Err(Errno::AGAIN) => stream.writable().await?,
            Err(Errno::INTR) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
