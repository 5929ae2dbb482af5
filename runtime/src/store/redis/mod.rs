//! The Redis back end: entries on a server that several hosts may share.
//!
//! No crate stands behind it: what a cache asks of Redis is six commands, while the client crates bring some forty
//! others with tables of Unicode for the names of hosts, and limit the time of each read instead of the time of a
//! question. A server that does not answer in time is not asked again for half a minute, by any process; meanwhile
//! entries are kept in files.

mod link;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use link::Link;
use wire::RedisReply;

use super::address::{self, Address};
use super::backend::{Back, BackendChoice, OptionalBack, RedisChoice};
use super::entry::{SCHEMA, parts_of};
use super::files;
use super::limits::Limits;

/// A server that did not answer is left alone for so long.
const REST: Duration = Duration::from_secs(30);

/// The file that stands for a server that did not answer.
const DOWN: &str = "redis.down";

/// More entries than this are not listed.
const LIST_LIMIT: usize = 10_000;

/// Reads bytes as an answer.
#[cfg(fuzzing)]
pub(crate) fn read_answer(bytes: &[u8]) {
    if let Ok((_, length)) = wire::answer(bytes) {
        assert!(length <= bytes.len());
    }
}

/// A server, connected or not.
#[derive(Clone)]
pub(super) struct Redis(Arc<Server>);

struct Server {
    address: Address,
    /// Prefix and schema version, which all names begin with.
    prefix: String,
    choice: RedisChoice,
    folder: PathBuf,
    state: Mutex<State>,
    /// Whether others wait for whoever asks.
    is_hurried: AtomicBool,
    /// Whether another thread tries if it is back.
    is_tried: AtomicBool,
}

#[derive(Default)]
struct State {
    link: Option<Link>,
    failed_at: Option<Instant>,
}

impl Redis {
    /// A server, unless its address makes no sense.
    fn new(choice: RedisChoice, folder: &Path) -> Option<Redis> {
        let address = address::parse(choice.url).ok()?;
        let prefix = format!("{}:{SCHEMA}:", choice.prefix);
        let (folder, state) = (folder.to_owned(), Mutex::default());
        let (is_hurried, is_tried) = (AtomicBool::new(false), AtomicBool::new(false));
        Some(Redis(Arc::new(Server { address, prefix, choice, folder, state, is_hurried, is_tried })))
    }

