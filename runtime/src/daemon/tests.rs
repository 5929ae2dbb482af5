//! Sessions over lines in memory, on the simulated clock.

mod ahead;
mod given_up;
mod services;
mod stage;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stage::{LONG, LOOKS, READ, READS, SAMPLE, connect, daemon, hub_with, in_turn, set, shell};

use futures_lite::future::poll_once;

use super::program::Program;
use super::serve::{Home, ShutdownReason, changed};
use crate::exec::simulate::{self, for_seeds};
use crate::io::{Io, Simulated};
use crate::ipc::address::{self, Address};
use crate::store::Store;

#[test]
fn who_says_nothing_is_left_and_a_session_is_not() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let session = shell(&daemon, "zsh", 0).await;
        let silent = connect(&daemon);
        world.clock().sleep(Duration::from_secs(9)).await;
        assert!(!silent.says.is_closed(), "it has time to think");
        world.clock().sleep(Duration::from_secs(2)).await;
        assert!(silent.says.is_closed(), "its place is free");
        world.clock().sleep(Duration::from_secs(3600)).await;
        assert_eq!(session.draw(1, "/one").await, "1,1,");
    };
    in_turn(|| for_seeds(0..20, test));
}

#[test]
fn a_client_of_the_build_that_takes_over_is_shown_nothing_old() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let hello = |build: &str| format!("hello|v=1|build={build}|shell=zsh|answer=stream|redraw=1");
        let answer = async |words: &str| {
            let client = connect(&daemon);
            client.say(words).await;
            client.hear().await
        };
        // Another build alone says nothing of which is the newer one.
        assert!(answer(&hello("new")).await.contains("state=other-build"));
        daemon.world.is_replaced.store(true, Ordering::SeqCst);
        assert!(answer(&hello("0")).await.contains("state=ok"), "one of its own");
        assert!(!daemon.is_stopping());
        let one = shell(&daemon, "zsh", 1).await;
        one.say("draw|seq=1|path=/one|build=new").await;
        assert!(one.hear().await.starts_with("error|code=replaced"));
        assert!(daemon.is_stopping(), "and it goes");
        assert!(answer(&hello("new")).await.starts_with("error|code=replaced"));
    };
    in_turn(|| for_seeds(0..20, test));
}

/// A daemon that nobody can find is of no use: also when its folder is gone before it is watched.
#[test]
fn one_that_lost_its_home_while_it_began_ends() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let runtime = crate::safe_path::private_folder().unwrap();
        let here = address::Surroundings::with_runtime_dir(runtime.path());
        let address = Address::of_canonical(Path::new("/bin/ziron-prompt"), &here).unwrap();
        let folder = Arc::new(address.prepare().unwrap());
        let home = Home { folder, socket: 0, program: Arc::new(Program::own()) };
        let end = poll_once(changed(&daemon, home)).await;
        assert!(matches!(end, Some(Ok(ShutdownReason::Homeless))), "it has no socket");
    };
    in_turn(|| for_seeds(0..1, test));
}

#[test]
fn an_event_redraws_exactly_the_sessions_that_show_the_source() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let one = shell(&daemon, "zsh", 1).await;
        let two = shell(&daemon, "fish", 1).await;
        let plain = shell(&daemon, "zsh", 1).await;
        let bash = shell(&daemon, "bash", 0).await;
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        assert_eq!(two.draw(1, "/two").await, "1,1,");
        assert_eq!(plain.draw(1, "/plain").await, ",1,");
        assert_eq!(bash.draw(1, "/one").await, "1,1,");
        let reads = READS.load(Ordering::SeqCst);
        set([2, 2]);
        // A tool that is no session tells of it, a hundred times.
        let tool = shell(&daemon, "bash", 0).await;
        for _ in 0..100 {
            tool.say("event|name=deploy|data=staging").await;
        }
        world.clock().sleep(LONG).await;
        // The other source was not invalidated, and so is not read again.
        assert_eq!(one.redraws().last().map(String::as_str), Some("1 2,1,"));
        assert_eq!(two.redraws().last().map(String::as_str), Some("1 2,1,"));
        assert_eq!((plain.redraws(), bash.redraws()), (vec![], vec![]));
        assert!(
            READS.load(Ordering::SeqCst) <= reads + 4,
            "at most once a frame, and there were two at most"
        );
        // Who cannot be called sees it with the next prompt.
        assert_eq!(bash.draw(2, "/one").await, "2,1,");
    };
    in_turn(|| for_seeds(0..50, test));
}

