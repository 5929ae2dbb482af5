//! `packed-refs`: many references in one sorted file.
//!
//! ```text
//! # pack-refs with: peeled fully-peeled sorted
//! OBJECT SP NAME LF
//! ^OBJECT LF                the object that the tag before it is a tag of
//! ```
//!
//! The file is searched where it lies, so that one with a million references costs as many reads as its length has
//! bits.
//!
//! Source: git's `refs/packed-backend.c`; gitrepository-layout(5).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use gix::ObjectId;
use gix::hash::Kind;
use ziron_runtime::io::open;

use super::super::error::ReadError;
use super::super::strange::UNSORTED_BYTES;
use super::object_id;

const WHAT: &str = "`packed-refs`";

/// What is shorter (bytes) is read as a whole.
const WINDOW: u64 = 16 * 1024;

/// A line is no longer than this (bytes): git keeps no longer path.
const MAX_LINE: u64 = 8192;

/// Finds the object that a reference names.
///
/// # Errors
///
/// Where git gives up: a header or a last line that is none, and in a file that does not say that it is sorted any line
/// that is none.
pub(super) fn find(path: &Path, name: &[u8], kind: Kind) -> Result<Option<ObjectId>, ReadError> {
    let file = match open::file(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError::at(WHAT)(error)),
    };
    Packed::new(file, kind).and_then(|packed| packed.find(name)).map_err(ReadError::at(WHAT))
}

struct Packed {
    file: File,
    /// The first bytes, up to [`WINDOW`].
    begin: Vec<u8>,
    /// Where the records are.
    records: Range<u64>,
    is_sorted: bool,
    kind: Kind,
}

impl Packed {
    fn new(mut file: File, kind: Kind) -> io::Result<Self> {
        let mut begin = Vec::with_capacity(1024);
        (&mut file).take(WINDOW).read_to_end(&mut begin)?;
        let length = begin.len() as u64;
        let end = if length < WINDOW { length } else { file.seek(SeekFrom::End(0))? };
        let mut packed = Self { file, begin, records: 0..end, is_sorted: false, kind };
        if packed.begin.first() == Some(&b'#') {
            let length = packed.begin.iter().position(|&byte| byte == b'\n').ok_or(ErrorKind::InvalidData)?;
            let line = &packed.begin[..length];
            let traits = line.strip_prefix(b"# pack-refs with:").ok_or(ErrorKind::InvalidData)?;
            packed.is_sorted = traits.split(|&byte| byte == b' ').any(|word| word == b"sorted");
            packed.records.start = length as u64 + 1;
        }
        packed.check_end()?;
        Ok(packed)
    }

    /// Git looks at the last line beforehand: it has to end, and to be long enough for an object.
    fn check_end(&self) -> io::Result<()> {
        let Range { start, end } = self.records;
        if start == end {
            return Ok(());
        }
        let tail = self.read(start.max(end.saturating_sub(MAX_LINE))..end)?;
        let line = tail.strip_suffix(b"\n").ok_or(ErrorKind::InvalidData)?;
        let line = line.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
        if line.len() <= self.kind.len_in_hex() { Err(ErrorKind::InvalidData.into()) } else { Ok(()) }
    }

