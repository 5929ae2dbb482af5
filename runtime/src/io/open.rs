//! The one way to open a file: a regular one, without waiting, checked by its descriptor.
//!
//! A pipe in a file's place keeps whoever opens it waiting for somebody at the other end, a device may have no end, and
//! a socket cannot be opened at all. An archive can bring a pipe along under any name. So nothing is opened by the
//! standard library's functions, which clippy bans elsewhere: what is here opens without blocking, and looks at the
//! descriptor before it reads.
#![allow(clippy::disallowed_methods, reason = "this is where the bans elsewhere lead to")]

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, Stat};
use rustix::path::Arg;

/// The largest file that [`read`] reads (bytes): what projects say about themselves is far below, and a prompt does not
/// take all memory.
pub const FILE_LIMIT: u64 = 16 << 20;

/// What every opening has: it waits for nobody, makes no terminal this process's own, and is not inherited.
const SAFE: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// Files that are made here are their owner's only.
const OWN: Mode = Mode::RUSR.union(Mode::WUSR);

/// Opens a regular file for reading; symbolic links are followed.
///
/// # Errors
/// What the system says; `IsADirectory` for a folder, `InvalidInput` for a pipe, a socket or a device.
///
/// # Examples
/// ```
/// use ziron_runtime::io::open;
///
/// assert!(open::file("/etc/passwd").is_ok());
/// assert!(open::file("/dev/zero").is_err());
/// ```
pub fn file(path: impl Arg) -> io::Result<File> {
    at(CWD, path, OFlags::RDONLY)
}

/// Opens a regular file for reading that is no symbolic link.
///
/// # Errors
/// As [`file()`]; `ELOOP` for a link.
///
/// # Examples
/// ```
/// assert!(ziron_runtime::io::open::unlinked("/proc/self/exe").is_err());
/// ```
pub fn unlinked(path: impl Arg) -> io::Result<File> {
    at(CWD, path, OFlags::RDONLY | OFlags::NOFOLLOW)
}

/// Opens a regular file for reading that belongs to this user and is no symbolic link; says how large it is (bytes).
///
/// # Errors
/// As [`unlinked`]; `PermissionDenied` for a file of somebody else's.
///
/// # Examples
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("own");
/// std::fs::write(&path, "text")?;
/// assert_eq!(ziron_runtime::io::open::own(&path)?.1, 4);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn own(path: impl Arg) -> io::Result<(File, u64)> {
    let (file, stat) = opened(CWD, path, OFlags::RDONLY | OFlags::NOFOLLOW)?;
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok((file, size(&stat)))
}

/// Opens a regular file for reading below an open folder; it is no symbolic link.
///
/// # Errors
/// As [`unlinked`].
///
/// # Examples
/// ```
/// let etc = std::fs::File::open("/etc")?;
/// assert!(ziron_runtime::io::open::below(&etc, "passwd").is_ok());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn below(folder: impl AsFd, name: impl Arg) -> io::Result<File> {
    at(folder, name, OFlags::RDONLY | OFlags::NOFOLLOW)
}

/// Opens a regular file for writing, or makes it; it is emptied if `anew`, else what is written is added to its end. It
/// is no symbolic link.
///
/// # Errors
/// As [`unlinked`].
///
/// # Examples
/// ```
/// use std::io::Write;
/// use ziron_runtime::io::open::{self, Begin};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("log");
/// open::for_writing(&path, Begin::AtEnd)?.write_all(b"a line\n")?;
/// assert_eq!(open::read(&path)?, b"a line\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn for_writing(path: impl Arg, begin: Begin) -> io::Result<File> {
    let how = match begin {
        Begin::Anew => OFlags::TRUNC,
        Begin::AtEnd => OFlags::APPEND,
        Begin::New => OFlags::EXCL,
    };
    at(CWD, path, OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | how)
}

/// Where writing begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// In an empty file; what was in it is gone.
    Anew,
    /// At the end of what is there.
    AtEnd,
    /// In a file that was not there; else it is an error.
    New,
}

/// Opens a folder.
///
/// # Errors
/// What the system says; `NotADirectory` for what is no folder.
///
/// # Examples
/// ```
/// assert!(ziron_runtime::io::open::folder("/etc/passwd").is_err());
/// ```
pub fn folder(path: impl Arg) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(path, SAFE | OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?)
}

/// Opens a folder below another; it is no symbolic link.
///
/// # Errors
/// As [`folder`].
///
/// # Examples
/// ```
/// use ziron_runtime::io::open;
///
/// assert!(open::folder_below(open::folder("/")?, "etc").is_ok());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn folder_below(folder: impl AsFd, name: impl Arg) -> io::Result<OwnedFd> {
    let flags = SAFE | OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    Ok(rustix::fs::openat(folder, name, flags, Mode::empty())?)
}

