//! Time: a clock that is handed to whoever needs one, real or simulated, and what waits for it.

mod clock;
mod interval;
mod simulated;
mod sleep;
mod timers;

pub use clock::{Clock, TimedOut};
pub use interval::{Interval, Missed};
pub use simulated::VirtualTime;
pub use sleep::Sleep;
#[cfg(target_os = "linux")]
pub(super) use timers::Timers;
