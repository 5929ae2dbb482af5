//! The real operating system. The only file that touches it (gix, which reads repositories, excepted).
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags};

use super::passwd;
use super::{Command, Entry, FileKind, Identity, Io, Output, Sent, User};
use crate::exec::unblock;

/// The real operating system, with the environment of this process or with that of a shell.
#[derive(Clone, Debug, Default)]
pub struct Real {
    sent: Option<Sent>,
}

impl Real {
    /// The operating system as a shell sees it that has sent its variables.
    pub fn with(sent: Sent) -> Real {
        Real { sent: Some(sent) }
    }
}

/// How much of a program's output is read (bytes): a version, or the line of a custom command, is far below.
const OUTPUT_LIMIT: usize = 1 << 20;

/// The largest file that is read (bytes): what projects say about themselves is far below, and a prompt does not take all memory.
const FILE_LIMIT: usize = 16 << 20;

impl Io for Real {
    fn env(&self, name: &str) -> Option<OsString> {
        match &self.sent {
            Some(sent) => sent.get(name).map(OsStr::to_owned),
            None => std::env::var_os(name),
        }
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    async fn identity(&self, path: &Path) -> io::Result<Identity> {
        let meta = std::fs::metadata(path)?;
        Ok(Identity {
            inode: (meta.ino(), meta.dev()),
            size_bytes: meta.size(),
            modified: (meta.mtime(), u32::try_from(meta.mtime_nsec()).unwrap_or_default()),
            path: target(path),
        })
    }

    async fn kind(&self, path: &Path) -> Option<FileKind> {
        let meta = std::fs::metadata(path).ok()?;
        Some(if meta.is_dir() { FileKind::Folder } else { FileKind::File })
    }

    async fn is_writable(&self, path: &Path) -> bool {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
    }

    async fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        read(path)
    }

    async fn list(&self, path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<Entry>> {
        list(path, follow_links, patience)
    }

    async fn find_program(&self, name: &str) -> Option<PathBuf> {
        find_program(OsStr::new(name), &self.env("PATH")?)
    }

    fn run(&self, command: Command) -> impl Future<Output = io::Result<Output>> + Send {
        let sent = self.sent.clone();
        unblock(move || run(&command, sent.as_ref()))
    }

    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        unblock(work)
    }

    fn user(&self) -> User {
        let uid = rustix::process::geteuid();
        User { name: passwd::field(0), is_root: uid.is_root() }
    }

    fn hostname(&self) -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
}

/// Reads a regular file. Nothing else can be in its place: to open a pipe would wait for somebody at its other end, and a device has no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(io::ErrorKind::IsADirectory.into()),
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    }
    let size = usize::try_from(stat.st_size).unwrap_or(usize::MAX);
    if size > FILE_LIMIT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // Files that the system makes up say that they are empty.
    let mut bytes = Vec::with_capacity(if size == 0 { 4096 } else { size + 1 });
    loop {
        if bytes.capacity() == bytes.len() {
            bytes.reserve(bytes.len());
        }
        match rustix::io::read(&file, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) if bytes.len() > FILE_LIMIT => return Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn list(path: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<Entry>> {
    let start = Instant::now();
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let Ok(entry) = entry else { continue };
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => follow_links && entry.path().is_dir(),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        };
        entries.push(Entry { name: entry.file_name(), is_folder });
        // The clock is asked now and then only: on a local disk the listing itself is cheaper.
        if entries.len() % 64 == 0 && start.elapsed() > patience {
            break;
        }
    }
    Ok(entries)
}

/// Where a file is, if it may be a symbolic link. Links among its folders stay: the inode tells files apart, and each look costs a call of the system.
fn target(path: &Path) -> PathBuf {
    // As many as Linux follows. Source: path_resolution(7).
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = std::fs::read_link(&path) else { break };
        path = path.parent().map(|folder| folder.join(&next)).unwrap_or(next);
    }
    path
}

/// Finds an executable file of this name in the directories of `search`.
fn find_program(name: &OsStr, search: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name));
    }
    std::env::split_paths(search).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(
        |file| {
            rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
                && std::fs::metadata(file).is_ok_and(|meta| meta.is_file())
        },
    )
}

