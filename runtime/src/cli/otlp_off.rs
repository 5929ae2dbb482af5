//! `timings --otlp`, in a program that was built without it.

use crate::otlp::ABSENT;
use crate::prompt::Prompt;
use crate::request::Request;

/// Says that it is not there.
pub(super) fn trace(_prompt: &'static Prompt, _request: &Request) -> Result<String, String> {
    Err(ABSENT.trim_end().to_owned())
}
