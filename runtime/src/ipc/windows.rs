//! How tools and the daemon talk on Windows: the same frames and messages as elsewhere, over a named pipe.
//!
//! This has been run under wine (`runtime/tests/foreign`), and never on Windows: the rest of the runtime, and with it
//! the daemon, is not written for it. `docs/protocol.md` says what is missing.

#[path = "client_windows.rs"]
pub mod client;
mod conversation;
mod error;
pub mod frame;
pub mod message;
pub mod pipe;
pub mod rate;
pub mod retry;
pub mod version;
