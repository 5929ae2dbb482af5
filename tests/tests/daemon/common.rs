//! A user with a prompt and a daemon, who sees nothing of the machine's own.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use ziron_tests::world;

/// The prompt that most tests share. It waits for nothing longer than its budget, which is `command_timeout` (ms), and
/// the daemon stays.
pub(crate) const LASTING: &str = r#"
command_timeout = 400
format = "$directory$git_branch$git_status$nodejs$package$env_var$character"
[directory]
format = "<[$path]($style)>"
truncation_length = 0
[git_branch]
format = "on $branch "
[git_status]
format = "$all_status"
[package]
format = "is $version "
[nodejs]
format = "node "
[character]
success_symbol = "ok"
error_symbol = "bad"
[env_var.ZIRON_NAME]
format = "name=$env_value "
"#;

/// The same, whose daemon goes soon (ms).
pub(crate) fn brief() -> String {
    format!("{LASTING}\n[daemon]\nidle_exit = 200\n")
}

/// Much longer than anything takes on a busy machine: what has not happened by then never will.
const DEADLINE: Duration = Duration::from_secs(30);

/// A user.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) binary: PathBuf,
}

impl Home {
    /// A user with the prompt that most tests share.
    pub(crate) fn new() -> Home {
        Home::with(world::prompt(LASTING))
    }

    /// A user with a prompt of his own, which can be replaced.
    pub(crate) fn with_copy() -> Home {
        let mut home = Home::new();
        let own = home.path("bin/own-prompt");
        fs::create_dir(home.path("bin")).unwrap();
        fs::copy(&home.binary, &own).unwrap();
        home.binary = own;
        home
    }

    pub(crate) fn with(binary: PathBuf) -> Home {
        let folder = world::private_folder("zd-");
        let home = Home { folder, binary };
        for name in ["home", "run", "cache", "place"] {
            fs::create_dir(home.path(name)).unwrap();
        }
        fs::set_permissions(home.path("run"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where prompts are drawn, unless a test says otherwise.
    pub(crate) fn place(&self) -> PathBuf {
        self.path("place")
    }

    /// The binary with arguments, in this user's world.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().current_dir(self.place()).stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("XDG_RUNTIME_DIR", self.path("run"));
        command
            .env("ZIRON_CACHE", self.path("cache"))
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color");
        command
    }

    /// Runs a command of the binary that ends by itself.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        finish(self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// What a command says; it succeeds.
    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.run(arguments);
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success() && stderr.is_empty(), "{arguments:?}: {status} {stdout}{stderr}");
        stdout.into_owned()
    }

    /// What a command complains of.
    pub(crate) fn complains(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.run(arguments);
        assert!(!status.success() && stdout.is_empty(), "{arguments:?} is refused");
        String::from_utf8_lossy(&stderr).into_owned()
    }

    /// The left prompt, from the daemon or without it. Nothing else is said, and its pipes are closed when it ends.
    pub(crate) fn prompt(&self) -> String {
        self.prompt_in(&self.place(), &["prompt", "--all"])
    }

    pub(crate) fn prompt_in(&self, place: &Path, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        command.current_dir(place).env("PWD", place).stdout(Stdio::piped()).stderr(Stdio::piped());
        left(&finish(command.spawn().unwrap()))
    }

    /// The folder of the daemon.
    pub(crate) fn daemon(&self) -> PathBuf {
        let folders = fs::read_dir(self.path("run/ziron")).into_iter().flatten();
        folders.map(|entry| entry.unwrap().path()).next().unwrap_or_else(|| self.path("run/ziron/none"))
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        fs::read_to_string(self.daemon().join("pid")).ok()?.split(' ').next()?.parse().ok()
    }

    /// Waits until a daemon answers; this is its process.
    pub(crate) fn wait_for_daemon(&self) -> u32 {
        wait("a daemon answers", || {
            let status = self.run(&["daemon", "status"]);
            let text = String::from_utf8_lossy(&status.stdout).into_owned();
            text.strip_prefix("process")?.split_whitespace().next()?.parse().ok()
        })
    }

