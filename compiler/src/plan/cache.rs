//! What a configuration says about remembering facts: the `[cache]` table.

use std::ops::Range;
use std::time::Duration;

use ziron_runtime::store::RedisChoice;

use super::Source;
use super::settings::{Reader, unknown_options};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::syntax::toml::{Table, Text, Value};

/// What a configuration says about remembering facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// What all sources together may take in the daemon's memory (bytes).
    pub bytes: Option<u64>,
    /// Where facts are kept between processes.
    pub backend: Backend,
}

/// Where facts are kept between processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// One file for each fact.
    #[default]
    Files,
    /// A database in a file.
    Sqlite,
    /// A server, by its address.
    Redis(String),
}

/// What a configuration says about remembering the facts of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheLimits {
    /// Which fact goes first where there is no room.
    pub policy: Policy,
    /// The most facts.
    pub entries: Option<u64>,
    /// The most bytes.
    pub bytes: Option<u64>,
    /// How long a fact holds, in place of what the source says.
    pub ttl: Option<Duration>,
    /// Events that make facts old, besides those that the source names.
    pub events: Vec<String>,
    /// After how long facts that are shown are read again.
    pub refresh: Option<Duration>,
}

/// Which fact goes first where there is no room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The one that was not used for longest.
    #[default]
    Lru,
    /// The one that is used least.
    Lfu,
    /// The oldest.
    Fifo,
    /// A type of the user's own crate, by its path, and where the configuration says so (bytes).
    Own(String, Range<usize>),
}

/// Options of the table itself; every other key names a source.
const OPTIONS: &[&str] = &["bytes", "backend"];

/// Options of one source.
const KEEPING: &[&str] = &["policy", "entries", "bytes", "ttl", "events", "refresh"];

/// Reads the `[cache]` table. What it says about single sources is put there.
pub(super) fn read(root: &Table, sources: &mut [Source], diagnostics: &mut Diagnostics) -> Cache {
    let mut cache = Cache::default();
    let Some(value) = root.get("cache") else { return cache };
    let Some(table) = value.as_table() else {
        diagnostics.push(value.wrong_type("cache", "a table"));
        return cache;
    };
    let mut reader = Reader { table, diagnostics };
    cache.bytes = reader.count("bytes");
    if let Some(text) = reader.text("backend") {
        match text.as_str() {
            "files" => {}
            "sqlite" => cache.backend = Backend::Sqlite,
            address if is_address(address) => match RedisChoice::check(address) {
                Ok(()) => cache.backend = Backend::Redis(address.to_owned()),
                // A store that cannot make sense of its server's address would keep files without a word.
                Err(wrong) => {
                    diagnostics.push(wrong_value(text, "this is no address of a Redis server").label(wrong));
                }
            },
            "redis" => diagnostics.push(
                wrong_value(text, "a Redis server is named by its address")
                    .label("expected `redis://HOST:PORT` or `unix:///PATH`")
                    .maybe_help(Some(String::from("write `redis://127.0.0.1:6379` for one on this machine"))),
            ),
            other => diagnostics.push(wrong_value(text, &format!("`{other}` is no back end")).label(
                "expected `files`, `sqlite`, `redis://HOST:PORT` or `unix:///PATH` of a Redis server",
            )),
        }
    }
    for (key, value) in table {
        if OPTIONS.contains(&key.name.as_str()) {
            continue;
        }
        let names: Vec<String> = sources.iter().map(|source| source.ident.clone()).collect();
        let Some(source) = sources.iter_mut().find(|source| source.ident == key.name) else {
            let known = names.iter().map(String::as_str).chain(OPTIONS.iter().copied());
            let help = nearest(&key.name, known).map(|name| format!("write `{name}`"));
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownOption,
                    key.span.clone(),
                    format!("this prompt has no source `{}`", key.name),
                )
                .label(format!("its sources: {}", names.join(", ")))
                .maybe_help(help),
            );
            continue;
        };
        match value.as_table() {
            Some(table) => source.keeping = keeping(table, diagnostics),
            None => diagnostics.push(value.wrong_type(&key.name, "a table")),
        }
    }
    cache
}

fn keeping(table: &Table, diagnostics: &mut Diagnostics) -> CacheLimits {
    let mut reader = Reader { table, diagnostics };
    let mut keeping = CacheLimits {
        entries: reader.count("entries"),
        bytes: reader.count("bytes"),
        ttl: reader.milliseconds("ttl"),
        refresh: reader.milliseconds("refresh"),
        ..CacheLimits::default()
    };
    if let Some(text) = reader.text("policy") {
        keeping.policy = match text.as_str() {
            "lru" => Policy::Lru,
            "lfu" => Policy::Lfu,
            "fifo" => Policy::Fifo,
            path if path.contains("::") && syn::parse_str::<syn::Path>(path).is_ok() => {
                Policy::Own(path.to_owned(), text.span())
            }
            other => {
                diagnostics.push(
                    wrong_value(text, &format!("`{other}` is no policy"))
                        .label("expected `lru`, `lfu`, `fifo`, or the path of a type such as `crate::Mine`"),
                );
                Policy::Lru
            }
        };
    }
    if let Some(value) = table.get("events") {
        match value.as_array().map(|items| items.iter().map(Value::as_text).collect::<Option<Vec<_>>>()) {
            Some(Some(names)) => keeping.events = names.iter().map(|name| name.as_str().to_owned()).collect(),
            _ => diagnostics.push(value.wrong_type("events", "a list of names")),
        }
    }
    unknown_options("cache", table, KEEPING, diagnostics);
    keeping
}

/// Whether a text was meant as the address of a server.
fn is_address(text: &str) -> bool {
    ["redis://", "rediss://", "unix://", "redis+unix://"].iter().any(|scheme| text.starts_with(scheme))
}

fn wrong_value(text: &Text, what: &str) -> Diagnostic {
    Diagnostic::new(Code::OutOfRange, text.span(), what.to_owned())
}
