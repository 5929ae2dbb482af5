//! `cache`: what is remembered, by the daemon and between processes.

use super::failure::Failure;
use super::{background, say, world};
use crate::gather::{Direct, Outcome, Parts};
use crate::plural::counted;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::store::{CACHE_USAGE, Now, REFRESH_BUDGET, answer_cache};

/// Runs a `cache` command: asks the daemon where there is one, since it knows its memory and what is stored; looks at
/// what is stored where there is none.
pub(super) fn run(prompt: &'static Prompt, words: &[String], request: &Request) -> Result<(), Failure> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => return Err(Failure::usage(CACHE_USAGE)),
        ["warm"] => return warm_where_it_counts(prompt, request),
        ["warm", folder] => {
            let path = std::fs::canonicalize(folder).map_err(|error| format!("{folder}: {error}"))?;
            let logical_path = Some(std::path::absolute(folder).unwrap_or_else(|_| path.clone()));
            return warm_where_it_counts(
                prompt,
                &Request { path: Some(path), logical_path, ..request.clone() },
            );
        }
        _ => match background::cache(prompt, request, &words) {
            Some(answer) => return answer,
            None => say(&answer_cache(&words, &[], world::store(prompt).as_ref(), Now::real())?),
        },
    }
    Ok(())
}

/// Lets the daemon read everything, since it draws the next prompt; where there is none, reads it here.
fn warm_where_it_counts(prompt: &'static Prompt, request: &Request) -> Result<(), Failure> {
    background::warm(prompt, request).unwrap_or_else(|| {
        say(&warm(prompt, request));
        Ok(())
    })
}

/// Reads everything that a prompt would need in a place, with patience, so that the first prompt there finds it in the
/// store.
fn warm(prompt: &'static Prompt, request: &Request) -> String {
    let mut read_context = world::read_context(prompt, request).patient();
    read_context.place = read_context.place.patient(REFRESH_BUDGET);
    let place = read_context.place.physical.display().to_string();
    let gather = Direct::new(read_context, request, Parts::ALL, REFRESH_BUDGET).recording();
    prompt.gather(&gather);
    let (mut read, mut known, mut failed) = (0, 0, 0);
    for reading in gather.into_readings() {
        match reading.outcome {
            Outcome::Read | Outcome::Verified => read += 1,
            Outcome::Remembered(_) | Outcome::Stored(_) => known += 1,
            Outcome::Failed(_) | Outcome::Resting | Outcome::Elsewhere | Outcome::Late => failed += 1,
            Outcome::Nothing => {}
        }
    }
    format!("{place}: {} read, {known} known already, {failed} failed\n", counted(read, "fact", "facts"))
}
