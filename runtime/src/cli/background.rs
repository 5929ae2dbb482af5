//! The background mode from the outside: asking the daemon for a prompt, starting it, and its commands.
#![allow(
    clippy::disallowed_methods,
    reason = "a client has deadlines of the real clock, and sends the environment of its own process"
)]

mod examine;
mod tools;

pub(super) use examine::findings;

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::OFlags;

use super::failure::Failure;
use super::keep::Surroundings;
use super::{output, say, world};
use crate::daemon;
use crate::detach;
use crate::gather::Parts;
use crate::gather::PlannedSource;
use crate::ipc::address::RUN_USER;
use crate::ipc::client::{Client, ClientError};
use crate::ipc::message::{Hello, ReplyMode, State, Tool, ToolKind, Wanted, write_draw};
use crate::prompt::{PART_END, Prompt};
use crate::request::Request;
use crate::shell::{Fitness, Shell};
use crate::source::Trigger;
use crate::store::REFRESH_BUDGET;
use crate::variables::{EVERYTHING, family};

/// How long a prompt waits for the daemon before it is drawn directly. A daemon that lives answers within its patience.
const PATIENCE: Duration = Duration::from_millis(100);

/// The variable of the environment that turns the background mode off.
pub(super) const SWITCH: &str = "ZIRON_DAEMON";

/// The variable that decides whether there is a daemon for a shell's script to talk to.
pub(super) const VARIABLES: &[&str] = &[SWITCH];
/// The variable that names the first folder there could be for one.
const SESSION: &str = "XDG_RUNTIME_DIR";
/// Those that name the last one.
const STATES: [&str; 3] = ["ZIRON_STATE", "XDG_STATE_HOME", "HOME"];

/// How long a command waits for it.
const TOOL_PATIENCE: Duration = Duration::from_secs(5);

/// How long a daemon may take to begin.
const START_PATIENCE: Duration = Duration::from_secs(3);

/// Draws parts of a prompt with the daemon's help, before anything else is begun; false if it does not help.
pub(super) fn draw(prompt: &'static Prompt, request: &Request, parts: Parts) -> bool {
    is_on(prompt) && try_draw(prompt, request, parts).is_some()
}

/// Whether there is a background mode: the configuration can forbid it, and so can the environment
/// (`ZIRON_DAEMON=off`). Without a folder that is this user's alone there is none either, which [`daemon::address`]
/// says.
fn is_on(prompt: &'static Prompt) -> bool {
    prompt.background.is_some() && std::env::var_os(SWITCH).is_none_or(|value| value != "off" && value != "0")
}

fn try_draw(prompt: &'static Prompt, request: &Request, parts: Parts) -> Option<()> {
    let wanted = match parts {
        Parts::ALL => Wanted::All,
        Parts::LEFT => Wanted::Left,
        Parts::RIGHT => Wanted::Right,
        _ => return None,
    };
    let mut request = world::complete(request);
    if request.logical_path.is_none() {
        request.logical_path = std::env::var_os("PWD").map(Into::into);
    }
    if request.path.is_none() {
        request.path = Some(std::env::current_dir().ok()?);
    }
    let deadline = Instant::now() + PATIENCE;
    let mut client = Client::connect_to(&daemon::address().ok()?, deadline).ok()?;
    let hello = hello(prompt, &request);
    let environment = environment(prompt.variables);
    let write = |out: &mut Vec<u8>| write_draw(1, &request, &wanted, environment, out);
    let drawn = client.greet_and_draw_with(&hello, 1, write, deadline).ok()?;
    if parts == Parts::ALL {
        let all = [drawn.left, drawn.right, drawn.transient_left, drawn.transient_right, drawn.prelude];
        let mut out = Vec::with_capacity(all.iter().map(|part| part.len() + 1).sum());
        for part in all {
            out.extend_from_slice(part);
            out.push(PART_END);
        }
        output::write(&out);
    } else {
        output::write(drawn.left);
    }
    Some(())
}

