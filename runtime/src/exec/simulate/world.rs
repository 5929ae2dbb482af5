//! One simulation.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::Faults;
use crate::exec::tasks::Core;
use crate::exec::time::{Clock, VirtualTime};
use crate::exec::{Handle, Random};

/// What the code of a simulation sees of it. Cheap to clone.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::Priority;
/// use ziron_runtime::exec::simulate::simulate;
///
/// simulate(5, |world| async move {
///     assert_eq!(world.seed(), 5);
///     world.handle().spawn(Priority::Normal, async {}).await;
/// });
/// ```
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    handle: Handle,
    time: VirtualTime,
    faults: Faults,
    random: Arc<Random>,
}

impl World {
    /// The seed that decides all.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// assert_eq!(Simulation::new(9).world().seed(), 9);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The way to spawn.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Priority, simulate::simulate};
    /// assert_eq!(simulate(1, |world| world.handle().spawn(Priority::Low, async { 3 })), 3);
    /// ```
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The clock.
    ///
    /// # Examples
    /// ```
    /// # use std::time::Duration;
    /// # use ziron_runtime::exec::simulate::simulate;
    /// simulate(1, |world| world.clock().sleep(Duration::from_secs(3600)));
    /// ```
    pub fn clock(&self) -> &Clock {
        self.handle.clock()
    }

    /// Time, to be advanced or set by hand: a machine that was asleep, a clock that was set.
    ///
    /// # Examples
    /// ```
    /// # use std::time::Duration;
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// let simulation = Simulation::new(1);
    /// simulation.world().time().advance(Duration::from_secs(1));
    /// assert_eq!(simulation.world().time().elapsed(), Duration::from_secs(1));
    /// ```
    pub fn time(&self) -> &VirtualTime {
        &self.time
    }

    /// Decides what goes wrong.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// assert!(Simulation::new(1).world().faults().fault("always", 1.0));
    /// ```
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Random numbers for the test itself: how many, how large, how long.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// assert!(Simulation::new(1).world().random().below(6) < 6);
    /// ```
    pub fn random(&self) -> &Random {
        &self.random
    }
}

/// Nothing can happen any more, and the future that was waited for has no output: a deadlock.
#[derive(Clone, Debug)]
pub struct Stuck {
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
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::simulate::Simulation;
///
/// let simulation = Simulation::new(1);
/// let clock = simulation.world().clock().clone();
/// simulation.run(async move { clock.sleep(Duration::from_secs(60)).await })?;
/// assert_eq!(simulation.world().time().elapsed(), Duration::from_secs(60));
/// # Ok::<_, ziron_runtime::exec::simulate::Stuck>(())
/// ```
#[derive(Debug)]
pub struct Simulation {
    world: World,
    random: Arc<Random>,
}

impl Simulation {
    /// A simulation that a seed decides.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// assert_eq!(Simulation::new(1).run(async { 1 }).ok(), Some(1));
    /// ```
    pub fn new(seed: u64) -> Self {
        let root = Random::new(seed);
        let random = Arc::new(Random::new(root.next()));
        let faults = Faults::seeded(root.next());
        let free = Arc::new(Random::new(root.next()));
        let time = VirtualTime::new();
        let handle = Handle::new(Arc::new(Core::seeded(random.clone())), time.clock());
        Simulation { world: World { seed, handle, time, faults, random: free }, random }
    }

    /// What its code sees of it.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// assert_eq!(Simulation::new(2).world().seed(), 2);
    /// ```
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Runs tasks until a future has its output. Time passes when nothing is ready.
    ///
    /// # Errors
    /// When nothing is ready and nobody waits for time to pass.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::simulate::Simulation;
    /// let stuck = Simulation::new(7).run(std::future::pending::<()>());
    /// assert!(stuck.is_err_and(|stuck| stuck.to_string().starts_with("seed 7: nothing can happen")));
    /// ```
    pub fn run<T>(&self, until: impl Future<Output = T>) -> Result<T, Stuck> {
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
            } else if let Some(task) = core.take(0) {
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
