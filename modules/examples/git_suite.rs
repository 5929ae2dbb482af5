//! Stands in for `git` in git's own test suite: runs the real one, then compares what the engine says of the folder
//! with what `git status` says.
//!
//! `tests/git-suite` builds it and puts it in front of git on `PATH`. Variables: `SUITE_GIT`, the git that scripts
//! would have got; `SUITE_LOG`, where a line for each comparison is added; `SUITE_SCRIPT`, the script's name;
//! `SUITE_KEEP`, a folder for copies of what differs (optional). With `SUITE_TIMES`, a number, it times the engine
//! instead.
//!
//! A line has columns parted by tabs: `equal`, `differs` or `nothing` (neither sees a work tree) · the script · the
//! facts that differ, by name · what each side says of them, ours first · the folder · the command before · why git
//! gives up.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    reason = "it is a git for tests, which speaks as git does, and is in no hurry"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::num::NonZero;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, exit};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use ziron_modules::git::engine::{
    Configuration, Environment, OpenError, Repository, StatusError, StatusOptions, Untracked,
};

/// What one side says, by the name of the fact.
type Facts = BTreeMap<&'static str, String>;

/// After this long the engine counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);
/// Commands that go on until somebody ends them, by their process's number.
const ENDLESS: [&str; 7] = [
    "daemon",
    "fsmonitor--daemon",
    "credential-cache--daemon",
    "http-backend",
    "upload-pack",
    "receive-pack",
    "remote-http",
];

fn main() {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(times) = std::env::var("SUITE_TIMES").ok().and_then(|times| times.parse().ok()) {
        return time(times);
    }
    let git = std::env::var_os("SUITE_GIT").unwrap_or_else(|| "/usr/bin/git".into());
    let mut command = Command::new(git);
    command.args(&arguments);
    let endless = arguments.iter().any(|argument| ENDLESS.iter().any(|name| argument == name));
    if endless || std::env::var_os("SUITE_LOG").is_none() {
        let error = command.exec();
        eprintln!("git: {error}");
        exit(127);
    }
    let status = match command.status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("git: {error}");
            exit(127);
        }
    };
    if let Ok(current) = std::env::current_dir() {
        compare(&folder(current, &arguments), &arguments);
    }
    match status.signal() {
        // As a shell says it.
        Some(signal) => exit(128 + signal),
        None => exit(status.code().unwrap_or(127)),
    }
}

/// Says how long the engine takes for the status of the current folder at best, in microseconds, of so many times on
/// one thread.
fn time(times: u32) {
    let Ok(folder) = std::env::current_dir() else { return };
    let options =
        StatusOptions { threads: NonZero::new(1), untracked: Untracked::Files, ..StatusOptions::default() };
    let taken = (0..times).filter_map(|_| {
        let begun = Instant::now();
        let repository = Repository::discover_with(&folder, &environment(&folder).ok()?).ok().flatten()?;
        repository.status(&options, &AtomicBool::new(false)).ok()?;
        Some(begun.elapsed().as_micros())
    });
    println!("{}", taken.min().unwrap_or_default());
}

/// The folder that the command was about: `git -C folder`.
fn folder(mut current: PathBuf, arguments: &[OsString]) -> PathBuf {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("-C") => current.extend(rest.next()),
            Some("-c") => drop(rest.next()),
            _ => break,
        }
    }
    current
}

fn compare(folder: &Path, arguments: &[OsString]) {
    let Ok(folder) = folder.canonicalize() else { return };
    // This makes git see another owner than there is.
    if std::env::var_os("GIT_TEST_ASSUME_DIFFERENT_OWNER").is_some() {
        return;
    }
    let (theirs, reason) = gits(&folder);
    let ours = ours_in_time(&folder, Untracked::Collapsed);
    let mut differences = differences(&ours, &theirs);
    if !differences.is_empty()
        && setting(&folder, "status.showUntrackedFiles").is_some_and(|value| value == "all")
    {
        // The prompt always asks for each file.
        differences = self::differences(&ours_in_time(&folder, Untracked::Files), &theirs);
    }
    let kind = match () {
        () if !differences.is_empty() => "differs",
        () if theirs.is_empty() => "nothing",
        () => "equal",
    };
    if kind == "differs" {
        keep(&folder, &differences);
    }
    report(kind, &differences, &folder, arguments, reason);
}

