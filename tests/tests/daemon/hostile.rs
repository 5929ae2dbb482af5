//! What a client can do that means no good, and one that is only broken.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use crate::common::{HELLO, Home, Random, ask, draw, finish, left, receive, wait};

/// Whether the daemon is the one that was there before, and well.
fn is_well(home: &Home, pid: u32) {
    assert_eq!(home.says(&["daemon", "health"]), "well\n");
    assert_eq!(home.pid(), Some(pid));
    assert!(home.prompt().contains("place"));
}

#[test]
fn only_variables_of_the_prompt_are_taken_over() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let mut stream = home.connect();
    stream.write_all(HELLO).unwrap();
    let seen = ask(&mut stream, 1, &home.place(), "e.ZIRON_NAME=mine").unwrap();
    assert!(seen.contains("name=mine"), "{seen:?}");
    // A tool that is run for the prompt sees what the shell has sent; a library to load is not among it.
    let tools = home.path("tools");
    std::fs::create_dir(&tools).unwrap();
    let tool = tools.join("node");
    std::fs::write(&tool, "#!/bin/sh\n/usr/bin/env >\"$HOME/seen\"\necho v1.2.3\n").unwrap();
    std::fs::set_permissions(&tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(home.place().join("package.json"), "{}").unwrap();
    let more = format!(
        "e.PATH={}:/usr/bin:/bin\x1fe.HOME={}\x1fe.EVIL=1\x1fe.BASH_ENV=/evil\x1fe.LD_LIBRARY_PATH=/evil\x1fe.=x\x1fe.A\0B=x",
        tools.display(),
        home.path("home").display()
    );
    ask(&mut stream, 2, &home.place(), &more).unwrap();
    let seen = wait("the tool has run", || {
        std::fs::read_to_string(home.path("home/seen")).ok().filter(|seen| seen.contains("PATH="))
    });
    assert!(seen.contains("/tools:/usr/bin"), "{seen}");
    assert!(!seen.to_lowercase().contains("evil"), "{seen}");
}

#[test]
fn a_client_that_leaves_before_its_answer_ends_nobody() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let pid = home.pid().unwrap();
    let mut random = Random(1);
    for seq in 0..400 {
        let mut stream = home.connect();
        if random.below(2) == 0 {
            stream.write_all(HELLO).unwrap();
        }
        let frames = [draw(seq, &home.place(), ""), draw(seq + 1, &home.place(), "")].concat();
        let length =
            if random.below(2) == 0 { frames.len() } else { random.below(frames.len() as u64) as usize };
        // Some do not even send all of it, and all close at once.
        let _ = stream.write_all(&frames[..length]);
    }
    is_well(&home, pid);
}

#[test]
fn a_program_that_does_not_read_what_it_is_given_ends_nobody() {
    // SIGPIPE would end a daemon that writes to such a program; that the signal is ignored the kernel says.
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let status = std::fs::read_to_string(format!("/proc/{}/status", home.pid().unwrap())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t")).unwrap();
    let pipe = 1 << (13 - 1);
    assert_ne!(u64::from_str_radix(ignored, 16).unwrap() & pipe, 0, "{ignored}");
}

#[test]
fn frames_that_are_none_are_refused_one_by_one() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let pid = home.pid().unwrap();
    let mut random = Random(2);
    let mut other = home.connect();
    other.write_all(HELLO).unwrap();
    for seq in 1..200 {
        let mut stream = home.connect();
        let bytes: Vec<u8> = match seq % 4 {
            0 => (0..random.below(4000)).map(|_| random.below(256) as u8).collect(),
            1 => {
                let mut frame = draw(seq, &home.place(), "e.HOME=x");
                let at = random.below(frame.len() as u64) as usize;
                frame[at] = random.below(256) as u8;
                frame
            }
            2 => [b"draw\x1fseq=1\x1f", &*b"x=\x1f".repeat(600), b"\x1e"].concat(),
            _ => format!("hello\x1fv={}\x1fpid=99999999\x1fanswer=file\x1e", u64::MAX).into_bytes(),
        };
        let _ = stream.write_all(&bytes);
        assert!(
            ask(&mut other, seq, &home.place(), "").unwrap().contains("place"),
            "another does not suffer"
        );
    }
    // A frame that never ends is cut off.
    let mut endless = home.connect();
    let refused = (0..1024).any(|_| endless.write_all(&[b'x'; 4096]).is_err());
    let mut rest = Vec::new();
    let _ = endless.read_to_end(&mut rest);
    assert!(refused || String::from_utf8_lossy(&rest).contains("code=limit"), "{rest:?}");
    is_well(&home, pid);
}

