//! The quickest way to a prompt: a process asks the daemon, shows the answer and ends, before anything else is begun.
//!
//! It does what [`background::draw`](super::background::draw) does, for the calls that shells' scripts make, without
//! memory of its own but one buffer on the stack, and in few functions: of a program of some megabytes, each page that
//! is touched costs as much as thousands of instructions. Whatever is not as usual is left to the ordinary way.

mod answer;
mod message;
mod reach;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::output;
use crate::ipc::frame::FIELD_END;
use crate::prompt::Prompt;
use answer::{Answer, answer};
use message::Call;

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The prompt is drawn.
    Drawn,
    /// The daemon is not there, or does not answer: it need not be asked again.
    Silent,
    /// This is for the ordinary way.
    NotMine,
}

/// Looks up a variable of the environment.
pub(crate) type Variables<'v> = &'v dyn Fn(&[u8]) -> Option<&'v [u8]>;

/// Room for the request, and then for the answer (bytes). Where it is too little, the ordinary way has more.
const ROOM_BYTES: usize = 8 << 10;

/// How long the first part of the answer is waited for (ms). Each further part may take half as long as the one before,
/// so that all of them take less than twice as much.
const PATIENCE_MS: i64 = 100;

/// Draws a prompt with the daemon's help, from the arguments after the program's name.
pub(crate) fn draw(prompt: &'static Prompt, arguments: &[&[u8]], variables: Variables<'_>) -> Outcome {
    if prompt.background.is_none() {
        return Outcome::NotMine;
    }
    let mut room = [0; ROOM_BYTES];
    match exchange(prompt.build.build_hash, prompt.variables, arguments, variables, &mut room) {
        Ok(()) => Outcome::Drawn,
        Err(outcome) => outcome,
    }
}

fn exchange(
    build: &str,
    names: &[&str],
    arguments: &[&[u8]],
    variables: Variables<'_>,
    room: &mut [u8],
) -> Result<(), Outcome> {
    let call = Call::read(arguments).ok_or(Outcome::NotMine)?;
    if matches!(variables(super::background::SWITCH.as_bytes()), Some(b"off" | b"0")) {
        return Err(Outcome::NotMine);
    }
    let length = call.write(build, names, variables, room).ok_or(Outcome::NotMine)?;
    let stream = reach::connect(variables)?;
    // What does not fit into the socket's buffer at once is not usual.
    if rustix::net::send(&stream, &room[..length], rustix::net::SendFlags::NOSIGNAL) != Ok(length) {
        return Err(Outcome::NotMine);
    }
    let (mut filled, mut patience) = (0, PATIENCE_MS * 1_000_000);
    loop {
        match poll(
            &mut [PollFd::new(&stream, PollFlags::IN)],
            Some(&Timespec { tv_sec: 0, tv_nsec: patience }),
        ) {
            Ok(0) | Err(_) => return Err(Outcome::Silent),
            Ok(_) => patience /= 2,
        }
        let free = room.get_mut(filled..).filter(|free| !free.is_empty()).ok_or(Outcome::NotMine)?;
        match rustix::io::read(&stream, free) {
            Ok(0) => return Err(Outcome::Silent),
            Ok(count) => filled += count,
            Err(Errno::AGAIN | Errno::INTR) => continue,
            Err(_) => return Err(Outcome::Silent),
        }
        match answer(&room[..filled], call.is_all()) {
            Answer::Incomplete => {}
            Answer::Unusual => return Err(Outcome::NotMine),
            Answer::Parts(range) => {
                if call.is_all() {
                    // Where the frame ended, or a later part began, the last part of a reply ends.
                    room[range.end - 1] = FIELD_END;
                }
                output::write(&room[range]);
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
