//! One simulation.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::exec::tasks::Core;
use crate::exec::time::{Clock, VirtualTime};
use crate::exec::{Handle, Random};

/// What the code of a simulation sees of it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct World {
    seed: u64,
    handle: Handle,
    time: VirtualTime,
    faults: Arc<Random>,
    random: Arc<Random>,
}

impl World {
    /// The seed that decides all.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The way to spawn.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The clock.
    pub(crate) fn clock(&self) -> &Clock {
        self.handle.clock()
    }

    /// Time, to be advanced by hand: a machine that was asleep.
    pub(crate) fn time(&self) -> &VirtualTime {
        &self.time
    }

    /// Decides what goes wrong, whatever else the test does.
    pub(crate) fn faults(&self) -> &Random {
        &self.faults
    }

    /// Random numbers for the test itself: how many, how large, how long.
    pub(crate) fn random(&self) -> &Random {
        &self.random
    }
}

/// Nothing can happen any more, and the future that was waited for has no output: a deadlock.
#[derive(Clone, Debug)]
pub(crate) struct Stuck {
    seed: u64,
    tasks: Vec<String>,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: nothing can happen any more; {} tasks wait", self.seed, self.tasks.len())?;
        self.tasks.iter().try_for_each(|task| write!(f, "\n  {task}"))
    }
}

impl std::error::Error for Stuck {}

/// A model on one thread, in an order and a time of its own.
#[derive(Debug)]
pub(crate) struct Simulation {
    world: World,
    random: Arc<Random>,
}

impl Simulation {
    /// A simulation that a seed decides.
    pub(crate) fn new(seed: u64) -> Self {
        let root = Random::new(seed);
        let random = Arc::new(Random::new(root.next()));
        let faults = Arc::new(Random::new(root.next()));
        let free = Arc::new(Random::new(root.next()));
        let time = VirtualTime::new();
        let handle = Handle::new(Arc::new(Core::seeded(random.clone())), time.clock());
        Simulation { world: World { seed, handle, time, faults, random: free }, random }
    }

    /// What its code sees of it.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Runs tasks until a future has its output. Time passes when nothing is ready.
    ///
    /// # Errors
    /// When nothing is ready and nobody waits for time to pass.
    pub(crate) fn run<T>(&self, until: impl Future<Output = T>) -> Result<T, Stuck> {
        let core = self.world.handle.core();
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut until = pin!(until);
        loop {
            let others = core.ready_count();
            let is_woken = woken.0.load(Ordering::Acquire);
            // The future that is waited for is one of those to pick from.
            if is_woken && self.random.below(others + 1) == 0 {
                woken.0.store(false, Ordering::Release);
                if let Poll::Ready(output) = until.as_mut().poll(&mut context) {
                    return Ok(output);
                }
            } else if let Some(task) = core.take() {
                task.run();
            } else if !is_woken && !self.world.time.advance_to_next() {
                let tasks = self.world.handle.tasks();
                return Err(Stuck {
                    seed: self.world.seed,
                    tasks: tasks.iter().map(ToString::to_string).collect(),
                });
            }
        }
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        self.world.handle.core().close();
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}
