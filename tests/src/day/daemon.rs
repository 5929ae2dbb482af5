//! A daemon of a real prompt, in a world of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ziron_runtime::client::Client;
use ziron_runtime::client::{Address, Surroundings};
use ziron_runtime::client::{Hello, ReplyMode, Tool, ToolKind};

use crate::world::World;

/// How long a test waits for what must come: machines can be busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon; it ends with the test.
#[derive(Debug)]
pub struct Daemon {
    process: Child,
    socket: PathBuf,
}

/// What a daemon has counted: how often a fact was there, was there but old, and was not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// It was there.
    pub hits: u64,
    /// It was there, was shown as old, and was read again.
    pub old: u64,
    /// It was not there.
    pub misses: u64,
}

impl Daemon {
    /// Starts the daemon of a prompt program.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(world: &World, program: &Path) -> Daemon {
        use std::os::unix::fs::PermissionsExt;
        let runtime = world.folder("run");
        std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
        let mut command = Command::new(program);
        command.env_clear().envs(world.environment()).env("XDG_RUNTIME_DIR", &runtime);
        command.env("ZIRON_CACHE", world.folder("cache/daemon"));
        command.stdin(Stdio::null()).current_dir("/").args(["daemon", "run"]);
        let process = command.spawn().expect("the prompt program starts");
        let surroundings = Surroundings::with_runtime_dir(runtime);
        let socket = Address::of(program, &surroundings).expect("a path that fits").socket();
        let daemon = Daemon { process, socket };
        let deadline = Instant::now() + PATIENCE;
        while Client::connect(&daemon.socket, deadline).is_err() {
            assert!(Instant::now() < deadline, "the daemon does not listen at {}", daemon.socket.display());
            std::thread::yield_now();
        }
        daemon
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What it says about itself.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn status(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut client = Client::connect(&self.socket, deadline).expect("it listens");
        client
            .greet(&Hello { version: Some(1), answer: ReplyMode::Once, ..Hello::default() }, deadline)
            .expect("hello");
        let mut text = Vec::new();
        let status =
            client.ask(&Tool::new(ToolKind::Status), deadline, |piece| text.extend_from_slice(piece));
        assert_eq!(status.expect("an answer"), 0);
        String::from_utf8(text).expect("text")
    }

    /// What it has counted for each source whose facts it was asked for.
    ///
    /// # Panics
    /// When it does not answer, or not as expected.
    pub fn counted(&self) -> BTreeMap<String, Counted> {
        let status = self.status();
        let lines = status.lines().filter_map(|line| line.strip_prefix("cache")?.trim().split_once(": "));
        let cache = |(name, counts): (&str, &str)| {
            let mut numbers = counts.split(", ").map(|part| {
                let number = part.split(' ').next().expect("a word");
                number.parse().unwrap_or_else(|_| panic!("no count: {counts}"))
            });
            let mut next = || numbers.next().expect("a count");
            (name.to_owned(), Counted { hits: next(), old: next(), misses: next() })
        };
        lines.map(cache).collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
