//! Asking file systems whether they answer: one thread for each that does not, however many wait for it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use event_listener::Event;

/// The file systems that are being asked.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    asked: Mutex<HashMap<PathBuf, Instant>>,
    answered: Event,
}

impl Probes {
    /// Waits until a file system answers, be it with an error. It is asked for its size, which no cache of the kernel's
    /// knows.
    ///
    /// # Cancel safety
    /// The question goes on; who asks next waits for the same answer.
    pub(crate) async fn answer(self: &Arc<Self>, mount: &Path) {
        self.begin(mount);
        loop {
            let listener = self.answered.listen();
            if self.since(mount).is_none() {
                return;
            }
            listener.await;
        }
    }

    /// Since when a file system has been asked that has not answered.
    pub(crate) fn since(&self, mount: &Path) -> Option<Instant> {
        self.asked().get(mount).copied()
    }

    /// All that have been asked and have not answered, and since when.
    pub(crate) fn waiting(&self) -> Vec<(PathBuf, Instant)> {
        let mut all: Vec<_> = self.asked().iter().map(|(mount, since)| (mount.clone(), *since)).collect();
        all.sort();
        all
    }

    /// Asks, unless somebody does already.
    #[allow(clippy::disallowed_methods, reason = "a file system that hangs, hangs in real time")]
    fn begin(self: &Arc<Self>, mount: &Path) {
        if self.asked().contains_key(mount) {
            return;
        }
        self.asked().insert(mount.to_owned(), Instant::now());
        let (probes, asked) = (self.clone(), mount.to_owned());
        let ask = move || {
            // That it is an error is an answer as well.
            let _ = rustix::fs::statfs(&asked);
            probes.end(&asked);
        };
        let thread = std::thread::Builder::new().name(String::from("probe")).spawn(ask);
        if thread.is_err() {
            // Without threads nobody can ask first; whoever looks there finds out.
            self.end(mount);
        }
    }

    fn end(&self, mount: &Path) {
        self.asked().remove(mount);
        self.answered.notify(usize::MAX);
    }

    fn asked(&self) -> MutexGuard<'_, HashMap<PathBuf, Instant>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_is_not_waited_for_any_more() {
        let probes = Arc::<Probes>::default();
        for mount in ["/", "/no such place"] {
            futures_lite::future::block_on(probes.answer(Path::new(mount)));
            assert_eq!(probes.since(Path::new(mount)), None, "an error is an answer as well");
        }
        assert!(probes.waiting().is_empty());
    }
}
