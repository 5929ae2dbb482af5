//! A shell, as far as a daemon can tell.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use ziron_runtime::client::Client;
use ziron_runtime::client::{Draw, Drawn, Freshness, Hello, ReplyMode, Wanted};
use ziron_runtime::prompt::PART_END;
use ziron_runtime::request::Request;
use ziron_runtime::shell;

use super::daemon::{Daemon, PATIENCE};

/// A shell that is connected to a daemon.
#[derive(Debug)]
pub struct Shell {
    kind: shell::Shell,
    client: Client,
    seq: u64,
    /// Where it is.
    pub folder: PathBuf,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
    /// How the last command ended.
    pub status: u8,
    /// How long it took (ms).
    pub duration_ms: u64,
    /// What runs in the background.
    pub jobs: u32,
}

/// A prompt in its parts: left, right, what stays of both, and what is printed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture([String; 5]);

impl Picture {
    fn of(drawn: &Drawn<'_>) -> Picture {
        Picture(
            [drawn.left, drawn.right, drawn.transient_left, drawn.transient_right, drawn.prelude]
                .map(|part| String::from_utf8_lossy(part).into_owned()),
        )
    }
}

impl Shell {
    /// Starts one; all of them can draw again.
    ///
    /// # Panics
    /// When the daemon does not take it.
    pub fn start(
        daemon: &Daemon,
        kind: shell::Shell,
        folder: &Path,
        environment: BTreeMap<String, String>,
    ) -> Shell {
        let deadline = Instant::now() + PATIENCE;
        let mut client = Client::connect(daemon.socket(), deadline).expect("it listens");
        let hello = Hello {
            version: Some(1),
            shell: kind,
            answer: ReplyMode::Stream,
            redraw: true,
            ..Hello::default()
        };
        client.greet(&hello, deadline).expect("hello");
        let folder = folder.to_owned();
        Shell { kind, client, seq: 0, folder, environment, status: 0, duration_ms: 0, jobs: 0 }
    }

    /// Asks the daemon for a prompt and waits until it is final; says how many prompts there were.
    ///
    /// # Panics
    /// When the daemon does not answer, or the prompt does not become final.
    pub fn prompt(&mut self) -> (Picture, usize) {
        self.seq += 1;
        let status = self.status.to_string();
        let request = Request {
            shell: self.kind,
            status: Some(status.clone()),
            pipe_status: vec![status],
            duration: Some(std::time::Duration::from_millis(self.duration_ms)),
            jobs: self.jobs.into(),
            logical_path: Some(self.folder.clone()),
            path: Some(self.folder.clone()),
            terminal_columns: 120,
            ..Request::default()
        };
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| (OsStr::new(name), OsStr::new(value).into()))
            .collect();
        let (wanted, is_environment_in_file) = (Wanted::All, false);
        let draw =
            Draw { seq: self.seq, request, wanted, is_held: false, environment, is_environment_in_file };
        let deadline = Instant::now() + PATIENCE;
        let drawn = self.client.draw(&draw, deadline).expect("an answer");
        let (mut freshness, mut picture) = (drawn.freshness, Picture::of(&drawn));
        let mut count = 1;
        while freshness == Freshness::Stale {
            let folder = &self.folder;
            let drawn = self.client.redrawn(deadline).unwrap_or_else(|error| {
                panic!("still not final ({error}): {picture:?} in {}", folder.display())
            });
            freshness = drawn.freshness;
            // What is printed before a prompt is printed once.
            let prelude = picture.0[4].clone();
            picture = Picture::of(&drawn);
            assert_eq!(picture.0[4], "", "a redraw prints nothing before the prompt");
            picture.0[4] = prelude;
            count += 1;
        }
        (picture, count)
    }

    /// What the same program draws by itself, with nothing remembered.
    ///
    /// # Panics
    /// When it does not start.
    pub fn direct(&self, program: &Path, cache: &Path) -> Picture {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment).env("PWD", &self.folder);
        command.env("ZIRON_CACHE", cache).env("ZIRON_DAEMON", "off").current_dir("/").stdin(Stdio::null());
        let status = self.status.to_string();
        command.args(["prompt", "--all", "--direct", "--shell", self.kind.name(), "--terminal-width", "120"]);
        command.args(["--status", &status, "--pipestatus", &status]);
        command.args(["--cmd-duration", &self.duration_ms.to_string(), "--jobs", &self.jobs.to_string()]);
        command.arg("--path").arg(&self.folder).arg("--logical-path").arg(&self.folder);
        let output = command.output().expect("the prompt program starts").stdout;
        let mut parts = output.split(|byte| *byte == PART_END);
        Picture(std::array::from_fn(|_| {
            String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned()
        }))
    }
}