    /// The processes of this user's prompt.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let run = format!("XDG_RUNTIME_DIR={}", self.path("run").display());
        let is_ours = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == run.as_bytes())
        };
        let numbers =
            fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        numbers.filter(is_ours).collect()
    }

    pub(crate) fn wait_for_end(&self) {
        wait("all processes have ended", || self.processes().is_empty().then_some(()));
    }

    /// A connection to the daemon.
    pub(crate) fn connect(&self) -> UnixStream {
        self.connected().expect("the daemon listens")
    }

    pub(crate) fn try_connect(&self) -> Option<UnixStream> {
        self.connected().ok()
    }

    /// Says of a test that fails what its daemons left behind.
    fn tell(&self) {
        eprintln!("processes: {:?}", self.processes());
        for entry in fs::read_dir(self.daemon()).into_iter().flatten().flatten() {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let content = if is_file { fs::read(entry.path()).unwrap_or_default() } else { Vec::new() };
            eprintln!("{}: {}", entry.file_name().display(), String::from_utf8_lossy(&content));
        }
    }

    fn connected(&self) -> std::io::Result<UnixStream> {
        let stream = UnixStream::connect(self.daemon().join("socket"))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        Ok(stream)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell();
        }
        // One that is just ending may start another.
        for _ in 0..100 {
            let processes = self.processes();
            for pid in &processes {
                kill(*pid, Signal::KILL);
            }
            if processes.is_empty() {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// A frame that asks for a prompt.
pub(crate) fn draw(seq: u64, place: &Path, more: &str) -> Vec<u8> {
    let more = if more.is_empty() { String::new() } else { format!("\x1f{more}") };
    format!("draw\x1fseq={seq}\x1fpath={}{more}\x1e", place.display()).into_bytes()
}

pub(crate) const HELLO: &[u8] = b"hello\x1fv=1\x1fshell=zsh\x1fanswer=stream\x1fredraw=0\x1e";

/// Reads frames until one begins like this.
pub(crate) fn receive(stream: &mut UnixStream, begin: &str) -> std::io::Result<String> {
    let mut frame = Vec::new();
    let mut byte = [0];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            other => _ = other?,
        }
        if byte[0] != b'\x1e' {
            frame.push(byte[0]);
        } else if frame.starts_with(begin.as_bytes()) {
            return Ok(String::from_utf8_lossy(&frame).into_owned());
        } else {
            frame.clear();
        }
    }
}

/// Asks on a connection for a prompt.
pub(crate) fn ask(stream: &mut UnixStream, seq: u64, place: &Path, more: &str) -> std::io::Result<String> {
    stream.write_all(&draw(seq, place, more))?;
    let frame = receive(stream, &format!("drawn\x1f{seq}\x1f"))?;
    Ok(frame.split('\x1f').nth(3).unwrap_or_default().to_owned())
}

/// Asks for a prompt, in a session of its own, until it is what is so: a busy machine shows an older one first, and the
/// redraw follows.
pub(crate) fn wait_for_truth(home: &Home, place: &Path) -> String {
    let mut stream = home.connect();
    stream.write_all(&String::from_utf8_lossy(HELLO).replace("redraw=0", "redraw=1").into_bytes()).unwrap();
    receive(&mut stream, "hello").unwrap();
    let first = ask(&mut stream, 1, place, "").unwrap();
    let redraws = std::iter::from_fn(|| receive(&mut stream, "redraw\x1f1\x1f").ok());
    let lefts = redraws.map(|frame| frame.split('\x1f').nth(3).unwrap_or_default().to_owned());
    let truth = std::iter::once(first).chain(lefts).find(|left| !crate::hung::is_marked(left));
    truth.expect("a redraw follows")
}

/// The left prompt of a reply; it came without a word.
pub(crate) fn left(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{}: {stderr}", output.status);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(stdout.matches('\x1f').count(), 5, "a whole reply: {stdout:?}");
    stdout.split('\x1f').next().unwrap_or_default().to_owned()
}

/// Waits until a process has ended and its pipes are closed.
pub(crate) fn finish(mut child: Child) -> Output {
    let (send, receive) = std::sync::mpsc::channel();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    std::thread::spawn(move || {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        out.read_to_end(&mut stdout).unwrap();
        err.read_to_end(&mut stderr).unwrap();
        send.send((stdout, stderr)).unwrap();
    });
    match receive.recv_timeout(DEADLINE) {
        Ok((stdout, stderr)) => Output { status: child.wait().unwrap(), stdout, stderr },
        Err(_) => {
            let _ = child.kill();
            panic!("a command does not end, or leaves its output open");
        }
    }
}

/// Waits until something is so.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < DEADLINE, "in vain: {what}");
        std::thread::yield_now();
    }
}

pub(crate) fn kill(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, signal);
    }
}

pub(crate) fn fifo(path: &Path) {
    use rustix::fs::{CWD, Mode};
    rustix::fs::mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).unwrap();
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Numbers that are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below a limit. Source: the constants are those of Knuth's MMIX.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Opening that does not wait at a pipe.
pub(crate) trait Nonblocking {
    fn custom_nonblocking(&mut self) -> &mut Self;
}

impl Nonblocking for fs::OpenOptions {
    fn custom_nonblocking(&mut self) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
    }
}
