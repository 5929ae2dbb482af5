//! `timings` and `explain`: what a prompt is made of, and what it costs.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::draw::BUFFER_BYTES;
use super::flame::{self, Stack};
use super::{background, world};
use crate::gather::{Direct, Outcome, Parts, Reading};
use crate::pen::Pen;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::shell::Shell;
use crate::store::state;

/// How timings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A table for people.
    Table,
    /// Folded stacks.
    Folded,
    /// A flame graph.
    Picture,
    /// A trace for OpenTelemetry.
    Trace,
}

/// What one prompt took.
struct Measured {
    /// The slowest first.
    readings: Vec<Reading>,
    /// What modules took to draw, and what they drew.
    modules: Vec<(&'static str, Duration, String)>,
    /// All facts together.
    gathered: Duration,
    all: Duration,
}

/// Says where the prompt keeps what: a name, a tab and a path on each line. What cannot be used here is left out.
pub(super) fn paths(prompt: &'static Prompt) -> String {
    let mut text = String::new();
    let mut line = |name: &str, path: &std::path::Path| {
        let _ = writeln!(text, "{name}\t{}", path.display());
    };
    if let Some(store) = world::store(prompt) {
        line("facts", store.folder());
        // Beside it; see templates/shells/instant.zsh.
        line("instant", &store.folder().with_file_name("instant"));
    }
    if let Some(folder) = background::folder() {
        line("daemon", &folder);
    }
    if let Some(folder) = state::folder(&world::system()) {
        line("state", &folder);
    }
    text
}

/// Says what every source and module took.
pub(super) fn timings(prompt: &'static Prompt, request: &Request, form: Form) -> String {
    let measured = measure(prompt, request);
    match form {
        // A trace is measured by itself.
        Form::Table | Form::Trace => measured.table(),
        Form::Folded => flame::folded(&measured.stacks()),
        Form::Picture => flame::svg(&measured.stacks()),
    }
}

#[allow(clippy::disallowed_methods, reason = "it measures real time")]
fn measure(prompt: &'static Prompt, request: &Request) -> Measured {
    let start = Instant::now();
    let request = world::complete(request);
    let wanted = Parts::ALL.and(Parts::MODULES);
    let gather = Direct::new(world::read_context(prompt, &request), &request, wanted, prompt.settings.budget)
        .recording();
    let facts = prompt.gather(&gather);
    let gathered = start.elapsed();
    let mut readings = gather.into_readings();
    readings.retain(|reading| !matches!(reading.outcome, Outcome::Nothing));
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.elapsed));
    let mut modules = Vec::new();
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    for module in prompt.modules {
        out.clear();
        let before = Instant::now();
        let mut pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).colored(false);
        (module.draw)(&facts, &mut pen);
        pen.finish();
        let elapsed = before.elapsed();
        if !out.is_empty() {
            modules.push((module.name, elapsed, String::from_utf8_lossy(&out).into_owned()));
        }
    }
    Measured { readings, modules, gathered, all: start.elapsed() }
}

impl Measured {
    fn table(&self) -> String {
        let mut text = String::from("source                     time  outcome\n");
        for Reading { source, elapsed, outcome, .. } in &self.readings {
            line(&mut text, source, *elapsed, &describe(outcome));
        }
        text.push_str("\nmodule                     time  text\n");
        for (name, elapsed, shown) in &self.modules {
            line(&mut text, name, *elapsed, &format!("{shown:?}"));
        }
        let _ = writeln!(text, "\n{:<22} {:>8}", "facts", micros(self.gathered));
        let _ = writeln!(text, "{:<22} {:>8}", "all", micros(self.all));
        text
    }

    /// What stands on what. Sources that wait do so side by side, so that together they can take longer than all facts.
    fn stacks(&self) -> Vec<Stack> {
        let readings = self.readings.iter().map(|reading| reading.elapsed).sum();
        let modules = self.modules.iter().map(|(_, elapsed, _)| *elapsed).sum();
        let mut stacks: Vec<Stack> = Vec::new();
        for Reading { source, elapsed, .. } in &self.readings {
            stacks.push((vec!["prompt", "facts", source], *elapsed));
        }
        stacks.push((vec!["prompt", "facts"], self.gathered.saturating_sub(readings)));
        for (name, elapsed, _) in &self.modules {
            stacks.push((vec!["prompt", "modules", name], *elapsed));
        }
        let rest = self.all.saturating_sub(self.gathered).saturating_sub(modules);
        stacks.push((vec!["prompt"], rest));
        stacks
    }
}

/// Says what the prompt is made of.
pub(super) fn explain(prompt: &'static Prompt, request: &Request) -> String {
    let request = world::complete(request);
    let wanted = Parts::ALL.and(Parts::MODULES);
    let gather = Direct::new(world::read_context(prompt, &request), &request, wanted, prompt.settings.budget)
        .recording();
    let facts = prompt.gather(&gather);
    let is_read_by_people = std::io::stdout().is_terminal();
    let readings = gather.into_readings();
    let mut text = String::from("This prompt shows here:\n");
    for module in prompt.modules {
        let mut out = Vec::with_capacity(BUFFER_BYTES);
        let pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).on(&world::terminal(prompt));
        let mut pen = if is_read_by_people { pen } else { pen.colored(false) };
        (module.draw)(&facts, &mut pen);
        pen.finish();
        let shown = String::from_utf8_lossy(&out);
        if !shown.trim().is_empty() {
            let _ = writeln!(text, "  {}  — {}: {}", shown.trim_end(), module.name, module.doc);
        }
    }
    text.push_str("\nIt reads:\n");
    for planned in prompt.sources {
        let (name, manifest) = (planned.source.name(), planned.source.manifest());
        let reading = readings.iter().find(|reading| reading.source == name);
        let policy = manifest.policy.under(reading.and_then(|reading| reading.lifetime));
        let _ = writeln!(text, "  {name} ({}, {policy})", manifest.cost);
        for (what, list) in [
            ("variables", manifest.env.join(" ")),
            ("files", manifest.files.join(" ")),
            ("programs", manifest.programs.join(", ")),
            (
                "invalidated by",
                manifest.events.iter().map(|event| event.name()).collect::<Vec<_>>().join(" "),
            ),
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
        Outcome::Failed(error) => error.describe(),
        Outcome::Resting => String::from("failed a moment ago; it is tried again soon"),
        Outcome::Elsewhere => String::from("is being read in the background"),
        Outcome::Late => String::from("did not arrive within the budget; it is read again in the background"),
    }
}

fn line(text: &mut String, name: &str, elapsed: Duration, what: &str) {
    let _ = writeln!(text, "{name:<22} {:>8}  {what}", micros(elapsed));
}

fn micros(elapsed: Duration) -> String {
    format!("{} µs", elapsed.as_micros())
}
