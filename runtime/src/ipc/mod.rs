//! How shells, tools and the daemon talk: where the daemon is, frames, messages, and clients.
//!
//! The protocol is described for everybody in `docs/protocol.md`. Here it is, from the bytes up: [`frame`],
//! [`message`], [`version`]; then where a daemon listens ([`address`], [`folder`]) and who is at the other end
//! ([`peer`]); then those who speak: [`client`] (synchronous: what the binary uses between a shell and the daemon,
//! where nothing else may be started), [`caller`] (a tool that asks once), [`asynchronous`], [`pool`], and
//! [`subscription`] (what happens, as it happens). All of them try again as [`retry`] says.

pub(crate) mod address;
pub(crate) mod asynchronous;
pub(crate) mod caller;
pub(crate) mod client;
mod conversation;
mod error;
pub(crate) mod folder;
pub(crate) mod frame;
pub(crate) mod message;
pub(crate) mod peer;
pub(crate) mod pool;
pub(crate) mod rate;
pub(crate) mod retry;
mod socket;
pub(crate) mod subscription;
pub(crate) mod version;

#[cfg(test)]
mod stub;
