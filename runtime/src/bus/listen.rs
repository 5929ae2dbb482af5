//! Listeners: who is told of things as they happen.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_channel::{Receiver, Sender};

/// So many lines wait for a listener that is slow; what does not fit is counted and lost.
const ROOM: usize = 256;

/// Those who are told of one kind of thing. As long as there are none, telling costs one atomic load.
#[derive(Debug, Default)]
pub struct Listeners {
    count: Arc<AtomicUsize>,
    all: Mutex<Vec<Weak<Ear>>>,
}

#[derive(Debug)]
struct Ear {
    filter: Filter,
    lines: Sender<Arc<str>>,
    lost: AtomicU64,
    count: Arc<AtomicUsize>,
}

/// Which events a listener wants.
///
/// # Examples
/// ```
/// use ziron_runtime::bus::Filter;
/// let filter = Filter::new(["command-*", "deploy"]);
/// assert!(filter.wants("command-end") && filter.wants("deploy") && !filter.wants("deployed"));
/// assert!(Filter::default().wants("anything"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Filter(Vec<String>);

/// The lines for one listener; dropping it ends the listening.
#[derive(Debug)]
pub struct Listening {
    ear: Arc<Ear>,
    lines: Receiver<Arc<str>>,
}

impl Filter {
    /// Wants events of these names. A name that ends in `*` stands for all that begin like it; without names, all are wanted.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Filter {
        Filter(names.into_iter().map(Into::into).filter(|name: &String| !name.is_empty()).collect())
    }

    /// Whether an event of this name is wanted.
    pub fn wants(&self, name: &str) -> bool {
        let fits = |wanted: &String| match wanted.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => wanted == name,
        };
        self.0.is_empty() || self.0.iter().any(fits)
    }
}

impl Listeners {
    /// Begins to listen.
    pub fn listen(&self, filter: Filter) -> Listening {
        let (sender, lines) = async_channel::bounded(ROOM);
        let ear = Arc::new(Ear { filter, lines: sender, lost: AtomicU64::new(0), count: self.count.clone() });
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|ear| ear.strong_count() > 0);
        all.push(Arc::downgrade(&ear));
        self.count.fetch_add(1, Ordering::Release);
        Listening { ear, lines }
    }

    /// Whether anybody listens.
    pub fn are_there(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    /// Tells all who want to hear of it. The line is made only if somebody listens.
    pub fn tell(&self, name: &str, line: impl FnOnce() -> String) {
        if !self.are_there() {
            return;
        }
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let wanting: Vec<_> =
            all.iter().filter_map(Weak::upgrade).filter(|ear| ear.filter.wants(name)).collect();
        drop(all);
        if wanting.is_empty() {
            return;
        }
        let line: Arc<str> = line().into();
        for ear in wanting {
            if ear.lines.try_send(line.clone()).is_err() {
                ear.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Listening {
    /// The next line. A listener that was too slow is told how many it has missed.
    ///
    /// # Cancel safety
    /// No line is lost.
    pub async fn next(&self) -> Arc<str> {
        let lost = self.ear.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            return format!("{lost} lines were lost: they came too fast").into();
        }
        // It holds a sender itself, so that the channel does not close.
        self.lines.recv().await.unwrap_or_default()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Release);
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::{block_on, poll_once};

    use super::*;

    #[test]
    fn a_line_is_made_only_for_those_who_want_it() {
        let listeners = Listeners::default();
        listeners.tell("build", || unreachable!("nobody listens"));
        let listening = listeners.listen(Filter::new(["build"]));
        listeners.tell("deploy", || unreachable!("nobody wants it"));
        listeners.tell("build", || String::from("built"));
        assert_eq!(&*block_on(listening.next()), "built");
        drop(listening);
        assert!(!listeners.are_there());
        listeners.tell("build", || unreachable!("nobody listens any more"));
    }

    #[test]
    fn a_slow_listener_is_told_what_it_missed() {
        let listeners = Listeners::default();
        let listening = listeners.listen(Filter::default());
        for number in 0..ROOM + 3 {
            listeners.tell("n", || number.to_string());
        }
        assert_eq!(&*block_on(listening.next()), "3 lines were lost: they came too fast");
        assert_eq!(&*block_on(listening.next()), "0");
        for _ in 1..ROOM {
            block_on(listening.next());
        }
        assert!(block_on(poll_once(listening.next())).is_none());
    }
}
