//! Waiting for a moment.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_io::Timer;

use super::simulated::State;

/// Ends at a moment; made by [`Clock::sleep`](super::Clock::sleep) and [`Clock::deadline`](super::Clock::deadline).
///
/// # Cancel safety
/// Dropping it takes the timer back.
pub struct Sleep(Kind);

enum Kind {
    Real(Timer),
    Simulated { state: Arc<State>, at: Instant, id: Option<u64> },
}

impl Sleep {
    pub(super) fn real_after(span: Duration) -> Self {
        Sleep(Kind::Real(Timer::after(span)))
    }

    pub(super) fn real_at(at: Instant) -> Self {
        Sleep(Kind::Real(Timer::at(at)))
    }

    pub(super) fn simulated(state: &Arc<State>, at: Instant) -> Self {
        Sleep(Kind::Simulated { state: state.clone(), at, id: None })
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Kind::Real(timer) => Pin::new(timer).poll(context).map(drop),
            Kind::Simulated { state, at, id } => state.poll(*at, id, context.waker()),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Kind::Simulated { state, at, id: Some(id) } = &self.0 {
            state.forget(*at, *id);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Real(timer) => f.debug_tuple("Sleep").field(timer).finish(),
            Kind::Simulated { at, .. } => f.debug_tuple("Sleep").field(at).finish(),
        }
    }
}