/// Reads a regular file of at most [`FILE_LIMIT`].
///
/// # Errors
/// As [`file()`]; `FileTooLarge` for a larger one.
///
/// # Examples
/// ```
/// assert!(!ziron_runtime::io::open::read("/proc/self/status")?.is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    read_within(path, FILE_LIMIT)
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// As [`file()`]; `FileTooLarge` for a larger one.
///
/// # Examples
/// ```
/// assert!(ziron_runtime::io::open::read_within("/etc/passwd", 1).is_err());
/// ```
pub fn read_within(path: impl AsRef<Path>, limit: u64) -> io::Result<Vec<u8>> {
    let (file, stat) = opened(CWD, path.as_ref(), OFlags::RDONLY)?;
    rest(&file, size(&stat), limit)
}

/// Reads a regular file of text of at most [`FILE_LIMIT`].
///
/// # Errors
/// As [`read`]; `InvalidData` for what is not UTF-8.
///
/// # Examples
/// ```
/// assert!(ziron_runtime::io::open::read_text("/proc/self/status")?.contains("Pid"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_text(path: impl AsRef<Path>) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Reads a regular file up to `limit` bytes; what follows is left out.
///
/// # Errors
/// As [`file()`].
///
/// # Examples
/// ```
/// assert_eq!(ziron_runtime::io::open::read_begin("/proc/self/status", 5)?, b"Name:");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_begin(path: impl AsRef<Path>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file(path.as_ref())?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether something at a path would keep somebody waiting who opens it in another way: neither a file nor a folder. It
/// costs one look.
///
/// # Examples
/// ```
/// use ziron_runtime::io::open;
///
/// assert!(open::is_strange("/dev/null") && !open::is_strange("/etc") && !open::is_strange("/no"));
/// ```
pub fn is_strange(path: impl AsRef<Path>) -> bool {
    let stat = rustix::fs::stat(path.as_ref());
    stat.is_ok_and(|stat| !matches!(kind(&stat), FileType::RegularFile | FileType::Directory))
}

fn at(folder: impl AsFd, path: impl Arg, flags: OFlags) -> io::Result<File> {
    opened(folder, path, flags).map(|(file, _)| file)
}

/// Opens, and looks at the descriptor.
fn opened(folder: impl AsFd, path: impl Arg, flags: OFlags) -> io::Result<(File, Stat)> {
    let file = rustix::fs::openat(folder, path, SAFE | flags, OWN)?;
    let stat = rustix::fs::fstat(&file)?;
    match kind(&stat) {
        FileType::RegularFile => Ok((file.into(), stat)),
        FileType::Directory => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(u64::MAX)
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Reads to the end of a file that says it has `size` bytes.
fn rest(file: &File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if size > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // Files that the system makes up say that they are empty.
    let mut bytes = Vec::with_capacity(if size == 0 { 4096 } else { size + 1 });
    loop {
        if bytes.capacity() == bytes.len() {
            bytes.reserve(bytes.len());
        }
        match rustix::io::read(file, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) if bytes.len() > limit => return Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_are_read_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for size in [0, 1, 4095, 4096, 4097, 100_000] {
            let content = vec![b'x'; size];
            std::fs::write(path("file"), &content).unwrap();
            assert_eq!(read(path("file")).unwrap(), content);
        }
        assert!(!read("/proc/self/status").unwrap().is_empty(), "it says that it is empty");
        rustix::fs::mkfifoat(CWD, path("fifo"), OWN).unwrap();
        symlink("/dev/zero", path("zeros")).unwrap();
        symlink("file", path("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        File::create(path("large")).unwrap().set_len(1 << 40).unwrap();
        let kind = |error: io::Error| error.kind();
        for (name, expected) in [
            ("fifo", Some(io::ErrorKind::InvalidInput)),
            ("zeros", Some(io::ErrorKind::InvalidInput)),
            ("large", Some(io::ErrorKind::FileTooLarge)),
            ("", Some(io::ErrorKind::IsADirectory)),
            ("absent", Some(io::ErrorKind::NotFound)),
            ("socket", None),
        ] {
            let error = read(path(name)).unwrap_err();
            assert!(expected.is_none_or(|expected| expected == error.kind()), "{name}: {error}");
            let strange = matches!(name, "fifo" | "zeros" | "socket");
            assert_eq!(is_strange(path(name)), strange, "{name}");
            if strange {
                for begin in [Begin::Anew, Begin::AtEnd, Begin::New] {
                    assert!(for_writing(path(name), begin).is_err(), "{name} {begin:?}");
                }
                let open = super::folder(folder.path()).unwrap();
                assert!(unlinked(path(name)).is_err() && below(&open, name).is_err(), "{name}");
            }
        }
        assert!(file(path("link")).is_ok() && unlinked(path("link")).is_err());
        assert_eq!(read_begin(path("file"), 3).unwrap(), b"xxx");
        assert_eq!(kind(super::folder(path("file")).unwrap_err()), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn writing_begins_where_it_is_told_to() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (begin, expected) in
            [(Begin::New, "a"), (Begin::AtEnd, "aa"), (Begin::Anew, "a"), (Begin::AtEnd, "aa")]
        {
            for_writing(&path, begin).unwrap().write_all(b"a").unwrap();
            assert_eq!(read_text(&path).unwrap(), expected, "{begin:?}");
        }
        assert_eq!(for_writing(&path, Begin::New).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
