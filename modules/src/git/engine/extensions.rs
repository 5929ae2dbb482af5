//! What an index says of folders in folders, before gitoxide decodes it.
//!
//! Gitoxide calls itself once for each level of the trees and of the untracked cache that an index has remembered, and
//! an index of some kilobytes can have a hundred thousand: the stack ends, and with it the process. So the levels are
//! counted first.
//!
//! ```text
//! "TREE" size  tree: name NUL entries SP subtrees LF [object unless entries < 0] tree…
//! "UNTR" size  …36 + 36 + 4 bytes, two objects, name NUL, blocks, block: files folders name NUL file NUL… block…
//! "link" size  the hash in the name of the shared index…
//! "EOIE" size  where the extensions begin, a hash of their signatures and sizes; last, before the hash of the index
//! ```
//!
//! Source: gitformat-index(5), "Extensions".

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::hash::{Kind, hasher};
use ziron_runtime::io::open;

use super::error::ReadError;

const WHAT: &str = "the index";
/// A path of 4,096 bytes, the longest of a system, has half as many folders, and few have a quarter.
const MAX_LEVELS: usize = 1024;
/// More is not read (bytes): an index with a million files has a tenth of this.
const MAX_BYTES: u64 = 1 << 30;
/// Signature, version and number of entries.
const HEADER: usize = 12;
/// A signature and a size.
const HEAD: usize = 8;
const TREE: [u8; 4] = *b"TREE";
const UNTRACKED: [u8; 4] = *b"UNTR";
const LINK: [u8; 4] = *b"link";
const END: [u8; 4] = *b"EOIE";

/// Refuses an index whose extensions have more levels than a path can have, or whose shared part's have.
///
/// # Cost
///
/// Reading the extensions; where the index does not say where they begin, as with git's defaults, reading and searching
/// all of it: some 2 ms for one of 100,000 files, which it takes fifty times as long to look at.
pub(super) fn check(path: &Path, kind: Kind) -> Result<(), ReadError> {
    let mut shared = Vec::new();
    check_file(path, kind, &mut shared).map_err(ReadError::at(WHAT))?;
    for name in shared {
        // One that is shared leads nowhere else.
        check_file(&path.with_file_name(name), kind, &mut Vec::new()).map_err(ReadError::at(WHAT))?;
    }
    Ok(())
}

/// Looks at one file. Whoever reads it says what else is wrong with it.
fn check_file(path: &Path, kind: Kind, shared: &mut Vec<String>) -> io::Result<()> {
    let Ok(file) = open::file(path) else { return Ok(()) };
    let size = file.metadata()?.len();
    if let Some(extensions) = by_end(&file, size, kind)? {
        let mut rest = &extensions[..];
        while let Some((signature, body, after)) = split(rest) {
            check_one(signature, body, kind, shared)?;
            rest = after;
        }
        return Ok(());
    }
    // An extension may be wherever its signature is.
    if size > MAX_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut all = vec![0; size as usize];
    file.read_exact_at(&mut all, 0)?;
    let mut left = all.len().saturating_mul(4);
    for signature in [TREE, UNTRACKED, LINK] {
        for at in all.find_iter(&signature) {
            let Some((_, body, _)) = split(&all[at..]) else { continue };
            // Many that are in each other are nobody's honest index.
            left = left.checked_sub(body.len()).ok_or(ErrorKind::InvalidData)?;
            check_one(signature, body, kind, shared)?;
        }
    }
    Ok(())
}

