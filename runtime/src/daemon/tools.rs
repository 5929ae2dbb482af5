//! Answers for tools: health, status, metrics, cache.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::host::Host;
use super::metrics;
use super::readings::Account;
use super::state::DaemonState;
use super::watchdog::LIMIT;
use crate::exec::TaskInfo;
use crate::ipc::message::{ReplyMode, Tool, ToolKind};
use crate::plural::counted;
use crate::store::{Now, answer_cache};

/// Answers a tool.
pub(super) fn answer<W: Host>(daemon: &Arc<DaemonState<W>>, tool: &Tool<'_>) -> Result<String, String> {
    match tool.kind {
        ToolKind::Status => Ok(status(daemon, tool.get("full").is_some())),
        ToolKind::Health => Ok(health(daemon)),
        ToolKind::Cache => cache(daemon, tool),
        ToolKind::Metrics if tool.get("format") == Some(b"otlp") => metrics::otlp(daemon),
        ToolKind::Metrics => Ok(metrics::page(daemon)),
        ToolKind::Stop => Ok(String::from("the daemon ends\n")),
        other => Err(format!("this daemon has no `{}`\n", other.name())),
    }
}

fn health<W: Host>(daemon: &DaemonState<W>) -> String {
    let mut troubles = silent(daemon);
    troubles.extend(daemon.failing().values().cloned());
    if troubles.is_empty() { String::from("well\n") } else { format!("well, but {}\n", troubles.join("; ")) }
}

/// The file systems that do not answer.
fn silent<W: Host>(daemon: &DaemonState<W>) -> Vec<String> {
    let now = daemon.exec.clock().now();
    let waiting = daemon.world.probes().map(|probes| probes.waiting()).unwrap_or_default();
    let spans = waiting.into_iter().map(|(mount, since)| (mount, now.saturating_duration_since(since)));
    let silent = spans.filter(|(_, span)| *span >= LIMIT);
    silent
        .map(|(mount, span)| {
            let mount: String = mount.to_string_lossy().chars().filter(|c| !c.is_control()).collect();
            format!("{mount} has not answered for {:.1} s", span.as_secs_f32())
        })
        .collect()
}

/// What is remembered: `do` says what is wanted, `of` names a source and the beginning of a key.
fn cache<W: Host>(daemon: &DaemonState<W>, tool: &Tool<'_>) -> Result<String, String> {
    let text = |name| String::from_utf8_lossy(tool.get(name).unwrap_or_default());
    let (what, of) = (text("do"), text("of"));
    let words: Vec<&str> = std::iter::once(&*what).chain(of.split_whitespace()).collect();
    let caches: Vec<_> = daemon.prompt.sources.iter().map(|planned| planned.cache).collect();
    let now = Now { instant: daemon.exec.clock().now(), ..Now::real() };
    answer_cache(&words, &caches, daemon.world.store().as_deref(), now).map_err(|error| format!("{error}\n"))
}

/// What the daemon is and does, for people; `full` lists every task with the place in the source where it began.
fn status<W: Host>(daemon: &DaemonState<W>, full: bool) -> String {
    let now = daemon.exec.clock().now();
    let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let mut text = String::new();
    let _ = writeln!(text, "process      {}", std::process::id());
    let _ = writeln!(text, "build        {}", daemon.prompt.build.build_hash);
    if daemon.rebuild.load(Ordering::Relaxed) {
        let _ = writeln!(text, "outdated     {}", crate::rebuild::HINT);
    }
    let _ = writeln!(text, "running for  {} s", now.saturating_duration_since(daemon.started).as_secs());
    let _ = writeln!(text, "connections  {}", count(&daemon.counts.connections));
    let _ = writeln!(text, "requests     {}", count(&daemon.counts.requests));
    let _ = writeln!(text, "redraws      {}", count(&daemon.counts.redraws));
    let _ = writeln!(text, "faults       {}", count(&daemon.counts.faults));
    let given_up: u64 = daemon.readings.accounts().iter().map(Account::given_up).sum();
    let _ = writeln!(text, "readings     {} going on, {given_up} given up", daemon.single_flight.count());
    let _ = writeln!(text, "places       {} known", daemon.places.count());
    let _ = writeln!(text, "hung         {}", daemon.watchdog.as_ref().map_or(0, |watchdog| watchdog.hung()));
    for mount in silent(daemon) {
        let _ = writeln!(text, "silent       {mount}");
    }
    for why in daemon.failing().values() {
        let _ = writeln!(text, "does without {why}");
    }
    for planned in daemon.prompt.sources {
        let seen = planned.cache.statistics();
        // Most sources have nothing to remember: they find nothing here, or are read for every prompt.
        if seen.hits + seen.stale + seen.misses == 0 && seen.entries == 0 {
            continue;
        }
        let (name, entries) = (planned.cache.name(), seen.entries);
        let misses = counted(seen.misses, "miss", "misses");
        let counts = format!("{}, {} old, {misses}", counted(seen.hits, "hit", "hits"), seen.stale);
        let _ =
            writeln!(text, "cache        {name}: {counts}, {}", counted(entries as u64, "entry", "entries"));
    }
    let (happened, lost) = daemon.bus.counts();
    let _ = writeln!(text, "events       {happened}, {lost} lost");
    for account in daemon.readings.accounts() {
        for (key, why) in account.resting(now) {
            let (source, failed) = (account.source, account.failed());
            let last = account.last().map(|last| format!("; it {}", last.describe(now))).unwrap_or_default();
            let failures = counted(failed, "failure", "failures");
            let _ = writeln!(text, "rests        {source} {key:016x} ({why}): {failures}{last}");
        }
    }
    let tasks = daemon.exec.tasks();
    let _ = writeln!(text, "tasks        {}", task_names(&tasks));
    for task in tasks.iter().filter(|_| full) {
        let _ = writeln!(text, "  {task}");
    }
    let sessions = daemon.list();
    let _ = writeln!(text, "sessions     {}", sessions.len());
    for (id, entry) in sessions {
        let way = match entry.answer {
            ReplyMode::Stream => "socket",
            ReplyMode::File => "files",
            ReplyMode::Once => "once",
        };
        let pid = entry.pid.map_or_else(|| String::from("-"), |pid| pid.to_string());
        let _ = writeln!(
            text,
            "  {id:<4} {:<10} {pid:<8} {way:<7} {:>6} s {:>16}  {}",
            entry.shell.name(),
            now.saturating_duration_since(entry.since).as_secs(),
            counted(entry.requests, "request", "requests"),
            entry.place
        );
    }
    text
}

/// The names of tasks, each once, with how many of that name there are: `bus, listener, 3 session`.
fn task_names(tasks: &[TaskInfo]) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for task in tasks {
        // A future that was given no name has that of its type, which says nothing to people.
        let name = if task.name.contains("::") { "other" } else { &task.name };
        *names.entry(name).or_default() += 1;
    }
    let shown = names.iter().map(|(name, count)| match count {
        1 => String::from(*name),
        _ => format!("{name} × {count}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}
