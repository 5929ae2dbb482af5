//! `doctor`: what keeps the prompt from being right, and what to do about it.
#![allow(clippy::disallowed_methods, reason = "it looks at the process and its surroundings themselves")]

use std::fmt::Write;
use std::time::SystemTime;

use super::report::describe;
use super::{rebuild, world};
use crate::gather::{Direct, Outcome, Parts};
use crate::io::Real;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::store::state;

/// Examines the surroundings and every source.
pub(super) fn report<P: Prompt>(request: &Request) -> String {
    let mut text = String::new();
    let build = P::BUILD;
    let _ = writeln!(
        text,
        "ziron {}, build {}, made from {} ({})\n",
        build.version, build.build_hash, build.config, build.config_hash
    );
    if rebuild::is_due::<P>() {
        warn(&mut text, &format!("{} has changed since", build.config), rebuild::HINT);
    }
    surroundings(&mut text);
    let request = world::complete(request);
    let store = world::store::<P>();
    match &store {
        None => warn(&mut text, "there is no folder for stored facts", "set HOME or XDG_CACHE_HOME"),
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
                    &format!("{count} facts, {bytes} bytes are stored in {}", store.folder().display()),
                );
            }
        },
    }
    if let Some(folder) = state::folder(&Real::default()) {
        for notice in state::notices(&folder) {
            let remedy = format!(
                "it is kept as a `.dropped` file in {}; once `notices` there is deleted, this is forgotten",
                folder.display()
            );
            warn(&mut text, &notice.to_string(), &remedy);
        }
    }
    let wanted = Parts::ALL.and(Parts::MODULES);
    let means = world::means::<P>(&request).patient();
    let place = means.place.physical.clone();
    let gather = Direct::new(means, &request, wanted, P::SETTINGS.budget).recording();
    P::gather(&gather);
    let mut read = 0;
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
            Outcome::Nothing | Outcome::Resting => {}
            Outcome::Read | Outcome::Verified | Outcome::Remembered(_) | Outcome::Stored(_) => read += 1,
        }
    }
    good(&mut text, &format!("{read} sources read in {}", place.display()));
    text
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
    let _ = writeln!(text, "  ok    {what}");
}

fn warn(text: &mut String, what: &str, remedy: &str) {
    let _ = writeln!(text, "  look  {what}\n        remedy: {remedy}");
}