/// The extensions, if the index says where they begin, and gitoxide would believe it.
fn by_end(file: &File, size: u64, kind: Kind) -> io::Result<Option<Vec<u8>>> {
    let hash = kind.len_in_bytes();
    let last = HEAD + 4 + hash;
    let Some(start) = size.checked_sub((last + hash) as u64) else { return Ok(None) };
    let mut end = vec![0; last];
    file.read_exact_at(&mut end, start)?;
    let Some((END, body, _)) = split(&end) else { return Ok(None) };
    let Some((offset, checksum)) = body.split_first_chunk::<4>() else { return Ok(None) };
    let offset = u64::from(u32::from_be_bytes(*offset));
    if checksum.len() != hash || offset < HEADER as u64 || offset > start || start - offset > MAX_BYTES {
        return Ok(None);
    }
    let mut extensions = vec![0; (start - offset) as usize];
    file.read_exact_at(&mut extensions, offset)?;
    let mut hasher = hasher(kind);
    let mut rest = &extensions[..];
    while let Some((_, _, after)) = split(rest) {
        hasher.update(&rest[..HEAD]);
        rest = after;
    }
    let is_right = rest.is_empty() && hasher.try_finalize().is_ok_and(|found| found.as_slice() == checksum);
    Ok(is_right.then_some(extensions))
}

/// An extension's signature and body, and what follows.
fn split(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (signature, rest) = bytes.split_first_chunk::<4>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*size) as usize)?;
    Some((*signature, body, rest))
}

fn check_one(signature: [u8; 4], body: &[u8], kind: Kind, shared: &mut Vec<String>) -> io::Result<()> {
    let levels = match signature {
        LINK => {
            let hash = body.get(..kind.len_in_bytes()).and_then(|hash| ObjectId::try_from(hash).ok());
            shared.extend(hash.map(|hash| format!("sharedindex.{hash}")));
            0
        }
        TREE => levels(body, |rest| tree(rest, kind)),
        UNTRACKED => blocks(body, kind).map_or(0, |blocks| levels(blocks, block)),
        _ => 0,
    };
    if levels > MAX_LEVELS { Err(ErrorKind::InvalidData.into()) } else { Ok(()) }
}

/// How many levels there are in what `one` takes off the front, saying how many of the next level follow.
fn levels(mut rest: &[u8], one: impl Fn(&mut &[u8]) -> Option<u64>) -> usize {
    // How many are still to come, on each level. What is broken ends there: gitoxide goes no further either.
    let mut open = vec![1_u64];
    let mut most = 0;
    while let Some(left) = open.last_mut() {
        let Some(less) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = less;
        let Some(below) = one(&mut rest) else { break };
        most = most.max(open.len());
        if most > MAX_LEVELS {
            break;
        }
        open.push(below);
    }
    most
}

/// Takes one tree.
fn tree(rest: &mut &[u8], kind: Kind) -> Option<u64> {
    until(rest, 0)?;
    let entries = number(until(rest, b' ')?)?;
    let below = number(until(rest, b'\n')?)?;
    if entries >= 0 {
        *rest = rest.get(kind.len_in_bytes()..)?;
    }
    u64::try_from(below).ok()
}

/// The blocks of an untracked cache.
fn blocks(body: &[u8], kind: Kind) -> Option<&[u8]> {
    let mut rest = body;
    let identifier = varint(&mut rest)?;
    rest = rest.get(usize::try_from(identifier).ok()?..)?;
    rest = rest.get(36 + 36 + 4 + 2 * kind.len_in_bytes()..)?;
    until(&mut rest, 0)?;
    varint(&mut rest)?;
    Some(rest)
}

/// Takes one block.
fn block(rest: &mut &[u8]) -> Option<u64> {
    let files = varint(rest)?;
    let below = varint(rest)?;
    for _ in 0..=files {
        until(rest, 0)?;
    }
    Some(below)
}

fn until<'b>(rest: &mut &'b [u8], end: u8) -> Option<&'b [u8]> {
    let at = rest.find_byte(end)?;
    let found = &rest[..at];
    *rest = &rest[at + 1..];
    Some(found)
}

fn number(text: &[u8]) -> Option<i64> {
    text.to_str().ok()?.parse().ok()
}

