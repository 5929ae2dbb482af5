//! Commands that look into the daemon, and tell it things.
#![allow(
    clippy::disallowed_methods,
    reason = "a client has deadlines of the real clock, and sends the environment of its own process"
)]

use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use super::{TOOL_PATIENCE, ask, connect, environment};
use crate::cli::failure::Failure;
use crate::cli::{output, world};
use crate::ipc::client::{Client, ClientError};
use crate::ipc::message::{Event, Tool, ToolKind};
use crate::prompt::Prompt;
use crate::request::Request;

/// Nobody listens for longer than this without an end.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Runs a command; `None` if it is none of these.
pub(super) fn run(prompt: &'static Prompt, words: &[&str], request: &Request) -> Option<Result<(), Failure>> {
    Some(match *words {
        ["event", "send", name] => send(prompt, request, name, ""),
        ["event", "send", name, data] => send(prompt, request, name, data),
        ["event", ..] => Err(Failure::usage("`event send` takes a name, and what belongs to it")),
        ["events", ref names @ ..] => follow(prompt, request, ToolKind::Events, names),
        ["daemon", "trace", ref names @ ..] => follow(prompt, request, ToolKind::Trace, names),
        ["metrics", "otlp"] => ask(prompt, request, &Tool::new(ToolKind::Metrics).with("format", b"otlp")),
        ["metrics"] => ask(prompt, request, &Tool::new(ToolKind::Metrics)),
        ["why", segment] => why(prompt, request, segment, b"0"),
        ["why", segment, "full"] | ["why", "full", segment] => why(prompt, request, segment, b"1"),
        ["why", ..] => Err(Failure::usage("`why` takes the name of a module")),
        _ => return None,
    })
}

/// A connection, or why there is none.
fn open(prompt: &'static Prompt, request: &Request) -> Result<Client, String> {
    connect(prompt, request, Instant::now() + TOOL_PATIENCE).map_err(|error| match error {
        ClientError::Absent => String::from("no daemon is running; `daemon start` starts it"),
        other => format!("the daemon does not answer: {other}"),
    })
}

/// Tells the daemon of an event.
fn send(prompt: &'static Prompt, request: &Request, name: &str, data: &str) -> Result<(), Failure> {
    if name.is_empty() {
        return Err(Failure::usage("an event has a name"));
    }
    let mut client = open(prompt, request)?;
    let event = Event { name: name.into(), data: data.as_bytes().into() };
    client
        .tell(&event, Instant::now() + TOOL_PATIENCE)
        .map_err(|error| format!("the daemon was not told: {error}").into())
}

/// Prints what happens until the daemon ends, or whoever reads it has enough.
fn follow(prompt: &'static Prompt, request: &Request, kind: ToolKind, names: &[&str]) -> Result<(), Failure> {
    let mut client = open(prompt, request)?;
    let names = names.join(" ");
    let tool = Tool::new(kind).with("filter", names.as_bytes());
    let each = |piece: &[u8]| {
        if output::try_write(piece).is_err() {
            std::process::exit(0);
        }
    };
    match client.ask(&tool, Instant::now() + YEAR, each) {
        Ok(_) | Err(ClientError::Closed) => Ok(()),
        Err(error) => Err(format!("the daemon is not heard any more: {error}").into()),
    }
}

/// Asks why a segment shows what it shows here, with the environment of this process.
fn why(prompt: &'static Prompt, request: &Request, segment: &str, full: &[u8]) -> Result<(), Failure> {
    let is_read_by_people = std::io::stdout().is_terminal();
    let columns = match request.terminal_columns {
        0 if is_read_by_people => world::complete(request).terminal_columns,
        0 => 100,
        columns => columns,
    }
    .to_string();
    let styles: &[u8] = if is_read_by_people && world::terminal(prompt).colors { b"1" } else { b"0" };
    let here = here(prompt, request);
    let mut tool = Tool::new(ToolKind::Why)
        .with("segment", segment.as_bytes())
        .with("full", full)
        .with("styles", styles)
        .with("columns", columns.as_bytes());
    for (name, value) in &here {
        tool = tool.with(name, value);
    }
    ask(prompt, request, &tool)
}

/// Where a tool is, and the environment of this process, as far as the prompt depends on it.
pub(super) fn here(prompt: &'static Prompt, request: &Request) -> Vec<(String, Vec<u8>)> {
    let place = world::place(prompt, request);
    let path = (String::from("path"), place.logical.as_os_str().as_bytes().to_vec());
    // What is no text is no name that a plan asks for.
    let set = environment(prompt.variables).into_iter();
    let set =
        set.filter_map(|(name, value)| Some((format!("e.{}", name.to_str()?), value.into_encoded_bytes())));
    std::iter::once(path).chain(set).collect()
}