    fn find(&self, name: &[u8]) -> io::Result<Option<ObjectId>> {
        let Range { mut start, mut end } = self.records;
        // Halves the part where the name may be, as long as there is a record in its second half.
        while self.is_sorted && end - start > WINDOW {
            let middle = start + (end - start) / 2;
            let part = self.read(middle..(middle + MAX_LINE).min(end))?;
            let Some((at, line)) = record(&part) else { break };
            let at = middle + at as u64;
            if self.name(line) > Some(name) { end = at } else { start = at }
        }
        if end - start > UNSORTED_BYTES {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let part = self.read(start..end)?;
        for line in part.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            if line.starts_with(b"^") {
                continue;
            }
            let id =
                object_id(line, self.kind).filter(|(_, rest)| rest.first().is_some_and(|byte| *byte == b' '));
            match id {
                Some((id, rest)) if &rest[1..] == name => return Ok(Some(id)),
                Some(_) => {}
                None if self.is_sorted && self.name(line) != Some(name) => {}
                None => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Ok(None)
    }

    /// The name in a record, without looking at the object.
    fn name<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        line.get(self.kind.len_in_hex() + 1..)
    }

    fn read(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        if let Some(bytes) = self.begin.get(range.start as usize..range.end as usize) {
            return Ok(Cow::Borrowed(bytes));
        }
        let mut bytes = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(range.start))?;
        file.take(range.end - range.start).read_to_end(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}

/// The first whole record that begins after the first line break, and where it begins.
fn record(part: &[u8]) -> Option<(usize, &[u8])> {
    let mut at = part.iter().position(|&byte| byte == b'\n')? + 1;
    loop {
        let rest = &part[at..];
        let line = &rest[..rest.iter().position(|&byte| byte == b'\n')?];
        if !line.starts_with(b"^") {
            return Some((at, line));
        }
        at += line.len() + 1;
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "somebody has to make the files")]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted \n";

    fn id(number: usize) -> ObjectId {
        ObjectId::from_hex(format!("{number:040x}").as_bytes()).unwrap()
    }

    fn look(text: &[u8], name: &str) -> Result<Option<ObjectId>, ReadError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed-refs");
        std::fs::write(&path, text).unwrap();
        find(&path, name.as_bytes(), Kind::Sha1)
    }

    #[test]
    fn a_line_without_an_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed-refs");
        std::fs::write(&path, HEADER).unwrap();
        for (bytes, is_read) in [(1 << 20, true), (2 * UNSORTED_BYTES, false)] {
            // What is between the header and the last line takes no room on the disk.
            let file = File::options().write(true).open(&path).unwrap();
            let last = format!("\n{} refs/heads/z\n", id(1));
            std::os::unix::fs::FileExt::write_all_at(&file, last.as_bytes(), bytes).unwrap();
            assert_eq!(find(&path, b"refs/heads/main", Kind::Sha1).is_ok(), is_read, "{bytes}");
        }
    }

    #[test]
    fn every_reference_of_a_large_file_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packed-refs");
        for count in [0, 1, 2, 300, 3000] {
            for header in [HEADER, ""] {
                let mut text = String::from(header);
                for number in 0..count {
                    let _ = writeln!(
                        text,
                        "{} refs/heads/{:06}{}",
                        id(number),
                        2 * number,
                        "x".repeat(number % 90)
                    );
                    if number % 7 == 0 {
                        let _ = writeln!(text, "^{}", id(number + 1));
                    }
                }
                std::fs::write(&path, &text).unwrap();
                let step = (count / 41).max(1);
                for number in (0..count).step_by(step).chain(count.checked_sub(1)) {
                    let name = format!("refs/heads/{:06}{}", 2 * number, "x".repeat(number % 90));
                    let found = find(&path, name.as_bytes(), Kind::Sha1).unwrap();
                    assert_eq!(found, Some(id(number)), "{name} of {count}");
                    let name = format!("refs/heads/{:06}", 2 * number + 1);
                    assert_eq!(find(&path, name.as_bytes(), Kind::Sha1).unwrap(), None, "{name} of {count}");
                }
                for name in ["refs/heads/", "refs/heads/z", "refs/a", "HEAD"] {
                    assert_eq!(find(&path, name.as_bytes(), Kind::Sha1).unwrap(), None, "{name} of {count}");
                }
            }
        }
        assert_eq!(find(&folder.path().join("none"), b"refs/a", Kind::Sha1).unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let line = format!("{} refs/heads/main\n", id(7));
        let cut = &line[..line.len() - 1];
        for (text, is_right) in [
            (format!("{HEADER}{line}"), true),
            (String::new(), true),
            (HEADER.into(), true),
            (format!("{HEADER}{cut}"), false),
            (format!("{HEADER}{line}text\n"), false),
            (format!("# something\n{line}"), false),
            ("# pack-refs with: peeled".into(), false),
            (format!("text\n{line}"), false),
            ("text\n".into(), false),
            (format!("{HEADER}{}", line.replacen('0', "x", 1)), false),
        ] {
            assert_eq!(look(text.as_bytes(), "refs/heads/main").is_ok(), is_right, "{text:?}");
        }
        let other = format!("{HEADER}{}{line}", line.replacen('0', "x", 1).replace("main", "a"));
        assert_eq!(
            look(other.as_bytes(), "refs/heads/main").unwrap(),
            Some(id(7)),
            "git looks at the one it needs"
        );
    }
}
