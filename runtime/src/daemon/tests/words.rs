//! What the daemon says to people.

use std::sync::atomic::Ordering;

use super::stage::{daemon, in_turn, shell};
use crate::exec::simulate::for_seeds;

/// What Rust writes for programmers is in no text for people.
fn are_words(text: &str) {
    for mark in
        ["{", "}", "[", "]", "\"", "::", "Some(", "None", "true", "false", "_ns", " 1 times", " 1 hits"]
    {
        assert!(!text.contains(mark), "{mark}: {text}");
    }
}

#[test]
fn what_the_daemon_does_is_said_in_words() {
    let labels = [
        "process",
        "build",
        "outdated",
        "running for",
        "connections",
        "requests",
        "redraws",
        "faults",
        "readings",
        "places",
        "hung",
        "silent",
        "cache",
        "events",
        "rests",
        "tasks",
        "sessions",
    ];
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let daemon = daemon(&world);
            daemon.rebuild.store(true, Ordering::Relaxed);
            let one = shell(&daemon, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&daemon, "bash", 0).await;
            tool.say("status").await;
            let text = tool.hear().await;
            are_words(&text);
            let text = text.strip_prefix("text|").unwrap();
            for line in text.lines().filter(|line| !line.starts_with("end|")) {
                let label = line.get(..13).unwrap_or(line).trim();
                let is_session = line.starts_with("  ") && line.contains(" request");
                assert!(is_session || labels.contains(&label), "{label}: {text}");
            }
            assert!(text.contains("outdated     a rebuild is due: run ziron-build\n"), "{text}");
            assert!(text.contains("        1 request  /one\n"), "{text}");
            assert!(text.contains("       0 requests  \n"), "{text}");
        });
    });
}

#[test]
fn why_a_segment_shows_what_it_shows() {
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let daemon = daemon(&world);
            let one = shell(&daemon, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&daemon, "bash", 0).await;
            tool.say("event|name=deploy").await;
            tool.say("why|segment=numbers|path=/one").await;
            let text = tool.hear().await;
            for line in [
                "numbers  Both numbers",
                "deploys  process · stored while its key is the same",
                "  key        /one",
                "  fact       1",
                "  old        an event has said that it may have changed",
                "  expires    by the event `deploy`, another key",
                "  expires    by the event `command-end`, another key",
                "  readings   it was read 0 s ago",
            ] {
                assert!(text.contains(line), "{line}: {text}");
            }
            assert!(text.ends_with("end|status=0"), "{text}");
            are_words(&text);
            tool.say("why|segment=numbers|path=/one|full=1").await;
            are_words(&tool.hear().await);
            tool.say("why|segment=number").await;
            let text = tool.hear().await;
            assert_eq!(
                text,
                "text|there is no module `number` in this prompt, which has: numbers\nend|status=1"
            );
            tool.say("metrics").await;
            let text = tool.hear().await;
            for line in ["ziron_requests_total 1", "ziron_reading_seconds_count{source=\"commits\"} 1"] {
                assert!(text.lines().any(|known| known == line), "{line}: {text}");
            }
        });
    });
}
