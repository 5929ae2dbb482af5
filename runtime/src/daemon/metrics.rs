//! Metrics in Prometheus' text format, or in that of OpenTelemetry where that was compiled in.
//!
//! Source: prometheus.io, "Exposition formats", version 0.0.4.

#[cfg_attr(not(feature = "otlp"), path = "metrics/otlp_off.rs")]
mod otlp;

use std::fmt::{Display, Write};
use std::sync::atomic::Ordering;

use super::host::Host;
use super::state::DaemonState;
use crate::exec::metrics::{Histogram, Snapshot};

pub(super) use otlp::otlp;

/// Writes all metrics.
pub(super) fn page<W: Host>(daemon: &DaemonState<W>) -> String {
    let mut page = Page::default();
    all(daemon, &mut page);
    page.text
}

/// Takes metrics.
trait Sink {
    /// Begins a metric, to which all samples belong until the next.
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str);

    /// Takes a sample, for one combination of labels.
    fn sample(&mut self, name: &'static str, labels: &[Label<'_>], value: Number);

    /// The same of spans of time.
    fn histogram(&mut self, name: &'static str, labels: &[Label<'_>], histogram: &Histogram);
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// What was counted or measured.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Whole(u64),
    Real(f64),
}

impl From<u64> for Number {
    fn from(number: u64) -> Number {
        Number::Whole(number)
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Number {
        Number::Whole(number as u64)
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Whole(number) => number.fmt(f),
            Number::Real(number) => number.fmt(f),
        }
    }
}

fn all<W: Host>(daemon: &DaemonState<W>, page: &mut impl Sink) {
    let now = daemon.exec.clock().now();
    let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let build = daemon.prompt.build;
    page.family("ziron_build_info", Kind::Gauge, "The build that runs.");
    page.sample(
        "ziron_build_info",
        &[("version", build.version), ("build", build.build_hash)],
        Number::Whole(1),
    );
    page.family("ziron_uptime_seconds", Kind::Gauge, "How long the daemon has run.");
    page.sample(
        "ziron_uptime_seconds",
        &[],
        Number::Real(now.saturating_duration_since(daemon.started).as_secs_f64()),
    );
    page.family("ziron_sessions", Kind::Gauge, "Shells that are connected.");
    page.sample("ziron_sessions", &[], daemon.session_count().into());
    page.family("ziron_readings_under_way", Kind::Gauge, "Readings that go on.");
    page.sample("ziron_readings_under_way", &[], daemon.single_flight.count().into());
    let (happened, lost) = daemon.bus.counts();
    for (name, help, value) in [
        ("ziron_connections_total", "Connections that were accepted.", count(&daemon.counts.connections)),
        ("ziron_requests_total", "Prompts that were asked for.", count(&daemon.counts.requests)),
        ("ziron_redraws_total", "Prompts that were drawn again unasked.", count(&daemon.counts.redraws)),
        ("ziron_faults_total", "Connections that were ended for a mistake.", count(&daemon.counts.faults)),
        ("ziron_sent_bytes_total", "Bytes that were sent to clients.", count(&daemon.counts.sent_bytes)),
        ("ziron_events_total", "Events that have happened.", happened),
        ("ziron_events_lost_total", "Events that nobody was told of for want of room.", lost),
    ] {
        page.family(name, Kind::Counter, help);
        page.sample(name, &[], value.into());
    }
    page.family("ziron_draw_seconds", Kind::Histogram, "Time from a request to its first prompt.");
    page.histogram("ziron_draw_seconds", &[], &daemon.draws);
    sources(daemon, page);
}

