//! Compiles the protocol and its client for Windows, without the rest of `ziron-runtime`, which is not written for it.
//!
//! `cargo check --tests --manifest-path runtime/tests/foreign/Cargo.toml --target x86_64-pc-windows-gnu`
#![cfg(windows)]
#![allow(dead_code, unused_imports, reason = "the shells' scripts and some names are used elsewhere")]

#[path = "../../../src/ipc/windows.rs"]
pub mod ipc;
#[path = "../../../src/request.rs"]
pub mod request;
#[path = "../../../src/shell/mod.rs"]
pub mod shell;
#[path = "../../../src/pen/terminal.rs"]
mod terminal;

/// What the scripts need of it.
pub mod pen {
    pub use crate::terminal::Terminal;
}
