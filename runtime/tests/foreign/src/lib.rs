//! Compiles the protocol and its clients without the rest of `ziron-runtime`, which is not written for all these systems.
//!
//! `cargo check --manifest-path runtime/tests/foreign/Cargo.toml --target x86_64-pc-windows-gnu`, and `--target x86_64-apple-darwin`
#![allow(dead_code, reason = "the shells' scripts and some names are used elsewhere")]

#[cfg_attr(windows, path = "../../../src/ipc/windows.rs")]
#[cfg_attr(not(windows), path = "../../../src/ipc/mod.rs")]
pub mod ipc;
#[path = "../../../src/request.rs"]
pub mod request;
#[path = "../../../src/shell/mod.rs"]
pub mod shell;
