//! A link into a file system that does not answer, and a place on one: nobody waits, and what is asked is asked once.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{HELLO, Home, ask, receive, wait, wait_for_truth};
use crate::hung::{Shell, is_marked, stand_in};

/// A prompt's budget is 0.4 s, and this machine may be busy. What hangs, hangs for ever.
const LIMIT: Duration = Duration::from_secs(8);

fn session(home: &Home) -> std::os::unix::net::UnixStream {
    let mut stream = home.connect();
    stream.write_all(HELLO).unwrap();
    receive(&mut stream, "hello").unwrap();
    stream
}

/// Starts a daemon, however busy the machine is.
fn begin(home: &Home) {
    home.run(&["daemon", "start"]);
    home.wait_for_daemon();
}

#[test]
fn a_link_that_no_module_asks_about_costs_nothing() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    let place = home.place();
    symlink(home.path("far"), place.join("nas")).unwrap();
    symlink(home.path("far/deep"), place.join("photos")).unwrap();
    far.hang();
    let (prompt, took) = Shell::new(&home, &place, "--direct").prompt();
    assert!(prompt.contains("place") && prompt.contains("ok"), "{prompt:?}");
    assert!(!is_marked(&prompt), "nothing of it was asked for: {prompt:?}");
    eprintln!("a prompt beside links that lead to a file system that does not answer: {took:?}");
    begin(&home);
    let mut here = session(&home);
    for seq in 1..4 {
        let prompt = ask(&mut here, seq, &place, "").unwrap();
        assert!(prompt.contains("place") && !is_marked(&prompt), "{prompt:?}");
    }
    assert!(!home.says(&["daemon", "status"]).contains("silent"), "nobody has asked it");
}

#[test]
fn a_link_that_a_module_asks_about_costs_the_budget_at_most() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    for (number, name) in ["package.json", ".git", "index.js"].into_iter().enumerate() {
        let place = home.path(&format!("place/{number}"));
        std::fs::create_dir(&place).unwrap();
        symlink(home.path("far").join(name), place.join(name)).unwrap();
        check(&home, &far, &place, name);
    }
    // A file that leads to a repository elsewhere, and objects that are elsewhere.
    let place = home.path("place/worktree");
    std::fs::create_dir(&place).unwrap();
    std::fs::write(place.join(".git"), format!("gitdir: {}\n", home.path("far/git").display())).unwrap();
    check(&home, &far, &place, "a `.git` file");
    let place = home.path("place/clone");
    let git = std::process::Command::new("git").args(["init", "--quiet"]).arg(&place).status();
    assert!(git.unwrap().success());
    let alternates = format!("{}\n", home.path("far/objects").display());
    std::fs::write(place.join(".git/objects/info/alternates"), alternates).unwrap();
    check(&home, &far, &place, "alternates");
}

/// Direct prompts and those of a daemon come in time, and a session goes on.
fn check(home: &Home, far: &crate::stand_in::StandIn, place: &Path, what: &str) {
    let name = place.file_name().unwrap().to_str().unwrap();
    far.hang();
    for _ in 0..2 {
        let (prompt, took) = Shell::new(home, place, "--direct").prompt();
        assert!(prompt.contains(name) && prompt.contains("ok"), "{what}: {prompt:?}");
        assert!(took < LIMIT, "{what}: {took:?}");
        eprintln!("a direct prompt, {what} on a file system that does not answer: {took:?}");
    }
    begin(home);
    let mut here = session(home);
    for seq in 1..4 {
        let asked = Instant::now();
        let prompt = ask(&mut here, seq, place, "").unwrap();
        assert!(prompt.contains(name) && prompt.contains("ok"), "{what}: {prompt:?}");
        assert!(asked.elapsed() < LIMIT, "{what}: {:?}", asked.elapsed());
    }
    let status = home.says(&["daemon", "status"]);
    assert!(status.contains("hung         0"), "{what}: {status}");
    far.go_on();
    wait("it answers again", || (!home.says(&["daemon", "status"]).contains("silent")).then_some(()));
}

#[test]
fn a_daemon_remembers_which_file_systems_do_not_answer() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    begin(&home);
    let point = home.path("far");
    let mut here = session(&home);
    wait_for_truth(&home, &point);
    far.hang();
    for seq in 2..6 {
        let asked = Instant::now();
        // The same shell asks again and again: its session is not the one that waits.
        let prompt = ask(&mut here, seq, &point, "").unwrap();
        eprintln!("the same session on a file system that does not answer: {:?}", asked.elapsed());
        assert!(prompt.contains("/far") && is_marked(&prompt), "{prompt:?}");
        let deeper = ask(&mut session(&home), seq, &point.join("deeper"), "").unwrap();
        assert!(deeper.contains("deeper"), "{deeper:?}");
        let other = ask(&mut session(&home), seq, &home.place(), "").unwrap();
        assert!(other.contains("place") && !is_marked(&other), "{other:?}");
    }
    let status = home.says(&["daemon", "status"]);
    assert!(
        status.contains("hung         0") && status.contains("silent") && status.contains("/far"),
        "{status}"
    );
    assert!(home.says(&["daemon", "health"]).contains("/far has not answered"), "{status}");
    let threads = std::fs::read_dir(format!("/proc/{}/task", home.pid().unwrap())).unwrap();
    let probes = threads.filter(|thread| {
        let name = std::fs::read_to_string(thread.as_ref().unwrap().path().join("comm"));
        name.is_ok_and(|name| name.trim() == "probe")
    });
    assert_eq!(probes.count(), 1, "one asks, however many wait");
    far.go_on();
    wait_for_truth(&home, &point);
    assert_eq!(home.says(&["daemon", "health"]), "well\n");
}