#[test]
fn who_asks_at_the_same_time_shares_a_look_and_who_asks_later_does_not() {
    const SHELLS: u64 = 20;
    let all = AtomicU64::new(0);
    let test = |world: simulate::World| {
        let all = &all;
        async move {
            let daemon = daemon(&world);
            let mut shells = Vec::new();
            for _ in 0..SHELLS {
                shells.push(shell(&daemon, "zsh", 1).await);
            }
            // What has to be read is nobody's to share.
            assert_eq!(shells[0].draw(1, "/one").await, "1,1,");
            let looks = || LOOKS.load(Ordering::SeqCst);
            let before = looks();
            assert_eq!(shells[0].draw(2, "/one").await, "1,1,");
            assert_eq!(shells[1].draw(2, "/one").await, "1,1,");
            assert_eq!(looks() - before, 4, "a look for each, of two sources");
            for shell in &shells {
                shell.say("draw|seq=3|status=7|path=/one").await;
            }
            let before = looks();
            for shell in &shells {
                assert!(shell.hear().await.starts_with("drawn|3|fresh|1,1,"));
            }
            all.fetch_add(looks() - before, Ordering::SeqCst);
            // It shows the same facts, and hears of the same events.
            set([2, 1]);
            shells[0].say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            for shell in &shells {
                assert_eq!(shell.redraws().last().map(String::as_str), Some("3 2,1,"));
            }
        }
    };
    const SEEDS: u64 = 50;
    in_turn(|| for_seeds(0..SEEDS, test));
    let looks = all.load(Ordering::SeqCst);
    assert!((SEEDS * 2..SEEDS * SHELLS).contains(&looks), "{looks} looks, of {}", SEEDS * SHELLS * 2);
}

#[test]
fn a_redraw_that_changes_nothing_is_not_sent() {
    in_turn(|| {
        for_seeds(0..20, |world| async move {
            let daemon = daemon(&world);
            let one = shell(&daemon, "zsh", 1).await;
            assert_eq!(one.draw(1, "/one").await, "1,1,");
            let reads = READS.load(Ordering::SeqCst);
            one.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!(READS.load(Ordering::SeqCst), reads + 1, "it was looked at");
            assert_eq!(one.redraws(), Vec::<String>::new());
            assert_eq!(daemon.counts.redraws.load(Ordering::Relaxed), 0);
        });
    });
}

#[test]
fn a_command_concerns_those_who_show_the_same_place() {
    in_turn(|| {
        for_seeds(0..50, |world| async move {
            let daemon = daemon(&world);
            let here = shell(&daemon, "zsh", 1).await;
            let same = shell(&daemon, "zsh", 1).await;
            let elsewhere = shell(&daemon, "zsh", 1).await;
            assert_eq!(here.draw(1, "/one").await, "1,1,");
            assert_eq!(same.draw(1, "/one").await, "1,1,");
            assert_eq!(elsewhere.draw(1, "/two").await, "1,1,");
            here.say("event|name=command-start").await;
            READ[1].store(2, Ordering::SeqCst);
            // The next request says by itself that the command has ended, and is answered with what is true now.
            assert_eq!(here.draw(2, "/one").await, "1,2,");
            world.clock().sleep(LONG).await;
            assert_eq!(same.redraws(), ["1 1,2,"]);
            assert_eq!((here.redraws(), elsewhere.redraws()), (vec![], vec![]));
            // While a command runs, nothing is drawn there.
            same.say("event|name=command-start").await;
            READ[0].store(7, Ordering::SeqCst);
            here.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!(here.redraws(), ["2 7,2,"]);
            assert_eq!(same.redraws(), Vec::<String>::new());
        });
    });
}

#[test]
fn a_storm_is_drawn_at_most_once_in_a_frame() {
    in_turn(|| {
        for_seeds(0..10, |world| async move {
            let daemon = daemon(&world);
            let one = shell(&daemon, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&daemon, "bash", 0).await;
            for number in 0..1000 {
                READ[0].store(number + 2, Ordering::SeqCst);
                tool.say("event|name=deploy").await;
                world.clock().sleep(Duration::from_millis(1)).await;
            }
            world.clock().sleep(LONG).await;
            let redraws = one.redraws();
            assert!(redraws.len() <= 1000 / 16 + 2, "{}", redraws.len());
            assert_eq!(redraws.last().map(String::as_str), Some("1 1001,1,"));
        });
    });
}

