//! The prelude: what goes to the terminal once before a prompt, and is no part of it.
//!
//! A shell prints it as it is, without reading prompt escapes into it.

use crate::prompt::Prompt;
use crate::request::Request;

/// Draws the prelude; nothing where the configuration asks for none of it.
pub fn draw<P: Prompt>(_facts: &P::Facts, _request: &Request, _colors: bool, _out: &mut Vec<u8>) {}
