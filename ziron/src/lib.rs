//! A shell prompt that is compiled from its configuration.
//!
//! `ziron-build` writes programs that use this crate. So does `prompt!`, inside anyone's own:
//!
//! ```ignore
//! ziron::prompt!("ziron.toml");
//!
//! fn main() -> std::process::ExitCode {
//!     ziron::main(&PROMPT)
//! }
//! ```

#[cfg(feature = "prompt")]
pub use ziron_macros::prompt;
/// The modules that a prompt can have.
pub use ziron_modules as modules;
pub use ziron_runtime::build::Build;
pub use ziron_runtime::cli::main;
#[cfg(all(feature = "background", not(windows)))]
pub use ziron_runtime::client;
pub use ziron_runtime::gather::{Facts, Parts, PlannedSource};
pub use ziron_runtime::pen::{Color, Datum, Literal, Notification, Pen, Profile, Style};
pub use ziron_runtime::prelude::{Extras, Notify};
pub use ziron_runtime::prompt::{Background, CacheSettings, Module, Prompt, Settings};
pub use ziron_runtime::request::Request;
pub use ziron_runtime::segment::Segment;
pub use ziron_runtime::source::{Describe, Health, Manifest, Source};
pub use ziron_runtime::spec::{Condition, Format, StyleText, Substitution, Words};
pub use ziron_runtime::start;
pub use ziron_runtime::store::eviction::{Eviction, Fifo, Lfu, Lru, Slot, Weight};
pub use ziron_runtime::store::source_cache::SourceCache;
pub use ziron_runtime::store::{BackendChoice, CacheLimits, RedisChoice};

/// The names that generated code uses without a path.
#[doc(hidden)]
pub mod generated {
    pub use core::matches;
    pub use core::prelude::rust_2024::*;

    pub use crate::{
        Background, Build, CacheLimits, Condition, Datum, Extras, Facts, Fifo, Format, Health, Lfu, Literal,
        Lru, Module, Notification, Notify, Parts, Pen, PlannedSource, Profile, Prompt, Segment, Settings,
        SourceCache, Style, StyleText, Substitution, Words, modules,
    };
}

/// The version of Ziron.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
