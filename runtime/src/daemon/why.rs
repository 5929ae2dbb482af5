//! Why a segment shows what it shows: its sources, their keys, what is remembered for them, and what would make that old.

use std::cell::RefCell;
use std::fmt::Write;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::drawing::Drawing;
use super::hub::Hub;
use super::world::World;
use crate::gather::{Gather, Memory, Parts};
use crate::prompt::{Module, Prompt, Shelved};
use crate::request::Request;
use crate::source::{Fact, Known, Manifest, Policy, Source};
use crate::store::entry::fnv1a;

/// Of a fact that is longer, only so much is shown (characters).
const FACT_CHARACTERS: usize = 400;

/// Says why a segment shows what it shows in the place of a drawing.
pub(super) fn why<P: Prompt, W: World>(
    hub: &Hub<P, W>,
    drawing: &Drawing<W::Io>,
    segment: &str,
) -> Result<String, String> {
    let Some(module) = P::MODULES.iter().find(|module| module.name == segment) else {
        let names: Vec<&str> = P::MODULES.iter().map(|module| module.name).collect();
        return Err(format!(
            "there is no module `{segment}` in this prompt, which has: {}\n",
            names.join(", ")
        ));
    };
    let (sources, shelves) = (P::sources(), P::shelves());
    let mut text = String::new();
    let _ = writeln!(text, "{segment}: {}", module.doc);
    let _ = writeln!(text, "in {}", drawing.means.place.logical.display());
    if module.sources.is_empty() {
        text.push_str("It reads nothing: it shows what the shell says.\n");
    }
    let text = RefCell::new(text);
    P::gather(&Explain { hub, drawing, module, sources: &sources, shelves: &shelves, text: &text });
    Ok(text.into_inner())
}

/// Writes about the sources of a module instead of reading them.
struct Explain<'a, P: Prompt, W: World> {
    hub: &'a Hub<P, W>,
    drawing: &'a Drawing<W::Io>,
    module: &'a Module<P::Facts>,
    sources: &'a [(&'static str, Manifest)],
    shelves: &'a [Shelved],
    text: &'a RefCell<String>,
}

impl<P: Prompt, W: World> Gather for Explain<'_, P, W> {
    type Pending<F> = ();

    fn request(&self) -> &Request {
        &self.drawing.request
    }

    fn begin<S: Source>(&self, _: Parts, source: &'static S, memory: &'static dyn Memory) {
        let name = source.name();
        let place = |index: &usize| self.sources.get(*index).is_some_and(|(known, _)| *known == name);
        let Some(index) = self.module.sources.iter().copied().find(place) else { return };
        let mut text = self.text.borrow_mut();
        let manifest = &self.sources[index].1;
        let _ = writeln!(text, "\n{name} ({}, {})", manifest.cost, manifest.policy);
        let means = &self.drawing.means;
        let key = pin!(source.key(&means.place, &means.io));
        match key.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => line(&mut text, "key", "has to be waited for"),
            Poll::Ready(None) => line(&mut text, "key", "none: there is nothing to read here"),
            Poll::Ready(Some(key)) => {
                line(&mut text, "key", &short(&format!("{key:?}")));
                let hash = fnv1a(&postcard::to_stdvec(&key).unwrap_or_default());
                self.remembered(&mut text, index, hash);
            }
        }
        let age = memory.lifetime().or(match manifest.policy {
            Policy::Ttl(age) => Some(age),
            _ => None,
        });
        self.account(&mut text, index, age);
    }

    fn finish<F: Fact>(&self, (): ()) -> Known<F> {
        Known::Absent
    }
}

impl<P: Prompt, W: World> Explain<'_, P, W> {
    /// What is remembered for a key.
    fn remembered(&self, text: &mut String, index: usize, hash: u64) {
        let Some(Shelved { shelf, .. }) = self.shelves.get(index) else { return };
        let entries = shelf.entries(self.hub.exec.clock().now());
        let Some(entry) = entries.into_iter().find(|entry| entry.key_hash == hash) else {
            return line(text, "memory", "nothing for this key; it is read when it is drawn");
        };
        line(text, "fact", &short(&entry.fact()));
        let old = if entry.is_old { "; old: an event has said that it may have changed" } else { "" };
        let (age, hits, bytes) = (seconds(entry.age), entry.hits, entry.bytes);
        line(
            text,
            "memory",
            &format!("{hash:016x}, read {age} ago, asked for {hits} times, {bytes} bytes{old}"),
        );
    }

    /// What has happened to a source, and what could.
    fn account(&self, text: &mut String, index: usize, age: Option<Duration>) {
        let (name, manifest) = &self.sources[index];
        let now = self.hub.exec.clock().now();
        if let Some(Shelved { shelf, refresh, .. }) = self.shelves.get(index) {
            let seen = shelf.statistics();
            let (hits, stale, misses) = (seen.hits, seen.stale, seen.misses);
            line(text, "counts", &format!("{hits} hits, {stale} shown as old, {misses} misses"));
            if let Some(period) = refresh {
                line(text, "refresh", &format!("every {} while it is shown", seconds(*period)));
            }
        }
        let mut ends: Vec<String> =
            self.hub.bus.table().events_of(name).iter().map(|event| format!("the event `{event}`")).collect();
        ends.extend(age.map(|age| format!("an age of {}", seconds(age))));
        ends.push(String::from("another key"));
        if matches!(manifest.policy, Policy::Never | Policy::Last) && age.is_none() {
            ends.push(String::from("the next prompt"));
        }
        line(text, "made old", &format!("by {}", ends.join(", ")));
        for (what, list) in [
            ("variables", manifest.env.join(" ")),
            ("files", manifest.files.join(" ")),
            ("programs", manifest.programs.join(", ")),
        ] {
            if !list.is_empty() {
                line(text, what, &list);
            }
        }
        let Some(account) = self.hub.readings.of(name) else { return };
        if let Some(last) = account.last() {
            let spans = account.spans.snapshot();
            let half = spans
                .quantile(0.5)
                .map_or_else(String::new, |half| format!(", half of them within {half:?}"));
            let (all, failed, given_up) = (spans.count(), account.failed(), account.given_up());
            let last = last.describe(now);
            line(
                text,
                "readings",
                &format!("it {last}; {all} in all{half}, {failed} failed, {given_up} given up"),
            );
        }
        if let Some((event, at)) = account.last_event() {
            let ago = seconds(now.saturating_duration_since(at));
            line(text, "event", &format!("{event}, {ago} ago, made it old"));
        }
        for (key, circuit) in account.resting() {
            line(text, "rests", &format!("{key:016x} has failed too often and rests ({})", circuit.name()));
        }
    }
}

fn line(text: &mut String, what: &str, how: &str) {
    let _ = writeln!(text, "  {what:<10} {how}");
}

fn seconds(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        format!("{} ms", span.as_millis())
    } else {
        format!("{} s", span.as_secs())
    }
}

/// A text on one line, cut where it is too long.
fn short(text: &str) -> String {
    let mut out: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(FACT_CHARACTERS).collect();
    if text.chars().nth(FACT_CHARACTERS).is_some() {
        out.push('…');
    }
    out
}
