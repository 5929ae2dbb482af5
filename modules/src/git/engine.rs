//! The git engine: what a prompt shows of a repository, read without ever running a program.
//!
//! Everything here is plain synchronous code over plain data. Objects, configuration and the index are read through
//! gitoxide; the work tree, the ignore rules, staged changes, renames and reference tables (`reftable`) are read by
//! this module itself, because that is several times faster, or because gitoxide has no reader.
//!
//! **Nothing a repository configures is run**: no file system monitor, no `clean`, `smudge` or `process` filter, no
//! text conversion, no hook, no pager, no credential helper. The filter pipeline is always built without drivers; where
//! one would decide, [`Status::unknown`] counts the file. A repository that git would refuse for its ownership is
//! refused, too ([`OpenError::NotTrusted`]).
//!
//! What a shell's environment says to git, and nothing of this process's own, comes in by an [`Environment`]: where the
//! repository is, where git's configuration is, and settings in variables. Gitoxide is told of none of it and reads no
//! environment.

mod ahead;
mod configuration;
mod content;
mod convert;
mod describe;
mod discovery;
mod disk;
mod encoding;
mod environment;
mod error;
mod extensions;
mod format;
mod glob;
mod head;
mod ignore;
mod index;
mod long_paths;
mod metrics;
mod nested;
mod objects;
mod open;
mod refs;
mod reftable;
mod remote;
mod rename;
mod settings;
mod split;
mod staged;
mod stash;
mod stat;
mod state;
mod status;
mod strange;
mod trust;
mod upstream;
mod walk;
mod worker;

pub use environment::{Configuration, Environment};
pub use error::{OpenError, ReadError, StatusError};
pub use head::Head;
pub use metrics::Metrics;
pub use open::{RefFormat, Repository};
pub use refs::RefName;
pub use rename::Renames;
pub use state::{State, StateKind};
pub use status::{Status, StatusOptions, Untracked};
pub use strange::{alternate_directories, common_directory, own_directory};
pub use upstream::{AheadBehind, Upstream};
