use std::sync::Arc;

use super::*;
use crate::exec::Priority;
use crate::exec::simulate::simulate;
use crate::store::CacheLimits;
use crate::store::eviction::Lru;
use crate::store::source_cache::SourceCache;

static TOOL: SourceCache<Lru> = SourceCache::new("tool", CacheLimits::DEFAULT);
static CLOCK: SourceCache<Lru> = SourceCache::new("clock", CacheLimits::DEFAULT);

fn bus() -> Bus {
    let upgrades = ["command-end", "upgrade", "command-end"].to_vec();
    Bus::new(Table::new([
        Subscription { source: "tool", cache: &TOOL, events: upgrades, refresh: None },
        Subscription {
            source: "clock",
            cache: &CLOCK,
            events: vec!["upgrade"],
            refresh: Some(Duration::from_secs(1)),
        },
    ]))
}

fn is_called(view: &View) -> bool {
    let called =
        futures_lite::future::block_on(futures_lite::future::poll_once(view.wait_for_call())).is_some();
    view.acknowledge();
    called
}

fn view(bus: &Bus, session: u64, facts: &[Fact]) -> Arc<View> {
    let view = bus.view(session);
    view.set_facts(facts);
    view.mark_ready();
    view
}

fn tell(bus: &Bus) {
    bus.tell(&bus.take().unwrap_or_default());
}

#[test]
fn subscriptions_are_those_of_the_manifest_and_of_the_configuration() {
    let bus = bus();
    assert_eq!(bus.table().events_of("tool"), ["command-end", "upgrade"]);
    assert_eq!(bus.table().events_of("clock"), ["upgrade"]);
    assert_eq!(bus.table().timers().collect::<Vec<_>>(), [("clock", Duration::from_secs(1))]);
    assert!(bus.concerns_anybody("upgrade") && !bus.concerns_anybody("deploy"));
    let listening = bus.events.listen(Filter::default());
    assert!(bus.concerns_anybody("deploy"), "somebody listens");
    drop(listening);
}

#[test]
fn who_shows_it_is_called() {
    let bus = bus();
    let [tool, clock, none] = [&[("tool", 1)][..], &[("clock", 1)], &[]].map(|facts| view(&bus, 1, facts));
    bus.happen(Event::told("upgrade", b""), None);
    tell(&bus);
    assert_eq!([&tool, &clock, &none].map(|view| is_called(view)), [true, true, false]);
    bus.happen(Event::Timer { source: "clock" }, None);
    tell(&bus);
    assert_eq!([&tool, &clock, &none].map(|view| is_called(view)), [false, true, false]);
    tool.suspend();
    bus.happen(Event::told("upgrade", b""), None);
    tell(&bus);
    assert!(!is_called(&tool), "a command runs there");
    assert!(bus.is_shown("clock") && !bus.is_shown("tool"));
}

#[test]
fn an_event_of_a_session_calls_others_with_the_same_fact() {
    let bus = bus();
    let [here, same, other] =
        [(1, 7), (2, 7), (3, 8)].map(|(session, key)| view(&bus, session, &[("tool", key)]));
    bus.happen(Event::CommandEnd, Some(&here));
    tell(&bus);
    assert_eq!([&here, &same, &other].map(|view| is_called(view)), [false, true, false]);
}

#[test]
fn what_only_tells_makes_nothing_old() {
    let bus = bus();
    let view = view(&bus, 1, &[("tool", 1)]);
    bus.happen(Event::Updated { source: "tool" }, None);
    assert_eq!(bus.take(), None, "nobody listens");
    let listening = bus.events.listen(Filter::default());
    bus.happen(Event::Updated { source: "tool" }, None);
    tell(&bus);
    assert!(!is_called(&view));
    assert_eq!(&*futures_lite::future::block_on(listening.next()), "updated tool");
}

#[test]
fn after_a_loss_all_that_can_be_old_is_called() {
    let bus = bus();
    let (tool, alien) = (view(&bus, 1, &[("tool", 1)]), view(&bus, 2, &[("alien", 1)]));
    let batch = Batch { lost: 1, is_anything_stale: true, ..Batch::default() };
    bus.tell(&batch);
    assert!(is_called(&tool) && !is_called(&alien));
    assert_eq!(bus.counts().1, 1);
}

#[test]
fn batches_come_at_once_and_then_once_a_frame() {
    simulate(1, |world| async move {
        let bus = Arc::new(bus());
        let (sender, batches) = async_channel::unbounded();
        let (clock, time, inner) = (world.clock().clone(), world.time().clone(), bus.clone());
        let run = async move {
            let each = |batch: &Batch| {
                let times: u64 = batch.notices.iter().map(|notice| notice.times).sum();
                sender.try_send((time.elapsed().as_millis(), times)).unwrap();
            };
            inner.run(&clock, each).await;
        };
        world.handle().spawn(Priority::High, run).detach();
        world.clock().sleep(Duration::from_millis(100)).await;
        for _ in 0..40 {
            bus.happen(Event::told("upgrade", b""), None);
            world.clock().sleep(Duration::from_millis(1)).await;
        }
        world.clock().sleep(Duration::from_millis(100)).await;
        let batches: Vec<_> = std::iter::from_fn(|| batches.try_recv().ok()).collect();
        assert_eq!(batches, [(100, 1), (116, 16), (132, 16), (148, 7)]);
    });
}
