//! The OpenTelemetry protocol in its JSON encoding: one object on one line, as collectors read it from files and take
//! it over HTTP.
//!
//! Source: opentelemetry.io, "OTLP Specification", JSON Protobuf Encoding, and "OpenTelemetry Protocol File Exporter";
//! the names and numbers are those of opentelemetry-proto 1.x. Numbers of 64 bits are texts, identifiers are
//! hexadecimal, times are nanoseconds since 1970.

mod json;
#[cfg(feature = "background")]
mod metrics;
mod traced;
mod traces;

use std::time::{Duration, SystemTime};

pub(crate) use json::Json;
#[cfg(feature = "background")]
pub(crate) use metrics::{Meter, Shape, Value};
pub(crate) use traced::Recorder;
pub use traced::Traced;
pub(crate) use traces::{Span, Trace};

use crate::build::Build;

/// A name and what it stands for.
pub(crate) type Attribute = (&'static str, String);

/// Attributes in their encoding.
fn attributes<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Json {
    let one = |(key, value)| {
        Json::object([
            ("key", Json::text(key)),
            ("value", Json::object([("stringValue", Json::text(value))])),
        ])
    };
    Json::List(all.into_iter().map(one).collect())
}

/// Who says it.
fn resource(build: Build) -> Json {
    let all = [
        ("service.name", "ziron-prompt"),
        ("service.version", build.version),
        ("ziron.build", build.build_hash),
    ];
    Json::object([("attributes", attributes(all))])
}

fn scope(build: Build) -> Json {
    Json::object([("name", Json::text("ziron")), ("version", Json::text(build.version))])
}

/// A time in its encoding.
fn nanos(time: SystemTime) -> Json {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Json::text(&since.as_nanos().to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    /// Fails unless all of one value is in another.
    pub(super) fn assert_within(part: &Value, whole: &Value, path: &str) {
        match (part, whole) {
            (Value::Object(part), Value::Object(whole)) => {
                for (name, value) in part {
                    let path = format!("{path}/{name}");
                    assert_within(
                        value,
                        whole.get(name).unwrap_or_else(|| panic!("{path} is missing")),
                        &path,
                    );
                }
            }
            (Value::Array(part), Value::Array(whole)) => {
                assert_eq!(part.len(), whole.len(), "{path}");
                part.iter().zip(whole).for_each(|(part, whole)| assert_within(part, whole, path));
            }
            (Value::Number(part), Value::Number(whole)) => {
                assert_eq!(part.as_f64(), whole.as_f64(), "{path}");
            }
            _ => assert_eq!(part, whole, "{path}"),
        }
    }
}
