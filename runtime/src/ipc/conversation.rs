//! What a client says and waits for, without a connection: the synchronous and the asynchronous client only move its
//! bytes.

use super::error::ClientError;
use super::frame::{Decoder, Limits};
use super::message::{Code, Drawn, Event, Fault, Hello, Reply, State, Tool};
use super::version::{Agreement, SPOKEN, Versions, agree};

/// Room for a request of some forty variables, so that writing one allocates once.
const REQUEST_BYTES: usize = 4 << 10;

/// How far an exchange has come.
#[derive(Debug)]
pub(super) enum Progress<T> {
    /// It is complete.
    Done(T),
    /// There is something new to send.
    Send,
    /// More has to arrive.
    Wait,
}

#[derive(Debug)]
pub(super) struct Conversation {
    /// What is to be sent; it stays until the next exchange, because it may have to be said again.
    out: Vec<u8>,
    /// How much of it was sent.
    sent: usize,
    /// Where the `hello` in it ends.
    hello_end: usize,
    pub(super) decoder: Decoder,
    versions: Versions,
    /// What is spoken, once that is known.
    version: Option<u32>,
    /// Whether another version was proposed already.
    is_second_try: bool,
    /// How many answers are still to come to what was sent behind a `hello` that was not accepted.
    vain: usize,
    /// Whether nothing is outstanding, so that the connection can serve another exchange.
    pub(super) is_at_rest: bool,
}

impl Conversation {
    pub(super) const fn new() -> Conversation {
        Conversation {
            out: Vec::new(),
            sent: 0,
            hello_end: 0,
            decoder: Decoder::new(Limits::REPLY),
            versions: SPOKEN,
            version: None,
            is_second_try: false,
            vain: 0,
            is_at_rest: true,
        }
    }

    /// For tests: as another program would speak.
    #[cfg(test)]
    pub(super) fn speaking(&mut self, versions: Versions) {
        self.versions = versions;
    }

    pub(super) const fn version(&self) -> Option<u32> {
        self.version
    }

    /// What is still to be sent.
    pub(super) fn unsent(&self) -> &[u8] {
        &self.out[self.sent..]
    }

    pub(super) fn was_sent(&mut self, count: usize) {
        self.sent += count;
    }

    /// Begins a new exchange; the message is written to what is returned.
    pub(super) fn begin(&mut self) -> &mut Vec<u8> {
        self.is_at_rest = false;
        self.out.clear();
        self.out.reserve(REQUEST_BYTES);
        self.sent = 0;
        self.hello_end = 0;
        &mut self.out
    }

    /// Begins with a `hello`; what is to be sent with it may be written behind it.
    pub(super) fn begin_hello(&mut self, hello: &Hello<'_>) -> &mut Vec<u8> {
        self.is_second_try = false;
        self.vain = 0;
        let version = self.versions.highest;
        let out = self.begin();
        Hello { version: Some(version), ..hello.clone() }.write(out);
        self.hello_end = self.out.len();
        &mut self.out
    }

    pub(super) fn begin_tool(&mut self, tool: &Tool<'_>) {
        tool.write(self.begin());
    }

    pub(super) fn begin_event(&mut self, event: &Event<'_>) {
        event.write(self.begin());
    }

    /// Looks for the answer to a `hello`.
    pub(super) fn welcome(&mut self, hello: &Hello<'_>) -> Result<Progress<State>, ClientError> {
        while self.decoder.advance()? {
            match Reply::read(self.decoder.frame())? {
                Reply::Welcome(welcome) if welcome.state == State::Refused => {
                    return Err(ClientError::Refused { why: welcome.why.into_owned() });
                }
                Reply::Welcome(welcome) => {
                    self.version = welcome.version;
                    self.is_at_rest = self.out.len() == self.hello_end;
                    return Ok(Progress::Done(welcome.state));
                }
                Reply::Fault(fault) if fault.code == Code::Version && self.vain > 0 => self.vain -= 1,
                Reply::Fault(fault) if fault.code == Code::Version && !self.is_second_try => {
                    let Agreement::Speak(version) = agree(self.versions, fault.version) else {
                        return Err(ClientError::Version { proposed: fault.version });
                    };
                    self.say_hello_again(hello, version);
                    return Ok(Progress::Send);
                }
                Reply::Fault(fault) => return Err(failed(fault)),
                // Kinds of later versions, and what is pushed.
                _ => {}
            }
        }
        Ok(Progress::Wait)
    }

