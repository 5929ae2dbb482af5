//! `timings --otlp`, in a program that was built without it.

use crate::prompt::Prompt;
use crate::request::Request;

/// What is said to those who ask for it.
pub(crate) const ABSENT: &str = "this prompt was built without OpenTelemetry (the cargo feature `otlp`)\n";

/// Says that it is not there.
#[allow(clippy::extra_unused_type_parameters, reason = "it is called like the one that draws")]
pub(super) fn trace(_prompt: &'static Prompt, _request: &Request) -> Result<String, String> {
    Err(ABSENT.trim_end().to_owned())
}
