//! Metrics for OpenTelemetry, in a program that was built without them.

use crate::daemon::host::Host;
use crate::daemon::state::DaemonState;

/// Says that there are none.
pub(in crate::daemon) fn otlp<W: Host>(_hub: &DaemonState<W>) -> Result<String, String> {
    Err(crate::otlp::ABSENT.to_owned())
}
