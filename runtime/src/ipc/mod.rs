//! How shells, tools and the daemon talk: where the daemon is, frames, messages, and clients.
//!
//! The protocol is described for everybody in `docs/protocol.md`. Here it is, from the bytes up: [`frame`],
//! [`message`], [`version`]; then where a daemon listens ([`address`], [`folder`]) and who is at the other end
//! ([`peer`]); then those who speak: [`client`] (synchronous: what the binary uses between a shell and the daemon,
//! where nothing else may be started), [`caller`] (a tool that asks once), [`asynchronous`], [`pool`], and
//! [`subscription`] (what happens, as it happens). All of them try again as [`retry`] says.

pub mod address;
pub mod asynchronous;
pub mod caller;
pub mod client;
mod conversation;
mod error;
pub mod folder;
pub mod frame;
pub mod message;
pub mod peer;
pub mod pool;
pub mod rate;
pub mod retry;
mod socket;
pub mod subscription;
pub mod version;

#[cfg(test)]
mod stub;
