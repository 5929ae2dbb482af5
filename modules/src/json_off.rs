//! JSON files in a build without any module that reads them.

/// A JSON document that nobody reads.
#[derive(Debug)]
pub(crate) struct Json;

impl Json {
    pub(crate) fn parse(_text: &str) -> Option<Json> {
        None
    }

    #[allow(clippy::unused_self, reason = "the twin needs it")]
    pub(crate) fn text(&self, _path: &[&str]) -> Option<&str> {
        None
    }

    #[allow(clippy::unused_self, reason = "the twin needs it")]
    pub(crate) fn length(&self, _path: &[&str]) -> usize {
        0
    }

    #[allow(clippy::unused_self, reason = "the twin needs it")]
    pub(crate) fn is_true(&self, _path: &[&str]) -> bool {
        false
    }
}
