//! Time: a clock that is handed to whoever needs one, real or simulated, and what waits for it.

mod clock;
#[cfg(test)]
mod simulated;
mod sleep;
#[cfg(any(test, target_os = "linux"))]
mod timers;

pub(crate) use clock::Clock;
#[cfg(test)]
pub(crate) use clock::TimedOut;
#[cfg(test)]
pub(crate) use simulated::VirtualTime;
pub(crate) use sleep::Sleep;
#[cfg(target_os = "linux")]
pub(super) use timers::Timers;
