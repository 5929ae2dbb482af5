//! Metrics: counters, gauges and histograms with the points that were counted.

use std::time::SystemTime;

use super::{Json, attributes, nanos, resource, scope};
use crate::build::Build;
use crate::exec::metrics::Snapshot;

/// Points tell all since the beginning. Source: `metrics.proto`, `AggregationTemporality`.
const CUMULATIVE: u8 = 2;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Counter,
    Gauge,
    Histogram,
}

/// What was counted or measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    Whole(u64),
    Real(f64),
}

/// Collects metrics.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Since when it was counted, and when that was told.
    span: (SystemTime, SystemTime),
    families: Vec<(&'static str, Shape, &'static str, Vec<Json>)>,
}

impl Meter {
    pub(crate) fn new(since: SystemTime, now: SystemTime) -> Meter {
        Meter { span: (since, now), families: Vec::new() }
    }

    /// Begins a metric, to which all points belong until the next.
    pub(crate) fn family(&mut self, name: &'static str, shape: Shape, help: &'static str) {
        self.families.push((name, shape, help, Vec::new()));
    }

    /// Adds a point.
    pub(crate) fn point(&mut self, labels: &[(&str, &str)], value: Value) {
        self.add(
            labels,
            [match value {
                Value::Whole(value) => ("asInt", Json::Text(value.to_string())),
                Value::Real(value) => ("asDouble", Json::Real(value)),
            }],
        );
    }

    /// Adds a histogram.
    pub(crate) fn histogram(&mut self, labels: &[(&str, &str)], snapshot: &Snapshot) {
        let (mut counts, mut bounds) = (Vec::new(), Vec::new());
        for (bound, count) in snapshot.buckets() {
            counts.push(Json::Text(count.to_string()));
            // The last bucket has no bound.
            bounds.extend(bound.map(|bound| Json::Real(bound.as_secs_f64())));
        }
        self.add(
            labels,
            [
                ("count", Json::Text(snapshot.count().to_string())),
                ("sum", Json::Real(snapshot.sum().as_secs_f64())),
                ("bucketCounts", Json::List(counts)),
                ("explicitBounds", Json::List(bounds)),
            ],
        );
    }

    fn add(&mut self, labels: &[(&str, &str)], what: impl IntoIterator<Item = (&'static str, Json)>) {
        let (since, now) = self.span;
        let mut point = vec![
            ("attributes", attributes(labels.iter().copied())),
            ("startTimeUnixNano", nanos(since)),
            ("timeUnixNano", nanos(now)),
        ];
        point.extend(what);
        if let Some((.., points)) = self.families.last_mut() {
            points.push(Json::Object(point));
        }
    }

    /// Writes all as one object.
    pub(crate) fn render(self, build: Build) -> Json {
        let metrics =
            self.families.into_iter().filter(|(.., points)| !points.is_empty()).map(metric).collect();
        let metrics = Json::object([("scope", scope(build)), ("metrics", Json::List(metrics))]);
        let metrics =
            Json::object([("resource", resource(build)), ("scopeMetrics", Json::List(vec![metrics]))]);
        Json::object([("resourceMetrics", Json::List(vec![metrics]))])
    }
}

fn metric((name, shape, help, points): (&'static str, Shape, &'static str, Vec<Json>)) -> Json {
    // A collector that writes for Prometheus puts these ends to names itself.
    let name = name.strip_suffix("_total").unwrap_or(name);
    let (name, unit) = match name.rsplit_once('_') {
        Some((name, "seconds")) => (name, "s"),
        Some((name, "bytes")) => (name, "By"),
        _ => (name, "1"),
    };
    let points = ("dataPoints", Json::List(points));
    let temporality = ("aggregationTemporality", Json::Small(CUMULATIVE));
    let data = match shape {
        Shape::Counter => ("sum", Json::object([points, temporality, ("isMonotonic", Json::Yes)])),
        Shape::Gauge => ("gauge", Json::object([points])),
        Shape::Histogram => ("histogram", Json::object([points, temporality])),
    };
    let name = name.replacen('_', ".", 1);
    Json::object([
        ("name", Json::Text(name)),
        ("description", Json::text(help)),
        ("unit", Json::text(unit)),
        data,
    ])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use opentelemetry_proto::tonic::metrics::v1::{
        MetricsData, metric::Data, number_data_point::Value as Point,
    };

    use super::*;
    use crate::exec::metrics::Histogram;

    #[test]
    fn the_official_types_read_metrics() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut meter = Meter::new(at(100), at(160));
        meter.family("ziron_requests_total", Shape::Counter, "Prompts that were asked for.");
        meter.point(&[], Value::Whole(u64::from(u32::MAX) + 1));
        meter.family("ziron_uptime_seconds", Shape::Gauge, "How long.");
        meter.point(&[("source", "git \"x\"")], Value::Real(60.5));
        meter.family("ziron_draw_seconds", Shape::Histogram, "Time.");
        let histogram = Histogram::new();
        for micros in [3, 20, 70, 500_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        meter.histogram(&[("source", "git")], &histogram.snapshot());
        meter.family("ziron_nothing_total", Shape::Counter, "Without a point.");
        let build = Build { version: "1.2.3", config: "", config_hash: "", build_hash: "abc" };
        let text = meter.render(build).to_string();
        let data: MetricsData = serde_json::from_str(&text).unwrap();
        let metrics = &data.resource_metrics[0].scope_metrics[0].metrics;
        let names: Vec<_> = metrics.iter().map(|metric| (&*metric.name, &*metric.unit)).collect();
        assert_eq!(names, [("ziron.requests", "1"), ("ziron.uptime", "s"), ("ziron.draw", "s")]);
        let Some(Data::Sum(sum)) = &metrics[0].data else { panic!("{text}") };
        assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
        assert_eq!(sum.data_points[0].value, Some(Point::AsInt(1 << 32)));
        assert_eq!(sum.data_points[0].start_time_unix_nano, 100_000_000_000);
        let Some(Data::Gauge(gauge)) = &metrics[1].data else { panic!("{text}") };
        assert_eq!(gauge.data_points[0].value, Some(Point::AsDouble(60.5)));
        assert_eq!(gauge.data_points[0].attributes[0].key, "source");
        let Some(Data::Histogram(histogram)) = &metrics[2].data else { panic!("{text}") };
        let point = &histogram.data_points[0];
        assert_eq!((point.count, point.bucket_counts.iter().sum::<u64>()), (4, 4));
        assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
        assert!(point.explicit_bounds.is_sorted());
        let theirs = serde_json::to_value(&data).unwrap();
        let ours: serde_json::Value = serde_json::from_str(&text).unwrap();
        super::super::tests::assert_within(&ours, &theirs, "");
    }
}
