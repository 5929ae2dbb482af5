//! What is read before a prompt needs it.

use std::sync::atomic::Ordering;

use super::super::warm;
use super::stage::{LONG, LOOKS, READS, connect, daemon, in_turn, shell};
use crate::exec::simulate::{self, for_seeds};

#[test]
fn what_a_shell_says_of_where_it_goes_is_read_ahead() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let one = shell(&daemon, "zsh", 1).await;
        let reads = || READS.load(Ordering::SeqCst);
        let before = reads();
        one.say("event|name=directory|path=/one").await;
        world.clock().sleep(warm::PAUSE / 2).await;
        assert_eq!(reads(), before, "it may ask at once");
        world.clock().sleep(LONG).await;
        assert_eq!((reads(), one.hears.len()), (before + 2, 0), "both, and nothing is said of it");
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        assert_eq!(reads(), before + 2, "what holds for its key is not read again");
        // A shell that begins says where, and goes.
        let begins = shell(&daemon, "zsh", 0).await;
        begins.say("event|name=directory|path=/two").await;
        world.clock().sleep(warm::PAUSE / 2).await;
        drop(begins);
        world.clock().sleep(LONG).await;
        assert_eq!(reads(), before + 2, "a session that has ended wants nothing");
        let begins = connect(&daemon);
        begins.say("event|name=directory|path=/two").await;
        drop(begins);
        world.clock().sleep(LONG).await;
        assert_eq!(reads(), before + 4);
        assert_eq!(one.draw(2, "/two").await, "1,1,");
        assert_eq!(reads(), before + 4);
    };
    in_turn(|| for_seeds(0..50, test));
}

#[test]
fn a_prompt_does_not_wait_for_what_is_read_ahead() {
    let test = |world: simulate::World| async move {
        let daemon = daemon(&world);
        let one = shell(&daemon, "zsh", 1).await;
        let looks = || LOOKS.load(Ordering::SeqCst);
        let before = looks();
        // As `cd` does: both at once.
        one.say("event|name=directory|path=/one").await;
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        world.clock().sleep(LONG).await;
        assert_eq!(looks(), before + 2, "the prompt has looked, and nobody else");
        // A script that goes through many folders: the last one counts.
        for folder in 0..100 {
            one.say(&format!("event|name=directory|path=/{folder}")).await;
        }
        world.clock().sleep(LONG).await;
        assert_eq!(looks(), before + 4);
        // What is said without a place is an event as any other.
        one.say("event|name=directory").await;
        world.clock().sleep(LONG).await;
        assert_eq!((looks(), daemon.leftovers.load(Ordering::Relaxed)), (before + 4, 0));
    };
    in_turn(|| for_seeds(0..50, test));
}
