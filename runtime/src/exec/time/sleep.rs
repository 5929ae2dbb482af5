//! Waiting for a moment.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_io::Timer;

#[cfg(test)]
use super::simulated::State;
use crate::exec::reactor::Reactor;

/// Ends at a moment; made by [`Clock::sleep`](super::Clock::sleep) and [`Clock::deadline`](super::Clock::deadline).
///
/// # Cancel safety
/// Dropping it takes the timer back.
pub struct Sleep(Kind);

enum Kind {
    Real(Timer),
    Driven {
        reactor: Arc<Reactor>,
        at: Instant,
        id: Option<u64>,
    },
    #[cfg(test)]
    Simulated {
        state: Arc<State>,
        at: Instant,
        id: Option<u64>,
    },
}

impl Sleep {
    pub(super) fn real_after(span: Duration) -> Self {
        Sleep(Kind::Real(Timer::after(span)))
    }

    pub(super) fn real_at(at: Instant) -> Self {
        Sleep(Kind::Real(Timer::at(at)))
    }

    pub(super) fn driven(reactor: &Arc<Reactor>, at: Instant) -> Self {
        Sleep(Kind::Driven { reactor: reactor.clone(), at, id: None })
    }

    #[cfg(test)]
    pub(super) fn simulated(state: &Arc<State>, at: Instant) -> Self {
        Sleep(Kind::Simulated { state: state.clone(), at, id: None })
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Kind::Real(timer) => Pin::new(timer).poll(context).map(drop),
            Kind::Driven { reactor, at, id } => reactor.poll_timer(*at, id, context.waker()),
            #[cfg(test)]
            Kind::Simulated { state, at, id } => state.poll(*at, id, context.waker()),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        match &self.0 {
            Kind::Driven { reactor, at, id: Some(id) } => reactor.forget_timer(*at, *id),
            #[cfg(test)]
            Kind::Simulated { state, at, id: Some(id) } => state.forget(*at, *id),
            _ => {}
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Real(timer) => f.debug_tuple("Sleep").field(timer).finish(),
            Kind::Driven { at, .. } => f.debug_tuple("Sleep").field(at).finish(),
            #[cfg(test)]
            Kind::Simulated { at, .. } => f.debug_tuple("Sleep").field(at).finish(),
        }
    }
}
