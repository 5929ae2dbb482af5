//! What a prompt shows of the shell, the user and the machine.

pub mod character;
pub(crate) mod env;
pub mod fill;
pub mod hostname;
pub mod line_break;
