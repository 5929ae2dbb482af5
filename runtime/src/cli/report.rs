//! `timings` and `explain`: what a prompt is made of, and what it costs.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::draw::BUFFER_BYTES;
use super::world;
use crate::gather::{Direct, Outcome, Parts, Reading};
use crate::pen::Pen;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::shell::Shell;

/// Says what every source and module took.
#[allow(clippy::disallowed_methods, reason = "it measures real time")]
pub(super) fn timings<P: Prompt>(request: &Request) -> String {
    let start = Instant::now();
    let request = world::complete(request);
    let wanted = Parts::ALL.and(Parts::MODULES);
    let gather = Direct::new(world::means::<P>(&request), &request, wanted, P::SETTINGS.budget).recording();
    let facts = P::gather(&gather);
    let gathered = start.elapsed();
    let mut text = String::from("source                     time  outcome\n");
    let mut readings = gather.into_readings();
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.elapsed));
    for Reading { source, elapsed, outcome } in readings {
        if !matches!(outcome, Outcome::Nothing) {
            line(&mut text, source, elapsed, &describe(&outcome));
        }
    }
    text.push_str("\nmodule                     time  text\n");
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    for module in P::MODULES {
        out.clear();
        let before = Instant::now();
        let mut pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).colored(false);
        (module.draw)(&facts, &mut pen);
        pen.finish();
        let elapsed = before.elapsed();
        if !out.is_empty() {
            line(&mut text, module.name, elapsed, &format!("{:?}", String::from_utf8_lossy(&out)));
        }
    }
    let _ = writeln!(text, "\n{:<22} {:>8}", "facts", micros(gathered));
    let _ = writeln!(text, "{:<22} {:>8}", "all", micros(start.elapsed()));
    text
}

/// Says what the prompt is made of.
pub(super) fn explain<P: Prompt>(request: &Request) -> String {
    let request = world::complete(request);
    let wanted = Parts::ALL.and(Parts::MODULES);
    let gather = Direct::new(world::means::<P>(&request), &request, wanted, P::SETTINGS.budget);
    let facts = P::gather(&gather);
    let mut text = String::from("This prompt shows here:\n");
    for module in P::MODULES {
        let mut out = Vec::with_capacity(BUFFER_BYTES);
        let mut pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).on(&world::terminal::<P>());
        (module.draw)(&facts, &mut pen);
        pen.finish();
        let shown = String::from_utf8_lossy(&out);
        if !shown.trim().is_empty() {
            let _ = writeln!(text, "  {}  — {}: {}", shown.trim_end(), module.name, module.doc);
        }
    }
    text.push_str("\nIt reads:\n");
    for (name, manifest) in P::sources() {
        let _ = writeln!(text, "  {name} ({}, {})", manifest.cost, manifest.policy);
        for (what, list) in [
            ("variables", manifest.env.join(" ")),
            ("files", manifest.files.join(" ")),
            ("programs", manifest.programs.join(", ")),
            ("made old by", manifest.events.iter().map(|event| event.name()).collect::<Vec<_>>().join(" ")),
        ] {
            if !list.is_empty() {
                let _ = writeln!(text, "      {what}: {list}");
            }
        }
    }
    text
}

pub(super) fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Nothing => String::from("nothing to read here"),
        Outcome::Read | Outcome::Verified => String::from("read"),
        Outcome::Remembered(age) => format!("in memory, {} s old", age.as_secs()),
        Outcome::Stored(age) => format!("from the store, {} s old", age.as_secs()),
        Outcome::Failed(error) => {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(error);
            while let Some(error) = cause {
                let _ = write!(text, ": {error}");
                cause = error.source();
            }
            text
        }
        Outcome::Resting => {
            String::from("failed a moment ago, or is being read in the background; it is tried again soon")
        }
        Outcome::Late => String::from("did not arrive within the budget; it is read again in the background"),
    }
}

fn line(text: &mut String, name: &str, elapsed: Duration, what: &str) {
    let _ = writeln!(text, "{name:<22} {:>8}  {what}", micros(elapsed));
}

fn micros(elapsed: Duration) -> String {
    format!("{} µs", elapsed.as_micros())
}
