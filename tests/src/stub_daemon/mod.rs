//! A daemon that answers as it is told to: rightly, late, wrongly, or not at all.
//!
//! It speaks the protocol from its description, with code of its own, so that shell scripts and the real daemon are
//! each tested against something that was not written to please them. Its prompts are those of the stub of a prompt
//! program, it counts in the same log, and it adds `--by daemon` to what it writes there. A prompt that is not up to
//! date shows `old` where the data would be.

mod clients;
mod wire;

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use ziron_runtime::shell::Shell;

use clients::{Client, Way};
pub use wire::{Message, escape, split_frames, unescape};

use crate::stub;

/// Names the variable with the daemon's folder.
pub const FOLDER: &str = "ZIRON_STUB_FOLDER";
/// The build that the stubs say they are.
pub const BUILD: &str = "stub";
/// The environment variables that the stubs' prompt is said to depend on.
pub const VARIABLES: &[&str] =
    &["STUB_ONE", "STUB_TWO", "STUB_THREE", "PATH", "reply", "parts", "pipe", "world", "duration", "failure"];

/// What the daemon is.
#[derive(Debug)]
pub struct Daemon {
    folder: PathBuf,
    listener: UnixListener,
    watch: std::os::fd::OwnedFd,
    clients: Vec<Client>,
    /// What to do with the next drawings; then it answers rightly.
    drawings: VecDeque<String>,
    /// What to say to the next that say hello; then `ok`.
    hellos: VecDeque<String>,
    log: Option<PathBuf>,
    frames: Option<File>,
    data: String,
    calls: usize,
    log_length: u64,
}

/// Serves until it is killed, or told to die.
///
/// # Errors
/// When the folder cannot be used.
pub fn main(folder: &Path, log: Option<&Path>, data: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let socket = folder.join("socket");
    let _ = fs::remove_file(&socket);
    fs::write(folder.join("pid"), format!("{} stub\n", std::process::id()))?;
    let listener = UnixListener::bind(socket)?;
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC)?;
    inotify::add_watch(&watch, folder, inotify::WatchFlags::CLOSE_WRITE)?;
    let frames =
        log.map(|log| OpenOptions::new().append(true).create(true).open(log.with_extension("frames")));
    let mut daemon = Daemon {
        folder: folder.to_owned(),
        listener,
        watch,
        clients: Vec::new(),
        drawings: VecDeque::new(),
        hellos: VecDeque::new(),
        log: log.map(ToOwned::to_owned),
        frames: frames.transpose()?,
        data: data.to_owned(),
        calls: 0,
        log_length: 0,
    };
    loop {
        daemon.serve()?;
    }
}

impl Daemon {
    /// Waits until somebody wants something, and sees to it.
    fn serve(&mut self) -> io::Result<()> {
        let fixed = [self.listener.as_fd(), self.watch.as_fd()];
        let clients: Vec<(usize, BorrowedFd<'_>)> = (self.clients.iter().enumerate())
            .filter_map(|(index, client)| Some((index, client.way.descriptor()?)))
            .collect();
        let mut polled: Vec<PollFd<'_>> = (fixed.into_iter().chain(clients.iter().map(|(_, fd)| *fd)))
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect();
        poll(&mut polled, None)?;
        let is_ready: Vec<bool> = polled.iter().map(|fd| !fd.revents().is_empty()).collect();
        let ready: Vec<usize> = clients
            .iter()
            .zip(&is_ready[2..])
            .filter(|(_, ready)| **ready)
            .map(|((index, _), _)| *index)
            .collect();
        drop(polled);
        // From the last, so that removing one moves none that is to come.
        for index in ready.into_iter().rev() {
            let frames = self.clients[index].read();
            let is_open = frames.is_some();
            for frame in frames.unwrap_or_default() {
                self.frame(index, &frame)?;
            }
            if !is_open {
                self.clients.remove(index);
            }
        }
        if is_ready[0] {
            let (stream, _) = self.listener.accept()?;
            self.clients.push(Client::new(Way::Stream(stream)));
        }
        if is_ready[1] {
            self.mailboxes()?;
        }
        Ok(())
    }

    /// Reads the letters that have come.
    fn mailboxes(&mut self) -> io::Result<()> {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 8192];
        let mut reader = inotify::Reader::new(self.watch.as_fd(), &mut buffer);
        let mut names = Vec::new();
        loop {
            let event = reader.next()?;
            names.extend(event.file_name().map(|name| name.to_string_lossy().into_owned()));
            if reader.is_buffer_empty() {
                break;
            }
        }
        for name in names {
            let Some(pid) = name.strip_prefix("s.").and_then(|name| name.strip_suffix(".ask")) else {
                continue;
            };
            let Ok(pid) = pid.parse() else { continue };
            let asked = fs::read(self.folder.join(&name)).unwrap_or_default();
            let position = self.clients.iter().position(|client| client.way.mailbox() == Some(pid));
            let index = position.unwrap_or_else(|| {
                let reply = self.folder.join(format!("s.{pid}.reply"));
                self.clients.push(Client::new(Way::Mailbox { pid, reply }).shell(Shell::Fish));
                self.clients.len() - 1
            });
            for frame in split_frames(&asked) {
                self.frame(index, frame)?;
            }
        }
        Ok(())
    }

    /// Does what one frame asks for.
    fn frame(&mut self, index: usize, frame: &[u8]) -> io::Result<()> {
        if let Some(frames) = &mut self.frames {
            frames.write_all(frame)?;
            frames.write_all(b"\x1e")?;
        }
        let message = Message::parse(frame);
        match message.kind.as_str() {
            "hello" => self.hello(index, &message),
            "draw" => self.draw(index, &message),
            "stub" => self.told(index, &message),
            _ => Ok(()),
        }
    }

