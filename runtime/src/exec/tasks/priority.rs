//! In which order ready tasks run.

use std::collections::VecDeque;

/// How urgent a task is.
///
/// The most urgent ready task runs first; tasks of one priority run in the order in which they became ready. None
/// starves: a priority that was passed over [`patience`](Priority::patience) times while it had a ready task gets the
/// next turn. So a critical task waits for at most one task of each other priority, and a low one for at most 128
/// others for each low task before it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Priority {
    /// Somebody looks at an empty line: drawing.
    Critical,
    /// Somebody waits for it: a reading that a drawing needs.
    High,
    /// Nobody waits yet: refreshing.
    #[default]
    Normal,
    /// Housekeeping.
    Low,
}

impl Priority {
    /// All priorities, the most urgent first.
    pub const ALL: [Priority; 4] = [Priority::Critical, Priority::High, Priority::Normal, Priority::Low];

    /// Its name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Priority::Critical => "critical",
            Priority::High => "high",
            Priority::Normal => "normal",
            Priority::Low => "low",
        }
    }

    /// How often more urgent tasks may go first before it is this one's turn.
    pub const fn patience(self) -> u32 {
        match self {
            Priority::Critical => 0,
            Priority::High => 8,
            Priority::Normal => 32,
            Priority::Low => 128,
        }
    }
}

/// What is ready, by priority.
#[derive(Debug)]
pub(super) struct Ready<T> {
    queues: [VecDeque<T>; 4],
    /// How often each priority was passed over while it had something.
    passed: [u32; 4],
}

impl<T> Default for Ready<T> {
    fn default() -> Self {
        Ready { queues: Default::default(), passed: [0; 4] }
    }
}

impl<T> Ready<T> {
    pub(super) fn len(&self) -> usize {
        self.queues.iter().map(VecDeque::len).sum()
    }

    /// Makes room for so many of one priority, so that pushing them asks for no memory.
    pub(super) fn make_room(&mut self, priority: Priority, count: usize) {
        let queue = &mut self.queues[priority as usize];
        queue.reserve(count.saturating_sub(queue.len()));
    }

    pub(super) fn push(&mut self, priority: Priority, task: T) {
        self.queues[priority as usize].push_back(task);
    }

    /// Takes the one whose turn it is.
    pub(super) fn pop(&mut self) -> Option<(Priority, T)> {
        let waiting = |priority: &Priority| !self.queues[*priority as usize].is_empty();
        let urgent = Priority::ALL.into_iter().find(waiting)?;
        let is_due = |priority: &Priority| self.passed[*priority as usize] >= priority.patience();
        // The least urgent of those that are due: the others stay due and have the turns after it.
        let due = Priority::ALL.into_iter().rev().take_while(|priority| *priority != urgent);
        let chosen = due.filter(waiting).find(is_due).unwrap_or(urgent);
        for priority in Priority::ALL {
            let passed = &mut self.passed[priority as usize];
            let is_passed = priority != chosen && !self.queues[priority as usize].is_empty();
            *passed = if is_passed { passed.saturating_add(1) } else { 0 };
        }
        let task = self.queues[chosen as usize].pop_front()?;
        Some((chosen, task))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urgent_first_and_in_order() {
        let mut ready = Ready::default();
        for (priority, task) in
            [(Priority::Low, 1), (Priority::Normal, 2), (Priority::Critical, 3), (Priority::Normal, 4)]
        {
            ready.push(priority, task);
        }
        let order: Vec<_> = std::iter::from_fn(|| ready.pop()).map(|(_, task)| task).collect();
        assert_eq!(order, [3, 2, 4, 1]);
    }

    #[test]
    fn each_priority_gets_its_share_of_a_flood() {
        let mut ready = Ready::default();
        for priority in Priority::ALL {
            ready.push(priority, ());
        }
        let mut turns = [0_u32; 4];
        for _ in 0..10_000 {
            let (priority, ()) = ready.pop().unwrap();
            turns[priority as usize] += 1;
            ready.push(priority, ());
        }
        assert!(turns[0] > 8_000, "{turns:?}");
        assert!(turns[1] > 1_000 && turns[2] > 290 && turns[3] > 70, "{turns:?}");
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_the_rule_says(arrivals in prop::collection::vec(0_usize..4, 1..400)) {
            let mut ready = Ready::default();
            let mut count = [0_u32; 4];
            let mut turn = 0_u32;
            let mut take = |ready: &mut Ready<(u32, u32)>, count: &mut [u32; 4]| {
                let (priority, (since, before)) = ready.pop()?;
                count[priority as usize] -= 1;
                turn += 1;
                // Each of those before it, and it, waits for its patience and for the others that are due.
                let longest = (before + 1) * (priority.patience() + 4);
                assert!(turn - since <= longest, "{priority:?} waited for {} of {longest}", turn - since);
                Some(turn)
            };
            let mut now = 0;
            for (index, arrival) in arrivals.into_iter().enumerate() {
                ready.push(Priority::ALL[arrival], (now, count[arrival]));
                count[arrival] += 1;
                if index % 2 == 1 {
                    now = take(&mut ready, &mut count).unwrap_or(now);
                }
            }
            while take(&mut ready, &mut count).is_some() {}
            prop_assert_eq!(ready.len(), 0);
        }
    }
}