/// What this process sends of its environment where these variables are asked for.
fn environment(names: &[&str]) -> Vec<(OsString, OsString)> {
    if names.contains(&EVERYTHING) {
        return std::env::vars_os().collect();
    }
    let mut sent = Vec::with_capacity(names.len());
    for name in names {
        match family(name) {
            None => sent.extend(std::env::var_os(name).map(|value| ((*name).into(), value))),
            Some(begin) => {
                let named = (0..).map(|number| format!("{begin}{number}"));
                sent.extend(named.map_while(|name| Some((OsString::from(&name), std::env::var_os(&name)?))));
            }
        }
    }
    sent
}

fn hello(prompt: &'static Prompt, request: &Request) -> Hello<'static> {
    Hello {
        version: Some(crate::ipc::version::VERSION),
        build: prompt.build.build_hash.into(),
        shell: request.shell,
        answer: ReplyMode::Once,
        ..Hello::default()
    }
}

/// Where a shell's script finds the daemon, and what it has to send.
pub(super) struct Reach {
    pub(super) folder: String,
    /// The folders that have to be looked at again, since others can make one of their name if they go.
    pub(super) anchors: Vec<String>,
    pub(super) variables: &'static [&'static str],
    pub(super) events: bool,
}

/// How a shell's script reaches the daemon; `None` if there is no background mode, or no shell could name its folder.
pub(super) fn reach(prompt: &'static Prompt) -> Option<Reach> {
    if !is_on(prompt) {
        return None;
    }
    let address = daemon::address().ok()?;
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let is_start = |name: &str| name == Trigger::CommandStart.name();
    let is_told = |planned: &PlannedSource| {
        let own = planned.source.manifest().events.into_iter().map(Trigger::name);
        own.chain(planned.events.iter().copied()).any(is_start)
    };
    Some(Reach {
        folder: text(address.folder())?,
        anchors: address.base().anchors().iter().map(|path| text(path)).collect::<Option<_>>()?,
        variables: prompt.variables,
        events: prompt.sources.iter().any(is_told),
    })
}

/// The daemon's folder, which it may not have made yet; `None` if there is no place for it.
pub(super) fn folder() -> Option<PathBuf> {
    Some(daemon::address().ok()?.folder().to_owned())
}

/// What the folder that a shell's script names was chosen by, as far as a shell can look at it.
pub(super) fn surroundings(prompt: &'static Prompt) -> Surroundings {
    let mut found = Surroundings::default();
    if !is_on(prompt) {
        return found;
    }
    let variable = |name: &str| {
        std::env::var_os(name).map_or(String::new(), |value| value.to_string_lossy().into_owned())
    };
    let uid = rustix::process::geteuid().as_raw();
    let (named, session) = (variable(SESSION), format!("{RUN_USER}{uid}"));
    let base = daemon::address().ok().map(|address| address.base().path().to_owned());
    let is_chosen = |folder: &str| base.as_deref().is_some_and(|base| base == Path::new(folder));
    if named == session || named.is_empty() && is_chosen(&session) {
        found.usual = Some((SESSION, session.clone()));
    } else {
        found.variables.push((SESSION, named.clone()));
    }
    for folder in [named, session] {
        // What is there and not fit is left out of account: the shells' `-O` would say that it is.
        if is_chosen(&folder) {
            found.folders.push((folder, Fitness::Fit));
            return found;
        }
        if !folder.is_empty() && rustix::fs::stat(&folder).map_or(true, |stat| stat.st_uid != uid) {
            found.folders.push((folder, Fitness::Unfit));
        }
    }
    found.variables.extend(STATES.map(|name| (name, variable(name))));
    if let Some(base) = base.as_deref().and_then(Path::to_str).filter(|base| Path::new(base).exists()) {
        found.folders.push((base.to_owned(), Fitness::Fit));
    }
    found
}

/// Says which folder of a daemon a shell's script means.
pub(super) fn mean(folder: PathBuf) {
    daemon::mean(folder);
}

/// Starts the daemon if none listens, so that it is there at the first prompt.
pub(super) fn prepare(prompt: &'static Prompt) {
    let listens = || Some(Client::connect_to(&daemon::address().ok()?, Instant::now() + PATIENCE).is_ok());
    if is_on(prompt) && listens() != Some(true) {
        leave_daemon_behind(prompt);
    }
}

