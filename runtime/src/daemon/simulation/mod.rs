//! The daemon's own code in worlds that a seed decides: sessions, drawings, memory and single flight are those of the
//! product; the lines, the machine and the clock are not.
//!
//! In each world some shells work at once, of all kinds, while the machine changes under them, readings take their
//! time, fail or hang, and others on the socket misbehave. Every prompt that a shell gets is held against what was
//! true when ([`client`]).
//!
//! In others daemons die one after the other ([`deaths`]).
//!
//! `ZIRON_SEED=N` runs one world again; `ZIRON_WORLDS=N` makes so many of them.
//!
//! What was broken on purpose, to see whether it is noticed, and in which of the first worlds it was:
//! - a fact that was read a little before the request counts as fresh (1);
//! - all keys are one (1);
//! - what a redraw has to wait for is not taken over (3): a tool is upgraded while its version is read, and the prompt
//!   stays old;
//! - a fact is looked for only in the memory, which may have no room for it (0);
//! - a fact is kept for its key although the key has changed meanwhile (80);
//! - a redraw that looks like the last prompt is not sent although a placeholder was shown since (46).
//! - a daemon takes what it has never sent for what a shell shows (19, where daemons die).
//!
//! Not noticed, because the next reading makes up for it within the time that is allowed: that facts have arrived is
//! forgotten when a frame comes.

mod client;
mod deaths;
mod hostile;
mod machine;
mod prompt;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use client::{Around, Client, Kind, PLACES, PROFILES};
use hostile::Vice;
use machine::{Machine, Seen, Weather};
use prompt::{Six, THINGS};

use super::state::DaemonState;
use crate::exec::simulate::{World, for_seeds};
use crate::exec::{Priority, Task};

/// After so long nothing goes on any more for clients that have left: readings are given up after 30 s.
const SETTLED: Duration = Duration::from_secs(61);

/// One world.
async fn live(sim: World, weather: Weather) {
    let six = Six::of_size(if sim.random().chance(0.6) { 0 } else { 1 + sim.random().below(2) });
    let machine = Machine::new(sim.clone(), weather, None);
    let daemon = Arc::new(DaemonState::new(six.prompt, Seen(machine.clone()), sim.handle().clone()));
    let around = Around { machine: machine.clone(), daemon };
    let (stop, stopped) = async_channel::bounded::<()>(1);
    let change = sim.handle().spawn(Priority::Normal, change(machine.clone(), stopped));
    let mut shells: Vec<Task<()>> = Vec::new();
    for pid in 0..=sim.random().below(4) as u32 {
        let (around, kind) = (around.clone(), Kind::ALL[sim.random().below(4)]);
        shells.push(sim.handle().spawn(Priority::Normal, async move {
            if let Some(mut client) = Client::open(around, kind, pid).await {
                client.work().await;
            }
        }));
    }
    if weather == Weather::Rough {
        for _ in 0..sim.random().below(3) {
            let (around, vice) = (around.clone(), Vice::ALL[sim.random().below(5)]);
            shells.push(sim.handle().spawn(Priority::Normal, async move { vice.live(&around).await }));
        }
    }
    for shell in shells {
        shell.await;
    }
    drop(stop);
    change.await;
    sim.clock().sleep(SETTLED).await;
    let tasks = sim.handle().tasks();
    assert!(tasks.is_empty(), "nobody is left, but this goes on: {tasks:#?}");
    assert_eq!((around.daemon.session_count(), around.daemon.single_flight.count()), (0, 0));
    let entries = six.entries();
    assert!(entries <= 2 * THINGS.len() + machine.identities(), "{entries} entries: {six:?}");
}

/// Changes the machine until it is told to stop.
async fn change(machine: Arc<Machine>, stopped: async_channel::Receiver<()>) {
    let sim = &machine.sim;
    loop {
        let span = sim.random().up_to(Duration::from_millis(120));
        if sim.clock().timeout(span, stopped.recv()).await.is_ok() {
            return;
        }
        let thing = THINGS[sim.random().below(5)];
        let (place, profile) = (PLACES[sim.random().below(2)], PROFILES[sim.random().below(2)]);
        let path = thing.at(place.as_ref(), profile);
        if sim.random().chance(0.3) {
            machine.put_back(&path.to_string_lossy());
        } else {
            machine.change(&path.to_string_lossy());
        }
    }
}

/// How many worlds are tried: as many as a debug build can in some seconds, unless somebody says otherwise.
#[allow(clippy::disallowed_methods, reason = "how long to look for trouble is said by whoever runs the test")]
fn worlds() -> u64 {
    std::env::var("ZIRON_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

#[test]
fn no_prompt_is_wrong_and_each_becomes_final() {
    for_seeds(0..worlds(), |sim| live(sim, Weather::Calm));
}

#[test]
fn no_prompt_is_wrong_whatever_goes_wrong() {
    for_seeds(0..worlds(), |sim| live(sim, Weather::Rough));
}
