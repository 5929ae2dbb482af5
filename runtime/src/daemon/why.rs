//! Why a segment shows what it shows: its sources, their keys, what is cached for them, and what would invalidate it.

mod fields;
mod page;

use std::time::Duration;

use super::draw_context::DrawContext;
use super::host::Host;
use super::state::DaemonState;
use crate::gather::Lookup;
use crate::gather::PlannedSource;
use crate::plural::counted;
use crate::source::Policy;
use crate::store::entry::fnv1a;
use crate::store::source_cache::CacheEntry;
use page::Page;
pub(super) use page::{Detail, Look, Styles};

/// Says why a segment shows what it shows in the place of a drawing.
pub(super) fn why<W: Host>(
    daemon: &DaemonState<W>,
    context: &DrawContext<W::Io>,
    segment: &str,
    look: Look,
) -> Result<String, String> {
    let Some(module) = daemon.prompt.module(segment) else {
        let names: Vec<&str> = daemon.prompt.modules.iter().map(|module| module.name).collect();
        return Err(format!(
            "there is no module `{segment}` in this prompt, which has: {}\n",
            names.join(", ")
        ));
    };
    let mut page = Page::new(look);
    page.heading(segment, module.doc);
    // Whoever names folders does not speak to terminals.
    page.note(
        &format!("in {}", context.read_context.place.logical.display()).replace(char::is_control, "\u{fffd}"),
    );
    if module.sources.is_empty() {
        page.note("It reads nothing: it shows what the shell says.");
    }
    for planned in module.sources.iter().filter_map(|index| daemon.prompt.sources.get(*index)) {
        let lookup = planned.source.look_up(planned.cache, &context.read_context);
        Explain { daemon, planned }.tell(&mut page, &lookup);
    }
    Ok(page.into_text())
}

/// Writes about a source instead of reading it.
struct Explain<'a, W: Host> {
    daemon: &'a DaemonState<W>,
    planned: &'static PlannedSource<W::Io>,
}

impl<W: Host> Explain<'_, W> {
    /// Writes about one source.
    fn tell(&self, page: &mut Page, key: &Lookup) {
        let PlannedSource { source, cache, .. } = self.planned;
        let (manifest, lifetime) = (source.manifest(), cache.lifetime());
        page.heading(source.name(), &format!("{} · {}", manifest.cost, manifest.policy.under(lifetime)));
        match key {
            Lookup::Waits => page.line("key", "has to be waited for"),
            Lookup::Nothing => page.line("key", "none: there is nothing to read here"),
            Lookup::Key { shown, bytes, read } => {
                let entry = self.entry(fnv1a(bytes));
                match (&entry, read) {
                    (Some(entry), _) => page.fields("fact", &entry.fact()),
                    (None, Some(Ok(fact))) => page.fields("fact", fact),
                    (None, Some(Err(reason))) => page.line("failed", &reason.replace(char::is_control, " ")),
                    (None, None) => {}
                }
                page.fields("key", shown);
                match (&entry, read) {
                    (Some(entry), _) => page.line("memory", &remembered(entry)),
                    (None, Some(_)) => page.line("memory", "none: it is read for every prompt"),
                    (None, None) => {
                        page.line("memory", "nothing for this key; it is read when it is drawn");
                    }
                }
                if entry.is_some_and(|entry| entry.is_invalidated) {
                    page.line("old", "an event has said that it may have changed");
                }
            }
        }
        let age = lifetime.or(match manifest.policy {
            Policy::Ttl(age) => Some(age),
            _ => None,
        });
        self.account(page, age);
    }

    /// What is cached for a key.
    fn entry(&self, hash: u64) -> Option<CacheEntry> {
        let entries = self.planned.cache.entries(self.daemon.exec.clock().now());
        entries.into_iter().find(|entry| entry.key_hash == hash)
    }

    /// What has happened to a source, and what could.
    fn account(&self, page: &mut Page, age: Option<Duration>) {
        let PlannedSource { source, cache, refresh, .. } = self.planned;
        let (name, manifest) = (source.name(), source.manifest());
        let now = self.daemon.exec.clock().now();
        let seen = cache.statistics();
        let (hits, stale, misses) = (seen.hits, seen.stale, seen.misses);
        if hits + stale + misses > 0 {
            let (hits, misses) = (counted(hits, "hit", "hits"), counted(misses, "miss", "misses"));
            page.line("counts", &format!("{hits} · {stale} shown as stale · {misses}"));
        }
        if let Some(period) = refresh {
            page.line("refresh", &format!("every {} while it is shown", seconds(*period)));
        }
        let mut ends: Vec<String> = self
            .daemon
            .bus
            .table()
            .events_of(name)
            .iter()
            .map(|event| format!("the event `{event}`"))
            .collect();
        ends.extend(age.map(|age| format!("an age of {}", seconds(age))));
        ends.push(String::from("another key"));
        if matches!(manifest.policy, Policy::Never | Policy::Last) && age.is_none() {
            ends.push(String::from("the next prompt"));
        }
        page.line("expires", &format!("by {}", ends.join(", ")));
        let variables: Vec<String> = manifest.env.iter().map(|name| (*name).to_owned()).collect();
        for (what, words, between) in [
            ("variables", &variables, " "),
            ("files", &manifest.files, ", "),
            ("programs", &manifest.programs, ", "),
        ] {
            if !words.is_empty() {
                page.list(what, words, between);
            }
        }
        let Some(account) = self.daemon.readings.of(name) else { return };
        if let Some(last) = account.last() {
            let spans = account.spans.snapshot();
            let mut parts = vec![format!("it {}", last.describe(now)), format!("{} in all", spans.count())];
            parts.extend(spans.quantile(0.5).map(|half| format!("half of them within {half:.1?}")));
            for (count, what) in [(account.failed(), "failed"), (account.given_up(), "given up")] {
                parts.extend((count > 0).then(|| format!("{count} {what}")));
            }
            page.line("readings", &parts.join(" · "));
        }
        if let Some((event, at)) = account.last_event() {
            let ago = seconds(now.saturating_duration_since(at));
            page.line("event", &format!("{event}, {ago} ago, invalidated it"));
        }
        for (key, why) in account.resting(now) {
            page.line("rests", &format!("{key:016x} has failed and rests ({why})"));
        }
    }
}

/// How a fact has been kept.
fn remembered(entry: &CacheEntry) -> String {
    let (age, hits, bytes) = (seconds(entry.age), counted(entry.hits, "time", "times"), entry.bytes);
    format!("read {age} ago · asked for {hits} · {bytes} bytes · {:016x}", entry.key_hash)
}

fn seconds(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        format!("{} ms", span.as_millis())
    } else {
        format!("{} s", span.as_secs())
    }
}
