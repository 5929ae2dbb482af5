//! Drawing where a file system may not answer: in a process of its own, so that a shell gets a prompt within the budget
//! whatever becomes of that one.
//!
//! Elsewhere there is no such process, and no cost but a look at the list of mounts.

use std::ffi::{OsStr, OsString};
use std::io::{PipeReader, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::draw::BUFFER_BYTES;
use super::world;
use crate::detach;
use crate::gather::{AtHand, Parts};
use crate::io::mounts::{self, Mounts};
use crate::prompt::Prompt;
use crate::request::Request;

/// Variables that name folders which are looked at for nearly every prompt, besides those of the plan: programs,
/// settings, the store.
const FOLDERS: [&str; 5] = ["HOME", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", world::CACHE_VARIABLE];

/// What may keep a request waiting.
pub(super) enum Danger {
    /// Nothing: all file systems answer.
    None,
    /// What links in its place lead to.
    Links(Mounts),
    /// Its place, a folder that a variable names, or one of several such as `PATH` has.
    Certain,
}

/// Whether drawing a request may have to look at a file system that may not answer. Nothing there is touched.
#[allow(clippy::disallowed_methods, reason = "before there is a place, somebody has to look at the process")]
pub(super) fn danger(prompt: &'static Prompt, request: &Request) -> Danger {
    let Some(mounts) = Mounts::new(&mounts::read(Path::new(mounts::MOUNTS))) else { return Danger::None };
    let names = FOLDERS.iter().chain(prompt.variables);
    let values = || names.filter_map(std::env::var_os);
    if mounts.lead_away(&place_of(request)) || values().any(|value| names_one(&value, &mounts)) {
        Danger::Certain
    } else {
        Danger::Links(mounts)
    }
}

/// Whether a variable's value is a path, or a list of paths, of which one leads away.
fn names_one(value: &OsStr, mounts: &Mounts) -> bool {
    std::env::split_paths(value).any(|path| path.is_absolute() && mounts.lead_away(&path))
}

/// Where a request is to be drawn, as far as that is known without looking there: the kernel knows where this process
/// is.
fn place_of(request: &Request) -> PathBuf {
    let own = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    match &request.path {
        Some(path) if path.is_absolute() => path.clone(),
        Some(path) => own().join(path),
        None => own(),
    }
}

/// Draws in a process of its own, and waits for it for so long. One that hangs is left: a thread would keep this
/// process from its end, since some file systems let nobody be killed who waits for them.
pub(super) fn draw(request: &Request, parts: Parts, budget: Duration) -> Option<Vec<u8>> {
    let own = std::env::current_exe().ok()?;
    let words = words(request, parts);
    let words: Vec<&OsStr> = words.iter().map(OsString::as_os_str).collect();
    read_within(detach::start_reading(&own, &words).ok()?, budget)
}

/// The arguments that make the same request, of a process that draws alone.
fn words(request: &Request, parts: Parts) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["prompt".into(), "--alone".into()];
    match parts {
        Parts::ALL => words.push("--all".into()),
        Parts::RIGHT => words.push("--right".into()),
        _ => {}
    }
    let mut option = |name: &str, value: OsString| words.extend([name.into(), value]);
    option("--shell", request.shell.name().into());
    option("--status", request.status.clone().unwrap_or_default().into());
    option("--pipestatus", request.pipe_status.join(" ").into());
    let number = |number: Option<String>| number.unwrap_or_default().into();
    option("--cmd-duration", number(request.duration.map(|span| span.as_millis().to_string())));
    option("--jobs", number(Some(request.jobs.to_string())));
    option("--shlvl", number(request.shlvl.map(|level| level.to_string())));
    option("--keymap", request.keymap.clone().into());
    option("--terminal-width", number(Some(request.terminal_columns.to_string())));
    for (name, path) in [("--path", &request.path), ("--logical-path", &request.logical_path)] {
        if let Some(path) = path {
            option(name, path.clone().into());
        }
    }
    words
}

/// Reads all there is, unless its end does not come in time.
#[allow(clippy::disallowed_methods, reason = "a budget is a matter of the real clock")]
fn read_within(mut pipe: PipeReader, budget: Duration) -> Option<Vec<u8>> {
    let deadline = Instant::now() + budget;
    let mut text = Vec::with_capacity(BUFFER_BYTES);
    let mut chunk = [0; BUFFER_BYTES];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: i64::from(i32::MAX), tv_nsec: 0 });
        match poll(&mut [PollFd::new(&pipe, PollFlags::IN)], Some(&left)) {
            Err(rustix::io::Errno::INTR) => continue,
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
        match pipe.read(&mut chunk) {
            // A process that has crashed has drawn nothing.
            Ok(0) => return (!text.is_empty()).then_some(text),
            Ok(count) => text.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// Draws what is known without looking anywhere, as stale.
pub(super) fn at_hand(prompt: &'static Prompt, request: &Request, parts: Parts) -> Vec<u8> {
    let place = world::place_unseen(prompt, request, place_of(request));
    let facts = prompt.gather(&AtHand::new(world::system(), place, request));
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    prompt.draw(&facts, request, parts, &world::terminal(prompt), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::arguments::{Arguments, Command, Way};
    use super::*;

    #[test]
    fn what_hangs_is_left() {
        let written = |text: &[u8]| {
            let (reader, mut writer) = std::io::pipe().unwrap();
            writer.write_all(text).unwrap();
            (reader, writer)
        };
        let (reader, _writer) = written(b"half a prompt");
        assert_eq!(read_within(reader, Duration::from_millis(5)), None);
        let (reader, writer) = written(b"a prompt");
        drop(writer);
        assert_eq!(read_within(reader, Duration::from_secs(60)), Some(b"a prompt".to_vec()));
        let (reader, writer) = written(b"");
        drop(writer);
        assert_eq!(read_within(reader, Duration::from_secs(60)), None);
    }

    #[test]
    fn the_other_process_is_asked_the_same() {
        let full = Request {
            shell: crate::shell::Shell::Zsh,
            status: Some(String::from("-1")),
            pipe_status: vec![String::from("0"), String::from("-1")],
            duration: Some(Duration::from_millis(1500)),
            jobs: 3,
            shlvl: Some(-2),
            keymap: String::from("vicmd"),
            terminal_columns: 132,
            path: Some("/mnt/far".into()),
            logical_path: Some("-far".into()),
        };
        for (request, parts) in
            [(full, Parts::ALL), (Request::default(), Parts::LEFT), (Request::default(), Parts::RIGHT)]
        {
            let words = words(&request, parts);
            let parsed = Arguments::parse(lexopt::Parser::from_args(words)).unwrap();
            assert_eq!(parsed.request, request);
            assert!(matches!(parsed.command, Command::Prompt(parsed, Way::Alone) if parsed == parts));
        }
    }

    #[test]
    fn a_place_is_where_the_request_says() {
        let at = |path: Option<&str>| place_of(&Request { path: path.map(Into::into), ..Request::default() });
        let own = std::env::current_dir().unwrap();
        assert_eq!(at(Some("/mnt/far")), Path::new("/mnt/far"));
        assert_eq!(at(Some("below")), own.join("below"));
        assert_eq!(at(None), own);
    }
}
