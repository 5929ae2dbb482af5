//! The list of live tasks.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::Priority;

/// What a task is doing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum State {
    /// It could go on and waits for its turn.
    Ready,
    /// It is being polled; for long, if it hangs.
    Running,
    /// It waits for something.
    Waiting,
}

impl State {
    /// Its name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            State::Ready => "ready",
            State::Running => "running",
            State::Waiting => "waiting",
        }
    }
}

/// One line of the list of live tasks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Counts tasks of one model in the order in which they were spawned.
    pub id: u64,
    /// Its name; the type of its future if it was not given one.
    pub name: Cow<'static, str>,
    /// Where it was spawned.
    pub spawned_at: &'static Location<'static>,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is doing.
    pub state: State,
    /// How long ago it was spawned.
    pub age: Duration,
    /// How often it was polled.
    pub polls: u64,
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TaskInfo { name, spawned_at, priority, state, age, polls, .. } = self;
        let (priority, state) = (priority.name(), state.name());
        write!(f, "{name} ({priority}, {state}, {polls} polls, {age:.1?} old) {spawned_at}")
    }
}

/// What is known about one live task.
#[derive(Debug)]
pub(super) struct Record {
    id: u64,
    name: Cow<'static, str>,
    spawned_at: &'static Location<'static>,
    pub(super) priority: Priority,
    born: Instant,
    state: AtomicU8,
    polls: AtomicU64,
}

impl Record {
    /// Notes the state. It orders nothing: it is only shown.
    pub(super) fn set(&self, state: State) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    pub(super) fn count_poll(&self) {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.set(State::Running);
    }

    fn info(&self, now: Instant) -> TaskInfo {
        let state = match self.state.load(Ordering::Relaxed) {
            0 => State::Ready,
            1 => State::Running,
            _ => State::Waiting,
        };
        TaskInfo {
            id: self.id,
            name: self.name.clone(),
            spawned_at: self.spawned_at,
            priority: self.priority,
            state,
            age: now.saturating_duration_since(self.born),
            polls: self.polls.load(Ordering::Relaxed),
        }
    }
}

/// What a task is spawned with.
#[derive(Debug)]
pub(super) struct Birth {
    pub(super) name: Cow<'static, str>,
    pub(super) priority: Priority,
    pub(super) spawned_at: &'static Location<'static>,
    pub(super) born: Instant,
}

impl Birth {
    /// For a future that nobody named.
    pub(super) fn unnamed<F>(
        priority: Priority,
        spawned_at: &'static Location<'static>,
        born: Instant,
    ) -> Self {
        Birth { name: Cow::Borrowed(type_name::<F>()), priority, spawned_at, born }
    }
}

/// All live tasks of a model: their records, and how to wake them for their end.
#[derive(Debug, Default)]
pub(super) struct Entries {
    slots: Vec<Option<(Arc<Record>, Waker)>>,
    free: Vec<usize>,
    born: u64,
    /// How many of each priority are alive.
    live: [usize; 4],
    /// For how many of each priority the queues have room.
    room: [usize; 4],
}

impl Entries {
    /// Takes a place for a task that is about to be spawned.
    pub(super) fn begin(&mut self, birth: Birth) -> (usize, Arc<Record>) {
        let Birth { name, priority, spawned_at, born } = birth;
        let id = self.born;
        self.born += 1;
        self.live[priority as usize] += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        let (state, polls) = (AtomicU8::new(State::Ready as u8), AtomicU64::new(0));
        (slot, Arc::new(Record { id, name, spawned_at, priority, born, state, polls }))
    }

    pub(super) fn put(&mut self, slot: usize, record: Arc<Record>, waker: Waker) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some((record, waker));
        }
    }

    /// For how many tasks of a priority the queues have to make room, if they have none for all that live.
    pub(super) fn lacks_room(&mut self, priority: Priority) -> Option<usize> {
        let (live, room) = (self.live[priority as usize], &mut self.room[priority as usize]);
        (live > *room).then(|| {
            *room = live.next_power_of_two().max(16);
            *room
        })
    }

    /// Forgets a task. What comes back is to be dropped where no lock is held.
    pub(super) fn end(&mut self, slot: usize, priority: Priority) -> Option<(Arc<Record>, Waker)> {
        let live = &mut self.live[priority as usize];
        *live = live.saturating_sub(1);
        self.free.push(slot);
        self.slots.get_mut(slot)?.take()
    }

    pub(super) fn wakers(&self) -> Vec<Waker> {
        self.slots.iter().flatten().map(|(_, waker)| waker.clone()).collect()
    }

    pub(super) fn list(&self, now: Instant) -> Vec<TaskInfo> {
        let mut list: Vec<_> = self.slots.iter().flatten().map(|(record, _)| record.info(now)).collect();
        list.sort_unstable_by_key(|task| task.id);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::Priority;
    use crate::exec::simulate::simulate;

    #[test]
    fn a_line_says_what_a_task_is_and_does() {
        simulate(1, |world| async move {
            let task = world.handle().spawn_named("sweep", Priority::Low, std::future::pending::<()>());
            let [line] = &world.handle().tasks()[..] else { panic!("there is one task") };
            assert!(line.to_string().starts_with("sweep (low, ready, 0 polls, 0.0ns old) "), "{line}");
            drop(task);
        });
    }
}
