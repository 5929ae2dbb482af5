//! Channels: bounded with back-pressure, broadcast, and the latest value.
//!
//! [`bounded`] is that of `async-channel`: many senders, many receivers, each message to one of them; who sends into a
//! full channel waits.
//!
//! # Examples
//! ```
//! use ziron_runtime::exec::Priority;
//! use ziron_runtime::exec::channel::bounded;
//! use ziron_runtime::exec::simulate::simulate;
//!
//! simulate(1, |world| async move {
//!     let (sender, receiver) = bounded(1);
//!     assert!(sender.try_send("first").is_ok());
//!     assert!(sender.try_send("second").is_err(), "full");
//!     let task = world.handle().spawn(Priority::Normal, async move { sender.send("second").await });
//!     assert_eq!(receiver.recv().await, Ok("first"));
//!     assert_eq!(receiver.recv().await, Ok("second"));
//!     assert!(task.await.is_ok());
//!     assert!(receiver.recv().await.is_err(), "nobody is left to send");
//! });
//! ```

mod broadcast;
mod watch;

pub use async_channel::{Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError, bounded};
pub use broadcast::{Announcer, Listener, Missed, broadcast};
pub use watch::{Closed, Publisher, Watcher, watch};
