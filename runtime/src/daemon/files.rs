//! Transports through files, for shells that cannot open sockets.
//!
//! bash opens two FIFOs: it writes requests into one, and reads from the other when the reply file is ready. fish can
//! neither keep a file open nor wait with a deadline: it writes a request file, which the daemon watches for, and polls
//! the reply file until its answer is there.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use futures_lite::future::or;
use rustix::fs::{FileType, OFlags};

use super::process::Process;
use super::transport::{BackupSender, Transport, TransportError};
use crate::exec::{Handle, Priority, Watched};
use crate::ipc::address::SessionFile;
use crate::ipc::folder::Folder;
use crate::ipc::frame::{Decoder, FIELD_END, FRAME_END, Frame, Limits};
use crate::shell::Shell;

/// The shells whose FIFOs are in the folder: they were served by a daemon that was killed.
#[allow(clippy::disallowed_methods, reason = "the folder is the daemon's own")]
pub(super) fn left_behind(folder: &Folder) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir(folder.path()) else { return Vec::new() };
    let name = |entry: io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let pid = |name: String| name.strip_prefix("s.")?.strip_suffix(".request")?.parse().ok();
    entries.filter_map(name).filter_map(pid).collect()
}

/// Delays before fish is signalled again. fish loses a signal that arrives just before it waits for keys, and ignores
/// one that arrives while it repaints.
const REMINDERS: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(500)];

/// The shells that have FIFOs, with what keeps their session alive.
///
/// A shell that gets no answer in time asks for new FIFOs. Its session before ends then: nobody writes to that one any
/// more, and each would keep four descriptors until the shell ends.
#[derive(Debug, Default)]
pub(super) struct FifoSessions(Mutex<HashMap<u32, Sender<()>>>);

impl FifoSessions {
    /// Begins the session of a shell, and ends the one before. The channel is closed when this session is to end.
    fn begin(&self, pid: u32) -> Receiver<()> {
        let (sender, receiver) = async_channel::bounded(1);
        let mut shells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shells.retain(|_, sender| !sender.is_closed());
        shells.insert(pid, sender);
        receiver
    }
}

/// The files of one shell.
#[derive(Debug)]
struct Files {
    folder: Arc<Folder>,
    pid: u32,
}

impl Files {
    fn name(&self, file: SessionFile) -> String {
        file.name(self.pid)
    }
}

impl Files {
    fn remove(&self) {
        let kinds = [
            (SessionFile::Request, FileType::Fifo),
            (SessionFile::Token, FileType::Fifo),
            (SessionFile::Ask, FileType::RegularFile),
            (SessionFile::Reply, FileType::RegularFile),
            (SessionFile::Exported, FileType::RegularFile),
        ];
        for (file, kind) in kinds {
            // Not every shell has all of them.
            let _ = self.folder.remove(&self.name(file), kind);
        }
    }
}

/// Transport of a shell that writes into a FIFO.
#[derive(Debug)]
pub(super) struct Fifos {
    files: Files,
    shell: Process,
    request: Watched<OwnedFd>,
    answers: Arc<Answers>,
    decoder: Decoder,
    /// Closed when another session of the shell has taken over.
    taken_over: Receiver<()>,
}

impl Drop for Fifos {
    fn drop(&mut self) {
        // A FIFO without a name was replaced: the names belong to the next session.
        let is_replaced = rustix::fs::fstat(self.request.get_ref()).is_ok_and(|stat| stat.st_nlink == 0);
        if !is_replaced {
            self.files.remove();
        }
    }
}

/// Where a shell with FIFOs reads its answers.
#[derive(Debug)]
pub(super) struct Answers {
    token: OwnedFd,
    reply: File,
}

