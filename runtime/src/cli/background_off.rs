//! The background mode, where it is not compiled in.
#![allow(clippy::extra_unused_type_parameters, reason = "the same signatures as its twin's")]

use super::failure::Failure;
use super::keep::Surroundings;
use crate::gather::Parts;
use crate::prompt::Prompt;
use crate::request::Request;

/// There is nothing for a variable to decide.
pub(super) const VARIABLES: &[&str] = &[];

/// There is no daemon to ask.
pub(super) fn draw(_prompt: &'static Prompt, _request: &Request, _parts: Parts) -> bool {
    false
}

/// How a shell's script would reach a daemon.
pub(super) struct Reach {
    pub(super) folder: String,
    pub(super) anchors: Vec<String>,
    pub(super) variables: &'static [&'static str],
    pub(super) events: bool,
}

/// There is none to reach.
pub(super) fn reach(_prompt: &'static Prompt) -> Option<Reach> {
    None
}

/// There is none to look at.
pub(super) fn findings(_prompt: &'static Prompt) -> Vec<super::doctor::Finding> {
    Vec::new()
}

/// There is none that would have a folder.
pub(super) fn folder() -> Option<std::path::PathBuf> {
    None
}

/// No folder is chosen.
pub(super) fn surroundings(_prompt: &'static Prompt) -> Surroundings {
    Surroundings::default()
}

/// No folder is meant.
pub(super) fn mean(_folder: std::path::PathBuf) {}

/// There is none to start.
pub(super) fn prepare(_prompt: &'static Prompt) {}

/// There is none to start.
pub(super) fn leave_daemon_behind(_prompt: &'static Prompt) {}

/// There is none to ask.
pub(super) fn cache(
    _prompt: &'static Prompt,
    _request: &Request,
    _words: &[&str],
) -> Option<Result<(), Failure>> {
    None
}

/// There is none to ask.
pub(super) fn warm(_prompt: &'static Prompt, _request: &Request) -> Option<Result<(), Failure>> {
    None
}

/// Says so.
pub(super) fn run(_prompt: &'static Prompt, words: &[String], _request: &Request) -> Result<(), Failure> {
    let word = words.first().map_or("", String::as_str);
    Err(format!(
        "there is no `{word}`: this prompt was built without the background mode (`[daemon] enabled = false`)"
    )
    .into())
}
