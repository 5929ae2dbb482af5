//! What can go wrong for a client.

use std::fmt;
use std::io;

use super::frame::FrameError;
use super::message::Code;

/// Why there is no answer. In each case a shell draws the prompt directly.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody listens.
    Absent,
    /// The daemon has too many clients waiting.
    Busy,
    /// Somebody else listens, or nobody knows who.
    Peer(PeerError),
    /// The deadline has come.
    TimedOut,
    /// The daemon has closed the connection.
    Closed,
    /// The system reports an error.
    Io(io::Error),
    /// What came is no frame.
    Frame(FrameError),
    /// The daemon does not want this client.
    Refused {
        /// Why, in its words.
        why: String,
    },
    /// There is no version that both speak.
    Version {
        /// What the daemon proposed.
        proposed: Option<u32>,
    },
    /// The daemon reports a fault.
    Fault {
        /// Its kind.
        code: Code,
        /// What happened, in its words.
        message: String,
    },
    /// The daemon answered something else.
    Unexpected,
}

impl ClientError {
    /// Whether another try may succeed without anybody doing anything: the daemon is starting, replacing itself, or has
    /// too much to do.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            ClientError::Absent
                | ClientError::Busy
                | ClientError::Closed
                | ClientError::Fault { code: Code::Busy, .. }
        )
    }

    /// Whether it is certain that the daemon has acted upon nothing.
    pub const fn is_before_sending(&self) -> bool {
        matches!(
            self,
            ClientError::Absent
                | ClientError::Busy
                | ClientError::Peer(_)
                | ClientError::Fault { code: Code::Busy, .. }
        )
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Absent => out.write_str("no daemon is running"),
            ClientError::Busy => out.write_str("the daemon has too many clients waiting"),
            ClientError::Peer(_) => out.write_str("the daemon is not trusted"),
            ClientError::TimedOut => out.write_str("the daemon did not answer in time"),
            ClientError::Closed => out.write_str("the daemon closed the connection"),
            ClientError::Io(_) => out.write_str("the daemon cannot be talked to"),
            ClientError::Frame(_) => out.write_str("the daemon's answer is malformed"),
            ClientError::Refused { why } => write!(out, "the daemon refused: {why}"),
            ClientError::Version { proposed: Some(version) } => {
                write!(out, "the daemon speaks version {version} of the protocol, which is not known here")
            }
            ClientError::Version { proposed: None } => {
                out.write_str("the daemon speaks no version of the protocol that is known here")
            }
            ClientError::Fault { code, message } => {
                write!(out, "the daemon reports `{}`: {message}", code.name())
            }
            ClientError::Unexpected => out.write_str("the daemon answered something else"),
        }
    }
}

impl std::error::Error for ClientError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ClientError::Peer(error) => Some(error),
            ClientError::Io(error) => Some(error),
            ClientError::Frame(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ClientError {
    fn from(error: io::Error) -> ClientError {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => ClientError::Closed,
            _ => ClientError::Io(error),
        }
    }
}

impl From<FrameError> for ClientError {
    fn from(error: FrameError) -> ClientError {
        ClientError::Frame(error)
    }
}

impl From<PeerError> for ClientError {
    fn from(error: PeerError) -> ClientError {
        ClientError::Peer(error)
    }
}

/// Why the other end is not trusted.
#[derive(Debug)]
#[non_exhaustive]
pub enum PeerError {
    /// The system does not say who it is.
    Unknown(io::Error),
    /// It is somebody else.
    Stranger {
        /// Who it is.
        uid: u32,
    },
}

impl fmt::Display for PeerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeerError::Unknown(_) => out.write_str("the system does not say who is at the other end"),
            PeerError::Stranger { uid } => write!(out, "user {uid} is at the other end"),
        }
    }
}

impl std::error::Error for PeerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PeerError::Unknown(error) => Some(error),
            PeerError::Stranger { .. } => None,
        }
    }
}
