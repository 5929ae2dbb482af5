//! A stub daemon that runs beside a session, and does what a test says.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::stub;
use crate::stub_daemon::{FOLDER, Message, split_frames};

/// How long a daemon may take to be there, on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A stub daemon that runs.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    folder: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// Starts the daemon and waits until it listens. `start` is what starts a program as another user; or nothing.
    ///
    /// # Panics
    /// When it does not come.
    pub fn start(program: &Path, home: &Path, data: &str, start: &[String]) -> Daemon {
        let (folder, log) = (folder(home), home.join("log"));
        let mut words = start.iter().map(PathBuf::from).chain([program.to_owned()]);
        let mut command = Command::new(words.next().expect("there is the program"));
        command.args(words).env_clear().stdin(Stdio::null());
        command.env(FOLDER, &folder).env(stub::LOG, &log).env(stub::DATA, data);
        let _ = fs::remove_file(folder.join("socket"));
        let child = command.spawn().expect("the stub of a daemon starts");
        let daemon = Daemon { child, folder, log };
        let begin = Instant::now();
        while daemon.connect().is_none() {
            assert!(begin.elapsed() < DEADLINE, "the stub of a daemon does not listen");
            std::thread::yield_now();
        }
        daemon
    }

    fn connect(&self) -> Option<UnixStream> {
        UnixStream::connect(self.folder.join("socket")).ok()
    }

    /// Tells the daemon what to do: `draw=HOW` and `hello=HOW` for the next that ask, `do=push`, `do=release`. It has been done when this returns.
    ///
    /// # Panics
    /// When the daemon is gone.
    pub fn tell(&self, what: &[&str]) {
        let mut stream = self.connect().expect("the daemon listens");
        write!(stream, "stub\x1f{}\x1e", what.join("\x1f")).expect("it reads");
        let mut answer = [0; 64];
        let length = stream.read(&mut answer).expect("it answers");
        assert!(answer[..length].starts_with(b"end"), "{answer:?}");
    }

    /// Sends the daemon a signal.
    ///
    /// # Panics
    /// When it is gone.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a process has a number");
        kill_process(pid, signal).expect("the daemon runs");
    }

    /// Waits until the daemon has ended; its socket stays behind.
    ///
    /// # Panics
    /// When it is no child of ours.
    pub fn wait(&mut self) {
        self.child.wait().expect("it is our child");
    }

    /// Ends the daemon without a chance to clean up.
    ///
    /// # Panics
    /// When it is no child of ours.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is our child");
        self.wait();
    }

    /// Every message that the daemon has got, but those of [`Daemon::tell`].
    pub fn messages(&self) -> Vec<Message> {
        let frames = fs::read(self.log.with_extension("frames")).unwrap_or_default();
        split_frames(&frames).map(Message::parse).filter(|message| message.kind != "stub").collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended, as it was told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The daemon's folder in a home.
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join("it's the $daemon's")
}