#[test]
fn many_connections_keep_prompts_from_nobody() {
    let home = Home::new();
    // So few that a test can have all of them.
    let mut limited = std::process::Command::new("/bin/sh");
    limited.args(["-c", r#"ulimit -n 40; exec "$0" daemon start"#]).arg(&home.binary);
    let own = home.command(&[]);
    limited.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(home.place()).stdout(Stdio::piped()).stderr(Stdio::piped());
    assert!(finish(limited.spawn().unwrap()).status.success());
    let pid = home.pid().unwrap();
    let silent: Vec<UnixStream> = (0..100).map(|_| home.connect()).collect();
    let prompt = || {
        let command =
            home.command(&["prompt", "--all"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        left(&finish(command.unwrap()))
    };
    assert!(prompt().contains("place"), "it is drawn directly");
    assert!(home.processes().contains(&pid));
    drop(silent);
    wait("it has room again", || home.run(&["daemon", "health"]).status.success().then_some(()));
    is_well(&home, pid);
}

#[test]
fn places_and_names_do_not_fill_the_memory() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let pid = home.pid().unwrap();
    let resident_kb = || -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    let mut stream = home.connect();
    stream.write_all(HELLO).unwrap();
    let mut flood = |from: u64, to: u64| {
        for seq in from..to {
            let place = home.path(&format!("place/{seq}/{}", "long".repeat(500)));
            let more = format!("e.ZIRON_NAME={}{seq}", "v".repeat(10_000));
            ask(&mut stream, seq, &place, &more).unwrap();
        }
    };
    flood(1, 200);
    let before = resident_kb();
    flood(200, 800);
    let after = resident_kb();
    assert!(after < before + 4096, "{before} kB, then {after} kB");
    is_well(&home, pid);
}

#[test]
fn names_of_folders_do_not_speak_to_the_terminal() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let place = home.path("place/\x1b]0;evil\x07\x1b[31mred");
    std::fs::create_dir(&place).unwrap();
    let mut stream = home.connect();
    stream.write_all(HELLO).unwrap();
    receive(&mut stream, "hello").unwrap();
    let drawn = ask(&mut stream, 1, &place, "").unwrap();
    assert!(drawn.contains("red") && !drawn.contains("\x1b]0;") && !drawn.contains('\x07'), "{drawn:?}");
    for words in [&["daemon", "status"][..], &["cache", "list"]] {
        let text = home.says(words);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{words:?}: {text:?}");
    }
    assert!(home.says(&["daemon", "status"]).contains("red"));
    drop(stream);
}

/// A busy machine answers late, and the shell asks for new FIFOs.
#[test]
fn a_shell_that_says_hello_again_has_one_session() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let pid = home.pid().unwrap();
    let descriptors = || std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    let greet = || {
        let mut stream = home.connect();
        let hello = format!("hello\x1fv=1\x1fshell=bash\x1fanswer=file\x1fpid={}\x1e", std::process::id());
        stream.write_all(hello.as_bytes()).unwrap();
        receive(&mut stream, "hello").unwrap();
    };
    greet();
    let before = descriptors();
    (0..50).for_each(|_| greet());
    wait("the sessions before have ended", || (descriptors() <= before + 1).then_some(()));
    is_well(&home, pid);
}
