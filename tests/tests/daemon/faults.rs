//! What can go wrong around a daemon: a prompt is right each time, nothing is said, and all is well again at the next one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rustix::process::Signal;

use crate::common::{HELLO, Home, Nonblocking, Random, ask, fifo, finish, kill, left, receive, wait};

/// All is well: the daemon draws.
fn has_recovered(home: &Home, what: &str) {
    // One that is just ending keeps the next one from beginning.
    wait(&format!("after {what} a prompt is the daemon's"), || {
        assert!(home.prompt().contains("place"));
        let status = home.run(&["daemon", "status"]);
        let status = String::from_utf8_lossy(&status.stdout).into_owned();
        let requests = status.lines().find_map(|line| line.strip_prefix("requests"))?;
        (requests.trim() != "0").then_some(())
    });
}

/// Forgets that daemons have crashed: these tests do not test how often they may.
fn forgive(home: &Home) {
    let _ = fs::remove_file(home.daemon().join("crash"));
}

#[test]
fn killed_at_any_moment() {
    let home = Home::new();
    let mut random = Random(3);
    for round in 0..12 {
        home.prompt();
        let pid = home.wait_for_daemon();
        let ends = AtomicBool::new(false);
        std::thread::scope(|threads| {
            // A shell with a session, which falls back to the binary when its line breaks.
            threads.spawn(|| {
                let mut line = None;
                let mut seq = 0;
                while !ends.load(Ordering::Relaxed) {
                    seq += 1;
                    let mut stream = line.take().or_else(|| home.try_connect());
                    let drawn = stream.as_mut().and_then(|stream| {
                        std::io::Write::write_all(stream, HELLO).ok()?;
                        receive(stream, "hello").ok()?;
                        ask(stream, seq, &home.place(), "").ok()
                    });
                    match drawn {
                        Some(drawn) => {
                            assert!(drawn.contains("place"), "{drawn:?}");
                            line = stream;
                        }
                        None => assert!(home.prompt().contains("place")),
                    }
                }
            });
            // And one that is the binary's each time.
            let binary = threads.spawn(|| {
                for _ in 0..6 {
                    assert!(home.prompt().contains("place"), "round {round}");
                }
            });
            // A moment is so many looks at a clock.
            for _ in 0..random.below(200_000) {
                std::hint::spin_loop();
            }
            kill(pid, Signal::KILL);
            let outcome = binary.join();
            ends.store(true, Ordering::Relaxed);
            outcome.unwrap();
        });
        forgive(&home);
        has_recovered(&home, "that");
    }
}

/// Puts something strange in the place of a file.
fn spoil(file: &Path, how: &str, random: &mut Random) {
    let is_file = fs::symlink_metadata(file).is_ok_and(|meta| meta.is_file());
    let content = if is_file { fs::read(file).unwrap() } else { Vec::new() };
    let _ = fs::remove_file(file).or_else(|_| fs::remove_dir_all(file));
    match how {
        "empty" => fs::write(file, "").unwrap(),
        "cut" => fs::write(file, &content[..content.len() / 2]).unwrap(),
        "changed" => {
            let mut content = if content.is_empty() { vec![0; 16] } else { content };
            for _ in 0..4 {
                let at = random.below(content.len() as u64) as usize;
                content[at] ^= 1 << random.below(8);
            }
            fs::write(file, content).unwrap();
        }
        "foreign" => fs::write(file, (0..5000).map(|_| random.below(256) as u8).collect::<Vec<_>>()).unwrap(),
        "fifo" => fifo(file),
        "folder" => {
            fs::create_dir(file).unwrap();
            fs::write(file.join("inside"), "x").unwrap();
        }
        "link" => symlink("/etc/passwd", file).unwrap(),
        _ => symlink(file, file).unwrap(),
    }
}

const WAYS: [&str; 8] = ["empty", "cut", "changed", "foreign", "fifo", "folder", "link", "loop"];

