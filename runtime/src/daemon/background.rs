//! Feeds: the tasks that bring events to the bus and take them from it.

use std::sync::Arc;
use std::time::Duration;

use super::state::DaemonState;
use super::world::World;
use crate::bus::{Bus, Event, MadeOld};
use crate::exec::Priority;
use crate::prompt::Prompt;
use crate::source::Policy;

/// Nothing is read more often than this, whatever the configuration says.
const SHORTEST: Duration = Duration::from_millis(100);

/// Begins to take events to those whom they concern.
pub(super) fn begin<P: Prompt, W: World>(hub: &Arc<DaemonState<P, W>>) {
    hub.exec.spawn_named("bus", Priority::High, tell(hub.clone())).detach();
    for (source, period) in hub.bus.table().timers() {
        let (bus, clock) = (hub.bus.clone(), hub.exec.clock().clone());
        let timer = async move { time(&bus, source, clock, period.max(SHORTEST)).await };
        hub.exec.spawn_named(format!("timer of {source}"), Priority::Low, timer).detach();
    }
}

/// Tells sessions and listeners what happens, and the store what is old: it must not come back from there after a new
/// start.
async fn tell<P: Prompt, W: World>(hub: Arc<DaemonState<P, W>>) {
    let shelves = P::shelves();
    let outlives = |(index, (source, manifest)): (usize, &(&'static str, crate::source::Manifest))| {
        let has_ttl = shelves.get(index).is_some_and(|shelved| shelved.shelf.keeping().ttl.is_some());
        // The last value of other sources is drawn as old in any case.
        let is_kept = has_ttl || matches!(manifest.policy, Policy::Keyed | Policy::Ttl(_));
        is_kept.then_some(*source)
    };
    let stored: Vec<&'static str> = P::sources().iter().enumerate().filter_map(outlives).collect();
    let (bus, clock) = (hub.bus.clone(), hub.exec.clock().clone());
    let each = |batch: &crate::bus::Batch| {
        let made_old = |source: &&'static str| {
            batch.notices.iter().rfind(|notice| match &notice.made_old {
                MadeOld::Nothing => false,
                MadeOld::Facts(facts) => facts.iter().any(|(of, _)| of == source),
                MadeOld::Sources(sources) => sources.contains(source),
            })
        };
        let is_old = |source: &&'static str| made_old(source).is_some();
        for account in hub.readings.accounts() {
            if let Some(notice) = made_old(&account.source) {
                account.was_made_old(notice.event.name(), clock.now());
            }
        }
        let Some(store) = hub.world.store() else { return };
        let old: Vec<&'static str> =
            stored.iter().filter(|source| batch.is_anything_old || is_old(source)).copied().collect();
        if !old.is_empty() {
            let forget =
                hub.exec.unblock(move || old.into_iter().for_each(|source| _ = store.invalidate(source)));
            forget.detach();
        }
    };
    bus.run(&clock, each).await;
}

/// Says again and again that a time is over, as long as somebody shows the source.
async fn time(bus: &Bus, source: &'static str, clock: crate::exec::time::Clock, period: Duration) {
    loop {
        let shown = bus.shown();
        if !bus.is_shown(source) {
            shown.await;
            continue;
        }
        clock.sleep(period).await;
        if bus.is_shown(source) {
            bus.happen(Event::Timer { source }, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::{Filter, Table};
    use crate::exec::simulate::Simulation;
    use crate::prompt::CachedSource;
    use crate::source::{Cost, Manifest};
    use crate::store::CacheLimits;
    use crate::store::eviction::Lru;
    use crate::store::source_cache::SourceCache;

    #[test]
    fn a_timer_runs_while_somebody_shows_the_source_and_wakes_nobody_otherwise() {
        static SHELF: SourceCache<Lru> = SourceCache::new("clock", CacheLimits::DEFAULT);
        let sources = [("clock", Manifest::new(Cost::Free, Policy::Never))];
        let shelves = [CachedSource { shelf: &SHELF, events: &[], refresh: Some(Duration::from_secs(1)) }];
        let bus = Arc::new(Bus::new(Table::new(&sources, &shelves)));
        let listening = bus.events.listen(Filter::default());
        let simulation = Simulation::new(1);
        let world = simulation.world();
        let (inner, clock) = (bus.clone(), world.clock().clone());
        let timer = async move { time(&inner, "clock", clock, Duration::from_secs(1)).await };
        world.handle().spawn(Priority::Low, timer).detach();
        let view = bus.view(1);
        view.shows(&[("clock", 1)]);
        assert!(simulation.run(std::future::pending::<()>()).is_err(), "nothing is waited for");
        view.is_ready();
        let clock = world.clock().clone();
        simulation.run(async { clock.sleep(Duration::from_millis(3500)).await }).unwrap();
        let batch = bus.take().unwrap();
        assert_eq!((batch.notices.len(), batch.notices[0].times), (1, 3));
        view.rests();
        assert!(simulation.run(std::future::pending::<()>()).is_err(), "nothing is waited for again");
        assert_eq!(bus.take(), None);
        drop(listening);
    }
}