fn run(command: &Command, sent: Option<&Sent>) -> io::Result<Output> {
    let deadline = crate::exec::deadline(Instant::now(), command.timeout);
    let mut child = std::process::Command::new(&command.program);
    if let Some(sent) = sent {
        // What the shell did not send stays as it was where this process was started.
        child.envs(sent.iter());
        sent.unset().for_each(|name| _ = child.env_remove(name));
    }
    let mut child = child
        .args(&command.arguments)
        .current_dir(&command.directory)
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(if command.input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let outcome = talk(&mut child, &command.input, deadline);
    if outcome.is_err() {
        // It may have ended by itself meanwhile; either way it is reaped below.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let (stdout, stderr) = outcome?;
    Ok(Output { status: status.code(), stdout, stderr })
}

/// Feeds a child its input and reads both its outputs until they end.
fn talk(child: &mut Child, input: &[u8], deadline: Instant) -> io::Result<(Vec<u8>, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // A script is smaller than a pipe's buffer; one that is not, or that nobody reads, ends with a broken pipe.
        let fits = input.len().min(1 << 16);
        let _ = stdin.write_all(&input[..fits]);
    }
    let mut stdout = child.stdout.take().map(|pipe| (pipe, Vec::new()));
    let mut stderr = child.stderr.take().map(|pipe| (pipe, Vec::new()));
    let (mut out_open, mut err_open) = (stdout.is_some(), stderr.is_some());
    while out_open || err_open {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let (out_ready, err_ready) = {
            let mut fds = Vec::with_capacity(2);
            if let (true, Some((pipe, _))) = (out_open, &stdout) {
                fds.push(PollFd::new(pipe, PollFlags::IN));
            }
            if let (true, Some((pipe, _))) = (err_open, &stderr) {
                fds.push(PollFd::new(pipe, PollFlags::IN));
            }
            let timeout =
                Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            match poll(&mut fds, Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
            (out_open && ready.next() == Some(true), err_open && ready.next() == Some(true))
        };
        if let (true, Some((pipe, bytes))) = (out_ready, &mut stdout) {
            out_open = read_some(pipe, bytes)?;
        }
        if let (true, Some((pipe, bytes))) = (err_ready, &mut stderr) {
            err_open = read_some(pipe, bytes)?;
        }
    }
    Ok((
        stdout.map(|(_, bytes)| bytes).unwrap_or_default(),
        stderr.map(|(_, bytes)| bytes).unwrap_or_default(),
    ))
}

/// Reads what is there; false at the end, or when the limit is reached.
fn read_some(pipe: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 4096];
    let count = pipe.read(&mut chunk)?;
    bytes.extend_from_slice(&chunk[..count]);
    Ok(count > 0 && bytes.len() < OUTPUT_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, timeout: Duration) -> io::Result<Output> {
        run(&Command::new("/bin/sh", "/", timeout).args(["-c", script]), None)
    }

    #[test]
    fn both_outputs_and_the_status_arrive() {
        let output = shell("echo out; echo err >&2; exit 3", Duration::from_secs(10)).unwrap();
        assert_eq!(
            (output.status, &*output.stdout, &*output.stderr),
            (Some(3), &b"out\n"[..], &b"err\n"[..])
        );
    }

    #[test]
    fn a_program_that_hangs_is_killed_at_its_timeout() {
        let start = Instant::now();
        let error = shell("exec sleep 30", Duration::from_millis(30)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_program_has_the_variables_of_the_shell() {
        let sent = Sent::new(&["PATH", "ZIRON_A"], [("ZIRON_A".into(), "a".into())]);
        let command = Command::new("/bin/sh", "/", Duration::from_secs(10))
            .args(["-c", "/usr/bin/env | /bin/grep -E '^(PATH|ZIRON_A)='"]);
        assert_eq!(String::from_utf8_lossy(&run(&command, Some(&sent)).unwrap().stdout), "ZIRON_A=a\n");
    }

    #[test]
    fn input_is_given() {
        let mut command = Command::new("/bin/cat", "/", Duration::from_secs(10));
        command.input = b"hello".to_vec();
        assert_eq!(run(&command, None).unwrap().stdout, b"hello");
    }

    #[test]
    fn only_regular_files_are_read_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for size in [0, 1, 4095, 4096, 4097, 100_000] {
            let content = vec![b'x'; size];
            std::fs::write(path("file"), &content).unwrap();
            assert_eq!(read(&path("file")).unwrap(), content);
        }
        assert!(!read(Path::new("/proc/self/status")).unwrap().is_empty(), "it says that it is empty");
        rustix::fs::mkfifoat(rustix::fs::CWD, path("fifo"), Mode::RUSR | Mode::WUSR).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("zeros")).unwrap();
        std::fs::File::create(path("large")).unwrap().set_len(1 << 40).unwrap();
        for (name, kind) in [
            ("fifo", io::ErrorKind::InvalidInput),
            ("zeros", io::ErrorKind::InvalidInput),
            ("large", io::ErrorKind::FileTooLarge),
            ("", io::ErrorKind::IsADirectory),
            ("absent", io::ErrorKind::NotFound),
        ] {
            assert_eq!(read(&path(name)).unwrap_err().kind(), kind, "{name}");
        }
    }

    #[test]
    fn a_link_is_known_by_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("rustup"), "x").unwrap();
        std::os::unix::fs::symlink("rustup", path("rustc")).unwrap();
        assert_eq!(target(&path("rustc")), path("rustup"));
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        target(&path("loop"));
    }

    #[test]
    fn relative_directories_of_the_path_are_not_searched() {
        assert_eq!(find_program(OsStr::new("sh"), OsStr::new(".:bin:/bin")), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find_program(OsStr::new("sh"), OsStr::new("bin:")), None);
    }
}
