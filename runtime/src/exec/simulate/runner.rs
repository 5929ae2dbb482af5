//! Running simulations, one or thousands.

use std::any::Any;
use std::future::Future;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Simulation, World};

/// The variable that names the one seed to run again.
const VARIABLE: &str = "ZIRON_SEED";

/// Runs one simulation to the output of its future. For tests.
///
/// # Panics
/// When it is [`Stuck`](super::Stuck).
pub(crate) fn simulate<T, F: Future<Output = T>>(seed: u64, code: impl FnOnce(World) -> F) -> T {
    let simulation = Simulation::new(seed);
    match simulation.run(code(simulation.world().clone())) {
        Ok(output) => output,
        #[allow(clippy::panic, reason = "this is how a test fails")]
        Err(stuck) => panic!("{stuck}"),
    }
}

/// Runs one simulation for each seed. For tests.
///
/// With `ZIRON_SEED=N` in the environment only that seed is run.
///
/// # Panics
/// When one of them panics or is stuck: with its seed, and what it said.
#[allow(clippy::disallowed_methods, reason = "a seed to run again comes from whoever runs the test")]
pub(crate) fn for_seeds<F: Future<Output = ()>>(seeds: Range<u64>, mut code: impl FnMut(World) -> F) {
    let only = std::env::var(VARIABLE).ok().and_then(|seed| seed.parse().ok());
    let seeds = only.map_or(seeds, |seed: u64| seed..seed.saturating_add(1));
    for seed in seeds {
        let run = catch_unwind(AssertUnwindSafe(|| simulate(seed, &mut code)));
        if let Err(panic) = run {
            #[allow(clippy::panic, reason = "this is how a test fails")]
            {
                panic!("{}\nrun it again with {VARIABLE}={seed}", message(seed, panic.as_ref()));
            }
        }
    }
}

fn message(seed: u64, panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
    let start = format!("seed {seed}: ");
    if text.starts_with(&start) { text.to_owned() } else { start + text }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures_lite::StreamExt as _;

    use super::*;
    use crate::exec::Priority;

    /// Who did something, when, and whether it went wrong.
    type Trace = Vec<(usize, Duration, bool)>;

    fn trace(seed: u64) -> Trace {
        simulate(seed, |world| async move {
            let (sender, receiver) = async_channel::unbounded();
            for name in 0..20 {
                let (inner, sender) = (world.clone(), sender.clone());
                let work = async move {
                    for _ in 0..5 {
                        inner.clock().sleep(inner.random().up_to(Duration::from_secs(1))).await;
                        let _ = sender.try_send((name, inner.time().elapsed(), inner.faults().chance(0.3)));
                    }
                };
                world.handle().spawn(Priority::Normal, work).detach();
            }
            drop(sender);
            receiver.collect().await
        })
    }

    #[test]
    fn a_seed_decides_everything() {
        assert_eq!(trace(11), trace(11));
        assert_eq!(trace(11).len(), 100);
        assert_ne!(trace(11), trace(12));
    }

    /// Two tasks that read a counter and write it one step later: it loses a count in some orders.
    async fn count_to_two(world: World) -> u32 {
        let counter = Arc::new(AtomicU32::new(0));
        let tasks = [(); 2].map(|()| {
            let counter = counter.clone();
            world.handle().spawn(Priority::Normal, async move {
                let seen = counter.load(Ordering::Relaxed);
                futures_lite::future::yield_now().await;
                counter.store(seen + 1, Ordering::Relaxed);
            })
        });
        for task in tasks {
            task.await;
        }
        counter.load(Ordering::Relaxed)
    }

    #[test]
    fn both_orders_of_a_race_are_found() {
        let outcomes: BTreeSet<_> = (0..50).map(|seed| simulate(seed, count_to_two)).collect();
        assert_eq!(outcomes, BTreeSet::from([1, 2]));
    }

    #[test]
    fn the_failing_seed_is_named() {
        let unlucky = |world: World| async move { assert!(world.seed() != 13, "an unlucky number") };
        let panic = catch_unwind(|| for_seeds(0..20, unlucky)).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert_eq!(text, "seed 13: an unlucky number\nrun it again with ZIRON_SEED=13");
        let stuck = catch_unwind(|| for_seeds(4..5, |_| std::future::pending())).unwrap_err();
        assert!(stuck.downcast_ref::<String>().unwrap().starts_with("seed 4: nothing can happen"));
    }
}
