//! Why a segment shows what it shows: its sources, their keys, what is remembered for them, and what would make that
//! old.

mod fields;
mod page;

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::draw_context::DrawContext;
use super::host::Host;
use super::state::DaemonState;
use crate::cli::counted;
use crate::gather::{FactCache, Gather, Parts, ReadContext};
use crate::io::Io;
use crate::prompt::{CachedSource, Module, Prompt};
use crate::request::Request;
use crate::source::{Cost, Fact, Known, Manifest, Policy, Source};
use crate::store::entry::fnv1a;
use crate::store::source_cache::CacheEntry;
use page::Page;
pub(super) use page::{Detail, Look, Styles};

/// Says why a segment shows what it shows in the place of a drawing.
pub(super) fn why<P: Prompt, W: Host>(
    daemon: &DaemonState<P, W>,
    context: &DrawContext<W::Io>,
    segment: &str,
    look: Look,
) -> Result<String, String> {
    let Some(module) = P::MODULES.iter().find(|module| module.name == segment) else {
        let names: Vec<&str> = P::MODULES.iter().map(|module| module.name).collect();
        return Err(format!(
            "there is no module `{segment}` in this prompt, which has: {}\n",
            names.join(", ")
        ));
    };
    let (sources, caches) = (P::sources(), P::caches());
    let mut page = Page::new(look);
    page.heading(segment, module.doc);
    // Whoever names folders does not speak to terminals.
    page.note(
        &format!("in {}", context.read_context.place.logical.display()).replace(char::is_control, "\u{fffd}"),
    );
    if module.sources.is_empty() {
        page.note("It reads nothing: it shows what the shell says.");
    }
    let page = RefCell::new(page);
    P::gather(&Explain { daemon, context, module, sources: &sources, caches: &caches, page: &page });
    Ok(page.into_inner().into_text())
}

/// Writes about the sources of a module instead of reading them.
struct Explain<'a, P: Prompt, W: Host> {
    daemon: &'a DaemonState<P, W>,
    context: &'a DrawContext<W::Io>,
    module: &'a Module<P::Facts>,
    sources: &'a [(&'static str, Manifest)],
    caches: &'a [CachedSource],
    page: &'a RefCell<Page>,
}

impl<P: Prompt, W: Host> Gather for Explain<'_, P, W> {
    type Pending<F> = ();

    fn request(&self) -> &Request {
        &self.context.request
    }

    fn begin<S: Source>(&self, _: Parts, source: &'static S, memory: &'static dyn FactCache) {
        if let Some(index) = self.index_of(source.name()) {
            let read_context = &self.context.read_context;
            let key = pin!(source.key(&read_context.place, &read_context.io));
            let key = match key.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => Lookup::Waits,
                Poll::Ready(None) => Lookup::Nothing,
                Poll::Ready(Some(key)) => Lookup::Key {
                    shown: format!("{key:?}"),
                    bytes: postcard::to_stdvec(&key).unwrap_or_default(),
                    read: read_at_once(source, &key, memory, &self.context.read_context),
                },
            };
            self.tell(index, &key, memory.lifetime());
        }
    }

    fn finish<F: Fact>(&self, (): ()) -> Known<F> {
        Known::Absent
    }
}

/// What a source says about its key.
enum Lookup {
    /// It has to be waited for.
    Waits,
    /// There is nothing to read.
    Nothing,
    /// There is a key.
    Key {
        /// For people.
        shown: String,
        /// As it is stored.
        bytes: Vec<u8>,
        /// What is read for every prompt and not remembered: the fact for people, or why it cannot be read.
        read: Option<Result<String, String>>,
    },
}

/// Reads what is cheap and remembered nowhere, as a drawing does.
fn read_at_once<S: Source, I: Io>(
    source: &S,
    key: &S::Key,
    memory: &dyn FactCache,
    ReadContext { place, io, .. }: &ReadContext<I>,
) -> Option<Result<String, String>> {
    let is_read_each_time = source.policy() == Policy::Never && memory.lifetime().is_none();
    if !is_read_each_time || source.cost() >= Cost::Tree {
        return None;
    }
    let read = pin!(source.read(key, place, io));
    match read.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => None,
        Poll::Ready(Ok(fact)) => Some(Ok(format!("{fact:?}"))),
        Poll::Ready(Err(error)) => Some(Err(error.describe())),
    }
}

impl<P: Prompt, W: Host> Explain<'_, P, W> {
    /// The place of a source, if the module shows it.
    fn index_of(&self, name: &str) -> Option<usize> {
        let is_named = |index: &usize| self.sources.get(*index).is_some_and(|(known, _)| *known == name);
        self.module.sources.iter().copied().find(is_named)
    }

    /// Writes about one source.
    fn tell(&self, index: usize, key: &Lookup, lifetime: Option<Duration>) {
        let mut page = self.page.borrow_mut();
        let (name, manifest) = &self.sources[index];
        page.heading(name, &format!("{} · {}", manifest.cost, manifest.policy.under(lifetime)));
        match key {
            Lookup::Waits => page.line("key", "has to be waited for"),
            Lookup::Nothing => page.line("key", "none: there is nothing to read here"),
            Lookup::Key { shown, bytes, read } => {
                let entry = self.entry(index, fnv1a(bytes));
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
                if entry.is_some_and(|entry| entry.is_old) {
                    page.line("old", "an event has said that it may have changed");
                }
            }
        }
        let age = lifetime.or(match manifest.policy {
            Policy::Ttl(age) => Some(age),
            _ => None,
        });
        self.account(&mut page, index, age);
    }

    /// What is remembered for a key.
    fn entry(&self, index: usize, hash: u64) -> Option<CacheEntry> {
        let CachedSource { cache, .. } = self.caches.get(index)?;
        cache.entries(self.daemon.exec.clock().now()).into_iter().find(|entry| entry.key_hash == hash)
    }

    /// What has happened to a source, and what could.
    fn account(&self, page: &mut Page, index: usize, age: Option<Duration>) {
        let (name, manifest) = &self.sources[index];
        let now = self.daemon.exec.clock().now();
        if let Some(CachedSource { cache, refresh, .. }) = self.caches.get(index) {
            let seen = cache.statistics();
            let (hits, stale, misses) = (seen.hits, seen.stale, seen.misses);
            if hits + stale + misses > 0 {
                let (hits, misses) = (counted(hits, "hit", "hits"), counted(misses, "miss", "misses"));
                page.line("counts", &format!("{hits} · {stale} shown as old · {misses}"));
            }
            if let Some(period) = refresh {
                page.line("refresh", &format!("every {} while it is shown", seconds(*period)));
            }
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