/// The facts that are not equal: name, ours and git's.
fn differences(ours: &Facts, theirs: &Facts) -> Vec<(&'static str, String, String)> {
    let names: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let of = |facts: &Facts, name| facts.get(name).cloned().unwrap_or_else(|| "-".into());
    let pairs = names.into_iter().map(|&name| (name, of(ours, name), of(theirs, name)));
    pairs.filter(|(_, ours, theirs)| ours != theirs).collect()
}

fn report(
    kind: &str,
    differences: &[(&str, String, String)],
    folder: &Path,
    arguments: &[OsString],
    reason: String,
) {
    let Some(log) = std::env::var_os("SUITE_LOG") else { return };
    let names: Vec<_> = differences.iter().map(|(name, ..)| *name).collect();
    let values: Vec<_> =
        differences.iter().map(|(name, ours, theirs)| format!("{name}: {ours} / {theirs}")).collect();
    let command: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let script = std::env::var("SUITE_SCRIPT").unwrap_or_default();
    let columns = [
        kind.to_owned(),
        script,
        names.join(","),
        values.join("; "),
        folder.display().to_string(),
        command.join(" ").chars().take(200).collect(),
        reason,
    ];
    let line = columns.map(|column| column.replace(['\t', '\n'], " ")).join("\t") + "\n";
    if let Ok(mut file) = OpenOptions::new().append(true).create(true).open(log) {
        let _ = file.write_all(line.as_bytes());
    }
}

/// Keeps a copy of a repository of which the two say different things, one for each script and set of facts.
fn keep(folder: &Path, differences: &[(&str, String, String)]) {
    let Some(into) = std::env::var_os("SUITE_KEEP") else { return };
    let names: Vec<_> = differences.iter().map(|(name, ..)| *name).collect();
    let script = std::env::var("SUITE_SCRIPT").unwrap_or_default();
    let into = PathBuf::from(into).join(format!("{script}.{}", names.join("+")));
    if std::fs::create_dir(&into).is_err() {
        return;
    }
    // The script's folder, so that links to neighbours lead somewhere.
    let top = folder.ancestors().find(|folder| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("trash directory"))
    });
    let top = top.unwrap_or(folder);
    let _ = Command::new("cp").arg("-a").arg(top).arg(into.join("copy")).stderr(Stdio::null()).status();
    let mut notes = format!("folder: {}\ncopied: {}\n", folder.display(), top.display());
    for (name, ours, theirs) in differences {
        notes += &format!("{name}: {ours} / {theirs}\n");
    }
    for (name, value) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_") || name == "HOME") {
        notes += &format!("{name}={value}\n");
    }
    let _ = std::fs::write(into.join("notes"), notes);
}