    fn hello(&mut self, index: usize, message: &Message) -> io::Result<()> {
        let state = self.hellos.pop_front().unwrap_or_else(|| "ok".to_owned());
        let pid = std::process::id();
        let answer = if state == "version" {
            "error\x1fcode=version\x1fmessage=only 7\x1fv=7\x1e".to_owned()
        } else {
            format!("hello\x1fv=1\x1fbuild={BUILD}\x1fpid={pid}\x1fstate={state}\x1e")
        };
        let shell = Shell::from_name(message.value("shell"));
        let client = &mut self.clients[index];
        client.shell = shell;
        if shell == Shell::Bash && message.value("answer") == "file" && state != "version" {
            let pid: u32 = message.value("pid").parse().map_err(io::Error::other)?;
            // What a shell writes into a FIFO that nobody else has open is lost: before it hears that they are there.
            let (way, reply) = (Way::fifos(&self.folder, pid)?, self.folder.join(format!("s.{pid}.reply")));
            client.say(answer.as_bytes());
            let same = self.clients.iter_mut().find(|client| client.way.answers_in(&reply));
            // A shell that has lost its session is the same shell: of two who wait for its questions, one would wait
            // for ever.
            match same {
                Some(client) => *client = Client::new(way).shell(shell),
                None => self.clients.push(Client::new(way).shell(shell)),
            }
            return Ok(());
        }
        client.say(answer.as_bytes());
        Ok(())
    }

    /// What a test says.
    fn told(&mut self, index: usize, message: &Message) -> io::Result<()> {
        self.drawings.extend(message.all("draw"));
        self.hellos.extend(message.all("hello"));
        for what in message.all("do") {
            match what.as_str() {
                "push" => self.clients.iter_mut().for_each(|client| client.push(&self.data)),
                "release" => self.clients.iter_mut().for_each(Client::release),
                other => return Err(io::Error::other(format!("cannot {other}"))),
            }
        }
        self.clients[index].say(b"end\x1fstatus=0\x1e");
        Ok(())
    }

    fn draw(&mut self, index: usize, message: &Message) -> io::Result<()> {
        self.clients[index].asks();
        let how = self.drawings.pop_front().unwrap_or_default();
        if how == "die" {
            std::process::exit(0);
        }
        let is_counted = matches!(how.as_str(), "" | "stale" | "stale-then-redraw" | "hold" | "slowly");
        let call = if is_counted { self.count(self.clients[index].shell, message)? } else { 0 };
        let client = &mut self.clients[index];
        let (seq, is_stale) = (message.value("seq").to_owned(), how.starts_with("stale"));
        client.last = Some((seq.clone(), call));
        let data = if is_stale { "old" } else { self.data.as_str() };
        // A shell that shows a prompt already is told that this is another one: it has another number.
        let is_held = message.value("held") == "1";
        let kind = if is_held { "redraw" } else { "drawn" };
        let answer = client.picture(kind, if is_stale { "stale" } else { "fresh" }, &seq, call, data);
        match how.as_str() {
            "silence" => {}
            "hold" => client.held = answer,
            "half" => {
                client.say(&answer[..answer.len() / 2]);
                std::process::exit(0);
            }
            // Reads in two parts; what comes first ends in the middle of a frame.
            "slowly" => {
                client.say(&answer[..answer.len() / 2]);
                client.say(&answer[answer.len() / 2..]);
            }
            "garbage" => client.say(b"\xff\x00\xfe garbage\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1f\x1e"),
            "flood" => client.say(&vec![b'x'; 3 << 20]),
            "wrong-seq" => client.answer("999999", &client.picture("drawn", "fresh", "999999", 0, "wrong")),
            "version" => client.answer(&seq, b"error\x1fcode=version\x1fmessage=only 7\x1fv=7\x1e"),
            _ => {
                client.answer(&seq, &answer);
                if is_held {
                    client.nudge();
                }
                if how == "stale-then-redraw" {
                    client.push(&self.data);
                }
            }
        }
        Ok(())
    }

    /// Remembers a call as the stub of a prompt program does, and says which one it is.
    fn count(&mut self, shell: Shell, message: &Message) -> io::Result<usize> {
        let Some(log) = &self.log else {
            self.calls += 1;
            return Ok(self.calls);
        };
        if fs::metadata(log).map_or(0, |metadata| metadata.len()) != self.log_length {
            self.calls = stub::read_log(log).len();
        }
        let mut told: Vec<String> =
            ["prompt", "--all", "--shell", shell.name()].map(ToOwned::to_owned).into();
        for (option, name) in [
            ("--status", "status"),
            ("--pipestatus", "pipe"),
            ("--cmd-duration", "duration"),
            ("--jobs", "jobs"),
            ("--shlvl", "shlvl"),
            ("--keymap", "keymap"),
            ("--terminal-width", "columns"),
            ("--logical-path", "path"),
            ("--seq", "seq"),
        ] {
            told.extend([option.to_owned(), message.value(name).to_owned()]);
        }
        for (name, value) in &message.fields {
            if let Some(variable) = name.strip_prefix("e.") {
                told.extend([format!("--{variable}"), value.clone()]);
            }
        }
        told.extend(["--by".to_owned(), "daemon".to_owned()]);
        stub::remember(log, &told)?;
        self.log_length = fs::metadata(log)?.len();
        self.calls += 1;
        Ok(self.calls)
    }
}
