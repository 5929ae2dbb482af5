//! What does not answer keeps nobody waiting.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{HELLO, Home, ask, fifo, receive, wait_for_truth};
use crate::stand_in::StandIn;

/// What has not come by then hangs. A prompt's budget is 0.4 s, and this machine may be busy.
const LONG: Duration = Duration::from_secs(20);

/// A shell in a folder, which draws its prompt when it is told.
pub(crate) struct Shell(Child, BufReader<std::process::ChildStdout>);

impl Shell {
    pub(crate) fn new(home: &Home, place: &Path, arguments: &str) -> Shell {
        Shell::with(home, place, arguments, &[])
    }

    /// The same, with other variables.
    pub(crate) fn with(home: &Home, place: &Path, arguments: &str, variables: &[(&str, &Path)]) -> Shell {
        let mut shell = Command::new("/bin/sh");
        let script = format!(r#"cd "$1" && echo ready && read line && exec "$0" prompt --all {arguments}"#);
        shell.args(["-c", &script]).arg(&home.binary).arg(place);
        let own = home.command(&[]);
        shell.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.envs(variables.iter().copied());
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).current_dir("/");
        let mut child = shell.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Shell(child, out)
    }

    /// The left prompt, and how long it took.
    pub(crate) fn prompt(mut self) -> (String, Duration) {
        let begin = Instant::now();
        self.0.stdin.take().unwrap().write_all(b"\n").unwrap();
        let (send, receive) = std::sync::mpsc::channel();
        let mut out = self.1;
        std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            send.send(text).unwrap();
        });
        let text = receive.recv_timeout(LONG).expect("a prompt comes");
        let took = begin.elapsed();
        assert!(self.0.wait().unwrap().success(), "and its process ends");
        assert_eq!(text.matches('\x1f').count(), 5, "{text:?}");
        (text.split('\x1f').next().unwrap().to_owned(), took)
    }
}

/// Whether something in a prompt is marked as old: the parameter of the terminal's sequence for dim text.
pub(crate) fn is_marked(prompt: &str) -> bool {
    prompt.split("\x1b[").skip(1).any(|rest| {
        let parameters = rest.split('m').next().unwrap_or_default();
        parameters.split(';').any(|parameter| parameter == "2")
    })
}

pub(crate) fn stand_in(home: &Home) -> Option<StandIn> {
    let point = home.path("far");
    fs::create_dir(&point).unwrap();
    let stand_in = StandIn::mount(&point);
    if stand_in.is_none() {
        eprintln!("skipped: this user cannot mount a file system");
    }
    stand_in
}

#[test]
fn a_direct_prompt_does_not_wait_for_a_file_system() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    let (point, shell) = (home.path("far"), |home: &Home| Shell::new(home, &home.path("far"), "--direct"));
    let (prompt, _) = shell(&home).prompt();
    assert!(prompt.contains("/far]") || prompt.contains("/far"), "{prompt:?}");
    assert!(!is_marked(&prompt), "{prompt:?}");
    let ready = shell(&home);
    far.hang();
    let (prompt, took) = ready.prompt();
    assert!(prompt.contains(point.to_str().unwrap()) && prompt.contains("ok"), "{prompt:?}");
    assert!(is_marked(&prompt), "{prompt:?}");
    eprintln!("a marked prompt of a file system that does not answer: {took:?}");
    far.go_on();
    let (prompt, _) = shell(&home).prompt();
    assert!(!is_marked(&prompt), "{prompt:?}");
}

#[test]
fn a_daemon_does_not_wait_for_a_file_system() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    home.says(&["daemon", "start"]);
    let pid = home.pid();
    let session = || {
        let mut stream = home.connect();
        stream.write_all(HELLO).unwrap();
        receive(&mut stream, "hello").unwrap();
        stream
    };
    let mut here = session();
    let point = home.path("far");
    wait_for_truth(&home, &point);
    far.hang();
    for seq in 2..5 {
        let begin = Instant::now();
        // The session that hangs is the first one's; a shell whose session does not answer opens another.
        let marked = ask(&mut session(), seq, &point, "").unwrap();
        eprintln!("a marked prompt from the daemon: {:?}", begin.elapsed());
        assert!(marked.contains("/far") && is_marked(&marked), "{marked:?}");
        let fresh = ask(&mut here, seq, &home.place(), "").unwrap();
        assert!(fresh.contains("place") && !is_marked(&fresh), "another place does not suffer: {fresh:?}");
    }
    // The binary as a client of it.
    let (prompt, _) = Shell::new(&home, &home.place(), "").prompt();
    assert!(prompt.contains("place") && !is_marked(&prompt));
    far.go_on();
    wait_for_truth(&home, &point);
    assert_eq!(home.pid(), pid);
}

#[test]
fn pipes_in_the_place_of_files_keep_nobody_waiting() {
    let home = Home::new();
    let names = [
        ".git/HEAD",
        ".git/config",
        ".git/index",
        ".git/packed-refs",
        ".git/refs/heads/main",
        ".git/commondir",
        ".gitattributes",
        ".gitignore",
        "package.json",
        "Cargo.toml",
        ".git",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let place = home.path(&format!("place/{number}"));
        fs::create_dir(&place).unwrap();
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.args(["-c", "init.defaultBranch=main"]).args(arguments).current_dir(&place).env_clear();
            git.env("PATH", "/usr/bin:/bin").env("HOME", home.path("home"));
            assert!(git.stdout(Stdio::null()).status().unwrap().success());
        };
        if name != ".git" {
            git(&["init", "--quiet"]);
            fs::write(place.join("file"), "text").unwrap();
            git(&["add", "file"]);
        }
        let strange = place.join(name);
        let _ = fs::remove_file(&strange);
        fifo(&strange);
        for arguments in [&["prompt", "--all", "--direct"][..], &["prompt", "--all"], &["prompt", "--all"]] {
            let begin = Instant::now();
            let prompt = home.prompt_in(&place, arguments);
            assert!(
                prompt.contains(&format!("place/{number}")) || prompt.contains(&number.to_string()),
                "{prompt:?}"
            );
            assert!(begin.elapsed() < LONG, "{name}");
            home.wait_for_daemon();
        }
    }
    assert!(home.says(&["daemon", "status"]).contains("hung         0"), "nothing hangs in the daemon");
}
