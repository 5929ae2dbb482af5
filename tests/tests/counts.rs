//! What a prompt costs, counted: instructions, and system calls without those of threads. A count does not depend on
//! how busy the machine is, so that a slower way is seen in the commit that takes it.
//!
//! `counts.toml` has the counts; `ZIRON_BLESS=1 cargo test -p ziron-tests --test counts` writes it. They are those of Debian's C library on x86-64: its
//! functions differ from processor to processor, so valgrind's is the same everywhere. Without valgrind or strace, or
//! on another system, nothing is counted.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ziron_tests::world;

/// How far a count may be from the one that is written down (percent).
const TOLERANCE: f64 = 3.0;

/// How often each is counted; the smallest is taken: a first run may store what the next one finds.
const RUNS: usize = 5;

/// Requests whose cost is the difference between two daemons' lives.
const REQUESTS: u64 = 50;

/// The default prompt, which waits for what takes its time below valgrind.
const PATIENT: &str = "command_timeout = 20000\nscan_timeout = 20000\n[ziron]\nbudget = 20000\n";

#[derive(Clone, Copy, Debug, PartialEq)]
struct Count {
    instructions: Option<u64>,
    system_calls: Option<u64>,
}

struct Machine {
    root: tempfile::TempDir,
    prompt: PathBuf,
}

impl Machine {
    fn new() -> Machine {
        let own = fs::Permissions::from_mode(0o700);
        // A path of one length: names are hashed and compared.
        let root = tempfile::Builder::new()
            .prefix("ziron-counts-")
            .rand_bytes(6)
            .permissions(own)
            .tempdir()
            .unwrap();
        let prompt = root.path().join("ziron-prompt");
        fs::copy(world::prompt(PATIENT), &prompt).unwrap();
        for folder in ["home", "run", "empty", "repository"] {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::set_permissions(root.path().join(folder), fs::Permissions::from_mode(0o700)).unwrap();
        }
        let machine = Machine { root, prompt };
        let repository = machine.path("repository");
        fs::write(repository.join("one"), "one\n").unwrap();
        // A file that is as young as the index is read, not only looked at.
        let old = std::time::SystemTime::now() - Duration::from_secs(3600);
        fs::File::options().write(true).open(repository.join("one")).unwrap().set_modified(old).unwrap();
        for arguments in [&["init", "-q", "-b", "main"][..], &["add", "."], &["commit", "-q", "-m", "one"]] {
            let mut git = machine.command("git", &repository);
            git.args(["-c", "user.name=a", "-c", "user.email=a@example.invalid"]).args(arguments);
            git.env("GIT_AUTHOR_DATE", "1700000000 +0000").env("GIT_COMMITTER_DATE", "1700000000 +0000");
            assert!(git.status().unwrap().success());
        }
        fs::write(repository.join("two"), "two\n").unwrap();
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A command in a small world of its own.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
            .env("HOME", self.path("home"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("PATH", "/usr/bin:/bin");
        command.env("PWD", folder).env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        command
    }

    /// Runs the prompt's program below another one.
    fn below(&self, tool: &[&str], folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(tool[0], folder);
        command.args(&tool[1..]).arg(&self.prompt).args(arguments);
        command
    }

    /// Counts a drawing by a process of its own.
    fn drawing(&self, folder: &str, daemon: bool) -> Count {
        let arguments = ["prompt", "--all", "--shell", "zsh", "--status", "0", "--terminal-width", "80"];
        let folder = self.path(folder);
        let switched = |mut command: Command| {
            if !daemon {
                // A folder that there is not: what takes long would be stored, and below valgrind that depends on the
                // machine.
                command.env("ZIRON_DAEMON", "off").env("ZIRON_CACHE", "/dev/null/cache");
            }
            command
        };
        let run = |tool: &[&str]| {
            let mut command = switched(self.below(tool, &folder, &arguments));
            assert!(command.status().unwrap().success(), "{command:?}");
        };
        let out = self.path("counted");
        let file = out.to_str().unwrap();
        let least = |count: &dyn Fn() -> u64| (0..RUNS).map(|_| count()).min();
        Count {
            instructions: least(&|| {
                run(&callgrind(file));
                instructions(&out)
            }),
            system_calls: least(&|| {
                run(&strace(file));
                system_calls(&out)
            }),
        }
    }

    /// Counts what a daemon does for one request: two daemons serve some and twice as many.
    fn request(&self) -> Count {
        let out = self.path("counted");
        let file = out.to_str().unwrap().to_owned();
        let life = |tool: &[&str], count: &dyn Fn(&Path) -> u64, requests: u64| {
            let mut daemon = self.below(tool, &self.path("home"), &["daemon", "run"]).spawn().unwrap();
            self.await_daemon();
            for _ in 0..requests {
                assert!(self.ask(&["prompt", "--all", "--shell", "zsh"]));
            }
            assert!(self.ask(&["daemon", "stop"]));
            daemon.wait().unwrap();
            count(&out)
        };
        let each = |tool: &[&str], count: &dyn Fn(&Path) -> u64| {
            let (some, more) = (life(tool, count, REQUESTS), life(tool, count, 2 * REQUESTS));
            Some(more.saturating_sub(some) / REQUESTS)
        };
        Count { instructions: None, system_calls: each(&strace(&file), &system_calls) }
    }

    fn ask(&self, arguments: &[&str]) -> bool {
        self.below(&["env"], &self.path("empty"), arguments).status().unwrap().success()
    }

    fn await_daemon(&self) {
        let begin = Instant::now();
        while !self.ask(&["daemon", "health"]) {
            assert!(begin.elapsed() < Duration::from_secs(30), "there is no daemon");
        }
    }
}

fn callgrind(file: &str) -> [&str; 4] {
    // The totals are in the file that is written at the end.
    let to = Box::leak(format!("--callgrind-out-file={file}").into_boxed_str());
    ["valgrind", "--tool=callgrind", "--quiet", to]
}

fn strace(file: &str) -> [&str; 6] {
    // How often threads and the reactor wait, and how far threads get before the process ends, is a matter of chance.
    const OF_THREADS: &str = "--trace=!futex,mmap,munmap,mprotect,madvise,rt_sigprocmask,prctl,set_robust_list,rseq,exit,sched_yield,\
        epoll_wait,epoll_pwait,epoll_pwait2,timerfd_settime";
    ["strace", "-f", "-c", OF_THREADS, "-o", file]
}

/// The line `totals: N` of callgrind's output.
fn instructions(out: &Path) -> u64 {
    let text = fs::read_to_string(out).unwrap();
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.trim().parse().ok()).unwrap_or_else(|| panic!("no total in {text}"))
}

/// The last line of strace's table: share, seconds, microseconds a call, calls.
fn system_calls(out: &Path) -> u64 {
    let text = fs::read_to_string(out).unwrap();
    let total = text.lines().rfind(|line| line.ends_with("total"));
    let calls = total.and_then(|line| line.split_whitespace().nth(3)).and_then(|calls| calls.parse().ok());
    calls.unwrap_or_else(|| panic!("no total in {text}"))
}

fn written() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counts.toml")
}

