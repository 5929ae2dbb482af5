//! Spans: what was done, when, and as a part of what.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

use super::{Attribute, Json, attributes, nanos, resource, scope};
use crate::build::Build;

/// A span's kind: it is within one process. Source: `trace.proto`, `SpanKind`.
const INTERNAL: u8 = 1;

/// A span's status: it failed. Source: `trace.proto`, `StatusCode`.
const ERROR: u8 = 2;

/// Something that was done.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    /// What it was a part of, by its place in the trace; the first span is a part of nothing.
    pub(crate) within: usize,
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
    pub(crate) attributes: Vec<Attribute>,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
}

/// All that was done for one prompt.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// One moment on two clocks: spans are measured on the one, and told on the other.
    pub(crate) moment: (Instant, SystemTime),
    pub(crate) spans: Vec<Span>,
}

impl Trace {
    /// Writes it as one object.
    pub(crate) fn render(&self, build: Build) -> Json {
        let trace = format!("{:016x}{:016x}", random(), random());
        let first = random();
        // Never 0, which stands for none.
        let id = |index: usize| format!("{:016x}", first.wrapping_add(index as u64).max(1));
        let spans = self.spans.iter().enumerate().map(|(index, span)| {
            let mut fields = vec![("traceId", Json::text(&trace)), ("spanId", Json::Text(id(index)))];
            if index > 0 {
                fields.push(("parentSpanId", Json::Text(id(span.within))));
            }
            fields.extend([
                ("name", Json::text(&span.name)),
                ("kind", Json::Small(INTERNAL)),
                ("startTimeUnixNano", nanos(self.time(span.begin))),
                ("endTimeUnixNano", nanos(self.time(span.end))),
                ("attributes", attributes(span.attributes.iter().map(|(name, value)| (*name, &**value)))),
            ]);
            if let Some(failure) = &span.failure {
                let status = [("message", Json::text(failure)), ("code", Json::Small(ERROR))];
                fields.push(("status", Json::object(status)));
            }
            Json::Object(fields)
        });
        let spans = Json::object([("scope", scope(build)), ("spans", Json::List(spans.collect()))]);
        let spans = Json::object([("resource", resource(build)), ("scopeSpans", Json::List(vec![spans]))]);
        Json::object([("resourceSpans", Json::List(vec![spans]))])
    }

    fn time(&self, at: Instant) -> SystemTime {
        let (instant, time) = self.moment;
        let after = at.saturating_duration_since(instant);
        let before = instant.saturating_duration_since(at);
        (time + after).checked_sub(before).unwrap_or(SystemTime::UNIX_EPOCH + Duration::ZERO)
    }
}

/// A number that nobody else has: the standard library's keys for hash maps are random.
fn random() -> u64 {
    RandomState::new().build_hasher().finish().max(1)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::TracesData;

    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "an instant can only be had from the real clock")]
    fn the_official_types_read_a_trace() {
        let instant = Instant::now();
        let span = |name: &str, within, begin, end| Span {
            name: name.to_owned(),
            within,
            begin: instant + Duration::from_nanos(begin),
            end: instant + Duration::from_nanos(end),
            attributes: vec![("ziron.outcome", "read \"it\"\n".to_owned())],
            failure: (name == "tool").then(|| "could not run tool".to_owned()),
        };
        let trace = Trace {
            moment: (instant, SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)),
            spans: vec![span("prompt", 0, 0, 900), span("tool", 0, 5, 800), span("run", 1, 6, 7)],
        };
        let build = Build { version: "1.2.3", config: "", config_hash: "", build_hash: "abc" };
        let text = trace.render(build).to_string();
        let data: TracesData = serde_json::from_str(&text).unwrap();
        let resource = &data.resource_spans[0];
        let spans = &resource.scope_spans[0].spans;
        assert_eq!(spans.iter().map(|span| &*span.name).collect::<Vec<_>>(), ["prompt", "tool", "run"]);
        assert!(spans.iter().all(|span| span.trace_id.len() == 16 && span.span_id.len() == 8));
        assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id));
        assert!(spans[0].parent_span_id.is_empty());
        assert_eq!(
            (&spans[1].parent_span_id, &spans[2].parent_span_id),
            (&spans[0].span_id, &spans[1].span_id)
        );
        assert_eq!(spans[1].start_time_unix_nano, 1_700_000_000_000_000_005);
        assert_eq!(spans[0].end_time_unix_nano, 1_700_000_000_000_000_900);
        let status = spans[1].status.as_ref().unwrap();
        assert_eq!((status.code, &*status.message), (2, "could not run tool"));
        assert_eq!(spans[0].attributes[0].key, "ziron.outcome");
        // What they write is what was written here, in all that is here.
        let theirs = serde_json::to_value(&data).unwrap();
        let ours: serde_json::Value = serde_json::from_str(&text).unwrap();
        super::super::tests::assert_within(&ours, &theirs, "");
    }
}
