//! Without the background mode there is nobody to ask; elsewhere than on Linux, the ordinary way is quick enough.

use crate::prompt::Prompt;

/// What has become of it.
#[allow(dead_code, reason = "this one tries nothing")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The prompt is drawn.
    Drawn,
    /// The daemon need not be asked again.
    Silent,
    /// This is for the ordinary way.
    NotMine,
}

/// Looks up a variable of the environment.
pub(crate) type Variables<'v> = &'v dyn Fn(&[u8]) -> Option<&'v [u8]>;

/// Leaves everything to the ordinary way.
#[allow(clippy::extra_unused_type_parameters, reason = "the other one asks the prompt who it is")]
pub(crate) fn draw(_prompt: &'static Prompt, _arguments: &[&[u8]], _variables: Variables<'_>) -> Outcome {
    Outcome::NotMine
}