fn write_down(counts: &BTreeMap<&str, Count>) {
    let mut text = String::from(
        "# What a prompt costs. Written by `ZIRON_BLESS=1 cargo test -p ziron-tests --test counts`.\n",
    );
    for (name, Count { instructions, system_calls }) in counts {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "\n[{name}]");
        for (what, count) in [("instructions", instructions), ("system_calls", system_calls)] {
            if let Some(count) = count {
                let _ = writeln!(text, "{what} = {count}");
            }
        }
    }
    fs::write(written(), text).unwrap();
}

#[test]
fn a_prompt_costs_what_is_written_down() {
    let has = |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
    let can_count =
        cfg!(all(target_os = "linux", target_arch = "x86_64")) && has("valgrind") && has("strace");
    if !can_count {
        assert!(std::env::var_os("ZIRON_REQUIRE_VALGRIND").is_none(), "valgrind or strace is missing");
        return;
    }
    let machine = Machine::new();
    let mut counts = BTreeMap::new();
    counts.insert("direct_prompt_in_an_empty_folder", machine.drawing("empty", false));
    counts.insert("direct_prompt_in_a_small_repository", machine.drawing("repository", false));
    assert!(machine.ask(&["daemon", "start"]));
    assert!(machine.ask(&["prompt", "--all", "--shell", "zsh"]));
    counts.insert("client_of_the_daemon", machine.drawing("empty", true));
    assert!(machine.ask(&["daemon", "stop"]));
    counts.insert("one_request_in_the_daemon", machine.request());
    if std::env::var_os("ZIRON_BLESS").is_some() {
        write_down(&counts);
    }
    let table: toml::Table = fs::read_to_string(written()).unwrap_or_default().parse().unwrap();
    let mut wrong = String::new();
    for (name, Count { instructions, system_calls }) in counts {
        for (what, counted) in [("instructions", instructions), ("system_calls", system_calls)] {
            let Some(counted) = counted else { continue };
            let known = table.get(name).and_then(|row| row.get(what)?.as_integer()).unwrap_or_default();
            let off = (counted as f64 / known as f64 - 1.0) * 100.0;
            // One call more or less of a few is more than the tolerance, and still is one.
            if off.abs() > TOLERANCE && counted.abs_diff(known.unsigned_abs()) > 1 {
                let _ = writeln!(wrong, "{name}: {counted} {what}, {known} are written down ({off:+.1} %)");
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}If that is meant, write them anew with ZIRON_BLESS=1 and say why in the commit."
    );
}
