//! The bus: what happens, whom it concerns, and who is told.
//!
//! An event invalidates the facts of the sources that subscribe to it, at once: when [`Bus::happen`] returns, no prompt
//! shows them as new any more. What follows is told in batches, at most one for each frame of a screen: sessions that
//! show such a fact are called to draw again, and listeners get their lines. The queue in between is bounded; what it
//! loses invalidates everything that an event can invalidate, so that nothing wrong is shown.

mod event;
mod listen;
mod queue;
mod table;
mod view;

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

pub use event::Event;
pub use listen::{Filter, Listeners, Listening};
pub use queue::{Batch, Invalidated, Notice};
pub use table::{Subscription, Table};
pub use view::View;

use queue::Queue;

use crate::exec::time::Clock;

/// A fact: its source, and the hash of its key.
pub type Fact = (&'static str, u64);

/// Batches follow each other at most once in so long: a frame of a screen that shows sixty a second.
pub const FRAME: Duration = Duration::from_millis(16);

/// So many different events wait to be told.
const LIMIT: usize = 256;

/// Takes events from those who see them to those whom they concern.
#[derive(Debug)]
pub struct Bus {
    table: Table,
    queue: Mutex<Queue>,
    filled: event_listener::Event,
    views: Mutex<Vec<Weak<View>>>,
    shown: Arc<event_listener::Event>,
    /// Who is told of events.
    pub events: Listeners,
    /// Who is told of what the daemon does.
    pub trace: Listeners,
    happened: AtomicU64,
    lost: AtomicU64,
}

impl Bus {
    /// A bus with these subscriptions.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::bus::{Bus, Event, Filter, Table};
    ///
    /// let bus = Bus::new(Table::default());
    /// bus.happen(Event::CommandEnd, None);
    /// assert_eq!(bus.take(), None, "nobody subscribes, and nobody listens");
    ///
    /// let listening = bus.events.listen(Filter::default());
    /// bus.happen(Event::CommandEnd, None);
    /// bus.tell(&bus.take().unwrap());
    /// assert_eq!(&*futures_lite::future::block_on(listening.next()), "command-end");
    /// ```
    pub fn new(table: Table) -> Bus {
        Bus {
            table,
            queue: Mutex::new(Queue::new(LIMIT)),
            filled: event_listener::Event::new(),
            views: Mutex::default(),
            shown: Arc::default(),
            events: Listeners::default(),
            trace: Listeners::default(),
            happened: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        }
    }

    /// The subscriptions.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// A new session's view, which is forgotten when it is dropped.
    pub fn view(&self, session: u64) -> Arc<View> {
        let view = Arc::new(View::new(session, self.shown.clone()));
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.retain(|view| view.strong_count() > 0);
        views.push(Arc::downgrade(&view));
        view
    }

    /// Whether any session shows a fact of this source and could draw it again.
    pub fn is_shown(&self, source: &str) -> bool {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.iter().filter_map(Weak::upgrade).any(|view| view.waits_for(source))
    }

    /// Waits until a session shows another prompt. Only what comes after this call counts.
    pub(crate) fn shown(&self) -> event_listener::EventListener {
        self.shown.listen()
    }

    /// Whether an event of this name concerns anybody.
    pub fn concerns_anybody(&self, name: &str) -> bool {
        self.events.are_there() || self.trace.are_there() || !self.table.subscribers(name).is_empty()
    }

    /// Something happened, perhaps in a session: then only those sessions are called that show the same facts as this
    /// one.
    pub fn happen(&self, event: Event, session: Option<&View>) {
        self.happened.fetch_add(1, Ordering::Relaxed);
        let mut invalidated = Invalidated::Nothing;
        if let Event::Timer { source } = event {
            if let Some(subscriber) = self.table.timed(source) {
                subscriber.invalidate();
                invalidated = Invalidated::Sources(vec![source]);
            }
        } else if !event.only_tells() {
            let subscribers = self.table.subscribers(event.name());
            for subscriber in subscribers {
                subscriber.invalidate();
            }
            if !subscribers.is_empty() {
                let is_meant = |source: &str| subscribers.iter().any(|known| known.source == source);
                invalidated = match session {
                    Some(view) => Invalidated::Facts(view.of(is_meant)),
                    None => Invalidated::Sources(subscribers.iter().map(|known| known.source).collect()),
                };
            }
        }
        if invalidated == Invalidated::Nothing && !self.events.are_there() && !self.trace.are_there() {
            return;
        }
        let session = session.map(View::session);
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push(Notice { event, session, invalidated, times: 1 });
        drop(queue);
        self.filled.notify(1);
    }

    /// What has happened since this was asked last.
    pub fn take(&self) -> Option<Batch> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Calls the sessions that a batch concerns, and tells listeners.
    pub fn tell(&self, batch: &Batch) {
        self.lost.fetch_add(batch.lost, Ordering::Relaxed);
        let views: Vec<_> = {
            let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
            views.iter().filter_map(Weak::upgrade).collect()
        };
        for view in &views {
            view.hear(batch, &self.table);
        }
        for notice in &batch.notices {
            self.events.tell(notice.event.name(), || notice.to_string());
            self.trace.tell("event", || format!("event {notice}"));
        }
        if batch.lost > 0 {
            self.events.tell("lost", || format!("lost {} events: there was no room", batch.lost));
        }
    }

    /// Waits for a batch and tells it, for ever; each is handed to `each` first. A batch comes at once after a time
    /// without events, and then one for each frame.
    ///
    /// # Cancel safety
    /// No event is lost.
    pub(crate) async fn run(&self, clock: &Clock, mut each: impl FnMut(&Batch)) -> Infallible {
        loop {
            let filled = self.filled.listen();
            match self.take() {
                Some(batch) => {
                    each(&batch);
                    self.tell(&batch);
                    clock.sleep(FRAME).await;
                }
                None => filled.await,
            }
        }
    }

    /// How many events have happened, and of how many nobody was told for want of room.
    pub fn counts(&self) -> (u64, u64) {
        (self.happened.load(Ordering::Relaxed), self.lost.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
