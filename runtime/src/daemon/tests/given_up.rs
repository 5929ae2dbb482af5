//! Readings that are given up: by whom, and why.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::stage::{READS, Sampler, Shell, connect, daemon, hang, in_turn, set, shell};
use crate::exec::simulate::{self, for_seeds};

/// Somebody who hears who gives up what.
async fn listen(daemon: &Sampler) -> Shell {
    let trace = connect(daemon);
    trace.say("hello|v=1|answer=once").await;
    trace.hear().await;
    trace.say("trace|filter=reading").await;
    trace
}

/// What was given up so far, without the lines of each reading.
fn given_up(trace: &Shell) -> Vec<String> {
    let told = std::iter::from_fn(|| trace.hears.try_recv().ok());
    let told = told.filter_map(|text| Some(text.strip_prefix("text|")?.trim_end().to_owned()));
    told.filter(|text| text.contains("gives up")).collect()
}

/// Asks for a prompt whose readings hang.
async fn ask(shell: &Shell, seq: u32, path: &str) {
    hang([true, true]);
    shell.say(&format!("draw|seq={seq}|path={path}")).await;
    shell.hear().await;
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn what_hangs_is_given_up_by_the_session_that_waits() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let (one, trace) = (shell(&daemon, "zsh", 1).await, listen(&daemon).await);
        ask(&one, 1, "/one").await;
        world.clock().sleep(seconds(29)).await;
        assert_eq!(given_up(&trace), [""; 0]);
        assert_eq!(daemon.single_flight.count(), 2);
        world.clock().sleep(seconds(2)).await;
        assert_eq!(
            given_up(&trace),
            ["session 1 gives up reading deploys, commits: they take longer than 30 s"]
        );
        assert_eq!(daemon.single_flight.count(), 0);
    };
    in_turn(|| for_seeds(0..10, test));
}

#[test]
fn what_a_session_leaves_behind_is_given_up_later() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let (one, two) = (shell(&daemon, "zsh", 1).await, shell(&daemon, "bash", 0).await);
        let trace = listen(&daemon).await;
        ask(&one, 1, "/one").await;
        ask(&two, 1, "/two").await;
        world.clock().sleep(seconds(10)).await;
        one.say("draw|seq=2|path=/plain").await;
        drop(two);
        world.clock().sleep(seconds(29)).await;
        assert_eq!(given_up(&trace), [""; 0], "they may still come");
        world.clock().sleep(seconds(2)).await;
        let mut told = given_up(&trace);
        told.sort();
        let sources = "deploys, commits: it has";
        assert_eq!(
            told,
            [
                "session 1 gives up reading commits: they take longer than 30 s".to_owned(),
                format!("session 1 gives up reading {sources} moved on, and they take longer than 30 s"),
                format!("session 2 gives up reading {sources} left, and they take longer than 30 s"),
            ]
        );
    };
    in_turn(|| for_seeds(0..10, test));
}

#[test]
fn a_shell_that_draws_once_lets_the_slow_reading_end_after_the_quick_one() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let (one, trace) = (shell(&daemon, "bash", 0).await, listen(&daemon).await);
        ask(&one, 1, "/one").await;
        set([2, 2]);
        hang([true, false]);
        world.clock().sleep(seconds(5)).await;
        hang([false, false]);
        world.clock().sleep(seconds(5)).await;
        assert_eq!(given_up(&trace), [""; 0]);
        let reads = READS.load(Ordering::SeqCst);
        assert_eq!(one.draw(2, "/one").await, "2,2,");
        assert_eq!(READS.load(Ordering::SeqCst), reads, "both are known");
    };
    in_turn(|| for_seeds(0..10, test));
}

#[test]
fn a_daemon_that_ends_gives_up_what_goes_on() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let (one, trace) = (shell(&daemon, "zsh", 1).await, listen(&daemon).await);
        ask(&one, 1, "/one").await;
        world.clock().sleep(seconds(1)).await;
        daemon.stop();
        daemon.stop();
        world.clock().sleep(seconds(1)).await;
        assert_eq!(given_up(&trace), ["the daemon ends, and gives up 2 readings"]);
    };
    in_turn(|| for_seeds(0..10, test));
}
