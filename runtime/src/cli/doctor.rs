//! `doctor`: what keeps the prompt from being right, and what to do about it.
#![allow(clippy::disallowed_methods, reason = "it looks at the process and its surroundings themselves")]

mod connection;

use std::ffi::OsString;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use connection::Surroundings;

use super::report::describe;
use super::{background, draw, world};
use crate::gather::{Direct, Outcome, Parts};
use crate::pen::Pen;
use crate::plural::counted;
use crate::prompt::Prompt;
use crate::rebuild;
use crate::request::Request;
use crate::shell::Shell;
use crate::store::state;

/// Examines the surroundings and every source.
pub(super) fn report(prompt: &'static Prompt, request: &Request) -> String {
    let mut text = String::new();
    let build = prompt.build;
    let _ = writeln!(
        text,
        "ziron {}, build {}, made from {} ({})\n",
        build.version, build.build_hash, build.config, build.config_hash
    );
    if rebuild::is_due(prompt.build) {
        warn(&mut text, &format!("{} has changed since", build.config), rebuild::HINT);
    }
    surroundings(&mut text);
    for finding in connection().into_iter().chain(background::findings(prompt)) {
        let _ = write!(text, "{finding}");
    }
    let request = world::complete(request);
    let store = world::store(prompt);
    match &store {
        None => match world::cache("facts") {
            Some(Err(error)) => warn(
                &mut text,
                &format!("facts are not stored: {error}"),
                &format!("{}, or set ZIRON_CACHE", error.remedy()),
            ),
            _ => warn(&mut text, "there is no folder for stored facts", "set HOME or XDG_CACHE_HOME"),
        },
        Some(store) => match store.probe() {
            Err(error) => {
                let folder = store.folder().display();
                warn(
                    &mut text,
                    &format!("facts cannot be stored in {folder}: {error}"),
                    "make the folder writable, or set ZIRON_CACHE",
                );
            }
            Ok(()) => {
                let damaged = store.statistics(SystemTime::now()).damaged;
                if damaged > 0 {
                    warn(
                        &mut text,
                        &format!("{damaged} stored facts were damaged, and were read again"),
                        "check the disk if it happens again; `cache clear` begins to count anew",
                    );
                }
                let (count, bytes) = store.size();
                good(
                    &mut text,
                    &format!(
                        "{}, {bytes} bytes, stored in {}",
                        counted(count as u64, "fact", "facts"),
                        store.folder().display()
                    ),
                );
            }
        },
    }
    if let Some(folder) = state::folder(&world::system()) {
        for notice in state::notices(&folder) {
            let remedy = format!(
                "it is kept as a `.dropped` file in {}; once `notices` there is deleted, this is forgotten",
                folder.display()
            );
            warn(&mut text, &notice.to_string(), &remedy);
        }
    }
    let wanted = Parts::ALL.and(Parts::MODULES);
    let read_context = world::read_context(prompt, &request).patient();
    let place = read_context.place.physical.clone();
    let gather = Direct::new(read_context, &request, wanted, prompt.settings.budget).recording();
    prompt.gather(&gather);
    let mut read = 0_u64;
    for reading in gather.into_readings() {
        match &reading.outcome {
            Outcome::Failed(_) => warn(
                &mut text,
                &format!("{}: {}", reading.source, describe(&reading.outcome)),
                "try the same by hand in this directory",
            ),
            Outcome::Late => warn(
                &mut text,
                &format!("{}: {}", reading.source, describe(&reading.outcome)),
                "raise `[ziron] budget`, or leave its module out",
            ),
            Outcome::Nothing | Outcome::Resting | Outcome::Elsewhere => {}
            Outcome::Read | Outcome::Verified | Outcome::Remembered(_) | Outcome::Stored(_) => read += 1,
        }
    }
    good(&mut text, &format!("{} read in {}", counted(read, "source", "sources"), place.display()));
    let _ = write!(text, "{}", font(prompt, &request));
    text
}

