//! OpenTelemetry, where the feature `otlp` is off.

/// What is said to those who ask for it.
pub(crate) const ABSENT: &str = "this prompt was built without OpenTelemetry (the cargo feature `otlp`)\n";