#[test]
fn events_and_traces_are_told_until_the_daemon_ends() {
    in_turn(|| {
        for_seeds(0..20, |world| async move {
            let daemon = daemon(&world);
            let (events, trace) = (shell(&daemon, "bash", 0).await, shell(&daemon, "bash", 0).await);
            events.say("events|filter=deploy session-*").await;
            trace.say("trace").await;
            world.clock().sleep(LONG).await;
            let one = shell(&daemon, "zsh", 1).await;
            one.draw(1, "/one").await;
            // What is told at once is told by its urgency.
            world.clock().sleep(LONG).await;
            one.say("event|name=deploy|data=a b").await;
            one.say("event|name=other").await;
            world.clock().sleep(LONG).await;
            assert_eq!(events.hear().await, "text|session-began (session 3)\n");
            assert_eq!(events.hear().await, "text|deploy a b\n");
            let mut traced = Vec::new();
            while let Ok(text) = trace.hears.try_recv() {
                traced.push(text);
            }
            let has = |what: &str| traced.iter().any(|text| text.contains(what));
            for what in
                ["event session-began", "reads deploys", "has read commits in", "session 3 draws 1 in /one"]
            {
                assert!(has(what), "{what}: {traced:?}");
            }
            assert!(!has("again"), "nothing has changed: {traced:?}");
            daemon.stop();
            assert_eq!(events.hear().await, "end|status=0");
        });
    });
}

#[test]
fn what_an_event_made_old_does_not_come_back_from_the_store() {
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let folder = crate::safe_path::private_folder().unwrap();
            let store = Arc::new(Store::new(folder.path()));
            let daemon = hub_with(&world, Some(store.clone()));
            let one = shell(&daemon, "bash", 0).await;
            one.draw(1, "/one").await;
            let key = PathBuf::from("/one");
            let stored = |source| store.load::<PathBuf, u64>(source, &key, Simulated::new().now());
            assert_eq!(
                [stored("deploys"), stored("commits")].map(|stored| stored.map(|it| it.fact)),
                [Some(1); 2]
            );
            one.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!((stored("deploys"), stored("commits").map(|it| it.fact)), (None, Some(1)));
        });
    });
}

#[test]
fn the_variables_of_the_prompt_are_those_that_its_sources_read() {
    assert_eq!(SAMPLE.variables, SAMPLE.variables_of_manifests());
}

/// What is held for an empty line is what an empty line is answered with, where nothing has changed; and where
/// something has, the shell is told so.
#[test]
fn a_held_picture_is_that_of_the_next_answer() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let random = world.random();
        let one = shell(&daemon, "zsh", 1).await;
        for seq in (1..20).step_by(2) {
            let said = format!("status={}|jobs={}|path=/one", random.below(3), random.below(3));
            let duration = if random.chance(0.5) { "|duration=830" } else { "" };
            one.say(&format!("draw|seq={seq}|{said}{duration}")).await;
            let text = one.hear().await;
            let fields: Vec<&str> = text.split('|').collect();
            let held = match fields[8..] {
                ["="] => fields[3..8].to_vec(),
                ref held => held.to_vec(),
            };
            assert_eq!(fields[8] == "=", duration.is_empty(), "{text}");
            let has_changed = random.chance(0.3);
            if has_changed {
                READ[1].fetch_add(1, Ordering::SeqCst);
                shell(&daemon, "bash", 0).await.say("event|name=command-end").await;
                // The session is not called: it has asked already.
                one.say("event|name=command-start").await;
            }
            one.say(&format!("draw|seq={}|held=1|{said}", seq + 1)).await;
            let text = one.hear().await;
            let kind = if has_changed { "redraw" } else { "drawn" };
            let fields: Vec<&str> = text.split('|').collect();
            assert_eq!(fields[..3], [kind, &(seq + 1).to_string(), "fresh"], "{text}");
            assert_eq!(fields[3..7] == held[..4], !has_changed, "{text}: {held:?}");
        }
        // Who cannot draw again has no use for it.
        let bash = shell(&daemon, "bash", 0).await;
        bash.say("draw|seq=1|held=1|path=/one").await;
        let text = bash.hear().await;
        assert!(text.starts_with("drawn|1|") && text.split('|').count() == 8, "{text}");
    };
    in_turn(|| for_seeds(0..50, test));
}
