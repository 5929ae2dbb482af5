//! Lines without a system: what is sent on one end comes out of the other, late, in pieces, or not at all.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use async_channel::{Receiver, Sender};

use super::machine::Machine;
use crate::daemon::transport::{BackupSender, Transport, TransportError};
use crate::ipc::frame::{Decoder, Frame, Limits};
use crate::shell::Shell;

/// How many pieces the system keeps for a client that does not read.
const PIECES: usize = 8;

/// Some bytes on their way to a client, and when they were sent.
struct Piece {
    bytes: Vec<u8>,
    sent: Sent,
}

/// When something was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) step: u64,
    pub(super) at: Instant,
}

/// The daemon's end.
#[derive(Debug)]
pub(super) struct Wire {
    machine: Arc<Machine>,
    incoming: Receiver<Vec<u8>>,
    outgoing: Sender<Piece>,
    decoder: Decoder,
    owner: Option<(Shell, u32)>,
}

/// The client's end. Dropping it ends the line.
#[derive(Debug)]
pub(super) struct Far {
    outgoing: Sender<Vec<u8>>,
    incoming: Receiver<Piece>,
    decoder: Decoder,
    last: Option<Sent>,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.bytes))
    }
}

impl Wire {
    /// Both ends of a line; `owner` is the shell of a line that belongs to one.
    pub(super) fn pair(machine: &Arc<Machine>, owner: Option<(Shell, u32)>) -> (Wire, Far) {
        let (to_daemon, incoming) = async_channel::unbounded();
        let (outgoing, from_daemon) = async_channel::bounded(PIECES);
        let wire = Wire {
            machine: machine.clone(),
            incoming,
            outgoing,
            decoder: Decoder::new(Limits::REQUEST),
            owner,
        };
        let decoder = Decoder::new(Limits::REPLY);
        (wire, Far { outgoing: to_daemon, incoming: from_daemon, decoder, last: None })
    }

    /// What ends it from outside.
    pub(super) fn to_cut(&self) -> Cut {
        Cut { incoming: self.incoming.clone(), outgoing: self.outgoing.clone() }
    }
}

/// Ends a line as the death of the daemon does: what it has sent is still read, what it has not read is lost.
#[derive(Debug)]
pub(super) struct Cut {
    incoming: Receiver<Vec<u8>>,
    outgoing: Sender<Piece>,
}

impl Cut {
    pub(super) fn cut(&self) {
        self.incoming.close();
        while self.incoming.try_recv().is_ok() {}
        self.outgoing.close();
    }
}

impl Transport for Wire {
    async fn receive(&mut self) -> Result<bool, TransportError> {
        while !self.decoder.advance()? {
            match self.incoming.recv().await {
                Ok(bytes) => self.decoder.push(&bytes),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn frame(&self) -> Frame<'_> {
        self.decoder.frame()
    }

    fn shell(&self) -> Option<Shell> {
        self.owner.map(|(shell, _)| shell)
    }

    fn pid(&self) -> Option<u32> {
        self.owner.map(|(_, pid)| pid)
    }

    type BackupSender = NoSpare;

    fn backup(&self) -> NoSpare {
        NoSpare
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        let sent = Sent { step: self.machine.step(), at: self.machine.sim.clock().now() };
        let half = self.machine.sim.random().below(frame.len());
        for bytes in [&frame[..half], &frame[half..]] {
            let piece = Piece { bytes: bytes.to_vec(), sent };
            self.outgoing.send(piece).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }
}

/// There is no other way: nobody guards a daemon that has one thread and no file systems.
#[derive(Debug)]
pub(super) struct NoSpare;

impl BackupSender for NoSpare {
    fn send_now(&self, _frame: &[u8]) {}
}

impl Far {
    /// Sends bytes, cut into pieces with pauses. If nobody takes them any more they are lost.
    pub(super) async fn send(&self, machine: &Machine, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let is_cut = machine.fault("a frame comes in pieces", 0.1);
            let length = if is_cut { machine.sim.random().below(rest.len()) } else { rest.len() };
            let (now, later) = rest.split_at(length);
            rest = later;
            let _ = self.outgoing.try_send(now.to_vec());
            if is_cut {
                let pause = machine.sim.random().up_to(std::time::Duration::from_millis(20));
                machine.sim.clock().sleep(pause).await;
            }
        }
    }

    /// The next frame, and when it was sent; `None` at the end.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub(super) async fn frame(&mut self) -> Option<(Vec<u8>, Sent)> {
        loop {
            match (self.decoder.pull(), self.last) {
                (Ok(Some(frame)), Some(sent)) => return Some((frame.bytes().to_vec(), sent)),
                (Ok(_), _) => {}
                (Err(error), _) => panic!("the daemon sent no frame: {error}"),
            }
            let Piece { bytes, sent } = self.incoming.recv().await.ok()?;
            self.decoder.push(&bytes);
            self.last = Some(sent);
        }
    }
}
