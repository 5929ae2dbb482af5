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

/// As much of a source's manifest as scripts ask for.
pub mod source {
    /// See `ziron_runtime::source::Cost`.
    #[derive(Debug)]
    pub enum Cost {
        /// Nothing is read.
        Free,
    }

    /// See `ziron_runtime::source::Policy`.
    #[derive(Debug)]
    pub enum Policy {
        /// Nothing is stored.
        Never,
    }

    /// See `ziron_runtime::source::Manifest`.
    #[derive(Clone, Debug, Default)]
    pub struct Manifest {
        /// The variables of the environment that it reads.
        pub env: Vec<&'static str>,
    }

    impl Manifest {
        /// Reads nothing.
        pub fn new(_: Cost, _: Policy) -> Manifest {
            Manifest::default()
        }
    }
}

/// How manifests name variables; see `ziron_runtime::variables`.
pub mod variables {
    /// The entry for every variable.
    pub const EVERYTHING: &str = "*";

    /// The beginning of the names of a numbered family.
    pub fn family(entry: &str) -> Option<&str> {
        entry.strip_suffix('#')
    }
}
