//! Compiles the protocol and the named pipes of `ziron-runtime` without the rest of it, which is not written for Windows yet.
//!
//! `cargo check --manifest-path runtime/tests/windows/Cargo.toml --target x86_64-pc-windows-gnu`
#![cfg(windows)]
#![allow(dead_code, reason = "the shells' scripts and some names are used elsewhere")]

#[path = "../../../src/ipc/windows.rs"]
pub mod ipc;
#[path = "../../../src/request.rs"]
pub mod request;
#[path = "../../../src/shell/mod.rs"]
pub mod shell;
