//! A tool's way to ask once: connect, say hello, ask, and try again where that is allowed.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::client::{Client, ClientError};
use super::message::{Hello, ReplyMode, Tool};
use super::retry::{Backoff, may_ask_again, retry};

/// Asks a daemon, over a new connection each time.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where it listens.
    pub socket: PathBuf,
    /// Who asks.
    pub hello: Hello<'static>,
    /// How often it is tried again where no daemon is there, or it has too much to do.
    pub backoff: Backoff,
}

/// The whole answer to a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// How it went, 0 if well.
    pub status: u8,
    /// All its text.
    pub text: Vec<u8>,
}

impl Caller {
    /// A caller that tries for a while: the daemon may be starting.
    pub fn new(socket: impl Into<PathBuf>, build: &'static str) -> Caller {
        let hello = Hello {
            build: build.into(),
            pid: Some(std::process::id()),
            answer: ReplyMode::Once,
            ..Hello::default()
        };
        Caller { socket: socket.into(), hello, backoff: Backoff::TOOL }
    }

    /// Asks. What is sent again after it may have been heard is sent only if it is idempotent.
    ///
    /// ```no_run
    /// # use std::time::{Duration, Instant};
    /// use ziron_runtime::client::Caller;
    /// use ziron_runtime::client::{Tool, ToolKind};
    /// let caller = Caller::new("/run/user/1000/ziron/0123456789abcdef/socket", "build");
    /// let answer = caller.ask(&Tool::new(ToolKind::Status), Instant::now() + Duration::from_secs(2))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ask(&self, tool: &Tool<'_>, deadline: Instant) -> Result<Answered, ClientError> {
        self.ask_pausing(tool, deadline, |delay| pause(delay, deadline))
    }

    pub(super) fn ask_pausing(
        &self,
        tool: &Tool<'_>,
        deadline: Instant,
        pause: impl FnMut(Duration) -> bool,
    ) -> Result<Answered, ClientError> {
        // Whether the tool's own message was sent: what fails before has changed nothing.
        let greeted = Cell::new(false);
        let attempt = || {
            greeted.set(false);
            let mut client = Client::connect(&self.socket, deadline)?;
            client.greet(&self.hello, deadline)?;
            greeted.set(true);
            let mut text = Vec::new();
            let status = client.ask(tool, deadline, |piece| text.extend_from_slice(piece))?;
            Ok(Answered { status, text })
        };
        let may_try = |error: &ClientError| {
            if greeted.get() { may_ask_again(tool, error) } else { error.is_passing() }
        };
        retry(self.backoff, attempt, may_try, pause)
    }
}

/// Waits; false if the deadline comes first.
fn pause(delay: Duration, deadline: Instant) -> bool {
    #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
    let left = deadline.saturating_duration_since(Instant::now());
    // With nothing to wait for but the time.
    left > delay && rustix::event::poll(&mut [], Some(&super::client::timespec(delay))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::message::ToolKind;
    use crate::ipc::stub::{Line, Stub, far};

    const WELCOME: &str = "hello|v=1|state=ok;";

    #[test]
    fn a_daemon_that_closes_is_asked_again_where_that_is_allowed() {
        for (kind, is_repeated) in [(ToolKind::Status, true), (ToolKind::Stop, false)] {
            let mut connections: Vec<Box<dyn FnOnce(Line) + Send>> = vec![
                // Closes before it has said hello, which is no harm to anybody.
                Box::new(drop),
                // Hears, and closes.
                Box::new(|mut line| {
                    line.read();
                    line.write(WELCOME);
                    line.read();
                }),
            ];
            if is_repeated {
                connections.push(Box::new(|mut line| {
                    line.read();
                    line.write(WELCOME);
                    assert_eq!(line.read(), "status");
                    line.write("text|fi;text|ne;end|status=3;");
                }));
            }
            let stub = Stub::serving(connections);
            let caller = Caller::new(stub.socket(), "b");
            match caller.ask_pausing(&Tool::new(kind), far(), |_| true) {
                Ok(answer) => {
                    assert_eq!((is_repeated, answer), (true, Answered { status: 3, text: b"fine".to_vec() }));
                }
                Err(error) => assert!(!is_repeated && matches!(error, ClientError::Closed), "{error:?}"),
            }
            stub.finish();
        }
    }

    #[test]
    fn a_daemon_that_starts_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let caller = Caller::new(&socket, "b");
        let mut pauses = 0;
        let mut stub = None;
        let answer = caller.ask_pausing(&Tool::new(ToolKind::Status), far(), |_| {
            pauses += 1;
            if pauses == 2 {
                let here = Stub::once(|mut line| {
                    line.read();
                    line.write(WELCOME);
                    line.read();
                    line.write("end|status=0;");
                });
                std::os::unix::fs::symlink(here.socket(), &socket).unwrap();
                stub = Some(here);
            }
            pauses < 4
        });
        assert_eq!((answer.unwrap(), pauses), (Answered::default(), 2));
        stub.unwrap().finish();
    }

    #[test]
    fn a_pause_does_not_go_beyond_the_deadline() {
        assert!(!pause(Duration::from_secs(3600), far()));
        assert!(pause(Duration::ZERO, far()));
    }
}