/// Whether the prompt, drawn here, has symbols that only some fonts have. Nobody can ask a terminal for its font.
fn font(prompt: &'static Prompt, request: &Request) -> Finding {
    let read_context = world::read_context(prompt, request);
    let facts = prompt.gather(&Direct::new(
        read_context,
        request,
        Parts::ALL.and(Parts::MODULES),
        prompt.settings.budget,
    ));
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).colored(false);
    prompt.left.into_iter().chain(prompt.right).for_each(|draw| draw(&facts, &mut pen));
    pen.finish();
    let drawn = String::from_utf8_lossy(&out);
    // Nerd Fonts put theirs where Unicode has none. Source:
    // https://github.com/ryanoasis/nerd-fonts/wiki/Glyph-Sets-and-Code-Points
    let is_private = |c: &char| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}');
    let mut symbols: Vec<char> = drawn.chars().filter(is_private).collect();
    symbols.sort_unstable();
    symbols.dedup();
    if symbols.is_empty() {
        return Finding::good("the prompt, as it is here, needs no special font");
    }
    let symbols: Vec<String> = symbols.into_iter().map(String::from).collect();
    Finding {
        what: format!("the prompt has symbols of a Nerd Font: {}", symbols.join(" ")),
        remedy: Some(String::from("where you see boxes, set the terminal's font to a Nerd Font")),
    }
}

/// Looks at how the user's shell is connected.
fn connection() -> Vec<Finding> {
    let variable = |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
    let login = || crate::io::password_field(6).map(OsString::from);
    let path = variable("SHELL").or_else(login).map(PathBuf::from).unwrap_or_default();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let shell = if name == "csh" { Shell::Tcsh } else { Shell::from_name(name) };
    let (Ok(program), Some(home)) = (draw::own_path(), world::home()) else { return Vec::new() };
    let modified = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    connection::findings(&Surroundings {
        shell,
        program: Path::new(&program),
        home: &home,
        variable: &variable,
        read: &|path| {
            crate::io::open::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        },
        is_as_new: &|one, other| modified(one) >= modified(other),
    })
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) what: String,
    /// What to do about it; `None` where all is well.
    pub(super) remedy: Option<String>,
}

impl Finding {
    /// Nothing is to be done.
    pub(super) fn good(what: impl Into<String>) -> Finding {
        Finding { what: what.into(), remedy: None }
    }

    /// Something is, or may be, to be done.
    pub(super) fn look(what: impl Into<String>, remedy: String) -> Finding {
        Finding { what: what.into(), remedy: Some(remedy) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.remedy {
            None => writeln!(out, "  ok    {}", self.what),
            Some(remedy) => writeln!(out, "  look  {}\n        remedy: {remedy}", self.what),
        }
    }
}

fn surroundings(text: &mut String) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
    if locale.to_ascii_lowercase().replace('-', "").contains("utf8") {
        good(text, &format!("the locale is {locale}"));
    } else {
        // The same rule as that of `Terminal::from_environment`.
        let fate = if locale.is_empty() { "perhaps garbled" } else { "drawn in ASCII" };
        warn(
            text,
            &format!("the locale `{locale}` is not UTF-8, so that symbols are {fate}"),
            "set LANG, for example to C.UTF-8",
        );
    }
    match variable("TERM").as_deref() {
        Some("dumb") => {
            warn(text, "TERM is `dumb`, so that nothing is coloured", "set TERM to what your terminal is");
        }
        Some(term) => good(text, &format!("the terminal is {term}")),
        None => warn(text, "TERM is not set", "set TERM to what your terminal is"),
    }
    if variable("NO_COLOR").is_some() {
        good(text, "NO_COLOR is set, so that nothing is coloured");
    }
}

fn good(text: &mut String, what: &str) {
    let _ = write!(text, "{}", Finding::good(what));
}

fn warn(text: &mut String, what: &str, remedy: &str) {
    let _ = write!(text, "{}", Finding::look(what, remedy.to_owned()));
}