impl Answers {
    fn write(&self, frame: &[u8]) -> io::Result<()> {
        // In place: the shell looks at it only when it has its token.
        rustix::io::pwrite(&self.reply, frame, 0)?;
        rustix::fs::ftruncate(&self.reply, frame.len() as u64)?;
        // The number of the answer is its second field: that of a hello has none.
        let number = frame.split(|byte| *byte == FIELD_END).nth(1);
        let number = number.filter(|field| field.iter().all(u8::is_ascii_digit));
        let mut token = number.unwrap_or(b"0").to_vec();
        token.push(FRAME_END);
        match rustix::io::write(&self.token, &token) {
            // The FIFO is full: the shell has not read its tokens, and the daemon does not wait for it.
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl BackupSender for Arc<Answers> {
    fn send_now(&self, frame: &[u8]) {
        // A shell that gets no answer draws its prompt directly.
        let _ = self.write(frame);
    }
}

impl Fifos {
    /// Creates the FIFOs of a shell and opens them, in place of those that it had.
    pub(super) fn make(
        folder: &Arc<Folder>,
        pid: u32,
        sessions: &FifoSessions,
        exec: &Handle,
    ) -> io::Result<Fifos> {
        for file in [SessionFile::Request, SessionFile::Token] {
            folder.make_fifo(&file.name(pid))?;
        }
        Fifos::adopt(folder, pid, sessions, exec)
    }

    /// Opens existing FIFOs of a shell; removes them if the shell is gone.
    pub(super) fn adopt(
        folder: &Arc<Folder>,
        pid: u32,
        sessions: &FifoSessions,
        exec: &Handle,
    ) -> io::Result<Fifos> {
        let files = Files { folder: folder.clone(), pid };
        let open = || {
            let shell = Process::find(pid, exec)?;
            let request = folder.fifo(&files.name(SessionFile::Request))?;
            let token = folder.fifo(&files.name(SessionFile::Token))?;
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC | OFlags::NONBLOCK;
            let reply = folder.file(&files.name(SessionFile::Reply), flags)?.into();
            Ok((shell, exec.watch(request)?, Arc::new(Answers { token, reply })))
        };
        match open() {
            Ok((shell, request, answers)) => Ok(Fifos {
                taken_over: sessions.begin(pid),
                decoder: Decoder::new(Limits::REQUEST),
                files,
                shell,
                request,
                answers,
            }),
            Err(error) => {
                files.remove();
                Err(error)
            }
        }
    }
}

impl Transport for Fifos {
    async fn receive(&mut self) -> Result<bool, TransportError> {
        while !self.decoder.advance()? {
            let decoder = &mut self.decoder;
            let fill = async { self.request.read_with(|fifo| decoder.fill(fifo)).await };
            let gone = async {
                let taken_over = async { _ = self.taken_over.recv().await };
                or(self.shell.ended(), taken_over).await;
                Ok(0)
            };
            // This process holds both ends, so that nothing read can only mean that the session has ended.
            if or(fill, gone).await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn frame(&self) -> Frame<'_> {
        self.decoder.frame()
    }

    fn shell(&self) -> Option<Shell> {
        Some(Shell::Bash)
    }

    fn pid(&self) -> Option<u32> {
        Some(self.files.pid)
    }

    fn exported(&self) -> io::Result<Vec<u8>> {
        use std::io::Read;
        let name = self.files.name(SessionFile::Exported);
        let file = File::from(self.files.folder.file(&name, OFlags::RDONLY | OFlags::NONBLOCK)?);
        let mut text = Vec::new();
        let most = Limits::REQUEST.bytes as u64;
        if file.take(most + 1).read_to_end(&mut text)? as u64 > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(text)
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.answers.write(frame)
    }

    type BackupSender = Arc<Answers>;

    fn backup(&self) -> Arc<Answers> {
        self.answers.clone()
    }
}

/// Transport of a shell that writes a request file.
#[derive(Debug)]
pub(super) struct Mailbox {
    files: Files,
    reader: Arc<Reader>,
    /// Receives a message when the file was written.
    written: Receiver<()>,
    decoder: Decoder,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.files.remove();
    }
}

impl Mailbox {
    /// Serves the files of a shell.
    pub(super) fn of(
        folder: Arc<Folder>,
        pid: u32,
        written: Receiver<()>,
        exec: &Handle,
    ) -> io::Result<Mailbox> {
        let files = Files { folder, pid };
        match Reader::find(pid, exec) {
            Ok(reader) => {
                let (reader, decoder) = (Arc::new(reader), Decoder::new(Limits::REQUEST));
                Ok(Mailbox { files, reader, written, decoder })
            }
            Err(error) => {
                files.remove();
                Err(error)
            }
        }
    }
}

impl Transport for Mailbox {
    async fn receive(&mut self) -> Result<bool, TransportError> {
        while !self.decoder.advance()? {
            let written = async { self.written.recv().await.is_ok() };
            let gone = async {
                self.reader.shell.ended().await;
                false
            };
            if !or(written, gone).await {
                return Ok(false);
            }
            self.reader.asks();
            // Whatever was left of the one before, this file is whole.
            self.decoder = Decoder::new(Limits::REQUEST);
            let name = self.files.name(SessionFile::Ask);
            let Ok(file) = self.files.folder.file(&name, OFlags::RDONLY | OFlags::NONBLOCK) else { continue };
            // Emptying a file that is there costs a shell many times what a new one costs, on disks at least. It writes
            // another one only when this one has been answered, or given up.
            let _ = self.files.folder.remove(&name, FileType::RegularFile);
            while !self.decoder.advance()? {
                if self.decoder.fill(file.as_fd())? == 0 {
                    break;
                }
            }
            if !self.decoder.frame().kind().is_empty() {
                return Ok(true);
            }
        }
        Ok(true)
    }

    fn frame(&self) -> Frame<'_> {
        self.decoder.frame()
    }

    fn shell(&self) -> Option<Shell> {
        Some(Shell::Fish)
    }

    fn pid(&self) -> Option<u32> {
        Some(self.files.pid)
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.backup().write(frame)
    }

    type BackupSender = Letter;

    fn backup(&self) -> Letter {
        let name = self.files.name(SessionFile::Reply);
        Letter { folder: self.files.folder.clone(), name, reader: self.reader.clone() }
    }
}

/// Writes the reply file of a shell.
#[derive(Debug)]
pub(super) struct Letter {
    folder: Arc<Folder>,
    name: String,
    reader: Arc<Reader>,
}

impl Letter {
    fn write(&self, frame: &[u8]) -> io::Result<()> {
        self.folder.replace(&self.name, frame)?;
        if frame.starts_with(b"redraw") {
            self.reader.tell();
        }
        Ok(())
    }
}

impl BackupSender for Letter {
    fn send_now(&self, frame: &[u8]) {
        // A shell that gets no answer draws its prompt directly.
        let _ = self.write(frame);
    }
}

/// A shell that reads its reply file when it gets a signal.
#[derive(Debug)]
struct Reader {
    shell: Process,
    exec: Handle,
    /// Number of signals and requests: reminders stop at the next one.
    count: AtomicU64,
}

impl Reader {
    fn find(pid: u32, exec: &Handle) -> io::Result<Reader> {
        Ok(Reader { shell: Process::find(pid, exec)?, exec: exec.clone(), count: AtomicU64::new(0) })
    }

    /// Notes a request, which ends the reminders.
    fn asks(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Signals the shell, and reminds it.
    fn tell(self: &Arc<Self>) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        self.shell.nudge();
        let this = self.clone();
        let remind = async move {
            for pause in REMINDERS {
                this.exec.clock().sleep(pause).await;
                if this.count.load(Ordering::Relaxed) != count {
                    return;
                }
                this.shell.nudge();
            }
        };
        self.exec.spawn_named("reminder", Priority::Normal, remind).detach();
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "there has to be a process")]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::exec::Single;

    /// A shell that writes a byte when it begins to listen, and one for each signal.
    fn listener() -> Child {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap 'echo' URG; echo; while :; do sleep 0.01; done"]);
        shell.stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Waits until it has written so many bytes.
    async fn heard(output: &Watched<OwnedFd>, count: usize) {
        let mut seen = 0;
        while seen < count {
            let read = |output: &OwnedFd| Ok(rustix::io::read(output, &mut [0; 1])?);
            seen += output.read_with(read).await.unwrap();
        }
    }

    #[test]
    fn a_shell_that_asks_again_has_one_session() {
        use crate::ipc::address::{Address, Surroundings};
        let runtime = crate::safe_path::private_folder().unwrap();
        let world = Surroundings::with_runtime_dir(runtime.path());
        let address = Address::of_canonical(std::path::Path::new("/bin/ziron-prompt"), &world).unwrap();
        let folder = Arc::new(address.prepare().unwrap());
        let (model, sessions) = (Single::driven().unwrap(), FifoSessions::default());
        let pid = std::process::id();
        let make = || Fifos::make(&folder, pid, &sessions, model.handle()).unwrap();
        let names = || {
            let entries = std::fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.retain(|name| name.as_encoded_bytes().starts_with(b"s."));
            names.len()
        };
        let (mut before, mut after) = (make(), make());
        assert!(!model.run(before.receive()).unwrap(), "its session ends");
        drop(before);
        assert_eq!(names(), 3, "the files are those of the session after it");
        let request = folder.path().join(SessionFile::Request.name(pid));
        std::fs::write(request, b"draw\x1fseq=1\x1e").unwrap();
        assert!(model.run(after.receive()).unwrap(), "and it is served");
        assert_eq!(after.frame().kind(), b"draw");
        drop(after);
        assert_eq!(names(), 0);
    }

    #[test]
    fn news_are_told_again_until_the_shell_asks() {
        let model = Single::driven().unwrap();
        let mut child = listener();
        let output = model.handle().watch(OwnedFd::from(child.stdout.take().unwrap())).unwrap();
        let reader = Arc::new(Reader::find(child.id(), model.handle()).unwrap());
        model.run(async {
            heard(&output, 1).await;
            // The first of these are told no more when there are others.
            reader.tell();
            reader.asks();
            heard(&output, 1).await;
            reader.tell();
            heard(&output, 1 + REMINDERS.len()).await;
        });
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
