//! Metrics for OpenTelemetry.

use super::{Kind, Label, Number, Sink, all};
use crate::daemon::host::Host;
use crate::daemon::state::DaemonState;
use crate::exec::metrics::Histogram;
use crate::io::{Io, Sent};
use crate::otlp::{Meter, Shape, Value};

/// Writes all metrics as one object.
#[allow(clippy::unnecessary_wraps, reason = "a program that was built without it has none")]
pub(in crate::daemon) fn otlp<W: Host>(daemon: &DaemonState<W>) -> Result<String, String> {
    let now = daemon.world.io(Sent::default()).now();
    let age = daemon.exec.clock().now().saturating_duration_since(daemon.started);
    let mut meter = Meter::new(now.checked_sub(age).unwrap_or(now), now);
    all(daemon, &mut meter);
    Ok(format!("{}\n", meter.render(daemon.prompt.build)))
}

impl Sink for Meter {
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str) {
        let shape = match kind {
            Kind::Counter => Shape::Counter,
            Kind::Gauge => Shape::Gauge,
            Kind::Histogram => Shape::Histogram,
        };
        self.family(name, shape, help);
    }

    fn sample(&mut self, _name: &'static str, labels: &[Label<'_>], value: Number) {
        self.point(
            labels,
            match value {
                Number::Whole(value) => Value::Whole(value),
                Number::Real(value) => Value::Real(value),
            },
        );
    }

    fn histogram(&mut self, _name: &'static str, labels: &[Label<'_>], histogram: &Histogram) {
        self.histogram(labels, &histogram.snapshot());
    }
}