fn sources<W: Host>(daemon: &DaemonState<W>, page: &mut impl Sink) {
    let now = daemon.exec.clock().now();
    let accounts = daemon.readings.accounts();
    page.family("ziron_reading_seconds", Kind::Histogram, "Time that readings took, by source.");
    for account in accounts {
        page.histogram("ziron_reading_seconds", &[("source", account.source)], &account.spans);
    }
    page.family("ziron_readings_failed_total", Kind::Counter, "Readings that failed, by source.");
    for account in accounts {
        page.sample("ziron_readings_failed_total", &[("source", account.source)], account.failed().into());
    }
    page.family("ziron_readings_given_up_total", Kind::Counter, "Readings that were given up, by source.");
    for account in accounts {
        page.sample(
            "ziron_readings_given_up_total",
            &[("source", account.source)],
            account.given_up().into(),
        );
    }
    page.family(
        "ziron_resting",
        Kind::Gauge,
        "Keys that rest because their readings have failed, by source.",
    );
    for account in accounts {
        page.sample("ziron_resting", &[("source", account.source)], account.resting(now).len().into());
    }
    // Caches are in the order of their sources, and are called by what sources are in the program.
    let caches = daemon.prompt.sources.iter().map(|planned| planned.cache.statistics());
    let seen: Vec<_> = accounts.iter().map(|account| account.source).zip(caches).collect();
    page.family(
        "ziron_facts_total",
        Kind::Counter,
        "What became of questions to the memory, by source and outcome.",
    );
    for (source, seen) in &seen {
        for (outcome, value) in
            [("hit", seen.hits), ("stale", seen.stale), ("miss", seen.misses), ("resting", seen.resting)]
        {
            page.sample("ziron_facts_total", &[("source", source), ("outcome", outcome)], value.into());
        }
    }
    page.family("ziron_evictions_total", Kind::Counter, "Facts that had to make room, by source.");
    for (source, seen) in &seen {
        page.sample("ziron_evictions_total", &[("source", source)], seen.evictions.into());
    }
    page.family("ziron_memory_bytes", Kind::Gauge, "Bytes that remembered facts take, by source.");
    for (source, seen) in &seen {
        page.sample("ziron_memory_bytes", &[("source", source)], seen.bytes.into());
    }
    page.family("ziron_memory_entries", Kind::Gauge, "Facts that are remembered, by source.");
    for (source, seen) in &seen {
        page.sample("ziron_memory_entries", &[("source", source)], seen.entries.into());
    }
}

/// A page of metrics.
#[derive(Debug, Default)]
struct Page {
    text: String,
}

/// A label's name and value.
type Label<'l> = (&'static str, &'l str);

impl Sink for Page {
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &'static str, labels: &[Label<'_>], value: Number) {
        self.line(name, labels, value);
    }

    /// Writes a histogram with every second of its bounds, from 16 µs to 67 s. Counts add up from bound to bound.
    fn histogram(&mut self, name: &'static str, labels: &[Label<'_>], histogram: &Histogram) {
        let snapshot: Snapshot = histogram.snapshot();
        let (bucket, mut below) = (format!("{name}_bucket"), 0);
        for (index, (bound, count)) in snapshot.buckets().enumerate() {
            below += count;
            if let (Some(bound), 4..=26, 0) = (bound, index, index % 2) {
                let bound = bound.as_secs_f64().to_string();
                self.line(&bucket, &[labels, &[("le", &bound)]].concat(), below);
            }
        }
        self.line(&bucket, &[labels, &[("le", "+Inf")]].concat(), below);
        self.line(&format!("{name}_sum"), labels, snapshot.sum().as_secs_f64());
        self.line(&format!("{name}_count"), labels, below);
    }
}

impl Page {
    fn line(&mut self, name: &str, labels: &[Label<'_>], value: impl Display) {
        self.text.push_str(name);
        for (index, (label, value)) in labels.iter().enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.text, "{}{label}=\"{value}\"", if index == 0 { '{' } else { ',' });
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn values_of_labels_are_escaped() {
        let mut page = Page::default();
        page.family("a_total", Kind::Counter, "Back\\slash and\nline.");
        page.sample("a_total", &[("source", "say \"hi\"\\\n"), ("b", "c")], Number::Whole(3));
        assert_eq!(
            page.text,
            "# HELP a_total Back\\\\slash and\\nline.\n# TYPE a_total counter\na_total{source=\"say \\\"hi\\\"\\\\\\n\",b=\"c\"} 3\n"
        );
    }

    #[test]
    fn a_histogram_adds_up() {
        let histogram = Histogram::new();
        for micros in [3, 20, 70, 500_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        page.histogram("t_seconds", &[("source", "git")], &histogram);
        let lines: Vec<&str> = page.text.lines().collect();
        assert_eq!(lines[0], "t_seconds_bucket{source=\"git\",le=\"0.000016\"} 1");
        assert_eq!(lines[1], "t_seconds_bucket{source=\"git\",le=\"0.000064\"} 2");
        assert_eq!(lines[2], "t_seconds_bucket{source=\"git\",le=\"0.000256\"} 3");
        assert_eq!(lines[11], "t_seconds_bucket{source=\"git\",le=\"67.108864\"} 3");
        assert_eq!(lines[12], "t_seconds_bucket{source=\"git\",le=\"+Inf\"} 4");
        assert_eq!(
            lines[13..],
            ["t_seconds_sum{source=\"git\"} 500.000093", "t_seconds_count{source=\"git\"} 4"]
        );
    }
}
