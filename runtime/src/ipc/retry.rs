//! Trying again: when, and whether that is allowed.
//!
//! What was not sent may be tried again, whatever it is. What may have been heard is tried again only if asking twice
//! does what asking once does ([`Tool::is_idempotent`]). A shell's prompt is never tried again: drawing it directly is
//! quicker than waiting.

use std::time::Duration;

use super::error::ClientError;
use super::message::Tool;

/// How often something is tried again, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first delay; each is twice the one before.
    pub first: Duration,
    /// The longest delay.
    pub longest: Duration,
    /// How often it is tried again.
    pub tries: u32,
}

impl Backoff {
    /// Not at all.
    pub const NEVER: Backoff = Backoff { first: Duration::ZERO, longest: Duration::ZERO, tries: 0 };

    /// For a tool whose daemon may be starting: eight tries within two seconds.
    pub const TOOL: Backoff =
        Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(500), tries: 8 };

    /// For one who waits until a daemon is there: from time to time, for ever.
    pub const LISTENER: Backoff =
        Backoff { first: Duration::from_millis(20), longest: Duration::from_secs(5), tries: u32::MAX };

    /// The delays.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ziron_runtime::client::Backoff;
    /// let [first, longest] = [20, 50].map(Duration::from_millis);
    /// let delays: Vec<_> = Backoff { first, longest, tries: 4 }.delays().collect();
    /// assert_eq!(delays, [20, 40, 50, 50].map(Duration::from_millis));
    /// ```
    pub const fn delays(self) -> Delays {
        Delays { next: self.first, longest: self.longest, left: self.tries }
    }
}

/// The delays of a [`Backoff`].
#[derive(Clone, Debug)]
pub struct Delays {
    next: Duration,
    longest: Duration,
    left: u32,
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let delay = self.next.min(self.longest);
        self.next = delay.saturating_mul(2);
        Some(delay)
    }
}

/// Whether a tool's request may be sent again after an error.
pub(crate) fn may_ask_again(tool: &Tool<'_>, error: &ClientError) -> bool {
    error.is_passing() && (error.is_before_sending() || tool.is_idempotent())
}

/// Tries, and tries again after each delay while `may_try` says so and `pause` does not say that there is no time left.
pub(super) fn retry<T>(
    backoff: Backoff,
    mut attempt: impl FnMut() -> Result<T, ClientError>,
    may_try: impl Fn(&ClientError) -> bool,
    mut pause: impl FnMut(Duration) -> bool,
) -> Result<T, ClientError> {
    let mut delays = backoff.delays();
    loop {
        match attempt() {
            Err(error) if may_try(&error) => match delays.next() {
                Some(delay) if pause(delay) => {}
                _ => return Err(error),
            },
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::message::ToolKind;

    const THREE: Backoff =
        Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(3), tries: 3 };

    #[test]
    fn it_is_tried_again_until_it_succeeds() {
        let (mut attempts, mut pauses) = (0, Vec::new());
        let attempt = || {
            attempts += 1;
            if attempts < 3 { Err(ClientError::Absent) } else { Ok(attempts) }
        };
        let pause = |delay: Duration| {
            pauses.push(delay.as_millis());
            true
        };
        assert_eq!(retry(THREE, attempt, ClientError::is_passing, pause).unwrap(), 3);
        assert_eq!(pauses, [1, 2]);
    }

    #[test]
    fn it_ends_with_the_tries_with_the_time_and_with_what_does_not_pass() {
        let count = |error: fn() -> ClientError, time: bool| {
            let mut attempts = 0;
            let attempt = || {
                attempts += 1;
                Err::<(), _>(error())
            };
            assert!(retry(THREE, attempt, ClientError::is_passing, |_| time).is_err());
            attempts
        };
        assert_eq!(count(|| ClientError::Absent, true), 4);
        assert_eq!(count(|| ClientError::Absent, false), 1, "there is no time left");
        assert_eq!(count(|| ClientError::Unexpected, true), 1, "it would be the same again");
    }

    #[test]
    fn only_what_was_not_heard_or_may_be_heard_twice_is_said_again() {
        let [status, stop] = [ToolKind::Status, ToolKind::Stop].map(Tool::new);
        for (error, status_again, stop_again) in [
            (ClientError::Absent, true, true),
            (ClientError::Busy, true, true),
            (ClientError::Closed, true, false),
            (ClientError::TimedOut, false, false),
            (ClientError::Unexpected, false, false),
        ] {
            assert_eq!(may_ask_again(&status, &error), status_again, "{error:?}");
            assert_eq!(may_ask_again(&stop, &error), stop_again, "{error:?}");
        }
    }
}