    /// Whether a server whose rest is over may be asked at once.
    fn try_again(&self) -> bool {
        if !self.0.is_hurried.load(Ordering::Relaxed) {
            return true;
        }
        if !self.0.is_tried.swap(true, Ordering::Relaxed) {
            let own = self.clone();
            let tried = crate::exec::threads::unblock(move || {
                let _ = own.ask(&[b"PING"]);
                own.0.is_tried.store(false, Ordering::Relaxed);
            });
            tried.detach();
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a question within the time that one may take. A connection that has died since the last question is made
    /// anew once.
    fn ask(&self, words: &[&[u8]]) -> io::Result<RedisReply> {
        let deadline = Instant::now() + self.0.choice.timeout;
        let mut state = self.lock();
        let State { link, failed_at } = &mut *state;
        let mut answer = link.as_mut().map(|link| link.ask(words, deadline));
        let has_died = |error: &io::Error| {
            use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
            matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
        };
        if answer.as_ref().is_none_or(|answer| answer.as_ref().is_err_and(has_died)) {
            *link = None;
            answer = Some(Link::open(&self.0.address, deadline).and_then(|mut open| {
                let answer = open.ask(words, deadline);
                *link = Some(open);
                answer
            }));
        }
        let answer = answer.unwrap_or_else(|| Err(io::ErrorKind::NotConnected.into()));
        if answer.is_err() {
            *link = None;
            *failed_at = Some(Instant::now());
            // For other processes; where it cannot be written, each finds out for itself.
            let _ = files::write(&self.0.folder, DOWN, b"");
        } else if failed_at.take().is_some() {
            let _ = std::fs::remove_file(self.0.folder.join(DOWN));
        }
        match answer? {
            // The server is there and says no: it is full, or read only.
            RedisReply::Error(what) => Err(io::Error::other(what)),
            answer => Ok(answer),
        }
    }

    fn key(&self, name: &str) -> Vec<u8> {
        format!("{}{name}", self.0.prefix).into_bytes()
    }

    /// The names of all entries.
    fn names(&self) -> io::Result<BTreeSet<String>> {
        let mut pattern = String::new();
        for c in self.0.prefix.chars() {
            if matches!(c, '*' | '?' | '[' | ']' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('*');
        let (mut names, mut cursor) = (BTreeSet::new(), b"0".to_vec());
        loop {
            let words = [b"SCAN", &cursor[..], b"MATCH", pattern.as_bytes(), b"COUNT", b"500"];
            let RedisReply::List(parts) = self.ask(&words)? else {
                return Err(io::ErrorKind::InvalidData.into());
            };
            let [RedisReply::Bytes(next), RedisReply::List(keys)] = &parts[..] else {
                return Err(io::ErrorKind::InvalidData.into());
            };
            for key in keys {
                let RedisReply::Bytes(key) = key else { continue };
                let name = std::str::from_utf8(key).ok().and_then(|key| key.strip_prefix(&self.0.prefix));
                if let Some(name) = name.filter(|name| parts_of(name).is_some()) {
                    names.insert(name.to_owned());
                }
            }
            if next == b"0" || names.len() > LIST_LIMIT {
                return Ok(names);
            }
            cursor.clone_from(next);
        }
    }
}

impl OptionalBack for Redis {
    fn open(choice: BackendChoice, folder: &Path) -> Option<Redis> {
        match choice {
            BackendChoice::Redis(choice) => Redis::new(choice, folder),
            _ => None,
        }
    }

    /// Has nobody wait for a server that did not answer: once its rest is over, another thread tries it.
    #[cfg(feature = "background")]
    fn hurry(&self) {
        self.0.is_hurried.store(true, Ordering::Relaxed);
    }

    /// Whether the server may be asked: it answered the last time, or that is long ago.
    fn is_there(&self) -> bool {
        if self.0.is_tried.load(Ordering::Relaxed) {
            return false;
        }
        // Nothing is locked while it is tried again, which is done here if there are no threads.
        let (is_linked, failed_at) = {
            let state = self.lock();
            (state.link.is_some(), state.failed_at)
        };
        let is_marked = || {
            let since = std::fs::symlink_metadata(self.0.folder.join(DOWN)).and_then(|meta| meta.modified());
            since.is_ok_and(|since| SystemTime::now().duration_since(since).unwrap_or_default() < REST)
        };
        match (is_linked, failed_at) {
            (true, _) => true,
            (false, Some(failed_at)) => failed_at.elapsed() >= REST && self.try_again(),
            (false, None) => !is_marked(),
        }
    }
}

impl Back for Redis {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        match self.ask(&[b"GET", &self.key(name)]) {
            Ok(RedisReply::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let expire = self.0.choice.expire.as_millis().max(1).to_string();
        self.ask(&[b"SET", &self.key(name), bytes, b"PX", expire.as_bytes()]).map(|_| ())
    }

    /// The server makes room itself, as it was told to.
    fn has(&self, _name: &str) -> bool {
        true
    }

    fn remove(&self, name: &str) -> bool {
        matches!(self.ask(&[b"DEL", &self.key(name)]), Ok(RedisReply::Number(1..)))
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        for name in self.names().unwrap_or_default() {
            if let Some(bytes) = self.read(&name) {
                visit(&name, &bytes);
            }
        }
    }

    fn make_room(&self, _limits: Limits) -> usize {
        0
    }

    fn probe(&self) -> io::Result<()> {
        self.ask(&[b"SET", &self.key("probe"), b"", b"PX", b"1000"]).map(|_| ())
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the address, which may hold a password, nor the choice, which holds the address.
        f.debug_struct("Redis").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}
