//! What a prompt shows of the shell, the user and the machine.

pub mod character;
pub mod cmd_duration;
pub mod custom;
pub mod directory;
pub mod env_var;
pub mod fill;
pub mod hostname;
pub mod jobs;
pub mod line_break;
pub mod shell;
pub mod shlvl;
pub mod status;
#[cfg(feature = "time")]
pub mod time;
pub mod username;
