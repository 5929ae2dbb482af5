//! What happens, as it happens: a stream that comes back when the daemon does.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use async_io::Timer;
use futures_lite::stream::{self, Stream};

use super::asynchronous::AsyncClient;
use super::client::ClientError;
use super::message::{Hello, Tool};
use super::retry::{Backoff, Delays};

/// How long connecting and saying hello may take.
const GREETING: Duration = Duration::from_secs(2);

/// What a subscription brings.
#[derive(Debug)]
pub enum Update {
    /// Something happened.
    Text(Vec<u8>),
    /// The connection was lost: what happens until the next text may be missed. It is made again.
    Lost(ClientError),
}

/// A request for `events` or `trace` that outlives connections, and daemons.
#[derive(Debug)]
pub struct Subscription {
    socket: PathBuf,
    hello: Hello<'static>,
    tool: Tool<'static>,
    backoff: Backoff,
    delays: Delays,
    client: Option<AsyncClient>,
    /// Whether the connection that is made next is made after another failed.
    is_retry: bool,
}

impl Subscription {
    /// Subscribes; the connection is made when the first update is asked for.
    pub fn new(
        socket: impl Into<PathBuf>,
        hello: Hello<'static>,
        tool: Tool<'static>,
        backoff: Backoff,
    ) -> Subscription {
        let delays = backoff.delays();
        Subscription { socket: socket.into(), hello, tool, backoff, delays, client: None, is_retry: false }
    }

    /// The next update. It waits as long as it takes, with growing delays while no daemon is there.
    ///
    /// # Errors
    /// Where another try would not help, or there have been as many as the back-off allows.
    ///
    /// # Cancel safety
    /// Nothing is lost that has arrived.
    ///
    /// ```no_run
    /// use ziron_runtime::client::{Hello, Tool, ToolKind};
    /// use ziron_runtime::client::{Backoff, Subscription, Update};
    /// # async fn example() -> Result<(), ziron_runtime::client::ClientError> {
    /// let events = Tool::new(ToolKind::Events);
    /// let socket = "/run/user/1000/ziron/0123456789abcdef/socket";
    /// let mut events = Subscription::new(socket, Hello::default(), events, Backoff::LISTENER);
    /// while let Update::Text(line) = events.next().await? {
    ///     assert!(!line.is_empty());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Result<Update, ClientError> {
        loop {
            let Some(client) = &mut self.client else {
                match self.connect().await {
                    Ok(client) => self.client = Some(client),
                    // What cannot be reached was lost already.
                    Err(error) if error.is_passing() || matches!(error, ClientError::TimedOut) => {
                        self.is_retry = true;
                        if self.delays.clone().next().is_none() {
                            return Err(error);
                        }
                    }
                    Err(error) => return Err(error),
                }
                continue;
            };
            return match client.next_text().await {
                Ok(Some(text)) => {
                    self.delays = self.backoff.delays();
                    Ok(Update::Text(text))
                }
                // A daemon that ends, or is replaced, says so.
                Ok(None) => Ok(self.lose(ClientError::Closed)),
                Err(error @ (ClientError::Closed | ClientError::Io(_) | ClientError::Frame(_))) => {
                    Ok(self.lose(error))
                }
                Err(error) => Err(error),
            };
        }
    }

    /// The updates as a stream, which ends after an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Update, ClientError>> {
        stream::unfold(Some(self), |subscription| async {
            let mut subscription = subscription?;
            let update = subscription.next().await;
            let rest = update.is_ok().then_some(subscription);
            Some((update, rest))
        })
    }

    fn lose(&mut self, error: ClientError) -> Update {
        self.client = None;
        self.is_retry = true;
        Update::Lost(error)
    }

    async fn connect(&mut self) -> Result<AsyncClient, ClientError> {
        if self.is_retry {
            let Some(delay) = self.delays.next() else { return Err(ClientError::Absent) };
            Timer::after(delay).await;
        }
        #[allow(clippy::disallowed_methods, reason = "a deadline is a matter of the real clock")]
        let deadline = Instant::now() + GREETING;
        let mut client = AsyncClient::connect(&self.socket, deadline).await?;
        client.greet(&self.hello, deadline).await?;
        client.follow(&self.tool, deadline).await?;
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::StreamExt;
    use futures_lite::future::block_on;

    use super::*;
    use crate::ipc::message::ToolKind;
    use crate::ipc::stub::{Line, Stub};

    /// Tries again at once.
    const AT_ONCE: Backoff = Backoff { first: Duration::ZERO, longest: Duration::ZERO, tries: 2 };

    fn greeted(line: &mut Line) {
        assert!(line.read().starts_with("hello|v=1|"));
        line.write("hello|v=1|state=ok;");
        assert_eq!(line.read(), "events");
    }

    fn subscription(stub: &Stub) -> Subscription {
        Subscription::new(stub.socket(), Hello::default(), Tool::new(ToolKind::Events), AT_ONCE)
    }

    #[test]
    fn it_comes_back_when_the_daemon_does_and_says_what_was_lost() {
        let stub = Stub::serving(vec![
            Box::new(|mut line| {
                greeted(&mut line);
                line.write("text|one;text|two;text|hal");
            }),
            // A daemon that closes at once is tried again, quietly.
            Box::new(drop),
            Box::new(|mut line| {
                greeted(&mut line);
                line.write("text|three;end|status=0;");
            }),
            Box::new(|mut line| {
                greeted(&mut line);
                line.write("error|code=unknown|message=no events here;");
            }),
        ]);
        let updates = block_on(subscription(&stub).into_stream().collect::<Vec<_>>());
        let told: Vec<String> = updates
            .into_iter()
            .map(|update| match update {
                Ok(Update::Text(text)) => String::from_utf8(text).unwrap(),
                Ok(Update::Lost(error)) => format!("lost: {error}"),
                Err(error) => format!("end: {error}"),
            })
            .collect();
        assert_eq!(
            told,
            [
                "one",
                "two",
                "lost: the daemon closed the connection",
                "three",
                "lost: the daemon closed the connection",
                "end: the daemon reports `unknown`: no events here",
            ]
        );
        stub.finish();
    }

    #[test]
    fn it_gives_up_after_as_many_tries_as_it_may() {
        let stub = Stub::serving(vec![Box::new(drop), Box::new(drop), Box::new(drop)]);
        let error = block_on(subscription(&stub).next()).unwrap_err();
        assert!(matches!(error, ClientError::Closed), "{error:?}");
        stub.finish();
    }
}