#[test]
fn files_of_the_daemon_that_are_spoilt() {
    let home = Home::new();
    let mut random = Random(4);
    for name in ["pid", "crash", "log", "log.old", "lock", "socket"] {
        for how in WAYS {
            let what = format!("{name} {how}");
            has_recovered(&home, &what);
            kill(home.wait_for_daemon(), Signal::KILL);
            home.wait_for_end();
            forgive(&home);
            spoil(&home.daemon().join(name), how, &mut random);
            assert!(home.prompt().contains("place"), "{what}");
            has_recovered(&home, &what);
        }
    }
    assert_eq!(fs::metadata("/etc/passwd").map(|meta| meta.permissions().mode() & 0o777).unwrap(), 0o644);
    // The same while it runs: what it was is still held open, or not needed, or it makes way.
    for name in ["pid", "crash", "log", "socket"] {
        for how in WAYS {
            spoil(&home.daemon().join(name), how, &mut random);
            let what = format!("{name} {how} meanwhile");
            assert!(home.prompt().contains("place"), "{what}");
            has_recovered(&home, &what);
            forgive(&home);
        }
    }
}

#[test]
fn stored_facts_that_are_spoilt() {
    let home = Home::new();
    let mut random = Random(5);
    let tools = home.path("tools");
    fs::create_dir(&tools).unwrap();
    fs::write(tools.join("node"), "#!/bin/sh\necho v1.2.3\n").unwrap();
    fs::set_permissions(tools.join("node"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(home.place().join("package.json"), r#"{"version": "4.5.6"}"#).unwrap();
    let prompt = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        left(&finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    };
    let is_right =
        |prompt: &str| prompt.contains("node ") && prompt.contains("4.5.6") && prompt.contains("place");
    for how in WAYS {
        for arguments in [&["prompt", "--all", "--direct"][..], &["prompt", "--all"]] {
            let first = prompt(arguments);
            assert!(is_right(&first), "{how}: {first:?}");
            for file in files_below(&home.path("cache")) {
                spoil(&file, how, &mut random);
            }
            // Of the daemon only one that begins anew looks at files. One that has not quite begun cannot be told to end.
            home.wait_for_daemon();
            let _ = home.run(&["daemon", "stop"]);
            home.wait_for_end();
            for _ in 0..2 {
                let again = prompt(arguments);
                assert!(is_right(&again), "{how}: {again:?}");
            }
        }
        let _ = fs::remove_dir_all(home.path("cache"));
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// A file system of one page, which goes with this.
struct Small(PathBuf);

impl Small {
    fn mount(point: &Path, options: &str) -> Option<Small> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "small"]).arg(point).stderr(Stdio::null());
        let status = mount.status();
        if status.is_ok_and(|status| status.success()) {
            return Some(Small(point.to_owned()));
        }
        eprintln!("skipped: this user cannot mount a file system");
        None
    }

    /// A process that ends is not seen any more before the system has closed its files: until then the file system is busy.
    fn again(&self, options: &str) {
        wait("the file system has changed", || {
            let mut mount = Command::new("mount");
            let status = mount.args(["-o", options]).arg(&self.0).stderr(Stdio::null()).status();
            status.unwrap().success().then_some(())
        });
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).stderr(Stdio::null()).status();
    }
}

#[test]
fn a_disk_that_is_full() {
    let home = Home::new();
    let fill = |folder: &Path| {
        let mut file = fs::File::options().append(true).create(true).open(folder.join("filler")).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    };
    let Some(_cache) = Small::mount(&home.path("cache"), "size=64k,mode=700") else { return };
    let Some(_run) = Small::mount(&home.path("run"), "size=64k,mode=700") else { return };
    has_recovered(&home, "that");
    // It fills up while the daemon runs.
    fill(&home.path("cache"));
    fill(&home.path("run"));
    for _ in 0..3 {
        assert!(home.prompt().contains("place"));
    }
    // And there is no room for one that begins, not even what the other has left.
    let _ = home.run(&["daemon", "stop"]);
    home.wait_for_end();
    fill(&home.path("run"));
    for _ in 0..3 {
        assert!(home.prompt().contains("place"));
    }
    home.wait_for_end();
    fs::remove_file(home.path("run/filler")).unwrap();
    fs::remove_file(home.path("cache/filler")).unwrap();
    forgive(&home);
    has_recovered(&home, "that");
}

#[test]
fn folders_that_cannot_be_written() {
    let home = Home::new();
    let names = ["home", "cache", "run"];
    let mounts: Vec<_> =
        names.iter().filter_map(|name| Small::mount(&home.path(name), "size=1m,mode=700")).collect();
    if mounts.len() < names.len() {
        return;
    }
    has_recovered(&home, "that");
    let _ = home.run(&["daemon", "stop"]);
    home.wait_for_end();
    for mount in &mounts {
        mount.again("remount,ro");
        for _ in 0..3 {
            assert!(home.prompt().contains("place"), "{}", mount.0.display());
        }
        let _ = home.run(&["daemon", "stop"]);
        home.wait_for_end();
        mount.again("remount,rw");
        has_recovered(&home, "that");
        let _ = home.run(&["daemon", "stop"]);
        home.wait_for_end();
    }
}

#[test]
fn folders_that_are_not_there() {
    let home = Home::new();
    let with = |names: &[&str], value: &str| {
        let mut command = home.command(&["prompt", "--all"]);
        command.envs(names.iter().map(|name| (name, value)));
        left(&finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    };
    let absent = home.path("absent").display().to_string();
    for value in ["", "relative", "/dev/null", &absent, "/proc/1/root/none", &"/long".repeat(100)] {
        for names in [&["HOME"][..], &["ZIRON_CACHE"], &["ZIRON_CACHE", "HOME"]] {
            assert!(with(names, value).contains("place"), "{names:?} is {value:?}");
        }
    }
    home.wait_for_daemon();
}

#[test]
fn a_directory_that_was_deleted() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let gone = home.path("place/gone");
    for arguments in ["--direct", ""] {
        fs::create_dir(&gone).unwrap();
        let mut shell = Command::new("/bin/sh");
        let script = format!(r#"cd "$1" && rmdir "$1" && exec "$0" prompt --all {arguments}"#);
        shell.args(["-c", &script]).arg(&home.binary).arg(&gone);
        let own = home.command(&[]);
        shell.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        assert!(left(&finish(shell.spawn().unwrap())).contains("gone"));
    }
    let mut stream = home.connect();
    std::io::Write::write_all(&mut stream, HELLO).unwrap();
    receive(&mut stream, "hello").unwrap();
    for (seq, is_there) in [(1, false), (2, true), (3, false), (4, true)] {
        if is_there {
            fs::create_dir(&gone).unwrap();
        }
        assert!(ask(&mut stream, seq, &gone, "").unwrap().contains("gone"));
        let _ = fs::remove_dir(&gone);
    }
}

/// The clock itself cannot be set here: files from another time stand for it.
#[test]
fn a_clock_that_jumps() {
    let home = Home::new();
    let tools = home.path("tools");
    fs::create_dir(&tools).unwrap();
    let node = |version: &str| {
        let file = tools.join("node");
        let _ = fs::remove_file(&file);
        fs::write(&file, format!("#!/bin/sh\necho v{version}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        file
    };
    node("1.2.3");
    fs::write(home.place().join("package.json"), r#"{"version": "4.5.6"}"#).unwrap();
    let prompt = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        left(&finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()))
    };
    let year = Duration::from_secs(365 * 24 * 3600);
    prompt(&["prompt", "--all"]);
    home.wait_for_daemon();
    for time in [SystemTime::now() - 30 * year, SystemTime::now() + 30 * year] {
        let files =
            [files_below(&home.path("cache")), files_below(&home.path("run")), files_below(&home.place())];
        for file in files.concat() {
            if let Ok(open) = fs::File::options().read(true).custom_nonblocking().open(&file) {
                open.set_modified(time).unwrap();
            }
        }
        let tool = node("1.2.3");
        fs::File::open(tool).unwrap().set_modified(time).unwrap();
        for arguments in [&["prompt", "--all", "--direct"][..], &["prompt", "--all"]] {
            let prompt = prompt(arguments);
            assert!(prompt.contains("node ") && prompt.contains("4.5.6"), "{prompt:?}");
        }
        fs::write(home.place().join("package.json"), r#"{"version": "4.5.7"}"#).unwrap();
        fs::File::open(home.place().join("package.json")).unwrap().set_modified(time).unwrap();
        for arguments in [&["prompt", "--all", "--direct"][..], &["prompt", "--all"]] {
            let prompt = prompt(arguments);
            assert!(prompt.contains("4.5.7"), "{prompt:?}");
        }
        fs::write(home.place().join("package.json"), r#"{"version": "4.5.6"}"#).unwrap();
    }
    wait("the daemon is well", || home.run(&["daemon", "health"]).status.success().then_some(()));
}
