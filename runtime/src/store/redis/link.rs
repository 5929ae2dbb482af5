//! A connection to a Redis server on which no question takes longer than it may.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::wire::{self, Lack, RedisReply};
use crate::store::address::{Address, Place};

/// A connection over which somebody has been told who asks.
#[derive(Debug)]
pub(super) struct Link {
    stream: Stream,
    /// What has arrived and was not read yet.
    arrived: Vec<u8>,
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Link {
    /// Connects and logs in.
    pub(super) fn open(address: &Address, deadline: Instant) -> io::Result<Link> {
        let stream = match &address.place {
            Place::Tcp(socket) => {
                let stream = TcpStream::connect_timeout(socket, left(deadline)?)?;
                // A question is one small packet and should leave at once.
                stream.set_nodelay(true)?;
                Stream::Tcp(stream)
            }
            Place::Unix(path) => Stream::Unix(connect_unix(path)?),
        };
        let mut link = Link { stream, arrived: Vec::new() };
        if let Some(password) = &address.password {
            let user = address.user.as_deref().map(str::as_bytes);
            let words = [Some(&b"AUTH"[..]), user, Some(password.as_bytes())];
            let words: Vec<&[u8]> = words.into_iter().flatten().collect();
            link.must(&words, deadline)?;
        }
        if address.database != 0 {
            link.must(&[b"SELECT", address.database.to_string().as_bytes()], deadline)?;
        }
        Ok(link)
    }

    /// Asks a question that the server must not refuse.
    fn must(&mut self, words: &[&[u8]], deadline: Instant) -> io::Result<()> {
        match self.ask(words, deadline)? {
            RedisReply::Error(what) => Err(io::Error::new(io::ErrorKind::PermissionDenied, what)),
            _ => Ok(()),
        }
    }

    /// Asks a question. After an error the connection is good for nothing, since its answer may still come.
    pub(super) fn ask(&mut self, words: &[&[u8]], deadline: Instant) -> io::Result<RedisReply> {
        let mut question = Vec::new();
        wire::command(words, &mut question);
        self.send(&question, deadline)?;
        loop {
            match wire::answer(&self.arrived) {
                Ok((answer, length)) => {
                    self.arrived.drain(..length);
                    return Ok(answer);
                }
                Err(Lack::Sense) => return Err(io::ErrorKind::InvalidData.into()),
                Err(Lack::More) => self.receive(deadline)?,
            }
        }
    }

    fn send(&mut self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            let left = Some(left(deadline)?);
            let sent = match &mut self.stream {
                Stream::Tcp(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
                Stream::Unix(stream) => stream.set_write_timeout(left).and_then(|()| stream.write(bytes)),
            };
            match sent {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn receive(&mut self, deadline: Instant) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let left = Some(left(deadline)?);
        let received = match &mut self.stream {
            Stream::Tcp(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(&mut bytes)),
            Stream::Unix(stream) => stream.set_read_timeout(left).and_then(|()| stream.read(&mut bytes)),
        };
        match received {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.arrived.extend_from_slice(&bytes[..count]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The time that is left. A time-out of nothing would mean none.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Connects to a Unix socket without waiting: where a server is stopped, its queue may be full.
fn connect_unix(path: &Path) -> io::Result<UnixStream> {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    // Apple's systems cannot make it so.
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    rustix::io::ioctl_fionbio(&socket, false)?;
    Ok(UnixStream::from(socket))
}