/// Source: git's `varint.c`.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    loop {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value = value.checked_mul(128)?.checked_add(u64::from(byte & 127))?;
        if byte & 128 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(signature: [u8; 4], body: &[u8]) -> Vec<u8> {
        [&signature[..], &u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
    }

    fn trees(levels: usize) -> Vec<u8> {
        let below = b"a\0-1 1\n".repeat(levels.saturating_sub(2));
        [&b"\x00-1 1\n"[..], &below, b"a\x00-1 0\n"].concat()
    }

    fn cache(levels: usize) -> Vec<u8> {
        let head = [&[1][..], b"x", &[0; 36 + 36 + 4 + 40], b".gitignore\0", &[1]].concat();
        [&head[..], &b"\x01\x01d\0file\0".repeat(levels - 1), b"\0\0d\0"].concat()
    }

    /// An index with these extensions, and with a word of where they begin.
    fn index(extensions: &[u8], says_where: Option<u32>) -> Vec<u8> {
        let mut bytes = [&b"DIRC\0\0\0\x02\0\0\0\0"[..], extensions].concat();
        if let Some(offset) = says_where {
            let mut hasher = hasher(Kind::Sha1);
            let mut rest = &bytes[offset as usize..];
            while let Some((_, _, after)) = split(rest) {
                hasher.update(&rest[..HEAD]);
                rest = after;
            }
            let found = hasher.try_finalize().unwrap();
            bytes.extend(extension(END, &[&offset.to_be_bytes()[..], found.as_slice()].concat()));
        }
        bytes.extend([0; 20]);
        bytes
    }

    fn is_refused(bytes: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        io::Write::write_all(&mut open::for_writing(&path, open::Begin::New).unwrap(), bytes).unwrap();
        check(&path, Kind::Sha1).is_err()
    }

    #[test]
    fn levels_are_counted_wherever_the_extensions_are() {
        for body in [trees as fn(usize) -> Vec<u8>, cache] {
            let signature = if body(1) == trees(1) { TREE } else { UNTRACKED };
            for (levels, expected) in
                [(1, false), (MAX_LEVELS, false), (MAX_LEVELS + 1, true), (100_000, true)]
            {
                if signature == TREE && levels == 1 {
                    continue;
                }
                let bad = extension(signature, &body(levels));
                let other = extension(*b"ABCD", b"some text");
                for says_where in [None, Some(12)] {
                    assert_eq!(is_refused(&index(&bad, says_where)), expected, "{levels} {says_where:?}");
                    let both = [&other[..], &bad, &other].concat();
                    assert_eq!(is_refused(&index(&both, says_where)), expected, "{levels} {says_where:?}");
                }
                // One that says that there are others.
                let later = 12 + u32::try_from(bad.len()).unwrap();
                let both = [&bad[..], &other].concat();
                let mut lie = index(&both, Some(later));
                let at = lie.len() - 21;
                lie[at] ^= 1;
                assert_eq!(is_refused(&lie), expected, "{levels}");
            }
        }
    }

    #[test]
    fn the_shared_part_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let file = open::for_writing(folder.path().join(name), open::Begin::Anew);
            io::Write::write_all(&mut file.unwrap(), bytes).unwrap();
        };
        let name = format!("sharedindex.{}", "ab".repeat(20));
        for says_where in [None, Some(12)] {
            write("index", &index(&extension(LINK, &[0xab; 20]), says_where));
            for (levels, expected) in [(2, false), (9999, true)] {
                write(&name, &index(&extension(TREE, &trees(levels)), Some(12)));
                let found = check(&folder.path().join("index"), Kind::Sha1);
                assert_eq!(found.is_err(), expected, "{levels} {says_where:?}");
            }
        }
    }

    #[test]
    fn what_is_no_index_is_left_to_its_reader() {
        for bytes in [&b""[..], b"DIRC", b"TREE", b"TREE\xff\xff\xff\xff", b"UNTR\0\0\0\x01\xff"] {
            assert!(!is_refused(bytes));
        }
        assert!(check(Path::new("/no"), Kind::Sha1).is_ok());
    }
}
