//! The client library: how a program of anyone's talks to the daemon of a prompt.
//!
//! `docs/protocol.md` describes the protocol. There are four clients, from small to large, each with a deadline on every call: [`Client`] (synchronous),
//! [`Caller`] (asks once, and tries again), [`AsyncClient`] with [`Pool`] (persistent connections), and
//! [`Subscription`] (what happens, as it happens).

pub use crate::ipc::address::{Address, AddressError, Refusal, SessionFile, Surroundings};
pub use crate::ipc::asynchronous::AsyncClient;
pub use crate::ipc::caller::{Answered, Caller};
pub use crate::ipc::client::{Client, ClientError};
pub use crate::ipc::frame::{
    Decoder, ESCAPE, Encoder, FIELD_END, FRAME_END, Fields, Frame, FrameError, Limits, Pairs, escape_into,
    unescape,
};
pub use crate::ipc::message::{
    Code, Draw, Drawn, Event, Fault, Freshness, Held, Hello, Message, Reply, ReplyMode, State, Tool,
    ToolKind, Variable, Wanted, Welcome,
};
pub use crate::ipc::peer::PeerError;
pub use crate::ipc::pool::{Lease, Pool};
pub use crate::ipc::retry::{Backoff, Delays};
pub use crate::ipc::subscription::{Subscription, Update};
pub use crate::ipc::version::{Agreement, SPOKEN, VERSION, Versions, agree};
