//! Services of the daemon that deliver events, run refresh timers, and return memory to the system.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::or;

use super::host::Host;
use super::memory;
use super::services::Service;
use super::state::DaemonState;
use crate::bus::{Bus, Event, Invalidated};
use crate::exec::Priority;
use crate::exec::time::Clock;
use crate::gather::PlannedSource;
use crate::source::Policy;

/// Minimum refresh interval, whatever the configuration says.
const SHORTEST: Duration = Duration::from_millis(100);

/// Delay before memory is returned to the system after a reading.
const TIDY: Duration = Duration::from_secs(2);

/// The services that every daemon has.
pub(super) fn services<W: Host>(daemon: &Arc<DaemonState<W>>) -> Vec<Service> {
    let (bus, tidying) = (daemon.clone(), daemon.clone());
    let mut services = vec![
        Service::vital("bus", Priority::High, move || tell(bus.clone())),
        Service::useful("tidying", Priority::Low, move || tidy(tidying.clone())),
    ];
    for (source, period) in daemon.bus.table().timers() {
        let (bus, clock) = (daemon.bus.clone(), daemon.exec.clock().clone());
        let timer = move || time(bus.clone(), source, clock.clone(), period.max(SHORTEST));
        services.push(Service::useful(format!("timer of {source}"), Priority::Low, timer));
    }
    services
}

/// Delivers events to sessions and listeners, and removes invalidated facts from the store, so that they do not come
/// back when the daemon starts again.
async fn tell<W: Host>(daemon: Arc<DaemonState<W>>) -> io::Result<Infallible> {
    let outlives = |planned: &&PlannedSource<W::Io>| {
        // Other sources show a last value as stale in any case.
        planned.cache.keeping().ttl.is_some()
            || matches!(planned.source.policy(), Policy::Keyed | Policy::Ttl(_))
    };
    let stored: Vec<&'static str> =
        daemon.prompt.sources.iter().filter(outlives).map(|planned| planned.source.name()).collect();
    let (bus, clock) = (daemon.bus.clone(), daemon.exec.clock().clone());
    let each = |batch: &crate::bus::Batch| {
        let invalidated = |source: &&'static str| {
            batch.notices.iter().rfind(|notice| match &notice.invalidated {
                Invalidated::Nothing => false,
                Invalidated::Facts(facts) => facts.iter().any(|(of, _)| of == source),
                Invalidated::Sources(sources) => sources.contains(source),
            })
        };
        let is_invalidated = |source: &&'static str| invalidated(source).is_some();
        for account in daemon.readings.accounts() {
            if let Some(notice) = invalidated(&account.source) {
                account.note_invalidated(notice.event.name(), clock.now());
            }
        }
        let Some(store) = daemon.world.store() else { return };
        let invalid: Vec<&'static str> = stored
            .iter()
            .filter(|source| batch.is_anything_stale || is_invalidated(source))
            .copied()
            .collect();
        if !invalid.is_empty() {
            let forget = daemon
                .exec
                .unblock(move || invalid.into_iter().for_each(|source| _ = store.invalidate(source)));
            forget.detach();
        }
    };
    Ok(bus.run(&clock, each).await)
}

/// Invalidates a source at its refresh interval, while a session shows it.
async fn time(bus: Arc<Bus>, source: &'static str, clock: Clock, period: Duration) -> io::Result<Infallible> {
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

/// Returns memory to the system after each burst of readings, and after sessions end. No timer runs while idle.
async fn tidy<W: Host>(daemon: Arc<DaemonState<W>>) -> io::Result<Infallible> {
    loop {
        or(daemon.single_flight.landing(), daemon.changed.listen()).await;
        daemon.exec.clock().sleep(TIDY).await;
        daemon.exec.unblock(memory::give_back).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::{Filter, Subscription, Table};
    use crate::exec::simulate::Simulation;
    use crate::store::CacheLimits;
    use crate::store::eviction::Lru;
    use crate::store::source_cache::SourceCache;

    #[test]
    fn a_timer_runs_while_somebody_shows_the_source_and_wakes_nobody_otherwise() {
        static CACHE: SourceCache<Lru> = SourceCache::new("clock", CacheLimits::DEFAULT);
        let refresh = Some(Duration::from_secs(1));
        let clock = Subscription { source: "clock", cache: &CACHE, events: Vec::new(), refresh };
        let bus = Arc::new(Bus::new(Table::new([clock])));
        let listening = bus.events.listen(Filter::default());
        let simulation = Simulation::new(1);
        let world = simulation.world();
        let (inner, clock) = (bus.clone(), world.clock().clone());
        world.handle().spawn(Priority::Low, time(inner, "clock", clock, Duration::from_secs(1))).detach();
        let view = bus.view(1);
        view.set_facts(&[("clock", 1)]);
        assert!(simulation.run(std::future::pending::<()>()).is_err(), "nothing is waited for");
        view.mark_ready();
        let clock = world.clock().clone();
        simulation.run(async { clock.sleep(Duration::from_millis(3500)).await }).unwrap();
        let batch = bus.take().unwrap();
        assert_eq!((batch.notices.len(), batch.notices[0].times), (1, 3));
        view.suspend();
        assert!(simulation.run(std::future::pending::<()>()).is_err(), "nothing is waited for again");
        assert_eq!(bus.take(), None);
        drop(listening);
    }
}
