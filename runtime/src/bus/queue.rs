//! What is still to be told: a queue with a bound, and with a rule for what does not fit.

use std::fmt;

use super::{Event, Fact};

/// An event, and what it invalidated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub event: Event,
    /// The session that it happened in, if it was one.
    pub session: Option<u64>,
    /// What it invalidated.
    pub invalidated: Invalidated,
    /// How often it happened since somebody was told last.
    pub times: u64,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.event)?;
        if let Some(session) = self.session {
            write!(f, " (session {session})")?;
        }
        if self.times > 1 { write!(f, " ×{}", self.times) } else { Ok(()) }
    }
}

/// What an event invalidated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Invalidated {
    /// Nothing.
    #[default]
    Nothing,
    /// These facts, which one session showed.
    Facts(Vec<Fact>),
    /// All facts of these sources.
    Sources(Vec<&'static str>),
}

/// What has happened since somebody was told last.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The most urgent first; those that are equally urgent in their order.
    pub notices: Vec<Notice>,
    /// How many were lost because there was no room for them.
    pub lost: u64,
    /// Whether one of those made something old: then all that an event can make old has to be taken for old.
    pub is_anything_stale: bool,
}

/// Notices in their order.
///
/// The same event of the same session is there once, with a count. Where there is no room, the oldest of the least
/// urgent notices goes, or the new one if all others are more urgent. The loss of one that made facts old is
/// remembered.
#[derive(Debug)]
pub(super) struct Queue {
    limit: usize,
    batch: Batch,
}

impl Queue {
    pub(super) const fn new(limit: usize) -> Queue {
        Queue { limit, batch: Batch { notices: Vec::new(), lost: 0, is_anything_stale: false } }
    }

    pub(super) fn push(&mut self, notice: Notice) {
        let notices = &mut self.batch.notices;
        let same = |known: &&mut Notice| known.event == notice.event && known.session == notice.session;
        if let Some(known) = notices.iter_mut().rev().find(same) {
            known.times += notice.times;
            match (&mut known.invalidated, notice.invalidated) {
                (Invalidated::Facts(all), Invalidated::Facts(more)) => {
                    all.extend(more);
                    all.sort_unstable();
                    all.dedup();
                }
                (known, new) => *known = new,
            }
            return;
        }
        notices.push(notice);
        if notices.len() > self.limit {
            // Of those that are equally urgent, the first is the oldest.
            let least = notices.iter().map(|notice| notice.event.priority()).max();
            let at = notices.iter().position(|notice| Some(notice.event.priority()) == least);
            if let Some(lost) = at.map(|at| notices.remove(at)) {
                self.batch.lost += lost.times;
                self.batch.is_anything_stale |= lost.invalidated != Invalidated::Nothing;
            }
        }
    }

    /// All that is there.
    pub(super) fn take(&mut self) -> Option<Batch> {
        if self.batch.notices.is_empty() && self.batch.lost == 0 {
            return None;
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.notices.sort_by_key(|notice| notice.event.priority());
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(event: Event) -> Notice {
        let invalidated =
            if event.only_tells() { Invalidated::Nothing } else { Invalidated::Sources(vec!["tool"]) };
        Notice { event, session: None, invalidated, times: 1 }
    }

    fn names(batch: &Batch) -> Vec<String> {
        batch.notices.iter().map(|notice| format!("{} ×{}", notice.event, notice.times)).collect()
    }

    fn filled(limit: usize, events: impl IntoIterator<Item = Event>) -> Batch {
        let mut queue = Queue::new(limit);
        events.into_iter().for_each(|event| queue.push(notice(event)));
        queue.take().unwrap()
    }

    #[test]
    fn the_most_urgent_comes_first_and_the_rest_in_its_order() {
        let batch = filled(
            9,
            [
                Event::Updated { source: "b" },
                Event::told("two", b""),
                Event::Updated { source: "a" },
                Event::CommandEnd,
                Event::told("one", b""),
            ],
        );
        assert_eq!(names(&batch), ["command-end ×1", "two ×1", "one ×1", "updated b ×1", "updated a ×1"]);
    }

    #[test]
    fn the_same_is_told_once() {
        let burst = (0..50).map(|_| Event::told("build", b"x")).chain([Event::told("build", b"y")]);
        let batch = filled(2, burst);
        assert_eq!(names(&batch), ["build x ×50", "build y ×1"]);
        assert_eq!((batch.lost, batch.is_anything_stale), (0, false));
    }

    #[test]
    fn two_sessions_are_two_events_and_facts_add_up() {
        let mut queue = Queue::new(9);
        for (session, key) in [(1, 7), (2, 7), (1, 3)] {
            let invalidated = Invalidated::Facts(vec![("tool", key)]);
            queue.push(Notice { event: Event::CommandEnd, session: Some(session), invalidated, times: 1 });
        }
        let batch = queue.take().unwrap();
        assert_eq!(batch.notices[0].invalidated, Invalidated::Facts(vec![("tool", 3), ("tool", 7)]));
        assert_eq!((batch.notices.len(), batch.notices[0].times), (2, 2));
        assert_eq!(queue.take(), None, "each is told once");
    }

    #[test]
    fn the_oldest_of_the_least_urgent_gives_way() {
        let tells = ["a", "b", "c"].map(|source| Event::Updated { source });
        let [a, b, c] = tells;
        let batch = filled(3, [a, Event::told("mine", b""), b, c, Event::CommandEnd]);
        assert_eq!(names(&batch), ["command-end ×1", "mine ×1", "updated c ×1"]);
        assert_eq!((batch.lost, batch.is_anything_stale), (2, false), "what was lost only told");
    }

    #[test]
    fn a_newcomer_that_is_less_urgent_than_all_is_lost_itself() {
        let batch = filled(1, [Event::CommandEnd, Event::Updated { source: "a" }]);
        assert_eq!((names(&batch), batch.lost), (vec![String::from("command-end ×1")], 1));
    }

    #[test]
    fn that_something_was_made_old_is_never_lost() {
        let batch = filled(4, (0..10).map(|n| Event::told(&format!("e{n}"), b"")));
        assert_eq!((batch.notices.len(), batch.lost, batch.is_anything_stale), (4, 6, true));
        assert_eq!(names(&batch)[0], "e6 ×1");
    }
}