/// The git that is asked: not the one of `PATH`, and nothing that a script counts on is written.
fn git(folder: &Path) -> Command {
    let exec = std::env::var_os("GIT_EXEC_PATH").unwrap_or_else(|| "/usr/bin".into());
    let mut command = Command::new(Path::new(&exec).join("git"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_TRACE") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::piped()).env("GIT_OPTIONAL_LOCKS", "0");
    command.env("LC_ALL", "C").env_remove("GIT_PREFIX").args(["-c", "core.fsmonitor=false"]);
    command
}

fn setting(folder: &Path, name: &str) -> Option<String> {
    let output = git(folder).args(["config", name]).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// What git says; nothing where there is no work tree. With it comes why it gives up.
fn gits(folder: &Path) -> (Facts, String) {
    let arguments = ["status", "--porcelain=v2", "--branch", "--show-stash"];
    let Ok(output) = git(folder).args(arguments).output() else { return (Facts::new(), String::new()) };
    let mut facts = Facts::new();
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_nothing = ["not a git repository (or any", "must be run in a work tree"];
        if !is_nothing.iter().any(|text| error.contains(text)) {
            facts.insert("error", "refused".into());
        }
        return (facts, error);
    }
    let mut counts = BTreeMap::<&'static str, u32>::new();
    for line in output.stdout.split(|&byte| byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let Some((kind, rest)) = line.split_once(' ') else { continue };
        let states = rest.as_bytes();
        match kind {
            "#" => {
                let Some((name, value)) = rest.split_once(' ') else { continue };
                let name = match name {
                    "branch.oid" => "oid",
                    "branch.head" => "head",
                    "branch.upstream" => "upstream",
                    "branch.ab" => "distance",
                    _ => "stash",
                };
                // Git says so much of a name that it cannot mean another reference.
                let plain = value.strip_prefix("remotes/").or_else(|| value.strip_prefix("heads/"));
                let value = plain.filter(|_| name == "upstream").unwrap_or(value);
                facts.insert(name, value.to_owned());
            }
            "u" => *counts.entry("conflicted").or_default() += 1,
            "?" => *counts.entry("untracked").or_default() += 1,
            _ => {
                for (state, names) in states.iter().zip([INDEX, WORKTREE]) {
                    if let Some(at) = b"ADMTRC".iter().position(|letter| letter == state) {
                        *counts.entry(names[at]).or_default() += 1;
                    }
                }
            }
        }
    }
    facts.extend(counts.into_iter().map(|(name, count)| (name, count.to_string())));
    (facts, String::new())
}

const INDEX: [&str; 6] =
    ["index added", "index deleted", "index modified", "index typechanged", "renamed", "renamed"];
const WORKTREE: [&str; 6] = ["added", "deleted", "modified", "typechanged", "renamed", "renamed"];

/// What we say, or that we say nothing in time, or that we fell over.
fn ours_in_time(folder: &Path, untracked: Untracked) -> Facts {
    let (sender, receiver) = mpsc::channel();
    let own = folder.to_owned();
    let thread = std::thread::spawn(move || {
        let _ = sender.send(ours(&own, untracked));
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(facts) => facts,
        Err(mpsc::RecvTimeoutError::Timeout) => Facts::from([("error", "hung".into())]),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let _ = thread.join();
            Facts::from([("error", "panicked".into())])
        }
    }
}

fn environment(folder: &Path) -> Result<Environment, OpenError> {
    let variable = |name: &str| std::env::var_os(name);
    Environment::new(folder, variable, Arc::new(Configuration::new(variable)))
}

/// What we say. Reasons are shown, but any refusal is equal to any other.
fn ours(folder: &Path, untracked: Untracked) -> Facts {
    let refused = |error: &dyn std::error::Error| {
        if std::env::var_os("SUITE_REASONS").is_some() {
            let mut text = error.to_string();
            let mut next = error.source();
            while let Some(source) = next {
                text += &format!(": {source}");
                next = source.source();
            }
            eprintln!("{text}");
        }
        Facts::from([("error", "refused".into())])
    };
    let repository =
        match environment(folder).and_then(|environment| Repository::discover_with(folder, &environment)) {
            Ok(Some(repository)) => repository,
            Ok(None) => return Facts::new(),
            Err(error) => return refused(&error),
        };
    let never = AtomicBool::new(false);
    let options = StatusOptions { untracked, ..StatusOptions::default() };
    let status = match repository.status(&options, &never) {
        Ok(status) => status,
        Err(StatusError::Bare) => return Facts::new(),
        Err(error) => return refused(&error),
    };
    let head = match repository.head() {
        Ok(head) => head,
        Err(error) => return refused(&error),
    };
    let mut facts = Facts::new();
    facts.insert("oid", head.id.clone().unwrap_or_else(|| "(initial)".into()));
    facts.insert("head", head.branch().map_or_else(|| "(detached)".into(), Cow::into_owned));
    match repository.upstream(&head) {
        Ok(Some(upstream)) => {
            let full = String::from_utf8_lossy(upstream.reference.as_bytes());
            let below = ["refs/remotes/", "refs/heads/", "refs/"];
            let name = below.iter().find_map(|prefix| full.strip_prefix(prefix));
            facts.insert("upstream", name.unwrap_or(&full).to_owned());
            match repository.ahead_behind(&head, &upstream, &never) {
                Ok(Some(distance)) => {
                    facts.insert("distance", format!("+{} -{}", distance.ahead, distance.behind));
                }
                Ok(None) => {}
                Err(_) => drop(facts.insert("distance", "refused".into())),
            }
        }
        Ok(None) => {}
        Err(_) => drop(facts.insert("upstream", "refused".into())),
    }
    match repository.stash_count() {
        Ok(0) => {}
        Ok(count) => drop(facts.insert("stash", count.to_string())),
        Err(_) => drop(facts.insert("stash", "refused".into())),
    }
    let counts = [
        ("conflicted", status.conflicted),
        ("untracked", status.untracked),
        ("index added", status.index_added),
        ("index deleted", status.index_deleted),
        ("index modified", status.index_modified),
        ("index typechanged", status.index_typechanged),
        ("renamed", status.renamed),
        ("added", status.worktree_added),
        ("deleted", status.worktree_deleted),
        ("modified", status.worktree_modified),
        ("typechanged", status.worktree_typechanged),
        ("unknown", status.unknown),
    ];
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        facts.insert(name, count.to_string());
    }
    facts
}