/// Starts the daemon, detached, unless there is one. It does not wait for it; standard output ends here.
pub(super) fn leave_daemon_behind(prompt: &'static Prompt) {
    if is_on(prompt) {
        detach::end_output();
        start_own();
    }
}

fn start_own() {
    if let (Ok(binary), Ok(address)) = (std::env::current_exe(), daemon::address()) {
        daemon::start_detached(&binary, address.folder());
    }
}

/// Runs a command of the background mode.
pub(super) fn run(prompt: &'static Prompt, words: &[String], request: &Request) -> Result<(), Failure> {
    if prompt.background.is_none() {
        return Err(Failure::from("this prompt was built with `[daemon] enabled = false`"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(result) = tools::run(prompt, &words, request) {
        return result;
    }
    match words[..] {
        ["daemon", "run"] => {
            detach::close_inherited();
            daemon::run(prompt, world::store(prompt)).map_err(|error| error.to_string().into())
        }
        ["daemon", "run", "detached"] => {
            detach::leave();
            // Nobody reads what it could say; the log has it.
            let _ = daemon::run(prompt, world::store(prompt));
            Ok(())
        }
        ["daemon", "start"] => start(prompt, request),
        ["daemon", "stop"] => stop(prompt, request),
        ["daemon", "restart"] => {
            stop(prompt, request)?;
            start(prompt, request)
        }
        ["daemon", "status"] => ask(prompt, request, &Tool::new(ToolKind::Status)),
        ["daemon", "status", "full"] => ask(prompt, request, &Tool::new(ToolKind::Status).with("full", b"1")),
        ["daemon", "health"] => ask(prompt, request, &Tool::new(ToolKind::Health)),
        ["daemon", "logs"] => {
            say(&logs()?);
            Ok(())
        }
        ["session", shell, pid] => session(prompt, shell, pid),
        ["daemon"] => {
            Err(Failure::usage("`daemon` takes start, stop, restart, status, health, run, logs or trace"))
        }
        _ => Err(Failure::usage(format!("there is no command `{}`", words.join(" ")))),
    }
}

fn connect(prompt: &'static Prompt, request: &Request, deadline: Instant) -> Result<Client, ClientError> {
    let address = daemon::address().map_err(|error| ClientError::from(std::io::Error::other(error)))?;
    let mut client = Client::connect_to(&address, deadline)?;
    client.greet(&hello(prompt, request), deadline)?;
    Ok(client)
}

/// Asks the daemon and prints its answer.
fn ask(prompt: &'static Prompt, request: &Request, tool: &Tool<'_>) -> Result<(), Failure> {
    ask_for(prompt, request, tool, TOOL_PATIENCE)
}

/// Does the same for so long.
fn ask_for(
    prompt: &'static Prompt,
    request: &Request,
    tool: &Tool<'_>,
    patience: Duration,
) -> Result<(), Failure> {
    let deadline = Instant::now() + patience;
    let mut client = match connect(prompt, request, deadline) {
        Err(ClientError::Absent) => {
            return Err(Failure::from("no daemon is running; `daemon start` starts it"));
        }
        other => other.map_err(|error| format!("the daemon does not answer: {error}"))?,
    };
    let mut text = Vec::new();
    let status = client.ask(tool, deadline, |piece| text.extend_from_slice(piece));
    let status = status.map_err(|error| format!("the daemon does not answer: {error}"))?;
    if status == 0 {
        output::write(&text);
        return Ok(());
    }
    Err(Failure::from(String::from_utf8_lossy(&text).trim_end()))
}

/// Asks the daemon about what is remembered; `None` if there is none to ask.
pub(super) fn cache(
    prompt: &'static Prompt,
    request: &Request,
    words: &[&str],
) -> Option<Result<(), Failure>> {
    let (what, of) = words.split_first()?;
    if prompt.background.is_none() || connect(prompt, request, Instant::now() + TOOL_PATIENCE).is_err() {
        return None;
    }
    let of = of.join(" ");
    let tool = Tool::new(ToolKind::Cache).with("do", what.as_bytes()).with("of", of.as_bytes());
    Some(ask(prompt, request, &tool))
}

/// Has the daemon read what a prompt needs in a place, with the environment of this process; `None` if there is none to
/// ask.
pub(super) fn warm(prompt: &'static Prompt, request: &Request) -> Option<Result<(), Failure>> {
    if !is_on(prompt) || connect(prompt, request, Instant::now() + TOOL_PATIENCE).is_err() {
        return None;
    }
    let here = tools::here(prompt, request);
    let tool = here
        .iter()
        .fold(Tool::new(ToolKind::Cache).with("do", b"warm"), |tool, (name, value)| tool.with(name, value));
    Some(ask_for(prompt, request, &tool, REFRESH_BUDGET + TOOL_PATIENCE))
}

/// Opens a session for a shell that talks through files. It says nothing: a shell asks in its start-up file.
fn session(prompt: &'static Prompt, shell: &str, pid: &str) -> Result<(), Failure> {
    let pid = pid
        .parse()
        .map_err(|_| Failure::usage(format!("`session` takes the number of a process, not `{pid}`")))?;
    let hello = Hello {
        shell: Shell::from_name(shell),
        pid: Some(pid),
        answer: ReplyMode::File,
        ..hello(prompt, &Request::default())
    };
    let deadline = Instant::now() + PATIENCE;
    let refused = |error: &dyn std::fmt::Display| format!("the daemon did not open a session: {error}");
    let address = daemon::address().map_err(|error| refused(&error))?;
    let mut client = match Client::connect_to(&address, deadline) {
        Err(ClientError::Absent) => {
            leave_daemon_behind(prompt);
            return Err(Failure::from("no daemon is running yet"));
        }
        other => other.map_err(|error| refused(&error))?,
    };
    match client.greet(&hello, deadline).map_err(|error| refused(&error))? {
        State::Refused => Err(Failure::from("the daemon did not open a session")),
        State::Ok | State::OtherBuild => Ok(()),
    }
}

/// Starts the daemon and waits until it answers.
fn start(prompt: &'static Prompt, request: &Request) -> Result<(), Failure> {
    let deadline = Instant::now() + START_PATIENCE;
    if connect(prompt, request, deadline).is_ok() {
        say("the daemon is running already\n");
        return Ok(());
    }
    // The daemon itself has nobody to say it to.
    let address = daemon::address().map_err(|error| format!("{error}; {}", error.remedy()))?;
    address.prepare().map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{error}{cause}; {}", error.remedy())
    })?;
    start_own();
    loop {
        match connect(prompt, request, deadline) {
            Ok(_) => {
                say("the daemon runs\n");
                return Ok(());
            }
            Err(_) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Err(error) => {
                return Err(format!("the daemon did not begin: {error}; `daemon logs` may say why").into());
            }
        }
    }
}

/// Stops the daemon and waits until it is gone.
fn stop(prompt: &'static Prompt, request: &Request) -> Result<(), Failure> {
    let deadline = Instant::now() + TOOL_PATIENCE;
    match ask(prompt, request, &Tool::new(ToolKind::Stop)) {
        Err(_) if matches!(connect(prompt, request, deadline), Err(ClientError::Absent)) => {
            say("no daemon is running\n");
            return Ok(());
        }
        other => other?,
    }
    while !matches!(connect(prompt, request, deadline), Err(ClientError::Absent)) {
        if Instant::now() > deadline {
            return Err(Failure::from("the daemon has not ended yet"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// The log, with ages in place of times.
fn logs() -> Result<String, String> {
    let address = daemon::address().map_err(|error| error.to_string())?;
    let folder = address.open().map_err(|error| error.to_string())?;
    let mut text = String::new();
    for name in ["log.old", "log"] {
        if let Ok(file) = folder.file(name, OFlags::RDONLY | OFlags::NONBLOCK) {
            // What cannot be read is not there.
            let _ = std::fs::File::from(file).take(1 << 20).read_to_string(&mut text);
        }
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let line = |line: &str| {
        let (time, what) = line.split_once(' ')?;
        let age = now.saturating_sub(time.parse::<u128>().ok()?) / 1000;
        Some(format!("{age:>7} s ago  {what}\n"))
    };
    Ok(text.lines().filter_map(line).collect())
}