    /// Says hello with another version, and what followed it once more: it was said to somebody who did not understand
    /// it.
    fn say_hello_again(&mut self, hello: &Hello<'_>, version: u32) {
        let rest = self.out.split_off(self.hello_end);
        self.out.clear();
        self.sent = 0;
        Hello { version: Some(version), ..hello.clone() }.write(&mut self.out);
        self.hello_end = self.out.len();
        self.vain = usize::from(!rest.is_empty());
        self.out.extend_from_slice(&rest);
        self.is_second_try = true;
    }

    /// Looks for the answer to a `draw`; [`Conversation::drawing`] then gives it.
    pub(super) fn drawn(&mut self, seq: u64) -> Result<Progress<()>, ClientError> {
        while self.decoder.advance()? {
            match Reply::read(self.decoder.frame())? {
                Reply::Drawn(drawn) if drawn.seq == seq => {
                    self.is_at_rest = true;
                    return Ok(Progress::Done(()));
                }
                Reply::Fault(fault) if fault.code == Code::Version && self.vain > 0 => self.vain -= 1,
                Reply::Fault(fault) => return Err(failed(fault)),
                _ => {}
            }
        }
        Ok(Progress::Wait)
    }

    /// The prompt that was found last.
    pub(super) fn drawing(&self) -> Result<Drawn<'_>, ClientError> {
        match Reply::read(self.decoder.frame())? {
            Reply::Drawn(drawn) | Reply::Redraw(drawn) => Ok(drawn),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// Looks for a prompt that was drawn again.
    pub(super) fn redrawn(&mut self) -> Result<Progress<()>, ClientError> {
        while self.decoder.advance()? {
            match Reply::read(self.decoder.frame())? {
                Reply::Redraw(_) => return Ok(Progress::Done(())),
                Reply::Fault(fault) => return Err(failed(fault)),
                _ => {}
            }
        }
        Ok(Progress::Wait)
    }

    /// Looks for the answer to a tool; each piece of text is handed on.
    pub(super) fn answered(&mut self, mut each: impl FnMut(&[u8])) -> Result<Progress<u8>, ClientError> {
        while self.decoder.advance()? {
            match Reply::read(self.decoder.frame())? {
                Reply::Text(text) => each(&text),
                Reply::End(status) => {
                    self.is_at_rest = true;
                    return Ok(Progress::Done(status));
                }
                Reply::Fault(fault) => return Err(failed(fault)),
                _ => {}
            }
        }
        Ok(Progress::Wait)
    }

    /// Looks for one piece of the answer to a tool whose answer has no end; `None` in place of a piece is the end all
    /// the same.
    pub(super) fn next_text(&mut self) -> Result<Progress<Option<Vec<u8>>>, ClientError> {
        while self.decoder.advance()? {
            match Reply::read(self.decoder.frame())? {
                Reply::Text(text) => return Ok(Progress::Done(Some(text.into_owned()))),
                Reply::End(_) => {
                    self.is_at_rest = true;
                    return Ok(Progress::Done(None));
                }
                Reply::Fault(fault) => return Err(failed(fault)),
                _ => {}
            }
        }
        Ok(Progress::Wait)
    }
}

fn failed(fault: Fault<'_>) -> ClientError {
    ClientError::Fault { code: fault.code, message: fault.message.into_owned() }
}
